/** A calendar day and minute as a clock on the wall shows it. `month` is 1 to 12. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

/** Instants and wall times of one IANA time zone. */
export interface TimeZone {
  readonly name: string;
  /** What the wall shows at an instant, to the minute. */
  wallAt(atMs: number): WallTime;
  /**
   * The first instant at which the wall shows this time. A time that the wall jumps over gives the instant of the
   * jump; one that it shows twice gives the first of the two.
   */
  instantOf(wall: WallTime): number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** No zone is further from UTC than this. */
const OFFSET_MAX_MS = 16 * HOUR_MS;

/** Whether this name is an IANA time zone that this machine knows; `UTC+8` and the like are none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone of this name; throws a RangeError for one that this machine does not know. */
export function openTimeZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: name,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });

  function partsAt(atMs: number): Record<string, number> {
    return Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  }
  function offsetAt(atMs: number): number {
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = partsAt(atMs);
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
  }

  return {
    name,
    wallAt(atMs) {
      const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = partsAt(atMs);
      return { year, month, day, hour, minute };
    },
    instantOf({ year, month, day, hour, minute }) {
      const asUtcMs = Date.UTC(year, month - 1, day, hour, minute);
      const earliestMs = asUtcMs - OFFSET_MAX_MS;
      const latestMs = asUtcMs + OFFSET_MAX_MS;
      // The larger offset comes to the earlier instant, so a time shown twice gives its first instant.
      const offsets = [offsetAt(earliestMs), offsetAt(latestMs)].sort((a, b) => b - a);
      for (const offset of offsets) {
        if (offsetAt(asUtcMs - offset) === offset) return asUtcMs - offset;
      }
      return jumpBetween(earliestMs, latestMs, offsetAt);
    },
  };
}

/** A zone whose name may change while it is used; each call goes by the name of that moment. */
export function followTimeZone(nameOf: () => string): TimeZone {
  let open = openTimeZone(nameOf());
  const current = () => {
    const name = nameOf();
    if (name !== open.name) open = openTimeZone(name);
    return open;
  };
  return {
    get name() {
      return current().name;
    },
    wallAt: (atMs) => current().wallAt(atMs),
    instantOf: (wall) => current().instantOf(wall),
  };
}

/** The first instant of the new offset between two instants whose offsets differ. */
function jumpBetween(fromMs: number, toMs: number, offsetAt: (atMs: number) => number): number {
  const before = offsetAt(fromMs);
  let [low, high] = [Math.floor(fromMs / 1_000), Math.ceil(toMs / 1_000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1_000) === before) low = middle;
    else high = middle;
  }
  return high * 1_000;
}
