import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { Crypto, DekRow, KeyProvider, SealedItem, Suite } from '../crypto/index.ts';
import { parseEnvelope, SUITE_ALG } from '../crypto/index.ts';
import type { AnyJobKind, JobContext, JobKind } from '../jobs/index.ts';
import { sealedTables, type SealedRow, type SealedTable, type SealedValue } from '../persistence/index.ts';
import type { Tx, UnitOfWork } from '../persistence/index.ts';
import { listActiveBefore, listUnderOthers, rewrapKeys, succeedKey } from './rekey.repo.ts';

/** Kinds of work that change keys. */
export const REKEY_JOBS = {
  rewrap: 'crypto.rewrap',
  renew: 'crypto.renew-keys',
  reseal: 'crypto.reseal',
} as const;

/** Limits of changing keys. */
export const REKEY_LIMITS = {
  /** Keys wrapped anew, or made, in one unit of work. */
  keysAtOnce: 500,
  /** Rows looked at in one unit of work; pieces of files are a mebibyte each. */
  rowsAtOnce: 200,
  fileRowsAtOnce: 4,
  /** Share of the time a walk over values works at most; conversations have the rest. */
  workShare: 0.5,
  timeoutMs: 24 * 3_600_000,
} as const;

/** What changing keys needs. */
export interface RekeyDeps {
  uow: UnitOfWork;
  crypto: Crypto;
  provider: KeyProvider;
  suite: Suite;
  /** Pieces of files: large rows are walked few at a time. */
  isLarge?(table: string): boolean;
  /** Tells every process that keys changed; those read them anew. */
  announce(tx: Tx, ids: readonly number[]): void;
}

/** The jobs: data keys under the newest master key, new data keys, values under the keys and suite in use. */
export function rekeyJobs(deps: RekeyDeps): AnyJobKind[] {
  return [rewrapJob(deps), renewJob(deps), resealJob(deps)];
}

type IdState = { lastId: number; done: number };

/** Wraps every data key by the newest master key; touches no row of data. */
function rewrapJob({ uow, provider }: RekeyDeps): JobKind<Record<string, never>, IdState> {
  return {
    kind: REKEY_JOBS.rewrap,
    title: { zh: '用新主密钥重新封装数据密钥', en: 'Wrap data keys by the new master key' },
    ...{ maxAttempts: 5, timeoutMs: REKEY_LIMITS.timeoutMs },
    async run(context) {
      let { lastId, done } = context.state ?? { lastId: 0, done: 0 };
      // Another process may have made the newest key.
      await provider.reload();
      const kekId = provider.kekId;
      for (;;) {
        const limit = REKEY_LIMITS.keysAtOnce;
        const rows = await uow.read((db) => listUnderOthers(db, { kekId, lastId, limit }));
        const last = rows.at(-1);
        if (last === undefined) break;
        const wrapped = await Promise.all(rows.map((row) => rewrap(provider, row, kekId)));
        await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
          done += await rewrapKeys(tx, wrapped);
          tx.record({
            action: 'key.rotate',
            outcome: 'ok',
            target: { type: 'master-key', id: kekId },
            details: { keys: rows.length },
          });
        });
        lastId = last.id;
        await context.checkpoint({ lastId, done }, { done });
      }
      return { kekId, keys: done };
    },
  };
}

async function rewrap(provider: KeyProvider, row: DekRow, kekId: string) {
  const context = { dekId: row.id, scope: row.scope, ownerId: row.ownerId };
  const secret = await provider.unwrap(row.wrapped, context, row.kekId);
  try {
    return { id: row.id, oldKekId: row.kekId, kekId, wrapped: await provider.wrap(secret, context, kekId) };
  } finally {
    secret.fill(0);
  }
}

/** Gives every requester whose key is older than the job a new one; old ones only open from then on. */
function renewJob({ uow, crypto, announce }: RekeyDeps): JobKind<{ before: string }, IdState> {
  return {
    kind: REKEY_JOBS.renew,
    title: { zh: '更换客户的数据密钥', en: 'Give requesters new data keys' },
    ...{ maxAttempts: 5, timeoutMs: REKEY_LIMITS.timeoutMs },
    async run(context, params) {
      let { lastId, done } = context.state ?? { lastId: 0, done: 0 };
      // Never in the future: keys made by this job must not be due themselves.
      const before = new Date(Math.min(Date.parse(params.before), context.now().getTime()));
      for (;;) {
        const limit = REKEY_LIMITS.keysAtOnce;
        const rows = await uow.read((db) => listActiveBefore(db, { before, lastId, limit }));
        const last = rows.at(-1);
        if (last === undefined) break;
        const made = await Promise.all(
          rows.map(async ({ id, ownerId }) => ({ id, ...(await crypto.newDek('requester', ownerId)) })),
        );
        await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
          for (const { id, row } of made) if (await succeedKey(tx, id, row)) done += 1;
          tx.record({
            action: 'key.rotate',
            outcome: 'ok',
            target: { type: 'data-keys', id: 'requester' },
            details: { keys: rows.length },
          });
          announce(
            tx,
            rows.map(({ id }) => id),
          );
        });
        lastId = last.id;
        await context.checkpoint({ lastId, done }, { done });
      }
      return { keys: done };
    },
  };
}

interface ResealState {
  [key: string]: string | number | (string | number)[] | null;
  table: string;
  after: (string | number)[] | null;
  rows: number;
  resealed: number;
  unreadable: number;
  raced: number;
}

/**
 * Walks every sealed value, and seals anew what is under a key that only opens, or in another suite than the one in
 * use. A value that changed in between is left to its new form; one that cannot be read is counted and left.
 */
function resealJob(deps: RekeyDeps): JobKind<Record<string, never>, ResealState> {
  return {
    kind: REKEY_JOBS.reseal,
    title: { zh: '用现用密钥重新加密数据', en: 'Seal values under the keys in use' },
    ...{ maxAttempts: 5, timeoutMs: REKEY_LIMITS.timeoutMs },
    async run(context: JobContext<ResealState>) {
      const tables = sealedTables();
      let state = context.state ?? {
        ...{ table: tables[0]?.table ?? '', after: null },
        ...{ rows: 0, resealed: 0, unreadable: 0, raced: 0 },
      };
      const from = Math.max(
        0,
        tables.findIndex(({ table }) => table === state.table),
      );
      for (const table of tables.slice(from)) {
        if (state.table !== table.table) state = { ...state, table: table.table, after: null };
        for (;;) {
          const startedMs = performance.now();
          const page = await resealPage(deps, table, state);
          state = page.state;
          await context.checkpoint(state, { done: state.rows });
          if (page.isLast) break;
          if (page.changed > 0) await rest(performance.now() - startedMs, context.signal);
        }
      }
      const { rows, resealed, unreadable, raced } = state;
      return { rows, resealed, unreadable, raced };
    },
  };
}

async function resealPage(deps: RekeyDeps, table: SealedTable, state: ResealState) {
  const limit = deps.isLarge?.(table.table) ? REKEY_LIMITS.fileRowsAtOnce : REKEY_LIMITS.rowsAtOnce;
  const [statement, params] = table.pageOf(state.after ?? undefined, limit);
  const rows = (await deps.uow.read((db) => db.all(statement, params))).map((row) => table.read(row));
  const plan = await planOf(deps, table, rows);
  let written = 0;
  if (plan.changes.length > 0) {
    await deps.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      written = 0;
      for (const { row, value, next } of plan.changes)
        written += await tx.run(...table.replace(row, value, next));
      const details = { values: written };
      tx.record({
        action: 'key.rotate',
        outcome: 'ok',
        target: { type: 'values', id: table.table },
        details,
      });
    });
  }
  const last = rows.at(-1);
  const next: ResealState = {
    ...state,
    after: last === undefined ? state.after : (last.key as (string | number)[]),
    rows: state.rows + rows.length,
    resealed: state.resealed + written,
    unreadable: state.unreadable + plan.unreadable,
    raced: state.raced + plan.changes.length - written,
  };
  return { state: next, changed: written, isLast: rows.length < limit };
}

interface Change {
  row: SealedRow;
  value: SealedValue;
  next: Buffer;
}

/** The values of a page that must be sealed anew, opened and sealed for the same place. */
async function planOf(
  { crypto, suite }: RekeyDeps,
  { table }: SealedTable,
  rows: readonly SealedRow[],
): Promise<{ changes: Change[]; unreadable: number }> {
  const alg = SUITE_ALG[suite];
  const places = rows.flatMap((row) =>
    row.values.flatMap((value) => {
      const parsed = parseEnvelope(value.envelope);
      return parsed === undefined ? [] : [{ row, value, dekId: parsed.dekId, alg: parsed.alg }];
    }),
  );
  const successors = await crypto.successors([...new Set(places.map(({ dekId }) => dekId))]);
  const due = places.filter((place) => successors.get(place.dekId) !== undefined || place.alg !== alg);
  const items: SealedItem[] = due.map(({ row, value }) => ({
    cell: { table, column: value.column, rowId: row.rowId },
    envelope: value.envelope,
  }));
  const opened = await crypto.openManyBytes(items);
  const changes: Change[] = [];
  for (const [index, { row, value, dekId }] of due.entries()) {
    const plain = opened[index];
    if (plain === undefined) continue;
    const dek = await crypto.dek(successors.get(dekId) ?? dekId);
    changes.push({ row, value, next: dek.seal((items[index] as SealedItem).cell, plain) });
    plain.fill(0);
  }
  return { changes, unreadable: due.length - changes.length };
}

/** Rests as long as was worked, or stops waiting when the work is to end; the next checkpoint then throws. */
function rest(workedMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, workedMs * (1 / REKEY_LIMITS.workShare - 1));
    signal.addEventListener('abort', done);
  });
}
