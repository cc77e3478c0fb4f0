import { ROOT_UNIT_ID } from '../../kernel/index.ts';
import { insert, portable, select, update, type Db, type Tx } from '../../platform/persistence/index.ts';
import { orgUnitEntity, unitClosureEntity, type UnitRow } from './unit.entity.ts';
import type { UnitState } from './unit.rules.ts';

const UNIT_INSERT = insert(orgUnitEntity);
const CLOSURE_INSERT = insert(unitClosureEntity);
const UNIT_BY_ID = select(orgUnitEntity, { name: 'org_unit.by_id', where: ['id'] });
const UNITS_BY_ID = select(orgUnitEntity, { name: 'org_unit.by_ids', whereIn: 'id' });
const UNITS_BY_CODE = select(orgUnitEntity, { name: 'org_unit.by_codes', whereIn: 'code' });
const UNITS_IN_STATE = select(orgUnitEntity, {
  name: 'org_unit.in_state',
  where: ['state'],
  orderBy: [['id', 'asc']],
  limit: true,
});
const UNIT_COUNT = portable<Record<never, never>, { unitCount: number }>(
  'org_unit.count',
  'SELECT COUNT(*) AS unit_count FROM org_unit',
  { params: {}, result: { unitCount: 'int' } },
);
const HAS_CHILDREN = portable<{ parentId: string }, { childCount: number }>(
  'org_unit.has_children',
  `SELECT COUNT(*) AS child_count FROM org_unit WHERE parent_id = :parentId AND state = 'active'`,
  { params: { parentId: 'uuid' }, result: { childCount: 'int' } },
);
const UNIT_RENAME = update(orgUnitEntity, {
  name: 'org_unit.rename',
  set: ['name', 'nameKey', 'code', 'kind', 'version'],
  where: ['id', 'version'],
});
const UNIT_MOVE = update(orgUnitEntity, {
  name: 'org_unit.move',
  set: ['parentId', 'version'],
  where: ['id', 'version'],
});
const UNIT_CLOSE = update(orgUnitEntity, {
  name: 'org_unit.close',
  set: ['parentId', 'nameKey', 'state', 'successorId', 'closedAt', 'version'],
  where: ['id', 'version'],
});
const UNIT_SET_STATE = update(orgUnitEntity, {
  name: 'org_unit.set_state',
  set: ['state'],
  where: ['id', 'state'],
});
/** Writes what stands there: whoever closes the unit waits, or finds the work that came before. */
const UNIT_HOLD = portable<{ id: string }>(
  'org_unit.hold',
  `UPDATE org_unit SET version = version WHERE id = :id AND state = 'active'`,
  { params: { id: 'uuid' } },
);
const TREE_LOCK = portable<Record<never, never>>(
  'org_tree.lock',
  `UPDATE org_tree SET version = version + 1 WHERE id = 'tree'`,
  { params: {} },
);
const TREE_VERSION = portable<Record<never, never>, { version: number }>(
  'org_tree.version',
  `SELECT version FROM org_tree WHERE id = 'tree'`,
  { params: {}, result: { version: 'int' } },
);
const PARENTS = portable<{ limit: number }, { id: string; parentId: string | null }>(
  'org_unit.parents',
  'SELECT id, parent_id FROM org_unit ORDER BY id FETCH FIRST :limit ROWS ONLY',
  { params: { limit: 'int' }, result: { id: 'uuid', parentId: 'uuid' } },
);

const CLOSURE_ADD_UNDER = portable<{ parentId: string; id: string }>(
  'unit_closure.add_under',
  `INSERT INTO unit_closure (ancestor_id, unit_id, depth)
    SELECT a.ancestor_id, d.unit_id, a.depth + d.depth + 1 FROM unit_closure a
    JOIN unit_closure d ON d.ancestor_id = :id WHERE a.unit_id = :parentId`,
  { params: { parentId: 'uuid', id: 'uuid' } },
);
const CLOSURE_CUT = portable<{ id: string }>(
  'unit_closure.cut',
  `DELETE FROM unit_closure
    WHERE unit_id IN (SELECT d.unit_id FROM unit_closure d WHERE d.ancestor_id = :id)
      AND ancestor_id IN (SELECT a.ancestor_id FROM unit_closure a WHERE a.unit_id = :id AND a.depth > 0)`,
  { params: { id: 'uuid' } },
);
const DEPTH_SHIFT = portable<{ id: string; by: number }>(
  'org_unit.shift_depth',
  `UPDATE org_unit SET depth = depth + :by
    WHERE id IN (SELECT d.unit_id FROM unit_closure d WHERE d.ancestor_id = :id)`,
  { params: { id: 'uuid', by: 'int' } },
);
const CLOSURE_HEIGHT = portable<{ id: string }, { height: number | null }>(
  'unit_closure.height',
  `SELECT MAX(c.depth) AS height FROM unit_closure c JOIN org_unit u ON u.id = c.unit_id
    WHERE c.ancestor_id = :id AND u.state = 'active'`,
  { params: { id: 'uuid' }, result: { height: 'int' } },
);
const CLOSURE_HAS = portable<{ ancestorId: string; unitId: string }, { depth: number }>(
  'unit_closure.has',
  'SELECT depth FROM unit_closure WHERE ancestor_id = :ancestorId AND unit_id = :unitId',
  { params: { ancestorId: 'uuid', unitId: 'uuid' }, result: { depth: 'int' } },
);

const ACCOUNTS_HAND_OVER = portable<{ fromId: string; toId: string }>(
  'account.hand_over_unit',
  'UPDATE account SET unit_id = :toId WHERE unit_id = :fromId',
  { params: { fromId: 'uuid', toId: 'uuid' } },
);
const GRANTS_HAND_OVER = portable<{ fromId: string; toId: string }>(
  'account_role.hand_over_unit',
  'UPDATE account_role SET scope_unit_id = :toId WHERE scope_unit_id = :fromId',
  { params: { fromId: 'uuid', toId: 'uuid' } },
);
const PEOPLE_COUNT = portable<{ unitId: string }, { peopleCount: number }>(
  'org_unit.people',
  `SELECT (SELECT COUNT(*) FROM account a WHERE a.unit_id = :unitId)
      + (SELECT COUNT(*) FROM account_role r WHERE r.scope_unit_id = :unitId) AS people_count
    FROM org_tree`,
  { params: { unitId: 'uuid' }, result: { peopleCount: 'int' } },
);

/** The unit of an id, closed or not. */
export async function findUnit(db: Db, id: string): Promise<UnitRow | undefined> {
  return (await db.one(UNIT_BY_ID, { id })) as UnitRow | undefined;
}

/** The units of at most 500 ids, in no order. */
export async function findUnits(db: Db, ids: readonly string[]): Promise<UnitRow[]> {
  if (ids.length === 0) return [];
  return (await db.all(UNITS_BY_ID, { idList: [...new Set(ids)] })) as UnitRow[];
}

/** The units of at most 500 codes, in no order. */
export async function findUnitsByCode(db: Db, codes: readonly string[]): Promise<UnitRow[]> {
  if (codes.length === 0) return [];
  return (await db.all(UNITS_BY_CODE, { codeList: [...new Set(codes)] })) as UnitRow[];
}

/** Units whose hand-over is not finished. */
export async function listInState(db: Db, state: UnitState, limit: number): Promise<UnitRow[]> {
  return (await db.all(UNITS_IN_STATE, { state, limit })) as UnitRow[];
}

/** How many units there are, closed ones included. */
export async function countUnits(db: Db): Promise<number> {
  return (await db.one(UNIT_COUNT, {}))?.unitCount ?? 0;
}

/** Whether active units lie directly under it. */
export async function hasChildren(db: Db, parentId: string): Promise<boolean> {
  return ((await db.one(HAS_CHILDREN, { parentId }))?.childCount ?? 0) > 0;
}

/** Accounts and grants of a unit. */
export async function countPeople(db: Db, unitId: string): Promise<number> {
  return (await db.one(PEOPLE_COUNT, { unitId }))?.peopleCount ?? 0;
}

/** Waits for other changes of the tree and keeps them waiting until the end of the unit of work. */
export async function lockTree(tx: Tx): Promise<void> {
  await tx.run(TREE_LOCK, {});
}

/** Counts up with every change of the tree. */
export async function treeVersion(db: Db): Promise<number> {
  return (await db.one(TREE_VERSION, {}))?.version ?? 0;
}

/** Who lies directly under whom; the root has no parent. */
export function listParents(db: Db, limit: number): Promise<{ id: string; parentId: string | null }[]> {
  return db.all(PARENTS, { limit });
}

/** Keeps a unit from being closed until the end of the unit of work; false when it is not active. */
export async function holdUnit(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run(UNIT_HOLD, { id })) === 1;
}

/** Makes a unit under a parent. Unique keys throw `ux_org_unit_code` and `ux_org_unit_name`. */
export async function insertUnit(tx: Tx, row: UnitRow): Promise<void> {
  await tx.run(UNIT_INSERT, row);
  await tx.run(CLOSURE_INSERT, { ancestorId: row.id, unitId: row.id, depth: 0 });
  await tx.run(CLOSURE_ADD_UNDER, { parentId: row.parentId ?? ROOT_UNIT_ID, id: row.id });
}

/** Writes name, code, and kind over version `row.version - 1`; false when somebody was faster. */
export async function renameUnit(tx: Tx, row: UnitRow): Promise<boolean> {
  return (await tx.run(UNIT_RENAME, { ...row, whereId: row.id, whereVersion: row.version - 1 })) === 1;
}

/** Puts a unit with everything under it below another; false when somebody was faster. */
export async function moveUnit(tx: Tx, row: UnitRow, depthChange: number): Promise<boolean> {
  const { id, parentId, version } = row;
  if ((await tx.run(UNIT_MOVE, { parentId, version, whereId: id, whereVersion: version - 1 })) !== 1)
    return false;
  await relink(tx, id, parentId ?? ROOT_UNIT_ID, depthChange);
  return true;
}

/** Closes a unit and puts it under its successor, so that what it still holds is seen there. */
export async function closeUnit(tx: Tx, row: UnitRow, depthChange: number): Promise<boolean> {
  const whereVersion = row.version - 1;
  if ((await tx.run(UNIT_CLOSE, { ...row, whereId: row.id, whereVersion })) !== 1) return false;
  await relink(tx, row.id, row.parentId ?? ROOT_UNIT_ID, depthChange);
  return true;
}

async function relink(tx: Tx, id: string, parentId: string, depthChange: number): Promise<void> {
  await tx.run(CLOSURE_CUT, { id });
  await tx.run(CLOSURE_ADD_UNDER, { parentId, id });
  if (depthChange !== 0) await tx.run(DEPTH_SHIFT, { id, by: depthChange });
}

/** Notes that a hand-over is finished. */
export async function setState(tx: Tx, id: string, from: UnitState, to: UnitState): Promise<boolean> {
  return (await tx.run(UNIT_SET_STATE, { state: to, whereId: id, whereState: from })) === 1;
}

/** How many steps the lowest active unit lies below this one. */
export async function heightOf(db: Db, id: string): Promise<number> {
  return (await db.one(CLOSURE_HEIGHT, { id }))?.height ?? 0;
}

/** Whether a unit is, or lies under, another. */
export async function liesUnder(db: Db, unitId: string, ancestorId: string): Promise<boolean> {
  return (await db.one(CLOSURE_HAS, { ancestorId, unitId })) !== undefined;
}

/** Gives people and grants of a unit to another; gives how many accounts came over. */
export async function handOverPeople(tx: Tx, fromId: string, toId: string): Promise<number> {
  await tx.run(GRANTS_HAND_OVER, { fromId, toId });
  return tx.run(ACCOUNTS_HAND_OVER, { fromId, toId });
}
