import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../../platform/http/index.ts';

function closed(properties: Record<string, Schema>, required = Object.keys(properties)): Schema {
  return { type: 'object', additionalProperties: false, required, properties };
}

// Each row is read from its conversation and decrypted.
const PAGE_ITEMS_MAX = 100;
/** Wordings that one acceptance adds beside the first; a proposal shows fewer. */
const SIMILAR_MAX = 20;

const uuid: Schema = { type: 'string', format: 'uuid' };
const text: Schema = { type: 'string', minLength: 1, maxLength: LIMITS.messageTextCharacters };
const count: Schema = { type: 'integer', minimum: 0 };
const orNull = (type: string): Schema => ({ type: [type, 'null'] });

/** An agent's "this question means that article". */
export const proposeBody = closed({ articleId: uuid, messageSeq: { type: 'integer', minimum: 1 } });

/** What a person accepts: the wordings as they edited them; `articleId` to say another article, `answer` for a new one. */
export const acceptBody = closed(
  {
    question: text,
    similar: { type: 'array', maxItems: SIMILAR_MAX, items: text },
    answer: text,
    articleId: uuid,
  },
  ['question'],
);

/** A page of open proposals. */
export const proposalQuery = closed(
  {
    cursor: { type: 'string', maxLength: 512 },
    limit: { type: 'integer', minimum: 1, maximum: PAGE_ITEMS_MAX },
  },
  [],
);

const proposal = closed({
  id: uuid,
  locale: { type: 'string' },
  kind: { enum: ['similar', 'article'] },
  source: { enum: ['agent', 'chosen', 'used', 'model', 'cluster'] },
  score: { type: 'number', minimum: 0, maximum: 1 },
  articleId: orNull('string'),
  articleQuestion: orNull('string'),
  questions: { type: 'array', items: { type: 'string' } },
  askedCount: count,
  reply: orNull('string'),
  createdAt: { type: 'string' },
  version: { type: 'integer' },
});

/** Open proposals with their masked texts. */
export const proposalPage = closed(
  { items: { type: 'array', items: proposal }, nextCursor: { type: 'string' } },
  ['items'],
);

/** The last nights, and what their proposals would change. */
export const batchList = closed({
  items: {
    type: 'array',
    items: closed({
      id: uuid,
      locale: { type: 'string' },
      turnCount: count,
      proposalCount: count,
      measuredCount: count,
      rightBefore: count,
      rightAfter: count,
      guardCount: count,
      guardsBefore: count,
      guardsAfter: count,
      createdAt: { type: 'string' },
    }),
  },
});

/** The article that now has a draft. */
export const accepted = closed({ articleId: uuid });

/** The proposal that was made. */
export const proposed = closed({ id: uuid });

/** An answer without a body. */
export const nothing: Schema = { type: 'null' };
