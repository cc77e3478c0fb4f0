import type { Schema } from '../platform/http/index.ts';

/** A row id. */
export const uuid: Schema = { type: 'string', format: 'uuid' };
/** An instant, UTC. */
export const instant: Schema = { type: 'string', format: 'date-time' };
/** Any text of an answer. */
export const string: Schema = { type: 'string' };
/** Any whole number of an answer. */
export const integer: Schema = { type: 'integer' };
/** Yes or no. */
export const flag: Schema = { type: 'boolean' };

/** A text people type, 1 to `characters` long. */
export function text(characters: number): Schema {
  return { type: 'string', minLength: 1, maxLength: characters };
}

/** A whole number within bounds. */
export function between(minimum: number, maximum: number): Schema {
  return { type: 'integer', minimum, maximum };
}

/** A list of at most `maxItems`. */
export function listOf(items: Schema, maxItems = 1_000): Schema {
  return { type: 'array', items, maxItems };
}

/** An object that refuses unknown properties; all but the `optional` ones are required. */
export function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

/** A value or null. */
export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

/** A page of something. */
export function pageOf(item: Schema): Schema {
  return object({ items: { type: 'array', items: item }, nextCursor: string }, ['nextCursor']);
}
