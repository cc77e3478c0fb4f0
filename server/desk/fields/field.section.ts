import { RE2JS } from 're2js';
import { AppError, type ErrorCode } from '../../kernel/index.ts';
import type { MaskName } from '../../platform/crypto/index.ts';
import { portable, type Db } from '../../platform/persistence/index.ts';
import { defineSection, settingsFault } from '../../platform/settings/index.ts';

/** Records that can have fields of the installation's own. */
export const RECORD_TYPES = ['ticket', 'requester', 'conversation'] as const;
/** One of them. */
export type RecordType = (typeof RECORD_TYPES)[number];
/** What a field holds. */
export const FIELD_TYPES = ['text', 'long-text', 'number', 'date', 'choice', 'choices', 'yes-no'] as const;
/** One of them. */
export type FieldType = (typeof FIELD_TYPES)[number];
/** How a sealed value is shown; `all` shows nothing of it. */
export const FIELD_MASKS = [
  'phone',
  'email',
  'id-number',
  'card',
  'name',
  'all',
] as const satisfies MaskName[];
/** One of them. */
export type FieldMask = (typeof FIELD_MASKS)[number];

interface Label {
  zh: string;
  en: string;
}

/** One choice; an archived one stays on records that have it and can't be chosen any more. */
export interface FieldChoice {
  key: string;
  label: Label;
  isArchived: boolean;
}

/** One field of a type of record. */
export interface Field {
  /** Permanent: it stands in the interface and beside every value. */
  key: string;
  type: FieldType;
  label: Label;
  /** C2 is sealed under the requester's key, masked, and shown in clear only by a reveal. */
  class: 'C1' | 'C2';
  /** Of C2 alone. */
  mask: FieldMask | null;
  isRequired: boolean;
  /** Kept on the records that have it, asked for on no new one. */
  isArchived: boolean;
  /** Also a column of the list; the form and the page of a record show every field. */
  isInList: boolean;
  /** Of `choice` and `choices`. */
  choices: FieldChoice[];
  /** Of `text`: the whole value in RE2 syntax, matched in linear time. */
  pattern: string | null;
  /** Of `number`. */
  min: number | null;
  max: number | null;
}

/** Fields by type of record, in the order of the forms. */
export type Fields = Record<RecordType, Field[]>;

/** Limits of fields and their values. */
export const FIELD_LIMITS = {
  fields: 50,
  choices: 100,
  labelCharacters: 60,
  textCharacters: 200,
  longTextCharacters: 4_000,
  patternCharacters: 200,
  /** A number times 10,000 must be an exact integer of a double. */
  number: 99_999_999_999,
} as const;

const KEY = '^[a-z][a-z0-9_]{0,39}$';
const label = {
  type: 'object',
  additionalProperties: false,
  required: ['zh', 'en'],
  properties: {
    zh: { type: 'string', pattern: '\\S', maxLength: FIELD_LIMITS.labelCharacters },
    en: { type: 'string', pattern: '\\S', maxLength: FIELD_LIMITS.labelCharacters },
  },
};
const bound = { type: ['number', 'null'], minimum: -FIELD_LIMITS.number, maximum: FIELD_LIMITS.number };
const choice = {
  type: 'object',
  additionalProperties: false,
  required: ['key', 'label', 'isArchived'],
  properties: { key: { type: 'string', pattern: KEY }, label, isArchived: { type: 'boolean' } },
};
const FIELD_PROPERTIES = {
  key: { type: 'string', pattern: KEY },
  type: { enum: [...FIELD_TYPES] },
  label,
  class: { enum: ['C1', 'C2'] },
  mask: { enum: [...FIELD_MASKS, null] },
  isRequired: { type: 'boolean' },
  isArchived: { type: 'boolean' },
  isInList: { type: 'boolean' },
  choices: { type: 'array', maxItems: FIELD_LIMITS.choices, items: choice },
  pattern: { type: ['string', 'null'], minLength: 1, maxLength: FIELD_LIMITS.patternCharacters },
  min: bound,
  max: bound,
};
const list = {
  type: 'array',
  maxItems: FIELD_LIMITS.fields,
  items: {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(FIELD_PROPERTIES),
    properties: FIELD_PROPERTIES,
  },
};

/** Section `fields`. */
export const FIELDS = defineSection<Fields>({
  name: 'fields',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: [...RECORD_TYPES],
    properties: Object.fromEntries(RECORD_TYPES.map((type) => [type, list])),
  },
  defaults: { ticket: [], requester: [], conversation: [] },
  async assert(after, { db, before }) {
    for (const type of RECORD_TYPES) {
      assertUnique(after[type], `/${type}`);
      after[type].forEach((field, index) => assertField(field, `/${type}/${index}`));
      await assertKept(db, type, { before: before[type], after: after[type] });
    }
  },
});

/** What may stand beside a type. */
function assertField(field: Field, at: string): void {
  const isChoice = field.type === 'choice' || field.type === 'choices';
  if (isChoice !== field.choices.length > 0)
    throw settingsFault(`${at}/choices`, isChoice ? 'minItems' : 'maxItems');
  assertUnique(field.choices, `${at}/choices`);
  if (field.pattern !== null) assertPattern(field, at);
  const isBounded = field.min !== null || field.max !== null;
  if (isBounded && field.type !== 'number') throw settingsFault(`${at}/min`, 'type');
  if ((field.min ?? -Infinity) > (field.max ?? Infinity)) throw settingsFault(`${at}/min`, 'maximum');
  if ((field.class === 'C2') !== (field.mask !== null)) throw settingsFault(`${at}/mask`, 'class');
  const isMaskable = field.type === 'text' || field.mask === null || field.mask === 'all';
  if (!isMaskable) throw settingsFault(`${at}/mask`, 'type');
}

/** RE2 has no back-references; its counted repeats can still grow without bound when they stand in each other. */
const NESTED_REPEAT = /\{\d+(?:,\d*)?\}[^(]*\)\s*[{*+]|\)\{\d+(?:,\d*)?\}.*\)\{/;

function assertPattern({ type, pattern }: Field, at: string): void {
  const refuse = () => new AppError('field.pattern_refused', { details: { at: `${at}/pattern` } });
  if (type !== 'text' || pattern === null || NESTED_REPEAT.test(pattern)) throw refuse();
  try {
    RE2JS.compile(pattern);
  } catch {
    // The engine's own words may repeat the pattern; the place is enough.
    throw refuse();
  }
}

function assertUnique(items: readonly { key: string }[], at: string): void {
  const seen = new Set<string>();
  items.forEach(({ key }, index) => {
    if (seen.has(key)) throw settingsFault(`${at}/${index}/key`, 'uniqueItems');
    seen.add(key);
  });
}

/** What records hold already must stay readable: no field leaves, none changes its kind, no choice in use goes. */
async function assertKept(
  db: Db,
  type: RecordType,
  fields: { before: readonly Field[]; after: readonly Field[] },
): Promise<void> {
  const byKey = new Map(fields.after.map((field) => [field.key, field]));
  for (const old of fields.before) {
    const refuse = (code: ErrorCode) => new AppError(code, { details: { at: `/${type}`, field: old.key } });
    const next = byKey.get(old.key);
    if (next === undefined) throw refuse('field.archive_only');
    if (next.type !== old.type || next.class !== old.class) throw refuse('field.type_fixed');
    const kept = new Set(next.choices.map(({ key }) => key));
    for (const { key } of old.choices) {
      if (!kept.has(key) && (await isChoiceUsed(db, { type, field: old, choice: key })))
        throw refuse('field.choice_in_use');
    }
  }
}

const CHOICE_USED = portable<
  { recordType: string; fieldKey: string; choiceValue: string; limit: number },
  { id: string }
>(
  'custom_value.of_choice',
  `SELECT id FROM custom_value WHERE record_type = :recordType AND field_key = :fieldKey
    AND choice_value = :choiceValue FETCH FIRST :limit ROWS ONLY`,
  {
    params: { recordType: 'text', fieldKey: 'text', choiceValue: 'text', limit: 'int' },
    result: { id: 'uuid' },
  },
);
const FIELD_USED = portable<{ recordType: string; fieldKey: string; limit: number }, { id: string }>(
  'custom_value.of_field',
  `SELECT id FROM custom_value WHERE record_type = :recordType AND field_key = :fieldKey
    FETCH FIRST :limit ROWS ONLY`,
  { params: { recordType: 'text', fieldKey: 'text', limit: 'int' }, result: { id: 'uuid' } },
);

/** Which choice a sealed value names can't be asked of the database, so any value at all counts. */
async function isChoiceUsed(
  db: Db,
  asked: { type: RecordType; field: Field; choice: string },
): Promise<boolean> {
  const place = { recordType: asked.type, fieldKey: asked.field.key, limit: 1 };
  const row =
    asked.field.class === 'C2'
      ? await db.one(FIELD_USED, place)
      : await db.one(CHOICE_USED, { ...place, choiceValue: asked.choice });
  return row !== undefined;
}
