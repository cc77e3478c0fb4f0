import type { Schema } from '../../platform/http/index.ts';
import { ARTICLE_LIMITS, LOCALES } from './article.rules.ts';

// Counted in UTF-16 units here; the rules count characters, so the ceiling is twice theirs.
const text = (characters: number): Schema => ({ type: 'string', minLength: 1, maxLength: characters * 2 });
const instant: Schema = { type: ['string', 'null'], format: 'date-time' };
const reason = text(ARTICLE_LIMITS.reason);

const content: Record<string, Schema> = {
  question: text(ARTICLE_LIMITS.question),
  answer: text(ARTICLE_LIMITS.answer),
  similar: { type: 'array', maxItems: ARTICLE_LIMITS.similar, items: text(ARTICLE_LIMITS.question) },
  validFrom: instant,
  validTo: instant,
  riskLevel: { enum: ['normal', 'high'] },
};

function closed(properties: Record<string, Schema>, required: string[]): Schema {
  return { type: 'object', additionalProperties: false, required, properties };
}

/** A new article. */
export const articleCreate = closed(
  { locale: { enum: [...LOCALES] }, category: text(ARTICLE_LIMITS.category), ...content },
  ['locale', 'category', 'question', 'answer', 'similar', 'riskLevel'],
);

/** A new version; an absent category, validity, or risk level stays as it was. */
export const articleRevise = closed({ category: text(ARTICLE_LIMITS.category), ...content, reason }, [
  'question',
  'answer',
  'similar',
  'reason',
]);

/** Why something is rejected or taken off. */
export const reasonBody = closed({ reason }, ['reason']);

/** Back to which version, and why. */
export const rollBackBody = closed({ version: { type: 'integer', minimum: 1 }, reason }, [
  'version',
  'reason',
]);

/** A body that says nothing: `{}`. */
export const emptyBody = closed({}, []);

/** What the list can be narrowed by. */
export const articleQuery = closed(
  {
    state: { enum: ['draft', 'review', 'approved', 'published', 'retired'] },
    q: { type: 'string', minLength: 1, maxLength: 200 },
    category: text(ARTICLE_LIMITS.category),
    locale: { enum: [...LOCALES] },
    cursor: { type: 'string', minLength: 1, maxLength: 512 },
    limit: { type: 'integer', minimum: 1, maximum: 500 },
  },
  [],
);

const itemProperties: Record<string, Schema> = {
  id: { type: 'string' },
  locale: { type: 'string' },
  category: { type: 'string' },
  question: { type: 'string' },
  state: { type: 'string' },
  publishedVersion: { type: 'integer' },
  draftVersion: { type: 'integer' },
  similarCount: { type: 'integer' },
  owner: { type: 'string' },
  ownerId: { type: 'string' },
  validFrom: { type: 'string' },
  validTo: { type: 'string' },
  updatedAt: { type: 'string' },
  version: { type: 'integer' },
};
const itemRequired = [
  'id',
  'locale',
  'category',
  'question',
  'state',
  'similarCount',
  'owner',
  'updatedAt',
  'version',
];

const articleVersion: Schema = {
  type: 'object',
  required: ['version', 'state', 'question', 'answer', 'similar', 'author', 'authorId', 'createdAt'],
  properties: {
    version: { type: 'integer' },
    state: { type: 'string' },
    category: { type: 'string' },
    question: { type: 'string' },
    answer: { type: 'string' },
    similar: { type: 'array', items: { type: 'string' } },
    riskLevel: { type: 'string' },
    validFrom: { type: 'string' },
    validTo: { type: 'string' },
    author: { type: 'string' },
    authorId: { type: 'string' },
    approver: { type: 'string' },
    approvedAt: { type: 'string' },
    reason: { type: 'string' },
    rejectedReason: { type: 'string' },
    contentHash: { type: 'string' },
    createdAt: { type: 'string' },
  },
};

const changedCase: Schema = {
  type: 'object',
  required: ['caseId', 'question', 'before', 'after', 'isMust', 'isWorse'],
  properties: {
    caseId: { type: 'string' },
    question: { type: 'string' },
    before: { type: 'string' },
    after: { type: 'string' },
    isMust: { type: 'boolean' },
    isWorse: { type: 'boolean' },
  },
};

/** What the gate found for an approved version that is not published. */
const judgement: Schema = {
  type: 'object',
  required: ['isPassed', 'cases', 'at', 'mustFailed', 'changed'],
  properties: {
    isPassed: { type: 'boolean' },
    cases: { type: 'integer' },
    at: { type: 'string' },
    mustFailed: { type: 'integer' },
    rightBefore: { type: 'number' },
    rightAfter: { type: 'number' },
    falseBefore: { type: 'number' },
    falseAfter: { type: 'number' },
    changed: { type: 'array', items: changedCase },
  },
};

/** An article with its versions, newest first. */
export const article: Schema = {
  type: 'object',
  required: [...itemRequired, 'versions'],
  properties: { ...itemProperties, versions: { type: 'array', items: articleVersion }, judgement },
};

/** A page of articles. */
export const articlePage: Schema = {
  type: 'object',
  required: ['items'],
  properties: {
    items: { type: 'array', items: { type: 'object', required: itemRequired, properties: itemProperties } },
    nextCursor: { type: 'string' },
  },
};

/** Categories with their counts. */
export const categoryList: Schema = {
  type: 'object',
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      items: {
        type: 'object',
        required: ['category', 'locale', 'count'],
        properties: {
          category: { type: 'string' },
          locale: { type: 'string' },
          count: { type: 'integer' },
        },
      },
    },
  },
};
