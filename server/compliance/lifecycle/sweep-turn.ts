import { join } from 'node:path';
import type { RecordClass, RecordCursor, RecordSubject, Thresholds } from '../../kernel/index.ts';
import { sha256, type Crypto } from '../../platform/crypto/index.ts';
import {
  endDeks,
  markArchivedDeks,
  type OwnedRow,
  type RecordStore,
  type Tx,
} from '../../platform/persistence/index.ts';
import { archiveFileName, writeArchiveFile } from './archive-file.ts';
import { gather, pagesOf } from './candidates.ts';
import { takeTurn } from './guard.repo.ts';
import { listActiveHolds } from './hold.repo.ts';
import type { SweepChunkRow, SweepRunRow } from './lifecycle.entity.ts';
import { thresholdsAt, type PeriodRules } from './period.rules.ts';
import { countGone, countVerdict, spanOf } from './report.ts';
import { currentRules } from './rule.repo.ts';
import { insertChunk, saveRun } from './sweep.repo.ts';
import { judge, type Terms } from './sweep.rules.ts';

/** Records one chunk looks at; statements take them 500 at once. */
export const PAGE_RECORDS = 2_000;
/** Rows one chunk removes, about: its locks are held for a fraction of a second. One large record may exceed it. */
export const CHUNK_ROWS_MAX = 8_000;

/** What a turn works with. */
export interface TurnDeps {
  stores: readonly RecordStore[];
  crypto: Crypto;
  /** Folder of this run's archive files. */
  archiveFolder: string;
  /** Records this chunk looks at, at most PAGE_RECORDS. */
  pageRecords: number;
  now(): Date;
}

/** What a turn did: the run as it stands now, and whether its store has nothing more that is due. */
export interface TurnResult {
  run: SweepRunRow;
  isStoreDone: boolean;
  rowCount: number;
  /** Records the next chunk should ask for: about so many as fit. */
  nextRecords: number;
}

/**
 * One chunk, in the unit of work of `tx`: looks at the next records of a store, decides, archives, removes, and notes
 * where the run stands. Holds and rules are read behind the turn's lock, so a hold or a longer period that was
 * acknowledged before this chunk began counts, and one that comes now waits until it has committed.
 */
export async function takeSweepTurn(
  tx: Tx,
  deps: TurnDeps,
  run: SweepRunRow,
  store: RecordStore,
): Promise<TurnResult> {
  await takeTurn(tx);
  const rules = await currentRules(tx);
  const holds = await listActiveHolds(tx);
  const terms: Terms = { thresholds: thresholdsAt(run.asOf, rules), holds };
  const after = run.afterAt === null || run.afterId === null ? null : { at: run.afterAt, id: run.afterId };
  const { page, isLast, isCut } = await nextPage(tx, store, terms.thresholds, {
    after,
    limit: deps.pageRecords,
  });
  const report = structuredClone(run.report);
  const going: RecordSubject[] = [];
  for (const { record, verdict } of await judgeAll(tx, deps.stores, { store, page, terms })) {
    countVerdict(report, record, verdict);
    if (verdict.goes) going.push(record);
  }
  const locked = new Set(going.length === 0 ? [] : await lock(tx, store, going, terms.thresholds));
  const gone = going.filter(({ id }) => locked.has(id));
  const chunkNo = run.chunkCount + 1;
  const removed =
    gone.length === 0 ? null : await remove(tx, deps, { run, chunkNo, store, records: gone, rules });
  for (const [recordClass, { records, rows }] of removed?.byClass ?? []) {
    const isOwn = recordClass === store.recordClass;
    countGone(report, recordClass, { records, rows, span: isOwn ? spanOf(gone) : null });
  }
  if (removed !== null) await insertChunk(tx, removed.chunk);
  const last = page.at(-1)?.cursor;
  const next = await saveRun(tx, {
    ...run,
    atStore: store.name,
    afterAt: last?.at ?? run.afterAt,
    afterId: last?.id ?? run.afterId,
    chunkCount: removed === null ? run.chunkCount : chunkNo,
    rowsRemoved: run.rowsRemoved + (removed?.chunk.rowCount ?? 0),
    report,
    errorCode: null,
  });
  recordTurn(tx, run, store, { looked: page.length, chunk: removed?.chunk ?? null });
  const rowCount = removed?.chunk.rowCount ?? 0;
  // A page that was cut is asked for again, so the next one asks for little more than what fits; a whole one for more.
  const nextRecords = isCut ? Math.ceil(page.length * 1.1) : page.length * 2;
  return { run: next, isStoreDone: isLast, rowCount, nextRecords };
}

/** The next due records, cut so that their rows fit a chunk; the first always fits. */
async function nextPage(
  tx: Tx,
  store: RecordStore,
  thresholds: Thresholds,
  from: { after: RecordCursor | null; limit: number },
): Promise<{ page: { record: RecordSubject; cursor: RecordCursor }[]; isLast: boolean; isCut: boolean }> {
  const found = (await store.due?.(tx, { thresholds, ...from })) ?? [];
  let rows = 0;
  const page = found.filter(({ record }, index) => {
    rows += record.rowCount;
    return index === 0 || rows <= CHUNK_ROWS_MAX;
  });
  const isCut = page.length < found.length;
  return { page, isLast: !isCut && found.length < from.limit, isCut };
}

/** Decides about a page; one whose keepers are too many for one look is decided in halves. */
export async function judgeAll(
  db: Parameters<typeof gather>[0],
  stores: readonly RecordStore[],
  from: { store: RecordStore; page: readonly { record: RecordSubject }[]; terms: Terms },
): Promise<{ record: RecordSubject; verdict: ReturnType<typeof judge> }[]> {
  const { store, page, terms } = from;
  if (page.length === 0) return [];
  const records = page.map(({ record }) => record);
  const { candidates, isCut } = await gather(db, stores, { store, records }, terms.holds);
  if (isCut && page.length > 1) {
    const half = Math.ceil(page.length / 2);
    const first = await judgeAll(db, stores, { ...from, page: page.slice(0, half) });
    return [...first, ...(await judgeAll(db, stores, { ...from, page: page.slice(half) }))];
  }
  return candidates.map((candidate, index) => ({
    record: records[index] as RecordSubject,
    verdict: judge(candidate, terms),
  }));
}

async function lock(
  tx: Tx,
  store: RecordStore,
  records: RecordSubject[],
  thresholds: Thresholds,
): Promise<string[]> {
  if (store.lock === undefined) throw new Error(`The store ${store.name} removes without a lock.`);
  const locked: string[] = [];
  for (const page of pagesOf(records.map(({ id }) => id))) {
    locked.push(...(await store.lock(tx, page, thresholds)));
  }
  return locked;
}

interface Removal {
  chunk: SweepChunkRow;
  byClass: Map<RecordClass, { records: number; rows: number }>;
}

/** Writes the archive, then deletes. A failed archive throws, and with the unit of work nothing is deleted. */
async function remove(
  tx: Tx,
  deps: TurnDeps,
  from: {
    run: SweepRunRow;
    chunkNo: number;
    store: RecordStore;
    records: RecordSubject[];
    rules: PeriodRules;
  },
): Promise<Removal> {
  const { run, chunkNo, store, records, rules } = from;
  const ids = records.map(({ id }) => id);
  const owners = [...deps.stores.filter(({ attachedTo }) => attachedTo === store.recordClass), store];
  const archived = owners.filter(({ recordClass }) => rules[recordClass].action === 'archive-and-delete');
  const archive = archived.length === 0 ? null : await writeArchive(tx, deps, { ...from, archived, ids });
  const byClass: Removal['byClass'] = new Map();
  let rowCount = 0;
  for (const owner of owners) {
    const line = byClass.get(owner.recordClass) ?? { records: 0, rows: 0 };
    byClass.set(owner.recordClass, line);
    let rows = 0;
    for (const table of owner.rows) {
      rows = 0;
      for (const page of pagesOf(ids)) rows += await table.remove(tx, page);
      line.rows += rows;
      rowCount += rows;
    }
    // The last table holds the record's own row.
    if (owner === store || owner.recordClass !== store.recordClass) line.records += rows;
  }
  if (store.recordClass === 'profile') await endKeys(tx, deps.crypto, ids);
  const span = spanOf(records) ?? { oldest: run.asOf, newest: run.asOf };
  const chunk: SweepChunkRow = {
    runId: run.id,
    chunkNo,
    recordClass: store.recordClass,
    recordCount: records.length,
    rowCount,
    oldestAt: span.oldest,
    newestAt: span.newest,
    idsHash: sha256([...ids].sort().join('\n')),
    archiveFile: archive?.file ?? null,
    archiveHash: archive?.hash ?? null,
    at: deps.now(),
  };
  return { chunk, byClass };
}

async function writeArchive(
  tx: Tx,
  deps: TurnDeps,
  from: {
    run: SweepRunRow;
    chunkNo: number;
    store: RecordStore;
    records: RecordSubject[];
    archived: RecordStore[];
    ids: string[];
  },
): Promise<{ file: string; hash: Buffer }> {
  const { run, chunkNo, store, records, archived, ids } = from;
  const { recordClass } = store;
  const file = archiveFileName(recordClass, chunkNo);
  const head = {
    format: 'vaultdesk-archive/1' as const,
    ...{ runId: run.id, chunkNo, recordClass, recordCount: records.length },
  };
  const hash = await writeArchiveFile(
    deps.crypto,
    join(deps.archiveFolder, file),
    head,
    rowsOf(tx, archived, ids),
  );
  const requesterIds = records.flatMap(({ requesterId }) => (requesterId === null ? [] : [requesterId]));
  const owners = recordClass === 'profile' ? ids : [...new Set(requesterIds)];
  for (const page of pagesOf(owners)) await markArchivedDeks(tx, page, run.id);
  return { file, hash };
}

async function* rowsOf(tx: Tx, stores: RecordStore[], ids: string[]): AsyncGenerator<OwnedRow[]> {
  const pages = pagesOf(ids);
  for (const table of stores.flatMap(({ rows }) => rows)) {
    for (const page of pages) if (table.read !== undefined) yield* table.read(tx, page);
  }
}

async function endKeys(tx: Tx, crypto: Crypto, requesterIds: string[]): Promise<void> {
  const [destroyed, retired]: [number[], number[]] = [[], []];
  for (const page of pagesOf(requesterIds)) {
    const ended = await endDeks(tx, page);
    destroyed.push(...ended.destroyed);
    retired.push(...ended.retired);
  }
  tx.record({
    action: 'key.destroy',
    outcome: 'ok',
    target: { type: 'requester-keys', id: String(destroyed.length) },
    details: { destroyed: destroyed.length, keptForArchives: retired.length },
  });
  tx.afterCommit(() => {
    for (const id of [...destroyed, ...retired]) crypto.forget(id);
  });
}

/** One entry a chunk: how many of what went, from when, and the hash of their ids. */
function recordTurn(
  tx: Tx,
  run: SweepRunRow,
  store: RecordStore,
  turn: { looked: number; chunk: SweepChunkRow | null },
): void {
  const { looked, chunk } = turn;
  tx.record({
    action: 'record.sweep',
    outcome: 'ok',
    target: { type: 'sweep', id: run.id },
    details: {
      store: store.name,
      recordClass: store.recordClass,
      looked,
      records: chunk?.recordCount ?? 0,
      rows: chunk?.rowCount ?? 0,
      ...(chunk === null
        ? {}
        : {
            chunk: chunk.chunkNo,
            oldest: chunk.oldestAt.toISOString(),
            newest: chunk.newestAt.toISOString(),
            idsSha256: chunk.idsHash.toString('hex'),
            ...(chunk.archiveHash === null ? {} : { archiveSha256: chunk.archiveHash.toString('hex') }),
          }),
    },
  });
}
