import type { Clock, TimeZone } from '../../kernel/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { AUDIT_CLASSES, type TrailScope } from '../access.ts';
import type { AccountNames } from '../ports.ts';
import { listPurges } from '../purge/purge.repo.ts';
import { readPlace } from './tally.repo.ts';
import { bucketAt, spanOf, TIMELINE, type Bucket, type TimelineStep } from './timeline.rules.ts';
import {
  busiestAccounts,
  pointsOf,
  sumsOf,
  sumsOfAccounts,
  type TimelineFilter,
  type TimelineRange,
  type TimelineRow,
} from './timeline.view.ts';

/** What the lines of a chart are told apart by. */
export const TIMELINE_BY = ['class', 'outcome', 'account'] as const;
/** One of them. */
export type TimelineBy = (typeof TIMELINE_BY)[number];

/** What is asked for. */
export interface TimelineQuery extends TimelineFilter {
  by: TimelineBy;
  from?: string;
  to?: string;
}

/** One line of a chart; `key` is a class, an outcome, an account's id, or `others`. */
export interface TimelineSeries {
  key: string;
  name?: string;
  counts: number[];
}

/** A chart of the trail. */
export interface Timeline {
  by: TimelineBy;
  step: TimelineStep;
  buckets: Bucket[];
  series: TimelineSeries[];
  /** Entries sealed since are not in it yet; null when the entries themselves were counted. */
  countedTo: Date | null;
  /** Entries of before were purged; the day this falls into may still count some. */
  purgedTo: Date | null;
  /** There were more entries than are counted one by one: the oldest bars say too little. */
  isCut: boolean;
}

/** What charts need. */
export interface TimelineDeps {
  clock: Clock;
  zone: TimeZone;
  accountNames: AccountNames;
}

const OUTCOMES = ['ok', 'refused', 'failed'];
/** The line of everybody without one of their own. */
const OTHERS = 'others';

/** Entries over time. What can be taken from the counters is; a person's, customer's, or thing's entries are counted. */
export async function readTimeline(
  deps: TimelineDeps,
  db: Db,
  query: TimelineQuery,
  scope: TrailScope,
): Promise<Timeline> {
  const { by, from, to, ...filter } = query;
  const isDirect = isCountedOneByOne(filter);
  const isOfAccounts = by === 'account' || filter.actor !== undefined;
  // Everybody's days of many years are too many rows.
  const daysMax =
    by === 'account' && filter.actor === undefined && !isDirect ? TIMELINE.accountDaysMax : TIMELINE.daysMax;
  const at = { now: deps.clock.now(), isByDay: isOfAccounts && !isDirect, daysMax };
  const span = spanOf(deps.zone, { from, to }, at);
  const first = span.buckets[0] as Bucket;
  const last = span.buckets.at(-1) as Bucket;
  const range = { from: first.from, to: last.to, scope };
  const drawing = { ...span, by };
  const [purge] = await listPurges(db, undefined, 1);
  const rest = { ...drawing, purgedTo: purge?.untilAt ?? null };
  if (isDirect) {
    const points = await pointsOf(db, filter, range);
    const rows = points.map((point) => ({ ...point, entryCount: 1 }));
    const keyOf = by === 'account' ? accountKeys(rows) : (row: TimelineRow) => row[by];
    const series = await named(deps, drawing, seriesOf(drawing, rows, keyOf));
    return { ...rest, series, countedTo: null, isCut: points.length >= TIMELINE.entriesMax };
  }
  const { countedTo } = await readPlace(db);
  const series = await named(deps, drawing, await countedSeries(db, filter, range, drawing));
  return { ...rest, series, countedTo, isCut: false };
}

/** Counters know acts, and accounts by the day; for anything else the entries themselves are looked at. */
function isCountedOneByOne({ target, customer, actor, action }: TimelineFilter): boolean {
  return target !== undefined || customer !== undefined || (actor !== undefined && action !== undefined);
}

type Drawing = Pick<Timeline, 'by' | 'step' | 'buckets'>;

async function countedSeries(
  db: Db,
  filter: TimelineFilter,
  range: TimelineRange,
  drawing: Drawing,
): Promise<TimelineSeries[]> {
  const { by, step } = drawing;
  if (filter.actor !== undefined) {
    const rows = await sumsOfAccounts(db, filter, range, [filter.actor]);
    return seriesOf(drawing, rows, (row) => (by === 'account' ? row.actorId : row[by]));
  }
  const all = await sumsOf(db, filter, range, step === 'hour' ? 'hour' : 'day');
  if (by !== 'account') return seriesOf(drawing, all, (row) => row[by]);
  const accounts = await busiestAccounts(db, filter, range);
  const rows = await sumsOfAccounts(db, filter, range, accounts);
  const lines = seriesOf(drawing, rows, ({ actorId }) => actorId);
  const inOrder = accounts.flatMap((id) => lines.filter(({ key }) => key === id));
  const [whole] = seriesOf(drawing, all, () => OTHERS);
  if (whole === undefined) return inOrder;
  const counts = whole.counts.map((count, index) =>
    inOrder.reduce((left, line) => left - (line.counts[index] ?? 0), count),
  );
  return [...inOrder, { key: OTHERS, counts: counts.map((count) => Math.max(0, count)) }];
}

/** The busiest accounts of counted entries keep their id; everybody else is one line. */
function accountKeys(
  rows: readonly { actorType: string; actorId: string }[],
): (row: { actorId: string }) => string {
  const sums = new Map<string, number>();
  for (const { actorType, actorId } of rows)
    if (actorType === 'account') sums.set(actorId, (sums.get(actorId) ?? 0) + 1);
  const busiest = [...sums].sort((a, b) => b[1] - a[1]).slice(0, TIMELINE.accountsMax);
  const known = new Set(busiest.map(([id]) => id));
  return ({ actorId }) => (known.has(actorId) ? actorId : OTHERS);
}

function seriesOf<R extends TimelineRow>(
  { by, buckets }: Drawing,
  rows: readonly R[],
  keyOf: (row: R) => string,
): TimelineSeries[] {
  const lines = new Map<string, number[]>();
  for (const row of rows) {
    const index = bucketAt(buckets, row.at);
    if (index < 0) continue;
    const key = keyOf(row);
    const counts = lines.get(key) ?? new Array<number>(buckets.length).fill(0);
    counts[index] = (counts[index] ?? 0) + row.entryCount;
    lines.set(key, counts);
  }
  const order = by === 'class' ? (AUDIT_CLASSES as readonly string[]) : OUTCOMES;
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  const series = [...lines].map(([key, counts]) => ({ key, counts }));
  return by === 'account' ? series : series.sort((a, b) => rank(a.key) - rank(b.key));
}

async function named(
  { accountNames }: TimelineDeps,
  { by }: Drawing,
  series: TimelineSeries[],
): Promise<TimelineSeries[]> {
  if (by !== 'account') return series;
  const ids = series.map(({ key }) => key).filter((key) => key !== OTHERS);
  const names = ids.length === 0 ? new Map<string, string>() : await accountNames(ids);
  return series.map((line) => {
    const name = names.get(line.key);
    return name === undefined ? line : { ...line, name };
  });
}
