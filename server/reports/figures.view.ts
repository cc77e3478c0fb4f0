import type { DataScope } from '../kernel/index.ts';
import {
  isWhole,
  portable,
  scopeParams,
  underScope,
  type Db,
  type ScopeParams,
} from '../platform/persistence/index.ts';
import {
  addDaily,
  addTo,
  DAILY,
  noFigures,
  TOTALS,
  WAIT,
  withDays,
  type Figures,
  type Window,
  type WindowDays,
} from './figures.ts';
import { addMoved, countFigures } from './rows.view.ts';

type UnitScope = Pick<ScopeParams, 'scopeUnitId' | 'scopeDepth'>;
interface DayRow {
  figure: string;
  onDay: string;
  amount: number;
}
const WINDOW = { fromAt: 'instant', toAt: 'instant' } as const;
const DAYS = { dayFromAt: 'instant', dayToAt: 'instant' } as const;
const ZONE = { offsetMinutes: 'int' } as const;
const UNIT_SCOPE = { scopeUnitId: 'uuid', scopeDepth: 'int' } as const;
const WITHIN = 'f.at >= :fromAt AND f.at < :toAt';

const oneOf = (figures: readonly string[]) =>
  `f.figure IN (${figures.map((name) => `'${name}'`).join(', ')})`;

/** The day is named in an inner query: grouping by an expression with a parameter fails on Oracle (ORA-00979). */
function perDay<P>(name: string, condition: string, params: Record<keyof P & string, 'uuid' | 'int'>) {
  const local = `f.at + :offsetMinutes * INTERVAL '1' MINUTE`;
  const rows = (day: string) => `(SELECT f.figure, ${day}, f.amount FROM figure_count f
    WHERE ${condition} AND ${oneOf(DAILY)} AND ${WITHIN}) hours`;
  return portable<Window & P, DayRow>(
    name,
    {
      postgres: `SELECT figure, TO_CHAR(on_date, 'YYYY-MM-DD') AS on_day, SUM(amount) AS amount
        FROM ${rows(`CAST(${local} AS date) AS on_date`)} GROUP BY figure, on_date`,
      oracle: `SELECT figure, on_day, SUM(amount) AS amount
        FROM ${rows(`TO_CHAR(${local}, 'YYYY-MM-DD') AS on_day`)} GROUP BY figure, on_day`,
    },
    {
      params: { ...WINDOW, ...ZONE, ...params } as never,
      result: { figure: 'text', onDay: 'text', amount: 'int' },
    },
  );
}
const BANK_PER_DAY = perDay<Record<never, never>>('report.bank_per_day', `f.stage IN ('fresh', 'bank')`, {});
const UNITS_PER_DAY = perDay<UnitScope>(
  'report.units_per_day',
  `f.stage IN ('fresh', 'unit') AND ${underScope('f')}`,
  UNIT_SCOPE,
);

/** Of the whole bank: whole days of UTC from their own rows, the hours before and behind them from those of hours. */
function bankRows(columns: string, figures: string): string {
  const rows = (stage: string, from: string, to: string) =>
    `SELECT ${columns} FROM figure_count f WHERE f.stage = '${stage}' AND ${figures} AND f.at >= ${from} AND f.at < ${to}`;
  return `(${rows('day', ':dayFromAt', ':dayToAt')}
    UNION ALL ${rows('bank', ':fromAt', ':dayFromAt')}
    UNION ALL ${rows('bank', ':dayToAt', ':toAt')}
    UNION ALL ${rows('fresh', ':fromAt', ':toAt')}) sums`;
}
const unitRows = (columns: string, figures: string) => `(SELECT ${columns} FROM figure_count f
  WHERE f.stage IN ('fresh', 'unit') AND ${figures} AND ${WITHIN} AND ${underScope('f')}) sums`;

function totals<P>(name: string, rows: typeof bankRows, params: Record<string, 'uuid' | 'int' | 'instant'>) {
  return portable<P, { figure: string; amount: number }>(
    name,
    `SELECT figure, SUM(amount) AS amount FROM ${rows('f.figure, f.amount', oneOf(TOTALS))} GROUP BY figure`,
    { params: params as never, result: { figure: 'text', amount: 'int' } },
  );
}
function waits<P>(name: string, rows: typeof bankRows, params: Record<string, 'uuid' | 'int' | 'instant'>) {
  return portable<P, { bucket: number; amount: number }>(
    name,
    `SELECT bucket, SUM(amount) AS amount FROM ${rows('f.bucket, f.amount', oneOf([WAIT]))} GROUP BY bucket`,
    { params: params as never, result: { bucket: 'int', amount: 'int' } },
  );
}
const OF_BANK = { ...WINDOW, ...DAYS };
const OF_UNITS = { ...WINDOW, ...UNIT_SCOPE };
const BANK_TOTALS = totals<WindowDays>('report.bank_totals', bankRows, OF_BANK);
const BANK_WAITS = waits<WindowDays>('report.bank_waits', bankRows, OF_BANK);
const UNITS_TOTALS = totals<Window & UnitScope>('report.units_totals', unitRows, OF_UNITS);
const UNITS_WAITS = waits<Window & UnitScope>('report.units_waits', unitRows, OF_UNITS);

const HOUR_MINUTES = 60;

/**
 * Figures of a period within a scope. From the counters where they can say it; what one account has itself, and days that
 * do not begin with an hour of UTC (India, Nepal), are counted row by row.
 */
export async function readFigures(db: Db, window: Window, scope: DataScope): Promise<Figures> {
  if (scope.kind === 'own' || window.offsetMinutes % HOUR_MINUTES !== 0)
    return countFigures(db, window, scope);
  const figures = noFigures();
  if (isWhole(scope)) {
    const days = withDays(window);
    addRows(figures, {
      days: await db.all(BANK_PER_DAY, window),
      totals: await db.all(BANK_TOTALS, days),
      waits: await db.all(BANK_WAITS, days),
    });
    return figures;
  }
  const { scopeUnitId, scopeDepth } = scopeParams(scope);
  const params = { ...window, scopeUnitId, scopeDepth };
  addRows(figures, {
    days: await db.all(UNITS_PER_DAY, params),
    totals: await db.all(UNITS_TOTALS, params),
    waits: await db.all(UNITS_WAITS, params),
  });
  await addMoved(db, figures, window, scope);
  return figures;
}

function addRows(
  figures: Figures,
  rows: {
    days: DayRow[];
    totals: { figure: string; amount: number }[];
    waits: { bucket: number; amount: number }[];
  },
): void {
  for (const { figure, onDay, amount } of rows.days) addDaily(figures, figure, onDay, amount);
  for (const { figure, amount } of rows.totals) addTo(figures.totals, figure, amount);
  for (const { bucket, amount } of rows.waits) addTo(figures.waits, bucket, amount);
}
