import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { parseEnvelope, SUITE_ALG, type SealedItem } from '../crypto/index.ts';
import type { JobContext, JobKind } from '../jobs/index.ts';
import { sealedTables, type SealedRow, type SealedTable } from '../persistence/index.ts';
import { createGovernor, type Governor } from './governor.ts';
import type { RekeyDeps } from './rekey.deps.ts';
import { REKEY_JOBS, REKEY_LIMITS, restAfter } from './rekey.rules.ts';

interface ResealState {
  [key: string]: string | number | (string | number)[] | null;
  table: string;
  after: (string | number)[] | null;
  /** Rows looked at, sealed anew, and left because they kept changing; values that cannot be read. */
  rows: number;
  resealed: number;
  raced: number;
  unreadable: number;
  /** How long it worked, without the rests; with `resealed` the speed. */
  workedMs: number;
}

/**
 * Walks every sealed value, and seals anew what is under a key that only opens, or in another suite than the one in
 * use. A row that changes meanwhile is read again; a value that cannot be read is counted and left.
 */
export function resealJob(deps: RekeyDeps): JobKind<Record<string, never>, ResealState> {
  return {
    kind: REKEY_JOBS.reseal,
    title: { zh: '用现用密钥重新加密数据', en: 'Seal values under the keys in use' },
    ...{ maxAttempts: 5, timeoutMs: REKEY_LIMITS.timeoutMs },
    async run(context: JobContext<ResealState>) {
      const tables = sealedTables();
      let state = context.state ?? {
        ...{ table: tables[0]?.table ?? '', after: null },
        ...{ rows: 0, resealed: 0, raced: 0, unreadable: 0, workedMs: 0 },
      };
      const governor = createGovernor(deps.isForegroundWaiting);
      const from = Math.max(
        0,
        tables.findIndex(({ table }) => table === state.table),
      );
      for (const table of tables.slice(from)) {
        if (state.table !== table.table) state = { ...state, table: table.table, after: null };
        for (;;) {
          const startedMs = performance.now();
          const page = await resealPage(deps, table, { state, governor });
          const tookMs = performance.now() - startedMs - governor.takeWaitedMs();
          state = { ...page.state, workedMs: Math.round(state.workedMs + tookMs) };
          await context.checkpoint(state, { done: state.rows });
          if (page.isLast) break;
          if (page.written > 0) await restAfter(tookMs, context.signal);
        }
      }
      const { rows, resealed, raced, unreadable, workedMs } = state;
      return { rows, resealed, raced, unreadable, workedMs };
    },
  };
}

async function resealPage(
  deps: RekeyDeps,
  table: SealedTable,
  { state, governor }: { state: ResealState; governor: Governor },
) {
  const isLarge = deps.isLarge?.(table.table) === true;
  const limit = isLarge ? REKEY_LIMITS.fileRowsAtOnce : governor.rowsAtOnce;
  const [statement, params] = table.pageOf(state.after ?? undefined, limit);
  let [written, missed, unreadable] = [0, 0, 0];
  let rows: SealedRow[] = [];
  for (let attempt = 0; attempt <= REKEY_LIMITS.racesMax; attempt += 1) {
    rows = (await deps.uow.read((db) => db.all(statement, params))).map((row) => table.read(row));
    const plan = await planOf(deps, table, { rows, governor });
    await governor.turn();
    const startedMs = performance.now();
    const done = await writeRows(deps, table, { rows: plan.rows, isLarge });
    if (!isLarge) governor.wrote(plan.rows.length, performance.now() - startedMs);
    written += done;
    missed = plan.rows.length - done;
    unreadable = plan.unreadable;
    if (missed === 0) break;
  }
  const last = rows.at(-1);
  const next: ResealState = {
    ...state,
    after: last === undefined ? state.after : (last.key as (string | number)[]),
    rows: state.rows + rows.length,
    resealed: state.resealed + written,
    raced: state.raced + missed,
    unreadable: state.unreadable + unreadable,
  };
  return { state: next, written, isLast: rows.length < limit };
}

/** A row and its new envelopes by column. */
interface Change {
  row: SealedRow;
  next: Map<string, Buffer>;
}

/** Writes where nothing changed since it was read; gives the number of rows. */
async function writeRows(
  { uow }: RekeyDeps,
  table: SealedTable,
  { rows, isLarge }: { rows: readonly Change[]; isLarge: boolean },
): Promise<number> {
  if (rows.length === 0) return 0;
  const all = rows.map(({ row, next }) => table.rewriteParams(row, next));
  return uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    let written = 0;
    // Large values travel one by one: an array of them would stand in memory several times.
    if (isLarge) for (const params of all) written += await tx.run(table.rewrite, params);
    else written = await tx.runMany(table.rewrite, all);
    const target = { type: 'values', id: table.table };
    tx.record({ action: 'key.rotate', outcome: 'ok', target, details: { rows: written } });
    return written;
  });
}

/** The rows of a page with values that must be sealed anew: opened, and sealed for the same place. */
async function planOf(
  { crypto, suite }: RekeyDeps,
  { table }: SealedTable,
  { rows, governor }: { rows: readonly SealedRow[]; governor: Governor },
): Promise<{ rows: Change[]; unreadable: number }> {
  const alg = SUITE_ALG[suite];
  const places = rows.flatMap((row) =>
    row.values.flatMap(({ column, envelope }) => {
      const parsed = parseEnvelope(envelope);
      const cell = { table, column, rowId: row.rowId };
      return parsed === undefined ? [] : [{ row, cell, envelope, dekId: parsed.dekId, alg: parsed.alg }];
    }),
  );
  const successors = await crypto.successors([...new Set(places.map(({ dekId }) => dekId))]);
  const due = places.filter((place) => successors.get(place.dekId) !== undefined || place.alg !== alg);
  if (due.length === 0) return { rows: [], unreadable: 0 };
  await crypto.prepare([...new Set(due.flatMap(({ dekId }) => [dekId, successors.get(dekId) ?? dekId]))]);
  const keyIdOf = ({ dekId }: { dekId: number }) => successors.get(dekId) ?? dekId;
  const deks = await crypto.deks([...new Set(due.map(keyIdOf))]);
  const changes = new Map<SealedRow, Change>();
  let unreadable = 0;
  for (let start = 0; start < due.length; start += REKEY_LIMITS.valuesAtOnce) {
    const some = due.slice(start, start + REKEY_LIMITS.valuesAtOnce);
    const opened = await crypto.openManyBytes(some satisfies SealedItem[]);
    await governor.turn();
    for (const [index, place] of some.entries()) {
      const [plain, dek] = [opened[index], deks.get(keyIdOf(place))];
      if (plain === undefined || dek === undefined) {
        unreadable += 1;
        continue;
      }
      const change = changes.get(place.row) ?? { row: place.row, next: new Map<string, Buffer>() };
      change.next.set(place.cell.column, dek.seal(place.cell, plain));
      changes.set(place.row, change);
      plain.fill(0);
    }
    await governor.turn();
  }
  return { rows: [...changes.values()], unreadable };
}
