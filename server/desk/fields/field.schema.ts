import type { Schema } from '../../platform/http/index.ts';
import { answer, closed, orNull, uuid } from '../schemas.ts';
import { FIELD_MATCHES } from './field-index.ts';
import { FIELD_LIMITS, FIELD_TYPES, FIELD_MASKS, RECORD_TYPES } from './field.section.ts';

const string: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const label: Schema = answer({ zh: string, en: string });
const KEY = '^[a-z][a-z0-9_]{0,39}$';

const value: Schema = {
  anyOf: [
    { type: 'string', maxLength: FIELD_LIMITS.longTextCharacters },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'array', maxItems: FIELD_LIMITS.choices, items: { type: 'string', maxLength: 40 } },
  ],
};

/** Values to keep, by key; null takes one away. */
export const fieldValues: Schema = {
  type: 'object',
  maxProperties: FIELD_LIMITS.fields,
  additionalProperties: orNull(value),
};

/** Values as the screens show them. */
export const shownValues: Schema = { type: 'object', additionalProperties: value };

/** Keys of fields whose value cannot be read. */
export const unreadableKeys: Schema = { type: 'array', items: string };

/** Values of a record, with the version to change them by. */
export const recordFields: Schema = answer(
  { version: { type: 'integer' }, values: shownValues, unreadable: unreadableKeys },
  ['unreadable'],
);

/** What to change. */
export const fieldsChange: Schema = closed({ values: { ...fieldValues, minProperties: 1 } }, ['values']);

/** What to show in clear, and why. */
export const fieldsReveal: Schema = closed(
  {
    fields: {
      type: 'array',
      minItems: 1,
      maxItems: FIELD_LIMITS.fields,
      uniqueItems: true,
      items: { type: 'string', pattern: KEY },
    },
    purpose: { type: 'string', maxLength: 200 },
    ticketId: uuid,
  },
  ['fields', 'purpose'],
);

/** Clear values, and until when they may stay on the screen (milliseconds since 1970). */
export const fieldsRevealed: Schema = answer({
  values: { type: 'object', additionalProperties: orNull(value) },
  untilMs: { type: 'integer' },
});

const field: Schema = answer({
  key: string,
  type: { enum: [...FIELD_TYPES] },
  label,
  class: { enum: ['C1', 'C2'] },
  mask: { enum: [...FIELD_MASKS, null] },
  isRequired: flag,
  isArchived: flag,
  isInList: flag,
  isFilterable: flag,
  matches: { type: 'array', items: { enum: [...FIELD_MATCHES] } },
  choices: { type: 'array', items: answer({ key: string, label, isArchived: flag }) },
  pattern: orNull(string),
  min: orNull({ type: 'number' }),
  max: orNull({ type: 'number' }),
});

/** Fields by type of record. */
export const fieldDefinitions: Schema = answer(
  Object.fromEntries(RECORD_TYPES.map((type) => [type, { type: 'array', items: field }])),
);

/** Query parameters that narrow a list by one field. */
export const fieldFilter: Record<string, Schema> = {
  field: { type: 'string', pattern: KEY, maxLength: 40 },
  value: { type: 'string', minLength: 1, maxLength: FIELD_LIMITS.textCharacters },
  from: { type: 'string', minLength: 1, maxLength: 40 },
  to: { type: 'string', minLength: 1, maxLength: 40 },
  match: { enum: [...FIELD_MATCHES] },
};
