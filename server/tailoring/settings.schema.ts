import type { Schema } from '../platform/http/index.ts';

const text: Schema = { type: 'string' };
const count: Schema = { type: 'integer' };
const instant: Schema = { type: 'string', format: 'date-time' };
/** A value of any section; the section's own schema decides. */
const anyValue: Schema = { type: 'object', additionalProperties: {}, maxProperties: 200 };
const reason: Schema = { type: 'string', minLength: 1, maxLength: 500 };

function closed(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

/** Parameter of the routes of a section. */
export const sectionParams: Schema = closed({ section: { type: 'string', pattern: '^[a-z][a-z-]{0,39}$' } });

/** All sections. */
export const sectionList: Schema = closed({
  items: { type: 'array', items: closed({ section: text, version: count }) },
});

/** One section as it is in force; `schema` and `defaults` are for programs that draw a form. */
export const sectionView: Schema = closed({
  section: text,
  version: count,
  value: { type: 'object' },
  defaults: { type: 'object' },
  schema: { type: 'object' },
});

/** A new value, and why. */
export const sectionChange: Schema = closed({ value: anyValue, reason });

/** Which version's values to take again, and why. */
export const sectionRestore: Schema = closed({ to: { type: 'integer', minimum: 0 }, reason });

/** In force with its version, or waiting for a second person. */
export const changeOutcome: Schema = {
  oneOf: [
    closed({ state: { const: 'applied' }, version: count }),
    closed({ state: { const: 'waiting' }, approvalId: text }),
  ],
};

/** Query of the history. */
export const historyQuery: Schema = closed(
  { cursor: { type: 'string', maxLength: 512 }, limit: { type: 'integer', minimum: 1, maximum: 200 } },
  ['cursor', 'limit'],
);

const person: Schema = closed({ id: text, displayName: text });

/** Versions, newest first. */
export const historyPage: Schema = closed(
  {
    items: {
      type: 'array',
      items: closed(
        {
          id: count,
          version: count,
          changedAt: instant,
          changedBy: person,
          approvedBy: person,
          reason: text,
          restoredVersion: count,
        },
        ['approvedBy', 'restoredVersion'],
      ),
    },
    nextCursor: text,
  },
  ['nextCursor'],
);

/** Which two versions; 0 names the defaults. */
export const diffQuery: Schema = closed({
  from: { type: 'integer', minimum: 0 },
  to: { type: 'integer', minimum: 0 },
});

/** What changed, by path. */
export const diffView: Schema = closed({
  lines: { type: 'array', items: closed({ path: text, from: text, to: text }, ['from', 'to']) },
});

/** What anybody may see before signing in. */
export const appearance: Schema = closed({
  name: closed({ zh: text, en: text }),
  primary: text,
  signInText: { anyOf: [closed({ zh: text, en: text }), { type: 'null' }] },
  logo: { anyOf: [text, { type: 'null' }] },
});

/** What the console draws itself by. */
export const consoleTailoring: Schema = closed({
  modulesOff: { type: 'array', items: text },
  menu: closed({ order: { type: 'array', items: text }, hidden: { type: 'array', items: text } }),
  panels: closed({ customer: { type: 'array', items: text } }),
});
