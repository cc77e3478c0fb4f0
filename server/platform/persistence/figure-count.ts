import { ROOT_UNIT_ID, type Ids } from '../../kernel/index.ts';
import { col } from './columns.ts';
import type { Database } from './data-source.ts';
import { defineEntity, type RowOf } from './entity.ts';
import { stepOf, type Step } from './session.ts';
import { portable } from './statements.ts';
import { inTransaction } from './technical.ts';
import type { Tx } from './unit.ts';

/**
 * Counters of reports. A change writes what it adds or takes away as rows of their own, in its own transaction: nobody
 * waits for another's counter, and the sum of `fresh` with the rows of any one other stage is true at any moment.
 * `foldFigures` keeps them few.
 */
export const figureCountEntity = defineEntity(
  'figure_count',
  {
    /**
     * `fresh`: as a change wrote it; `unit`: of an hour and a unit; `bank`: of an hour, of all units; `day`: of a day of
     * UTC, of all units.
     */
    stage: col.text(10),
    figure: col.text(30),
    /** The beginning of the hour, UTC. */
    at: col.instant(),
    unitId: col.uuid(),
    /** Of figures that are a distribution: the value that is counted; 0 of all others. */
    bucket: col.int(),
    id: col.uuid(),
    amount: col.int(),
  },
  { primaryKey: ['stage', 'figure', 'at', 'unitId', 'bucket', 'id'] },
);
/** Row of `figure_count`. */
export type FigureRow = RowOf<typeof figureCountEntity>;

/** What is counted: so much of a figure at an instant, in a unit. */
export interface Counted {
  figure: string;
  at: Date;
  unitId: string;
  amount: number;
  /** The value of a figure that is a distribution. */
  bucket?: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Rows one fold takes in; it holds their locks for some tens of milliseconds. */
const FOLD_ROWS = 500;

const ROW_KINDS = {
  stage: 'text',
  figure: 'text',
  at: 'instant',
  unitId: 'uuid',
  bucket: 'int',
  id: 'uuid',
  amount: 'int',
} as const;
const COLUMNS = 'stage, figure, at, unit_id, bucket, id, amount';
const VALUES = ':stage, :figure, :at, :unitId, :bucket, :id, :amount';
const ONE = `INSERT INTO figure_count (${COLUMNS}) VALUES (${VALUES})`;
/** Counters as a change writes them. */
export const FIGURE_INSERT = portable<FigureRow>(
  'figure_count.insert',
  {
    ...{ postgres: ONE, oracle: ONE },
    postgresMany: `INSERT INTO figure_count (${COLUMNS}) SELECT * FROM unnest(CAST(:stage AS varchar[]),
      CAST(:figure AS varchar[]), CAST(:at AS timestamp(3)[]), CAST(:unitId AS uuid[]), CAST(:bucket AS bigint[]),
      CAST(:id AS uuid[]), CAST(:amount AS bigint[]))`,
  },
  { params: ROW_KINDS },
);
const FRESH = portable<{ limit: number }, Omit<FigureRow, 'stage'>>(
  'figure_count.fresh',
  `SELECT figure, at, unit_id, bucket, id, amount FROM figure_count WHERE stage = 'fresh'
    ORDER BY figure, at, unit_id, bucket, id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { limit: 'int' },
    result: { figure: 'text', at: 'instant', unitId: 'uuid', bucket: 'int', id: 'uuid', amount: 'int' },
  },
);
const ADD = portable<FigureRow>(
  'figure_count.add',
  {
    postgres: `${ONE}
      ON CONFLICT (stage, figure, at, unit_id, bucket, id) DO UPDATE SET amount = figure_count.amount + :amount`,
    oracle: `MERGE INTO figure_count f USING dual ON (f.stage = :stage AND f.figure = :figure AND f.at = :at
        AND f.unit_id = :unitId AND f.bucket = :bucket AND f.id = :id)
      WHEN MATCHED THEN UPDATE SET f.amount = f.amount + :amount
      WHEN NOT MATCHED THEN INSERT (${COLUMNS}) VALUES (${VALUES})`,
  },
  { params: ROW_KINDS },
);
/** What was counted and is gone again leaves no row: the counters of a year do not grow with what was deleted. */
const REMOVE_ZERO = portable<Omit<FigureRow, 'amount'>>(
  'figure_count.remove_zero',
  `DELETE FROM figure_count WHERE stage = :stage AND figure = :figure AND at = :at AND unit_id = :unitId
    AND bucket = :bucket AND id = :id AND amount = 0`,
  {
    params: {
      ...{ stage: 'text', figure: 'text', at: 'instant', unitId: 'uuid', bucket: 'int', id: 'uuid' },
    },
  },
);
const REMOVE = portable<{ figure: string; fromAt: Date; toAt: Date; ids: string[] }>(
  'figure_count.remove_fresh',
  `DELETE FROM figure_count WHERE stage = 'fresh' AND figure = :figure AND at >= :fromAt AND at <= :toAt
    AND id IN (:ids...)`,
  { params: { figure: 'text', fromAt: 'instant', toAt: 'instant', ids: 'uuid' } },
);

/** The beginning of an instant's hour. */
export function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
}

/** The beginning of an instant's day, UTC. */
export function dayOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS);
}

/** What has to be added so that counters of `before` become those of `after`; sums by figure, hour, and unit, none zero. */
export function differenceOf(before: readonly Counted[], after: readonly Counted[]): Counted[] {
  const sums = new Map<string, Counted>();
  const add = ({ figure, at, unitId, amount, bucket = 0 }: Counted, sign: 1 | -1) => {
    const hour = hourOf(at);
    const key = `${figure} ${hour.getTime()} ${unitId} ${bucket}`;
    const sum = sums.get(key) ?? { figure, at: hour, unitId, bucket, amount: 0 };
    sums.set(key, { ...sum, amount: sum.amount + sign * amount });
  };
  for (const counted of before) add(counted, -1);
  for (const counted of after) add(counted, 1);
  return [...sums.values()].filter(({ amount }) => amount !== 0);
}

/** Counts with the unit of work: what was counted before, and what is to be counted now. */
export function recount(
  tx: Tx,
  ids: Ids,
  { before, after }: { before: readonly Counted[]; after: readonly Counted[] },
): void {
  for (const counted of differenceOf(before, after)) tx.later(FIGURE_INSERT, freshFigure(ids, counted));
}

/** The same for many rows at once, with one statement. */
export async function recountMany(
  tx: Tx,
  ids: Ids,
  { before, after }: { before: readonly Counted[]; after: readonly Counted[] },
): Promise<void> {
  const rows = differenceOf(before, after).map((counted) => freshFigure(ids, counted));
  await tx.runMany(FIGURE_INSERT, rows);
}

/** The row a change writes for what it counts. */
export function freshFigure(ids: Ids, counted: Counted): FigureRow {
  const { figure, at, unitId, amount, bucket = 0 } = counted;
  return { stage: 'fresh', figure, at, unitId, bucket, id: ids.next(), amount };
}

/**
 * Folds at most 500 fresh rows into those of their hours, in one transaction; gives how many. Readers see the same sums
 * before and after. Of two folds at once one is rolled back.
 */
export function foldFigures(database: Database): Promise<number> {
  return inTransaction(database, async (session) => {
    const rows = await session.all(FRESH, { limit: FOLD_ROWS });
    await session.runTogether(sumsOf(rows).flatMap(stepsOf));
    for (const figure of new Set(rows.map((row) => row.figure))) {
      const own = rows.filter((row) => row.figure === figure);
      const ids = own.map(({ id }) => id);
      const [first, last] = [own[0], own.at(-1)] as [(typeof own)[number], (typeof own)[number]];
      const removed = await session.run(REMOVE, { figure, fromAt: first.at, toAt: last.at, ids });
      if (removed !== ids.length) throw new Error('Somebody else folded the same counters.');
    }
    return rows.length;
  });
}

/** The rows of each stage that these belong to; in one order, so that folds never block in a circle. */
function sumsOf(rows: readonly Counted[]): FigureRow[] {
  const ofBank = rows.map((row) => ({ ...row, unitId: ROOT_UNIT_ID }));
  const ofDays = ofBank.map((row) => ({ ...row, at: dayOf(row.at) }));
  const toRow =
    (stage: string) =>
    ({ bucket = 0, ...sum }: Counted): FigureRow => ({ stage, id: sum.unitId, bucket, ...sum });
  return [
    ...differenceOf([], rows).map(toRow('unit')),
    ...differenceOf([], ofBank).map(toRow('bank')),
    ...differenceOf([], ofDays).map(toRow('day')),
  ];
}

function stepsOf(sum: FigureRow): Step[] {
  const { amount, ...key } = sum;
  return amount > 0 ? [stepOf(ADD, sum)] : [stepOf(ADD, sum), stepOf(REMOVE_ZERO, key)];
}
