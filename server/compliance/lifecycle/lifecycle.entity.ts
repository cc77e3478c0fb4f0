import type { RecordClass } from '../../kernel/index.ts';
import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Versions of the rule of a class; the highest counts. A class without a row has its default. */
export const retentionRuleEntity = defineEntity(
  'retention_rule',
  {
    recordClass: col.text(20),
    version: col.int(),
    months: col.int(),
    action: col.text(20),
    changedBy: col.uuid(),
    approvedBy: col.uuid().optional(),
    changedAt: col.instant(),
  },
  { primaryKey: ['recordClass', 'version'] },
);
/** Row of `retention_rule`. */
export type RetentionRuleRow = RowOf<typeof retentionRuleEntity>;

/** Orders to keep what would go: each part that is named narrows it. Reason and authority may name people. */
export const legalHoldEntity = defineEntity(
  'legal_hold',
  {
    id: col.uuid(),
    requesterId: col.uuid().optional(),
    accountId: col.uuid().optional(),
    ticketId: col.uuid().optional(),
    recordClass: col.text(20).optional(),
    fromAt: col.instant().optional(),
    toAt: col.instant().optional(),
    reasonEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    authorityEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    isActive: col.flag(),
    placedBy: col.uuid(),
    placedAt: col.instant(),
    /** When it is to be looked at again; it holds on until people end it. Null in holds of before there was an end. */
    endsAt: col.instant().optional(),
    /** The second person; it holds before that too. */
    confirmedBy: col.uuid().optional(),
    confirmedAt: col.instant().optional(),
    /** When officers were last told that it waits for them. */
    dueToldAt: col.instant().optional(),
    releasedBy: col.uuid().optional(),
    approvedBy: col.uuid().optional(),
    releasedAt: col.instant().optional(),
    /** How it ended: `released` or `refused`. Null while it holds, and in those that ended before this was kept. */
    ending: col.text(20).optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);
/** Row of `legal_hold`. */
export type LegalHoldRow = Omit<RowOf<typeof legalHoldEntity>, 'recordClass'> & {
  recordClass: RecordClass | null;
};

/** One row: what sweeps and holds agree through. Whoever changes it first, the other waits. */
export const sweepGuardEntity = defineEntity(
  'sweep_guard',
  {
    name: col.text(20),
    isScheduled: col.flag(),
    /** The highest instant the clock has plausibly shown. */
    highWaterAt: col.instant().optional(),
    /** What the clock showed when it was not believed; sweeps stand still until people confirm it. */
    clockSeenAt: col.instant().optional(),
    turns: col.int(),
    version: col.int(),
  },
  { primaryKey: ['name'] },
);
/** Row of `sweep_guard`. */
export type SweepGuardRow = RowOf<typeof sweepGuardEntity>;

/** One sweep or dry run, with the place it has come to. */
export const sweepRunEntity = defineEntity(
  'sweep_run',
  {
    id: col.uuid(),
    kind: col.text(10),
    state: col.text(10),
    startedBy: col.text(64),
    startedAt: col.instant(),
    /** The instant periods are counted back from; fixed for the whole run. */
    asOf: col.instant(),
    clockState: col.text(10),
    finishedAt: col.instant().optional(),
    /** Store the run is at, and the last record it looked at there. */
    atStore: col.text(40).optional(),
    afterAt: col.instant().optional(),
    afterId: col.uuid().optional(),
    chunkCount: col.int(),
    rowsRemoved: col.int(),
    report: col.json<SweepReport>(),
    errorCode: col.text(64).optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);
/** Row of `sweep_run`. */
export type SweepRunRow = RowOf<typeof sweepRunEntity>;

/** What a run came to in one class. */
export interface ClassReport {
  /** Records looked at whose own period is over. */
  due: number;
  /** Records that went, or would go; with what belongs to them. */
  gone: number;
  rows: number;
  heldByHold: number;
  /** Kept by records of another class, by its name. */
  keptByClass: Record<string, number>;
  oldestAt: string | null;
  newestAt: string | null;
}

/** What a run came to; ids and counts only. */
export interface SweepReport {
  classes: Record<string, ClassReport>;
  /** Records each hold kept, by its id; of the first holds that kept any. */
  holds: Record<string, number>;
  /** Dry run: records whose period ends in each of the next months, by class. */
  outlook: { month: string; counts: Record<string, number> }[];
  /** Real run: the file that names every archive file with its SHA-256, and its own. */
  manifest?: { folder: string; sha256: string };
}

/** What one committed chunk removed. */
export const sweepChunkEntity = defineEntity(
  'sweep_chunk',
  {
    runId: col.uuid(),
    chunkNo: col.int(),
    recordClass: col.text(20),
    recordCount: col.int(),
    rowCount: col.int(),
    oldestAt: col.instant(),
    newestAt: col.instant(),
    idsHash: col.bytes(32),
    archiveFile: col.text(100).optional(),
    archiveHash: col.bytes(32).optional(),
    at: col.instant(),
  },
  { primaryKey: ['runId', 'chunkNo'] },
);
/** Row of `sweep_chunk`. */
export type SweepChunkRow = RowOf<typeof sweepChunkEntity>;
