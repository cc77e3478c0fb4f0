import { portable, type Db } from '../../platform/persistence/index.ts';
import type { TimeReading } from '../ports.ts';

/**
 * What an officer should have mended: heads go to one place only, no place outside has got one for long, the clock was set
 * within a day, or nothing keeps it.
 */
export const TRAIL_WARNINGS = ['anchor-single', 'anchor-failing', 'clock-set', 'clock-alone'] as const;
export type TrailWarning = (typeof TRAIL_WARNINGS)[number];

/** How the clock of this machine does. */
export interface ClockState {
  setAt: Date | null;
  setByMs: number | null;
  isSynchronised: boolean | null;
  source: TimeReading['source'];
  syncedAt: Date | null;
}

/** Heads belong into so many places that different people look after. */
const ANCHORS_MIN = 2;
const CLOCK_TOLD_MS = 24 * 60 * 60_000;

const CLOCK_CHANGES = portable<{ limit: number }, { occurredAt: Date; body: string }>(
  'compliance.clock_changes',
  `SELECT occurred_at, body FROM audit_event WHERE action = 'clock.change'
    ORDER BY occurred_at DESC FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: { occurredAt: 'instant', body: 'clob' } },
);

/** The last step of the clock, out of the trail, and what the machine says of its time service. */
export async function clockState(db: Db, time: TimeReading): Promise<ClockState> {
  const last = await db.one(CLOCK_CHANGES, { limit: 1 });
  const details = last && (JSON.parse(last.body) as { details?: { byMs?: unknown } }).details;
  return {
    setAt: last?.occurredAt ?? null,
    setByMs: typeof details?.byMs === 'number' ? details.byMs : null,
    isSynchronised: time.state === 'unknown' ? null : time.state === 'synchronised',
    ...{ source: time.source, syncedAt: time.syncedAt },
  };
}

/** The warnings of a trail. */
export function trailWarnings(
  anchors: readonly { failure: string | null }[],
  clock: Pick<ClockState, 'setAt' | 'isSynchronised'>,
  now: Date,
): TrailWarning[] {
  const isSet = clock.setAt !== null && now.getTime() - clock.setAt.getTime() < CLOCK_TOLD_MS;
  const found: Record<TrailWarning, boolean> = {
    'anchor-single': anchors.length < ANCHORS_MIN,
    'anchor-failing': anchors.some(({ failure }) => failure !== null),
    'clock-set': isSet,
    'clock-alone': clock.isSynchronised === false,
  };
  return TRAIL_WARNINGS.filter((warning) => found[warning]);
}
