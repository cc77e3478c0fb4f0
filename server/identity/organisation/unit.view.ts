import { portable, type Db } from '../../platform/persistence/index.ts';
import type { UnitRow } from './unit.entity.ts';

/** A unit as the tree shows it. */
export interface UnitItem {
  id: string;
  parentId: string | null;
  kind: string;
  name: string;
  code: string;
  state: string;
  depth: number;
  version: number;
  /** Accounts placed in it. */
  people: number;
  /** Active units directly under it. */
  units: number;
}

/** A unit in a flat list, with the code of the one above it. */
interface UnitLine {
  id: string;
  code: string;
  name: string;
  kind: string;
  state: string;
  depth: number;
  parentCode: string | null;
}

type ItemRow = Pick<UnitRow, 'id' | 'parentId' | 'kind' | 'name' | 'code' | 'state' | 'depth' | 'version'> & {
  peopleCount: number;
  childCount: number;
};

const COLUMNS = `u.id, u.parent_id, u.kind, u.name, u.code, u.state, u.depth, u.version,
  (SELECT COUNT(*) FROM account a WHERE a.unit_id = u.id) AS people_count,
  (SELECT COUNT(*) FROM org_unit k WHERE k.parent_id = u.id AND k.state = 'active') AS child_count`;
const RESULT = {
  id: 'uuid',
  parentId: 'uuid',
  kind: 'text',
  name: 'text',
  code: 'text',
  state: 'text',
  depth: 'int',
  version: 'int',
  peopleCount: 'int',
  childCount: 'int',
} as const;

const CHILDREN = portable<{ parentId: string; afterKey: string; limit: number }, ItemRow>(
  'org_unit.children',
  `SELECT ${COLUMNS} FROM org_unit u
    WHERE u.parent_id = :parentId AND u.state = 'active' AND u.name_key > :afterKey
    ORDER BY u.name_key FETCH FIRST :limit ROWS ONLY`,
  { params: { parentId: 'uuid', afterKey: 'text', limit: 'int' }, result: RESULT },
);
const SEARCH = portable<{ words: string; code: string; afterCode: string; limit: number }, ItemRow>(
  'org_unit.search',
  `SELECT ${COLUMNS} FROM org_unit u
    WHERE u.state = 'active' AND u.code > :afterCode AND (u.name_key LIKE :words OR u.code LIKE :code)
    ORDER BY u.code FETCH FIRST :limit ROWS ONLY`,
  { params: { words: 'text', code: 'text', afterCode: 'text', limit: 'int' }, result: RESULT },
);
const CLOSING = portable<{ afterId: string; limit: number }, ItemRow>(
  'org_unit.closing',
  `SELECT ${COLUMNS} FROM org_unit u
    WHERE u.state = 'closing' AND u.id > :afterId ORDER BY u.id FETCH FIRST :limit ROWS ONLY`,
  { params: { afterId: 'uuid', limit: 'int' }, result: RESULT },
);
const BY_CODE = portable<{ afterCode: string; limit: number }, UnitLine & { peopleCount: number }>(
  'org_unit.by_code',
  `SELECT u.id, u.code, u.name, u.kind, u.state, u.depth, p.code AS parent_code,
      (SELECT COUNT(*) FROM account a WHERE a.unit_id = u.id) AS people_count
    FROM org_unit u LEFT JOIN org_unit p ON p.id = u.parent_id
    WHERE u.state <> 'closed' AND u.code > :afterCode ORDER BY u.code FETCH FIRST :limit ROWS ONLY`,
  {
    params: { afterCode: 'text', limit: 'int' },
    result: {
      ...{ id: 'uuid', code: 'text', name: 'text', kind: 'text', state: 'text', depth: 'int' },
      ...{ parentCode: 'text', peopleCount: 'int' },
    },
  },
);
const ITEM = portable<{ id: string }, ItemRow>(
  'org_unit.item',
  `SELECT ${COLUMNS} FROM org_unit u WHERE u.id = :id`,
  { params: { id: 'uuid' }, result: RESULT },
);
const PATH = portable<{ id: string }, { id: string; name: string }>(
  'org_unit.path',
  `SELECT u.id, u.name FROM unit_closure c JOIN org_unit u ON u.id = c.ancestor_id
    WHERE c.unit_id = :id ORDER BY c.depth DESC`,
  { params: { id: 'uuid' }, result: { id: 'uuid', name: 'text' } },
);

/** Smaller than every id. */
const NIL_ID = '00000000-0000-0000-0000-000000000000';

function present({ peopleCount, childCount, ...row }: ItemRow): UnitItem {
  return { ...row, people: peopleCount, units: childCount };
}

/** Active units directly under a parent, by name, behind `afterKey` (the lower-case name of the last one seen). */
export async function listChildren(
  db: Db,
  page: { parentId: string; afterKey: string | undefined; limit: number },
): Promise<UnitItem[]> {
  // Every name comes after a space: names are stored without spaces around, and an empty text has no meaning.
  return (await db.all(CHILDREN, { ...page, afterKey: page.afterKey ?? ' ' })).map(present);
}

/** Active units whose name or code holds a text, by code. At most 20,000 rows are looked at. */
export async function searchUnits(
  db: Db,
  query: { text: string; afterCode: string | undefined; limit: number },
): Promise<UnitItem[]> {
  const { text, afterCode, limit } = query;
  const bare = text
    .normalize('NFKC')
    .trim()
    .replace(/[%_\\]/g, '');
  if (bare === '') return [];
  const params = { words: `%${bare.toLowerCase()}%`, code: `%${bare.toUpperCase()}%` };
  return (await db.all(SEARCH, { ...params, afterCode: afterCode ?? ' ', limit })).map(present);
}

/** Closed units whose work is still being handed to the unit they lie under, by id. */
export async function listClosing(
  db: Db,
  page: { afterId: string | undefined; limit: number },
): Promise<UnitItem[]> {
  return (await db.all(CLOSING, { ...page, afterId: page.afterId ?? NIL_ID })).map(present);
}

/** Units that are not closed, by code, behind a code. */
export async function listUnits(
  db: Db,
  page: { afterCode: string | undefined; limit: number },
): Promise<(UnitLine & { people: number })[]> {
  const rows = await db.all(BY_CODE, { ...page, afterCode: page.afterCode ?? ' ' });
  return rows.map(({ peopleCount: people, ...line }) => ({ ...line, people }));
}

/** One unit with the units above it, the head office first. */
export async function readUnit(
  db: Db,
  id: string,
): Promise<(UnitItem & { path: { id: string; name: string }[] }) | undefined> {
  const row = await db.one(ITEM, { id });
  return row && { ...present(row), path: await db.all(PATH, { id }) };
}
