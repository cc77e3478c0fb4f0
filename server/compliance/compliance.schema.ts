import type { Schema } from '../platform/http/index.ts';
import { AUDIT_CLASSES } from './access.ts';
import { WORD_LIMITS } from './search/entry-words.ts';
import { TRAIL_WARNINGS } from './trail/trail.health.ts';

const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
const string: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const flag: Schema = { type: 'boolean' };
const strings: Schema = { type: 'array', items: string };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

/** An id or a name as the trail's columns hold them. */
const reference: Schema = { type: 'string', minLength: 1, maxLength: 100 };
/** Rows of one page: the entry about the search must stay small, and a body may have 16 KiB. */
const PAGE_ROWS_MAX = 200;

/** Schemas of the filters by name. */
export const FILTERS = {
  actor: reference,
  customer: uuid,
  target: reference,
  action: { type: 'string', minLength: 1, maxLength: 40 },
  outcome: { enum: ['ok', 'refused', 'failed'] },
  class: { enum: [...AUDIT_CLASSES] },
  address: { type: 'string', pattern: '^[0-9A-Fa-f:.]{2,45}$' },
  ticket: uuid,
  q: { type: 'string', minLength: 1, maxLength: WORD_LIMITS.questionMax },
  from: instant,
  to: instant,
};

const SEARCH = {
  ...FILTERS,
  cursor: { type: 'string', minLength: 1, maxLength: 512 },
  limit: { type: 'integer', minimum: 1, maximum: PAGE_ROWS_MAX },
};

/** What the trail is searched by. */
export const searchQuery: Schema = object(SEARCH, Object.keys(SEARCH));

const sentence = object({ zh: string, en: string });
const ITEM: Record<string, Schema> = {
  id: uuid,
  index: orNull(integer),
  at: instant,
  action: string,
  class: string,
  sentence,
  actor: object({ type: string, id: string, name: string, roles: strings, ip: string }, [
    'name',
    'roles',
    'ip',
  ]),
  target: object({ type: string, id: string }),
  customer: string,
  outcome: string,
  fields: strings,
  reason: string,
  ticket: string,
  details: { type: 'object' },
  node: string,
  epoch: integer,
  lane: integer,
  n: integer,
};
const ITEM_OPTIONAL = ['target', 'customer', 'fields', 'reason', 'ticket', 'details'];

/** A page of entries; a search by words says up to when it can find them. */
export const eventPage: Schema = object(
  { items: { type: 'array', items: object(ITEM, ITEM_OPTIONAL) }, nextCursor: string, searchedTo: instant },
  ['nextCursor', 'searchedTo'],
);

const proof = object({ index: integer, size: integer, hashes: strings, root: string, file: string });

/** One entry with its exact body, its leaf, and, once it is sealed, the proof that it is in the tree. */
export const eventDetail: Schema = object({ ...ITEM, body: string, leaf: string, proof }, [
  ...ITEM_OPTIONAL,
  'proof',
]);

/** The catalogue of acts. */
export const actionList: Schema = {
  type: 'array',
  items: object({ action: string, class: string, isMandatory: flag, zh: string, en: string }),
};

/** How the trail is doing. */
export const trailStatus: Schema = object({
  size: integer,
  root: string,
  lastSealAt: orNull(instant),
  lastAnchorAt: orNull(instant),
  unsealed: integer,
  /** Lanes that wait for a number that has not come. */
  waitingLanes: integer,
  anchors: {
    type: 'array',
    items: object({ sink: string, size: integer, at: orNull(instant), failure: orNull(string) }),
  },
  epoch: integer,
  keyFingerprint: string,
  isForked: flag,
  /** What should be mended although nothing is lost yet. */
  warnings: { type: 'array', items: { enum: [...TRAIL_WARNINGS] } },
  /** When the clock was last set while the server ran, by how much, and whether a time service keeps it; null: unknown. */
  clock: object({
    ...{ setAt: orNull(instant), setByMs: orNull(integer), isSynchronised: orNull(flag) },
    ...{ source: { enum: ['timesyncd', 'chrony', 'none'] }, syncedAt: orNull(instant) },
  }),
});

const finding = object({ index: orNull(integer), id: orNull(string), kind: string });

/** What verification found out. */
export const verifyAnswer: Schema = object({
  status: { enum: ['whole', 'tampered', 'not-provable'] },
  size: integer,
  root: string,
  events: integer,
  anchors: integer,
  firstBad: orNull(finding),
  warnings: strings,
  findings: { type: 'array', items: finding },
  ms: integer,
});

/** The day of a digest. */
export const digestParams: Schema = object({
  day: { type: 'string', pattern: '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' },
});
