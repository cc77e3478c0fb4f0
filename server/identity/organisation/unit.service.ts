import { AppError, ROOT_UNIT_ID, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import {
  DatabaseConflict,
  type Db,
  type Tx,
  type UnitOfWork,
  type UnitRows,
} from '../../platform/persistence/index.ts';
import type { SessionService } from '../session.service.ts';
import type { UnitRow } from './unit.entity.ts';
import {
  closeUnit,
  countPeople,
  countUnits,
  findUnit,
  handOverPeople,
  hasChildren,
  heightOf,
  holdUnit,
  insertUnit,
  liesUnder,
  listInState,
  lockTree,
  moveUnit,
  renameUnit,
  setState,
} from './unit.repo.ts';
import {
  assertDepth,
  assertKind,
  nameKeyOf,
  normaliseCode,
  ORGANISATION_LIMITS,
  type UnitKind,
} from './unit.rules.ts';
import type { UnitTree } from './unit-tree.ts';

/** What the organisation needs. */
export interface UnitDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  sessions: SessionService;
  tree: UnitTree;
  /** Every kind of record that has a unit; the composition root fills it. */
  records: readonly UnitRows[];
}

/** A new unit. */
export interface UnitInput {
  parentId: string;
  kind: UnitKind;
  name: string;
  code: string;
}

/** Units whose hand-over is taken up again at once. */
const CLOSING_MAX = 100;

/** Use cases of the organisation. Changes of the tree's shape wait for each other, so two never make a cycle. */
export class UnitService {
  readonly #deps: UnitDeps;

  constructor(deps: UnitDeps) {
    this.#deps = deps;
  }

  /** An active unit; throws `unit.unknown`. */
  async active(db: Db, id: string): Promise<UnitRow> {
    const row = await findUnit(db, id);
    if (row?.state !== 'active') throw new AppError('unit.unknown');
    return row;
  }

  /** Keeps a unit open until the end of the unit of work, for what is placed in it; throws `unit.unknown`. */
  async hold(tx: Tx, id: string): Promise<void> {
    if (!(await holdUnit(tx, id))) throw new AppError('unit.unknown');
  }

  /**
   * Makes a unit. Throws `unit.unknown` for the parent, `unit.kind_refused`, `unit.too_deep`, `unit.too_many`,
   * `unit.code_taken`, `unit.name_taken`.
   */
  async create(tx: Tx, input: UnitInput): Promise<UnitRow> {
    await this.#lock(tx);
    const parent = await this.active(tx, input.parentId);
    assertKind(input.kind, parent.kind);
    assertDepth(parent.depth + 1);
    const { unitsMax } = ORGANISATION_LIMITS;
    if ((await countUnits(tx)) >= unitsMax) throw new AppError('unit.too_many', { details: { unitsMax } });
    const name = input.name.trim();
    const row: UnitRow = {
      id: this.#deps.ids.next(),
      parentId: parent.id,
      kind: input.kind,
      name,
      nameKey: nameKeyOf(name),
      code: normaliseCode(input.code),
      state: 'active',
      successorId: null,
      depth: parent.depth + 1,
      createdAt: this.#deps.clock.now(),
      closedAt: null,
      version: 1,
    };
    await refuseTaken(() => insertUnit(tx, row));
    const details = { parentId: parent.id, kind: row.kind, code: row.code };
    tx.record({ action: 'unit.create', outcome: 'ok', target: { type: 'unit', id: row.id }, details });
    return row;
  }

  /** Changes name, code, or kind. Throws `request.version_stale` and what `create` throws. */
  async rename(
    tx: Tx,
    target: { id: string; version: number },
    change: { name?: string; code?: string; kind?: UnitKind },
  ): Promise<UnitRow> {
    await this.#lock(tx);
    const before = await this.#forChange(tx, target);
    const name = change.name?.trim() ?? before.name;
    const kind = change.kind ?? before.kind;
    if (kind !== before.kind) await this.#assertNewKind(tx, before, kind);
    const code = change.code === undefined ? before.code : normaliseCode(change.code);
    const row = { ...before, name, nameKey: nameKeyOf(name), code, kind, version: before.version + 1 };
    await refuseTaken(async () => {
      if (!(await renameUnit(tx, row))) throw new AppError('request.version_stale');
    });
    const fields = Object.keys(change);
    tx.record({ action: 'unit.update', outcome: 'ok', target: { type: 'unit', id: row.id }, fields });
    return row;
  }

  /** What lies under the unit must still be allowed there; units with something under them keep their kind. */
  async #assertNewKind(tx: Tx, before: UnitRow, kind: UnitKind): Promise<void> {
    const parent = before.parentId === null ? undefined : await findUnit(tx, before.parentId);
    if (parent === undefined) throw new AppError('unit.root_fixed');
    assertKind(kind, parent.kind);
    if (await hasChildren(tx, before.id)) throw new AppError('unit.has_units');
  }

  /**
   * Moves a unit with everything under it. Throws `unit.cycle`, `unit.root_fixed`, `unit.unknown`,
   * `unit.kind_refused`, `unit.too_deep`, `unit.name_taken`, `request.version_stale`.
   */
  async move(tx: Tx, target: { id: string; version: number }, parentId: string): Promise<UnitRow> {
    await this.#lock(tx);
    const before = await this.#forChange(tx, target);
    if (before.id === ROOT_UNIT_ID) throw new AppError('unit.root_fixed');
    const parent = await this.active(tx, parentId);
    if (await liesUnder(tx, parentId, before.id)) throw new AppError('unit.cycle');
    assertKind(before.kind, parent.kind);
    assertDepth(parent.depth + 1 + (await heightOf(tx, before.id)));
    const row = { ...before, parentId, depth: parent.depth + 1, version: before.version + 1 };
    await refuseTaken(async () => {
      if (!(await moveUnit(tx, row, row.depth - before.depth))) throw new AppError('request.version_stale');
    });
    const details = { from: before.parentId ?? 'none', to: parentId };
    tx.record({ action: 'unit.move', outcome: 'ok', target: { type: 'unit', id: row.id }, details });
    return row;
  }

  /**
   * Closes a unit. Its people and grants go to the successor in the same unit of work, and from the same moment the
   * successor sees its records, since the closed unit lies under it; the records themselves follow in steps
   * (`handOver`). Throws `unit.successor_needed` when there is anything to hand over and nobody is named,
   * `unit.has_units`, `unit.root_fixed`, `unit.cycle` for itself.
   */
  async close(
    tx: Tx,
    target: { id: string; version: number },
    successorId: string | undefined,
  ): Promise<{ row: UnitRow; people: number; left: boolean }> {
    await this.#lock(tx);
    const before = await this.#forChange(tx, target);
    if (before.parentId === null) throw new AppError('unit.root_fixed');
    if (await hasChildren(tx, before.id)) throw new AppError('unit.has_units');
    const left = await this.#hasRecords(tx, before.id);
    if (successorId === undefined && (left || (await countPeople(tx, before.id)) > 0)) {
      throw new AppError('unit.successor_needed');
    }
    if (successorId === before.id) throw new AppError('unit.cycle');
    const successor = await this.active(tx, successorId ?? before.parentId);
    const row: UnitRow = {
      ...before,
      parentId: successor.id,
      nameKey: before.id,
      state: left ? 'closing' : 'closed',
      successorId: successor.id,
      depth: successor.depth + 1,
      closedAt: this.#deps.clock.now(),
      version: before.version + 1,
    };
    if (!(await closeUnit(tx, row, row.depth - before.depth))) throw new AppError('request.version_stale');
    const people = await handOverPeople(tx, row.id, successor.id);
    this.#deps.sessions.forgetAfter(tx, { unitId: row.id });
    const details = { successorId: successor.id, people, left };
    tx.record({ action: 'unit.close', outcome: 'ok', target: { type: 'unit', id: row.id }, details });
    return { row, people, left };
  }

  /** What a unit would hand over: its people, and how many records of each kind it has, counted up to a limit. */
  async workOf(db: Db, id: string): Promise<{ people: number; records: { kind: string; count: number }[] }> {
    if ((await findUnit(db, id)) === undefined) throw new AppError('request.not_found');
    const records: { kind: string; count: number }[] = [];
    for (const { name: kind, count } of this.#deps.records) {
      records.push({ kind, count: await count(db, id, ORGANISATION_LIMITS.countedMax) });
    }
    return { people: await countPeople(db, id), records };
  }

  /** Takes up every hand-over that is not finished; resolves when all are. Repeating it, also after a kill, is safe. */
  async finishHandOvers(): Promise<void> {
    const rows = await this.#deps.uow.read((db) => listInState(db, 'closing', CLOSING_MAX));
    for (const { id } of rows) while (await this.#handOverStep(id));
  }

  /** One step of a hand-over in a unit of work of its own; false when nothing is left. */
  #handOverStep(id: string): Promise<boolean> {
    return this.#deps.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const row = await findUnit(tx, id);
      if (row?.state !== 'closing') return false;
      const target = { type: 'unit', id };
      const to = await heirOf(tx, row);
      for (const { name, handOver } of this.#deps.records) {
        const count = await handOver(tx, id, to, ORGANISATION_LIMITS.handOverRows);
        if (count === 0) continue;
        tx.record({ action: 'unit.hand-over', outcome: 'ok', target, details: { to, records: name, count } });
        return true;
      }
      await setState(tx, id, 'closing', 'closed');
      tx.record({ action: 'unit.hand-over', outcome: 'ok', target, reason: 'finished', details: { to } });
      return false;
    });
  }

  async #hasRecords(db: Db, unitId: string): Promise<boolean> {
    for (const { hasAny } of this.#deps.records) if (await hasAny(db, unitId)) return true;
    return false;
  }

  async #lock(tx: Tx): Promise<void> {
    await lockTree(tx);
    this.#deps.tree.forgetAfter(tx);
  }

  async #forChange(tx: Tx, { id, version }: { id: string; version: number }): Promise<UnitRow> {
    const row = await findUnit(tx, id);
    if (row?.state !== 'active') throw new AppError('request.not_found');
    if (row.version !== version) throw new AppError('request.version_stale');
    return row;
  }
}

/** Who takes the records of a unit: the successor, or the successor of one that was closed in the meantime. */
async function heirOf(db: Db, row: UnitRow): Promise<string> {
  let heir: UnitRow | undefined = row;
  while (heir !== undefined && heir.state !== 'active') {
    heir = heir.successorId === null ? undefined : await findUnit(db, heir.successorId);
  }
  return heir?.id ?? ROOT_UNIT_ID;
}

async function refuseTaken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DatabaseConflict) || error.kind !== 'unique') throw error;
    const code = error.constraint === 'ux_org_unit_code' ? 'unit.code_taken' : 'unit.name_taken';
    throw new AppError(code, { cause: error });
  }
}
