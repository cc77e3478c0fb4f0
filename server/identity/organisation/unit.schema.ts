import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../../platform/http/index.ts';
import { UNIT_KINDS } from './unit.rules.ts';

const uuid: Schema = { type: 'string', format: 'uuid' };
const count: Schema = { type: 'integer', minimum: 0 };
const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
const closed = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

/** No control characters, not only spaces. */
const name: Schema = { type: 'string', pattern: '^(?=.*\\S)[^\\p{Cc}]{1,100}$', maxLength: 100 };
const code: Schema = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$', maxLength: 40 };
/** The head office is there already. */
const kind: Schema = { type: 'string', enum: UNIT_KINDS.filter((each) => each !== 'head-office') };

const unitFields: Record<string, Schema> = {
  id: uuid,
  parentId: { type: ['string', 'null'], format: 'uuid' },
  kind: { type: 'string', enum: UNIT_KINDS },
  name: text(100),
  code: text(40),
  state: { type: 'string', enum: ['active', 'closing', 'closed'] },
  depth: count,
  version: count,
  people: count,
  units: count,
};
export const unit = closed({
  ...unitFields,
  path: { type: 'array', items: closed({ id: uuid, name: text(100) }) },
});
export const unitPage = closed(
  { items: { type: 'array', items: closed(unitFields) }, nextCursor: text(1024) },
  ['nextCursor'],
);
export const unitQuery = closed(
  {
    parent: uuid,
    q: text(100),
    state: { type: 'string', enum: ['closing'] },
    cursor: text(1024),
    limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
  },
  ['parent', 'q', 'state', 'cursor', 'limit'],
);
export const unitCreate = closed({ parentId: uuid, kind, name, code });
export const unitRename = closed({ name, code, kind: { type: 'string', enum: UNIT_KINDS } }, [
  'name',
  'code',
  'kind',
]);
export const unitMove = closed({ parentId: uuid });
export const unitClose = closed({ successorId: uuid }, ['successorId']);
export const unitClosed = closed({ people: count, left: { type: 'boolean' } });
export const unitWork = closed({
  people: count,
  records: { type: 'array', items: closed({ kind: text(40), count }) },
  countedMax: count,
});
