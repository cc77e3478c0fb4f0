import type { Schema } from '../../platform/http/index.ts';
import { FLOW_LIMITS } from './flow.types.ts';

function closed(properties: Record<string, Schema>, required: string[]): Schema {
  return { type: 'object', additionalProperties: false, required, properties };
}

const reason: Schema = { type: 'string', minLength: 1, maxLength: 1_000 };
// What a definition looks like is said by docs/api/flow-file.schema.json; here only that it is one value of bounded size.
const DEFINITION_KEYS_MAX = 50;
const definition: Schema = { type: 'object', additionalProperties: {}, maxProperties: DEFINITION_KEYS_MAX };

/** A new flow. */
export const flowCreate = closed({ definition }, ['definition']);
/** A new version. */
export const flowRevise = closed({ definition, reason }, ['definition', 'reason']);
/** Why something is rejected or taken off. */
export const flowReason = closed({ reason }, ['reason']);
/** Back to which version, and why. */
export const flowRollBack = closed({ version: { type: 'integer', minimum: 1 }, reason }, [
  'version',
  'reason',
]);
/** A body that says nothing: `{}`. */
export const flowNothing = closed({}, []);
/** A dialogue with a flow that may be stored nowhere yet. */
export const flowTry = closed(
  {
    definition,
    today: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    turns: {
      type: 'array',
      maxItems: FLOW_LIMITS.turns,
      items: { type: 'string', maxLength: FLOW_LIMITS.textCharacters },
    },
  },
  ['definition', 'turns'],
);

const item: Record<string, Schema> = {
  id: { type: 'string' },
  key: { type: 'string' },
  locale: { type: 'string' },
  title: { type: 'string' },
  state: { type: 'string' },
  publishedVersion: { type: 'integer' },
  draftVersion: { type: 'integer' },
  owner: { type: 'string' },
  updatedAt: { type: 'string' },
};
const itemRequired = ['id', 'key', 'locale', 'title', 'state', 'owner', 'updatedAt'];

/** Flows. */
export const flowList: Schema = {
  type: 'object',
  required: ['items'],
  properties: {
    items: { type: 'array', items: { type: 'object', required: itemRequired, properties: item } },
  },
};

const version: Schema = {
  type: 'object',
  required: ['version', 'state', 'definition', 'author', 'authorId', 'createdAt', 'contentHash'],
  properties: {
    version: { type: 'integer' },
    state: { type: 'string' },
    definition,
    author: { type: 'string' },
    authorId: { type: 'string' },
    reason: { type: 'string' },
    approver: { type: 'string' },
    approvedAt: { type: 'string' },
    rejectedReason: { type: 'string' },
    createdAt: { type: 'string' },
    contentHash: { type: 'string' },
  },
};

const failures: Schema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['flow', 'title', 'end'],
    properties: { flow: { type: 'string' }, title: { type: 'string' }, end: { type: 'string' } },
  },
};

/** A flow with its versions, newest first, and the dialogues that its version in work fails. */
export const flowWhole: Schema = {
  type: 'object',
  required: [...itemRequired, 'versions', 'failures'],
  properties: { ...item, versions: { type: 'array', items: version }, failures },
};

/** What a dialogue came to. */
export const flowTried: Schema = {
  type: 'object',
  required: ['end', 'slots', 'turns'],
  properties: {
    end: { type: 'string' },
    slots: { type: 'object', additionalProperties: { type: ['string', 'number', 'null'] } },
    turns: {
      type: 'array',
      items: {
        type: 'object',
        required: ['text', 'reply', 'stage'],
        properties: {
          text: { type: 'string' },
          reply: { type: 'string' },
          stage: { type: 'string' },
          asked: { type: 'string' },
          misses: { type: 'integer' },
          slots: { type: 'object', additionalProperties: { type: ['string', 'number', 'null'] } },
        },
      },
    },
  },
};

/** What flows collected in a conversation; without a title when none ran. */
export const flowCollected: Schema = {
  type: 'object',
  required: ['slots'],
  properties: {
    title: { type: 'string' },
    end: { enum: ['completed', 'cancelled', 'handoff'] },
    slots: {
      type: 'array',
      items: {
        type: 'object',
        required: ['title', 'value'],
        properties: { title: { type: 'string' }, value: { type: 'string' } },
      },
    },
  },
};
