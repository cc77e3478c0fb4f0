import type { Database } from './data-source.ts';
import { portable } from './statements.ts';

/** Tables in monthly parts, as PostgreSQL makes them; Oracle makes its own with the first row of a month. */
const TABLES = ['message', 'audit_event'] as const;
/** Months behind the present one whose parts are there beforehand. */
export const MONTHS_AHEAD = 3;
/** Months before the present one whose parts are left alone, empty or not: a late message may still come. */
const MONTHS_KEPT = 2;
const DUPLICATE_OBJECT = '42710';
const PART = /^(message|audit_event)_(\d{6})$/;

const ADD = portable<{ tableName: string; monthNo: number }, { made: number }>(
  'partition.add_month',
  {
    postgres: 'SELECT made FROM add_month_partition(:tableName, :monthNo) AS made',
    oracle: 'SELECT 0 AS made FROM dual WHERE :tableName IS NOT NULL AND :monthNo > 0',
  },
  { params: { tableName: 'text', monthNo: 'int' }, result: { made: 'int' } },
);
const DROP = portable<{ tableName: string; monthNo: number }, { dropped: number }>(
  'partition.drop_month',
  {
    postgres: 'SELECT dropped FROM drop_month_partition(:tableName, :monthNo) AS dropped',
    oracle: 'SELECT 0 AS dropped FROM dual WHERE :tableName IS NOT NULL AND :monthNo > 0',
  },
  { params: { tableName: 'text', monthNo: 'int' }, result: { dropped: 'int' } },
);
const PARTS = portable<Record<never, never>, { partName: string }>(
  'partition.list',
  {
    postgres: `SELECT CAST(c.relname AS varchar(64)) AS part_name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent IN (to_regclass('message'), to_regclass('audit_event')) ORDER BY c.relname`,
    oracle: `SELECT LOWER(p.partition_name) AS part_name FROM user_tab_partitions p
      WHERE p.table_name IN ('MESSAGE', 'AUDIT_EVENT') ORDER BY p.table_name, p.partition_position`,
  },
  { params: {}, result: { partName: 'text' } },
);

/** What one round over the parts did. */
export interface PartitionRound {
  /** Parts made, `message_202612`. */
  made: string[];
  /** Parts that cannot be made, because rows of their month came before them and are in the default part. */
  blocked: string[];
}

/** A month as `202612`, `offset` months from an instant's month in UTC. */
export function monthNumber(at: Date, offset = 0): number {
  const month = at.getUTCFullYear() * 12 + at.getUTCMonth() + offset;
  return Math.floor(month / 12) * 100 + (month % 12) + 1;
}

/** Makes the missing parts from the present month to `MONTHS_AHEAD` months ahead. Repeating it changes nothing. */
export async function addMonthPartitions(database: Database, now: Date): Promise<PartitionRound> {
  const round: PartitionRound = { made: [], blocked: [] };
  if (database.dialect.name === 'oracle') return round;
  for (const tableName of TABLES) {
    for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead += 1) {
      const monthNo = monthNumber(now, ahead);
      const answer = await database
        .read((db) => db.one(ADD, { tableName, monthNo }))
        .catch((error: unknown) => orMadeByAnother(error));
      if (answer?.made === 1) round.made.push(`${tableName}_${monthNo}`);
      if (answer?.made === -1) round.blocked.push(`${tableName}_${monthNo}`);
    }
  }
  return round;
}

/**
 * Of two servers that make one part at once the second is mostly told that the table is there, which the function takes for
 * an answer, and now and then that its row type is (duplicate_object), which it does not know.
 */
function orMadeByAnother(error: unknown): { made: number } {
  if ((error as { code?: string }).code === DUPLICATE_OBJECT) return { made: 0 };
  throw error;
}

/**
 * Drops the parts of past months that hold nothing any more, and gives their disk back to the system. Rows leave a part only
 * by sweeps and purges, which respect holds and periods; a part with a single row stays.
 */
export async function dropEmptyMonths(database: Database, now: Date): Promise<string[]> {
  if (database.dialect.name === 'oracle') return [];
  const firstKept = monthNumber(now, -MONTHS_KEPT);
  const dropped: string[] = [];
  for (const { partName } of await database.read((db) => db.all(PARTS, {}))) {
    const [, tableName = '', month = firstKept] = PART.exec(partName) ?? [];
    const monthNo = Number(month);
    if (monthNo >= firstKept) continue;
    const answer = await database.read((db) => db.one(DROP, { tableName, monthNo }));
    if (answer?.dropped === 1) dropped.push(partName);
  }
  return dropped;
}
