import type { LaneKey } from '../../../audit/index.ts';
import type { TechnicalDb } from '../../platform/jobs/index.ts';
import { portable, select, update, type Db } from '../../platform/persistence/index.ts';
import {
  auditTallyPlaceEntity,
  type AuditTallyActorRow,
  type AuditTallyPlaceRow,
  type AuditTallyRow,
} from './tally.entity.ts';
import type { CountedEntry } from './tally.rules.ts';

/** The one row; the migration put it there. */
const NAME = 'trail';

const PLACE_READ = select(auditTallyPlaceEntity, { name: 'audit_tally_place.read', where: ['name'] });
const PLACE_MOVE = update(auditTallyPlaceEntity, {
  name: 'audit_tally_place.move',
  set: ['sealNo', 'countedTo'],
  where: ['name', 'sealNo'],
});
const ENTRIES = portable<
  LaneKey & { afterN: number; toN: number; limit: number },
  CountedEntry & { n: number }
>(
  'audit_tally.entries',
  `SELECT n, occurred_at AS at, actor_type, actor_id, action, class, outcome FROM audit_event
    WHERE node = :node AND epoch = :epoch AND lane = :lane AND n > :afterN AND n <= :toN
    ORDER BY n FETCH FIRST :limit ROWS ONLY`,
  {
    params: { node: 'text', epoch: 'int', lane: 'int', afterN: 'int', toN: 'int', limit: 'int' },
    result: {
      ...{ n: 'int', at: 'instant', actorType: 'text', actorId: 'text' },
      ...{ action: 'text', class: 'text', outcome: 'text' },
    },
  },
);

const TALLY_ADD = portable<AuditTallyRow>(
  'audit_tally.add',
  {
    postgres: `INSERT INTO audit_tally (grain, start_at, action, outcome, class, entry_count)
      VALUES (:grain, :startAt, :action, :outcome, :class, :entryCount)
      ON CONFLICT (grain, start_at, action, outcome)
        DO UPDATE SET entry_count = audit_tally.entry_count + EXCLUDED.entry_count`,
    postgresMany: `INSERT INTO audit_tally (grain, start_at, action, outcome, class, entry_count)
      SELECT f.grain, f.start_at, f.action, f.outcome, f.class, f.entry_count
      FROM unnest(CAST(:grain AS varchar[]), CAST(:startAt AS timestamp[]), CAST(:action AS varchar[]),
        CAST(:outcome AS varchar[]), CAST(:class AS varchar[]), CAST(:entryCount AS bigint[]))
        AS f (grain, start_at, action, outcome, class, entry_count)
      ON CONFLICT (grain, start_at, action, outcome)
        DO UPDATE SET entry_count = audit_tally.entry_count + EXCLUDED.entry_count`,
    oracle: `MERGE INTO audit_tally t USING dual ON (t.grain = :grain AND t.start_at = :startAt
        AND t.action = :action AND t.outcome = :outcome)
      WHEN MATCHED THEN UPDATE SET t.entry_count = t.entry_count + :entryCount
      WHEN NOT MATCHED THEN INSERT (grain, start_at, action, outcome, class, entry_count)
        VALUES (:grain, :startAt, :action, :outcome, :class, :entryCount)`,
  },
  {
    params: {
      ...{ grain: 'text', startAt: 'instant', action: 'text', outcome: 'text' },
      ...{ class: 'text', entryCount: 'int' },
    },
  },
);
const TALLY_ADD_ACTOR = portable<AuditTallyActorRow>(
  'audit_tally_actor.add',
  {
    postgres: `INSERT INTO audit_tally_actor (start_at, actor_type, actor_id, class, outcome, entry_count)
      VALUES (:startAt, :actorType, :actorId, :class, :outcome, :entryCount)
      ON CONFLICT (start_at, actor_type, actor_id, class, outcome)
        DO UPDATE SET entry_count = audit_tally_actor.entry_count + EXCLUDED.entry_count`,
    postgresMany: `INSERT INTO audit_tally_actor (start_at, actor_type, actor_id, class, outcome, entry_count)
      SELECT f.start_at, f.actor_type, f.actor_id, f.class, f.outcome, f.entry_count
      FROM unnest(CAST(:startAt AS timestamp[]), CAST(:actorType AS varchar[]), CAST(:actorId AS varchar[]),
        CAST(:class AS varchar[]), CAST(:outcome AS varchar[]), CAST(:entryCount AS bigint[]))
        AS f (start_at, actor_type, actor_id, class, outcome, entry_count)
      ON CONFLICT (start_at, actor_type, actor_id, class, outcome)
        DO UPDATE SET entry_count = audit_tally_actor.entry_count + EXCLUDED.entry_count`,
    oracle: `MERGE INTO audit_tally_actor t USING dual ON (t.start_at = :startAt AND t.actor_type = :actorType
        AND t.actor_id = :actorId AND t.class = :class AND t.outcome = :outcome)
      WHEN MATCHED THEN UPDATE SET t.entry_count = t.entry_count + :entryCount
      WHEN NOT MATCHED THEN INSERT (start_at, actor_type, actor_id, class, outcome, entry_count)
        VALUES (:startAt, :actorType, :actorId, :class, :outcome, :entryCount)`,
  },
  {
    params: {
      ...{ startAt: 'instant', actorType: 'text', actorId: 'text', class: 'text' },
      ...{ outcome: 'text', entryCount: 'int' },
    },
  },
);

const TALLY_OLDEST = portable<{ limit: number }, { startAt: Date }>(
  'audit_tally.oldest',
  `SELECT start_at FROM audit_tally WHERE grain = 'day' ORDER BY start_at FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: { startAt: 'instant' } },
);
const removeBefore = (table: string) =>
  portable<{ before: Date }>(`${table}.remove_before`, `DELETE FROM ${table} WHERE start_at < :before`, {
    params: { before: 'instant' },
  });
const TALLY_REMOVE = removeBefore('audit_tally');
const TALLY_REMOVE_ACTOR = removeBefore('audit_tally_actor');

/** How far the trail is counted. */
export async function readPlace(db: Db): Promise<AuditTallyPlaceRow> {
  const row = await db.one(PLACE_READ, { name: NAME });
  if (row === undefined) throw new Error('The row of the counters is missing.');
  return row;
}

/** Entries of a lane behind a number, as far as `toN`, in their order. */
export function listEntries(
  db: Db,
  lane: LaneKey,
  page: { afterN: number; toN: number; limit: number },
): Promise<(CountedEntry & { n: number })[]> {
  return db.all(ENTRIES, { node: lane.node, epoch: lane.epoch, lane: lane.lane, ...page });
}

/** Adds sums and moves the place, in the caller's transaction; throws when somebody else has moved it. */
export async function addTallies(
  db: TechnicalDb,
  sums: { acts: readonly AuditTallyRow[]; actors: readonly AuditTallyActorRow[] },
  place: { from: number; to: number; countedTo: Date },
): Promise<void> {
  await db.runMany(TALLY_ADD, sums.acts);
  await db.runMany(TALLY_ADD_ACTOR, sums.actors);
  const { from, to: sealNo, countedTo } = place;
  const moved = await db.run(PLACE_MOVE, { sealNo, countedTo, whereName: NAME, whereSealNo: from });
  if (moved !== 1) throw new Error('Somebody else counts the trail.');
}

/** The beginning of the oldest day that is counted. */
export async function oldestDay(db: Db): Promise<Date | undefined> {
  return (await db.one(TALLY_OLDEST, { limit: 1 }))?.startAt;
}

/** Forgets what is counted of hours and days that began before. */
export async function removeTallies(db: TechnicalDb, before: Date): Promise<void> {
  await db.run(TALLY_REMOVE, { before });
  await db.run(TALLY_REMOVE_ACTOR, { before });
}
