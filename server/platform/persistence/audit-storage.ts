import {
  parseAdoptedLanes,
  parseAdoption,
  type AuditStorage,
  type EventRow,
  type LaneKey,
  type ProofSource,
  type SealRow,
} from '../../../audit/index.ts';
import { auditEpochEntity, auditEventEntity, auditPurgeEntity, type AuditEventRow } from './audit.entity.ts';
import { col } from './columns.ts';
import type { Database } from './data-source.ts';
import { DatabaseConflict } from './dialect/dialect.ts';
import { defineEntity, type RowOf } from './entity.ts';
import { insert, portable, select, type Statement } from './statements.ts';

const auditSealEntity = defineEntity(
  'audit_seal',
  {
    sealNo: col.int(),
    treeSize: col.int(),
    prevSize: col.int(),
    root: col.bytes(32),
    frontier: col.bytes(2_000).optional(),
    statement: col.clob(),
    checkpoint: col.clob(),
    sealedAt: col.instant(),
  },
  { primaryKey: ['sealNo'] },
);
type AuditSealRow = RowOf<typeof auditSealEntity>;

const SEAL_INSERT = insert(auditSealEntity);
const SEALS_AFTER = select(auditSealEntity, {
  name: 'audit_seal.after',
  orderBy: [['sealNo', 'asc']],
  keyset: true,
  limit: true,
});
const SEAL_LAST = select(auditSealEntity, {
  name: 'audit_seal.last',
  orderBy: [['sealNo', 'desc']],
  limit: true,
});
const EPOCHS = select(auditEpochEntity, {
  name: 'audit_epoch.list',
  orderBy: [
    ['node', 'asc'],
    ['epoch', 'asc'],
  ],
});
const EVENTS_AFTER = select(auditEventEntity, {
  name: 'audit_event.after',
  where: ['node', 'epoch', 'lane'],
  orderBy: [['n', 'asc']],
  keyset: true,
  limit: true,
});
const LANE_PARAMS = { node: 'text', epoch: 'int', lane: 'int' } as const;
const LEAVES_AFTER = portable<
  LaneKey & { afterN: number; limit: number },
  { n: number; leaf: Buffer; action: string }
>(
  'audit_event.leaves_after',
  `SELECT n, leaf, action FROM audit_event
    WHERE node = :node AND epoch = :epoch AND lane = :lane AND n > :afterN
    ORDER BY n FETCH FIRST :limit ROWS ONLY`,
  {
    params: { ...LANE_PARAMS, afterN: 'int', limit: 'int' },
    result: { n: 'int', leaf: 'bytes', action: 'text' },
  },
);
const BODY = portable<LaneKey & { n: number }, { body: string }>(
  'audit_event.body',
  'SELECT body FROM audit_event WHERE node = :node AND epoch = :epoch AND lane = :lane AND n = :n',
  { params: { ...LANE_PARAMS, n: 'int' }, result: { body: 'clob' } },
);
const LAST_NUMBER = portable<LaneKey, { last: number | null }>(
  'audit_event.last_number',
  'SELECT MAX(n) AS last FROM audit_event WHERE node = :node AND epoch = :epoch AND lane = :lane',
  { params: LANE_PARAMS, result: { last: 'int' } },
);
const GAPS = portable<LaneKey & { afterN: number }, { n: number; following: number }>(
  'audit_event.gaps',
  `SELECT n, following FROM (SELECT n, LEAD(n) OVER (ORDER BY n) AS following FROM audit_event
    WHERE node = :node AND epoch = :epoch AND lane = :lane AND n > :afterN) numbered
    WHERE following > n + 1 ORDER BY n`,
  { params: { ...LANE_PARAMS, afterN: 'int' }, result: { n: 'int', following: 'int' } },
);
const FIRST_NUMBER = portable<LaneKey & { afterN: number }, { first: number | null }>(
  'audit_event.first_number',
  `SELECT MIN(n) AS first FROM audit_event
    WHERE node = :node AND epoch = :epoch AND lane = :lane AND n > :afterN`,
  { params: { ...LANE_PARAMS, afterN: 'int' }, result: { first: 'int' } },
);
const EVENT_BY_ID = select(auditEventEntity, { name: 'audit_event.by_id', where: ['id'] });
/** Of a clock that was set back, an instant comes twice: within this time the seal with the least number counts. */
const SEAL_WINDOW_MS = 20_000;
const SEALS_WITHIN = portable<{ since: Date; until: Date }, { sealNo: number }>(
  'audit_seal.within',
  'SELECT MIN(seal_no) AS seal_no FROM audit_seal WHERE sealed_at >= :since AND sealed_at < :until',
  { params: { since: 'instant', until: 'instant' }, result: { sealNo: 'int' } },
);
/** The earliest instant comes from its index; the least number would be looked for from one end of all seals. */
const SEALS_SINCE = portable<{ since: Date }, { sealNo: number }>(
  'audit_seal.since',
  `SELECT MIN(seal_no) AS seal_no FROM audit_seal
    WHERE sealed_at = (SELECT MIN(sealed_at) FROM audit_seal WHERE sealed_at >= :since)`,
  { params: { since: 'instant' }, result: { sealNo: 'int' } },
);
const LANES = portable<Record<never, never>, LaneKey & { last: number; entryCount: number }>(
  'audit_event.lanes',
  `SELECT node, epoch, lane, MAX(n) AS last, COUNT(*) AS entry_count FROM audit_event
    GROUP BY node, epoch, lane ORDER BY node, epoch, lane`,
  { params: {}, result: { ...LANE_PARAMS, last: 'int', entryCount: 'int' } },
);
/** A trail is forked when somebody restores a backup: once in years. */
const ADOPTIONS_MAX = 100;
const ADOPTIONS = portable<{ limit: number }, { body: string }>(
  'audit_event.adoptions',
  `SELECT body FROM audit_event WHERE action = 'audit.adopt'
    ORDER BY occurred_at DESC FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: { body: 'clob' } },
);
/** The newest decision to purge. */
export const PURGE_LAST = select(auditPurgeEntity, {
  name: 'audit_purge.last',
  orderBy: [['purgeNo', 'desc']],
  limit: true,
});

/** The audit library's ports over the tables of the trail; every call reads or writes committed rows. */
export function createAuditStorage(database: Database): AuditStorage & ProofSource {
  const all = <P, R>(statement: Statement<P, R>, params: P) =>
    database.read((session) => session.all(statement, params));
  const one = <P, R>(statement: Statement<P, R>, params: P) =>
    database.read((session) => session.one(statement, params));
  const adoptionDetails = async () =>
    (await all(ADOPTIONS, { limit: ADOPTIONS_MAX })).map(
      ({ body }) => (JSON.parse(body) as { details?: unknown }).details,
    );
  return {
    listEpochs: () => all(EPOCHS, {}),
    readLeaves: (lane, afterN, limit) => all(LEAVES_AFTER, { ...keyOf(lane), afterN, limit }),
    readBody: async (lane, n) => (await one(BODY, { ...keyOf(lane), n }))?.body,
    lastNumber: async (lane) => (await one(LAST_NUMBER, keyOf(lane)))?.last ?? 0,
    async listGaps(lane, afterN) {
      const key = { ...keyOf(lane), afterN };
      const first = (await one(FIRST_NUMBER, key))?.first ?? afterN + 1;
      const gaps = (await all(GAPS, key)).map(({ n, following }): [number, number] => [n + 1, following - 1]);
      return first > afterN + 1 ? [[afterN + 1, first - 1], ...gaps] : gaps;
    },
    async lastSeal() {
      const row = await one(SEAL_LAST, { limit: 1 });
      return row && toSeal(row);
    },
    readSeals: async (afterNo, limit) => (await all(SEALS_AFTER, { after: [afterNo], limit })).map(toSeal),
    async insertSeal(seal) {
      try {
        await database.read((session) => session.run(SEAL_INSERT, toSealRow(seal)));
        return true;
      } catch (error) {
        if (error instanceof DatabaseConflict) return false;
        throw error;
      }
    },
    async findEvent(id) {
      const row = await one(EVENT_BY_ID, { id });
      return row && toEvent(row);
    },
    async firstSealSince(since) {
      const until = new Date(since.getTime() + SEAL_WINDOW_MS);
      const near = (await one(SEALS_WITHIN, { since, until }))?.sealNo;
      return near || (await one(SEALS_SINCE, { since }))?.sealNo || undefined;
    },
    readEvents: async (lane, afterN, limit) =>
      (await all(EVENTS_AFTER, { ...keyOf(lane), after: [afterN], limit })).map(toEvent),
    listLanes: async () =>
      (await all(LANES, {})).map(({ entryCount, ...lane }) => ({ ...lane, count: entryCount })),
    async lastPurge() {
      const row = await one(PURGE_LAST, { limit: 1 });
      return row && { toSeal: row.toSeal };
    },
    listAdoptions: async () =>
      (await adoptionDetails()).map(parseAdoption).filter((fork) => fork !== undefined),
    listAdoptedLanes: async () => (await adoptionDetails()).flatMap(parseAdoptedLanes),
  };
}

function keyOf({ node, epoch, lane }: LaneKey): LaneKey {
  return { node, epoch, lane };
}

function toSeal(row: AuditSealRow): SealRow {
  const { sealNo: no, treeSize: size, prevSize, root, frontier, statement, checkpoint, sealedAt: at } = row;
  return { no, size, prevSize, root, frontier: frontier ?? Buffer.alloc(0), statement, checkpoint, at };
}

function toSealRow(seal: SealRow): AuditSealRow {
  return {
    sealNo: seal.no,
    treeSize: seal.size,
    prevSize: seal.prevSize,
    root: seal.root,
    frontier: seal.frontier.length > 0 ? seal.frontier : null,
    statement: seal.statement,
    checkpoint: seal.checkpoint,
    sealedAt: seal.at,
  };
}

function toEvent(row: AuditEventRow): EventRow {
  const { occurredAt, ...rest } = row;
  return { ...rest, at: occurredAt };
}
