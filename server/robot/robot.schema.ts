import { LIMITS } from '../kernel/index.ts';
import type { Schema } from '../platform/http/index.ts';

function closed(properties: Record<string, Schema>, required: string[]): Schema {
  return { type: 'object', additionalProperties: false, required, properties };
}

const uuid: Schema = { type: 'string', format: 'uuid' };
const question: Schema = { type: 'string', maxLength: LIMITS.messageTextCharacters * 2 };
const lang: Schema = { enum: ['zh', 'zh-CN', 'en'] };

/** A question to the robot; an empty one is handed over. */
export const queryBody = closed({ text: question, lang, conversation: uuid }, ['text']);

/** A question on the test bench. */
export const testBody = closed({ text: question, lang }, ['text']);

/** What an agent did with a suggestion. */
export const assistBody = closed({ articleId: uuid, outcome: { enum: ['used', 'edited', 'ignored'] } }, [
  'articleId',
  'outcome',
]);

const answerProperties: Record<string, Schema> = {
  outcome: { enum: ['answer', 'clarify', 'handoff'] },
  confidence: { type: 'number', minimum: 0, maximum: 1 },
  candidates: {
    type: 'array',
    maxItems: 10,
    items: {
      type: 'object',
      required: ['id', 'score'],
      properties: { id: uuid, score: { type: 'number' }, question: { type: 'string' } },
    },
  },
  answer: { type: 'string' },
  articleId: uuid,
  articleVersion: { type: 'integer' },
  reason: { type: 'string' },
  lang: { type: 'string' },
  ms: { type: 'number' },
};
const answerRequired = ['outcome', 'confidence', 'candidates', 'ms'];

/** The robot's answer to a program. */
export const queryAnswer: Schema = { type: 'object', required: answerRequired, properties: answerProperties };

const thresholds: Schema = {
  type: 'object',
  required: ['answer', 'clarify'],
  properties: { answer: { type: 'number' }, clarify: { type: 'number' } },
};

const modelProperties: Record<string, Schema> = {
  locale: { type: 'string' },
  state: { enum: ['empty', 'training', 'ready'] },
  articles: { type: 'integer' },
  questions: { type: 'integer' },
  trainedAt: { type: 'string' },
  trainingMs: { type: 'integer' },
  hash: { type: 'string' },
  knowledgeHash: { type: 'string' },
  thresholds,
  curve: {
    type: 'array',
    items: {
      type: 'object',
      required: ['threshold', 'coverage', 'wrongAnswers', 'falseAnswers'],
      properties: {
        threshold: { type: 'number' },
        coverage: { type: 'number' },
        wrongAnswers: { type: 'number' },
        falseAnswers: { type: 'number' },
      },
    },
  },
};

/** The answer on the test bench, with the reasons. */
export const testAnswer: Schema = {
  type: 'object',
  required: [...answerRequired, 'explanation'],
  properties: {
    ...answerProperties,
    explanation: {
      type: 'object',
      required: ['features'],
      properties: {
        nearest: {
          type: 'object',
          required: ['question', 'similarity'],
          properties: { question: { type: 'string' }, similarity: { type: 'number' } },
        },
        model: { type: 'object', properties: modelProperties },
        features: { type: 'object', additionalProperties: { type: 'number' } },
        thresholds,
      },
    },
  },
};

/** What the robot knows, by language; the language with most articles stands at the top as well. */
export const statusAnswer: Schema = {
  type: 'object',
  required: ['state', 'articles', 'questions', 'models'],
  properties: {
    ...modelProperties,
    models: { type: 'array', items: { type: 'object', required: ['locale'], properties: modelProperties } },
  },
};

/** Suggested answers. */
export const suggestionList: Schema = {
  type: 'object',
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      maxItems: 3,
      items: {
        type: 'object',
        required: ['articleId', 'articleVersion', 'question', 'answer', 'score'],
        properties: {
          articleId: uuid,
          articleVersion: { type: 'integer' },
          question: { type: 'string' },
          answer: { type: 'string' },
          score: { type: 'number' },
        },
      },
    },
    mood: {
      type: 'object',
      required: ['first', 'last', 'lowest', 'urgency'],
      properties: {
        first: { type: 'number' },
        last: { type: 'number' },
        lowest: { type: 'number' },
        urgency: { type: 'number' },
        emotion: { enum: ['anger', 'worry', 'disappointment'] },
      },
    },
    opening: {
      type: 'object',
      required: ['articleId', 'articleVersion', 'text'],
      properties: { articleId: uuid, articleVersion: { type: 'integer' }, text: { type: 'string' } },
    },
  },
};

/** An answer without a body. */
export const nothing: Schema = { type: 'null' };
