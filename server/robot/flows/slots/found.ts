/** A value that a text names, or names wrongly. `value` is the canonical form; `start` and `end` count UTF-16 units. */
export interface Found {
  value: string | number;
  text: string;
  start: number;
  end: number;
  /** Said plainly enough (with a unit, a cue, a checksum) to be taken without having been asked for. */
  isPlain: boolean;
  /** Why the value cannot be meant: a number that is too short, a date that does not exist, a wrong check digit. */
  fault?: 'form' | 'checksum' | 'no_such_date' | 'range' | 'unknown';
}

/** What readings depend on beside the text. */
export interface SlotContext {
  /** Today where the customer is, YYYY-MM-DD. */
  today: string;
}

/** Leaves out what lies inside something found before: the first pattern of a list is the most particular. */
export function withoutOverlaps(found: readonly Found[]): Found[] {
  const kept: Found[] = [];
  for (const one of found) {
    if (!kept.some((other) => one.start < other.end && other.start < one.end)) kept.push(one);
  }
  return kept.sort((a, b) => a.start - b.start);
}
