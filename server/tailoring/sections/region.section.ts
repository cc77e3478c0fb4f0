import { defineSection, settingsFault } from '../../platform/settings/index.ts';

/** Where the organisation works: what schedules and days of reports go by. */
export interface Region {
  /** IANA name. */
  timeZone: string;
  weekStart: 'monday' | 'sunday';
}

const ZONE_CHARACTERS_MAX = 64;

/** Section `region`. */
export const REGION = defineSection<Region>({
  name: 'region',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['timeZone', 'weekStart'],
    properties: {
      timeZone: { type: 'string', maxLength: ZONE_CHARACTERS_MAX },
      weekStart: { enum: ['monday', 'sunday'] },
    },
  },
  defaults: { timeZone: 'Asia/Shanghai', weekStart: 'monday' },
  assert({ timeZone }) {
    if (!isTimeZone(timeZone)) throw settingsFault('/timeZone', 'unknown');
  },
});

/** Whether a text names a zone of the IANA database; offsets (`+08:00`) know no summer time and are refused. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // RangeError is how the platform says that it knows no such zone.
    return false;
  }
}
