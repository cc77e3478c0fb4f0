import { LIMITS } from '../kernel/index.ts';
import type { Schema } from '../platform/http/index.ts';

/** A row id. */
export const uuid: Schema = { type: 'string', format: 'uuid' };
/** An instant, UTC. */
export const instant: Schema = { type: 'string', format: 'date-time' };

/** A text people type, 1 to `maxLength` characters. */
export function text(maxLength: number = LIMITS.textFieldCharacters): Schema {
  return { type: 'string', minLength: 1, maxLength };
}

/** An object that refuses unknown properties. */
export function closed(properties: Record<string, Schema>, required: readonly string[] = []): Schema {
  return { type: 'object', additionalProperties: false, required, properties };
}

/** An answer: named properties, of which some may be absent. */
export function answer(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

/** A value or null. */
export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

/** A page of something. */
export function pageOf(item: Schema): Schema {
  return answer({ items: { type: 'array', items: item }, nextCursor: { type: 'string' } }, ['nextCursor']);
}

/** Most rows of one page of the desk: an audit entry names the ids shown and holds 16 KiB. */
export const PAGE_ROWS_MAX = 200;

/** Query of a list, with its own filters. */
export function listQuery(filters: Record<string, Schema> = {}): Schema {
  return closed({
    ...filters,
    cursor: text(512),
    limit: { type: 'integer', minimum: 1, maximum: PAGE_ROWS_MAX },
  });
}

/** Account with its name. */
export const person: Schema = answer({ id: uuid, displayName: { type: 'string' } });
