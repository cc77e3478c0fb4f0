import type { Before } from '../../kernel/index.ts';
import {
  insert,
  portable,
  select,
  update,
  type Db,
  type KindTypes,
  type Tx,
} from '../../platform/persistence/index.ts';
import {
  sweepChunkEntity,
  sweepRunEntity,
  type SweepChunkRow,
  type SweepRunRow,
} from './lifecycle.entity.ts';

const RUN_INSERT = insert(sweepRunEntity);
const RUN_BY_ID = select(sweepRunEntity, { name: 'sweep_run.by_id', where: ['id'] });
const RUN_NEWEST = select(sweepRunEntity, {
  name: 'sweep_run.newest',
  where: ['kind', 'state'],
  orderBy: [
    ['startedAt', 'desc'],
    ['id', 'desc'],
  ],
  limit: true,
});
const RUN_UPDATE = update(sweepRunEntity, {
  name: 'sweep_run.update',
  set: [
    'state',
    'finishedAt',
    'atStore',
    'afterAt',
    'afterId',
    'chunkCount',
    'rowsRemoved',
    'report',
    'errorCode',
    'version',
  ],
  where: ['id', 'version'],
});
const CHUNK_INSERT = insert(sweepChunkEntity);
const CHUNKS = select(sweepChunkEntity, {
  name: 'sweep_chunk.of_run',
  where: ['runId'],
  orderBy: [['chunkNo', 'asc']],
  keyset: true,
  limit: true,
});
const RUN_KINDS = Object.fromEntries(
  Object.entries(sweepRunEntity.columns).map(([name, { kind }]) => [name, kind]),
) as Record<keyof SweepRunRow, keyof KindTypes>;
const RUNS_PAGE = portable<Before & { limit: number }, SweepRunRow>(
  'sweep_run.page',
  `SELECT id, kind, state, started_by, started_at, as_of, clock_state, finished_at, at_store, after_at, after_id,
      chunk_count, rows_removed, report, error_code, version FROM sweep_run
    WHERE started_at <= :beforeAt AND (started_at < :beforeAt OR id < :beforeId)
    ORDER BY started_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int', beforeAt: 'instant', beforeId: 'uuid' }, result: RUN_KINDS },
);

/** Inserts a run. */
export async function insertRun(tx: Tx, row: SweepRunRow): Promise<void> {
  await tx.run(RUN_INSERT, row);
}

/** The run, if there is one. */
export function findRun(db: Db, id: string): Promise<SweepRunRow | undefined> {
  return db.one(RUN_BY_ID, { id });
}

/** The newest run of a kind in a state. */
export function findNewestRun(
  db: Db,
  kind: 'dry' | 'real',
  state: 'running' | 'done' | 'failed',
): Promise<SweepRunRow | undefined> {
  return db.one(RUN_NEWEST, { kind, state, limit: 1 });
}

/** Runs, newest first. */
export function listRuns(db: Db, page: { before: Before; limit: number }): Promise<SweepRunRow[]> {
  return db.all(RUNS_PAGE, { ...page.before, limit: page.limit });
}

/** Writes where a run stands over its version; throws when another process works on it. */
export async function saveRun(tx: Tx, run: SweepRunRow): Promise<SweepRunRow> {
  const next = { ...run, version: run.version + 1 };
  const changed = await tx.run(RUN_UPDATE, { ...next, whereId: run.id, whereVersion: run.version });
  if (changed !== 1) throw new Error(`Sweep ${run.id} is at work elsewhere.`);
  return next;
}

/** Inserts what a chunk removed. */
export async function insertChunk(tx: Tx, row: SweepChunkRow): Promise<void> {
  await tx.run(CHUNK_INSERT, row);
}

/** Chunks of a run in order, from behind a number. */
export function listChunks(db: Db, runId: string, afterNo: number, limit: number): Promise<SweepChunkRow[]> {
  return db.all(CHUNKS, { runId, limit, after: [afterNo] });
}
