import { isTimeZone } from '../../kernel/index.ts';
import { defineSection, settingsFault } from '../../platform/settings/index.ts';

/** Where the organisation works. */
export interface Region {
  /** IANA name of the zone that schedules go by; null is the one of config.yaml. */
  timeZone: string | null;
}

const ZONE_CHARACTERS_MAX = 64;

/** Section `region`. */
export const REGION = defineSection<Region>({
  name: 'region',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['timeZone'],
    properties: { timeZone: { type: ['string', 'null'], maxLength: ZONE_CHARACTERS_MAX } },
  },
  defaults: { timeZone: null },
  assert({ timeZone }) {
    if (timeZone !== null && !isTimeZone(timeZone)) throw settingsFault('/timeZone', 'unknown');
  },
});
