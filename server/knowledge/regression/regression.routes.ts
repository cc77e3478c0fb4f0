import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { ARTICLE_LIMITS, LOCALES, type Locale } from '../articles/article.rules.ts';
import type { RegressionCaseRow } from './regression.entity.ts';
import type { RegressionService } from './regression.service.ts';

const uuid: Schema = { type: 'string', format: 'uuid' };
const locale: Schema = { enum: [...LOCALES] };

const caseBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['locale', 'question', 'isMust'],
  properties: {
    locale,
    question: { type: 'string', minLength: 1, maxLength: ARTICLE_LIMITS.question * 2 },
    expectedId: uuid,
    isMust: { type: 'boolean' },
  },
};
const nothingBody: Schema = { type: 'object', additionalProperties: false, required: [], properties: {} };
const caseQuery: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['locale'],
  properties: { locale },
};

const caseShown: Schema = {
  type: 'object',
  required: ['id', 'locale', 'question', 'isMust', 'createdAt'],
  properties: {
    id: uuid,
    locale: { type: 'string' },
    question: { type: 'string' },
    expectedId: uuid,
    isMust: { type: 'boolean' },
    createdAt: { type: 'string' },
  },
};
const caseList: Schema = {
  type: 'object',
  required: ['items'],
  properties: { items: { type: 'array', items: caseShown } },
};

function presentCase({ id, locale: of, question, expectedId, isMust, createdAt }: RegressionCaseRow) {
  const about = { id, locale: of, question, isMust, createdAt: createdAt.toISOString() };
  return { ...about, ...(expectedId === null ? {} : { expectedId }) };
}

/** Routes of the questions that guard publishing. */
export function regressionRoutes({ regression }: { regression: RegressionService }): AnyRoute[] {
  return [
    defineRoute<unknown, { locale: Locale }>({
      method: 'GET',
      path: '/api/v1/regression-cases',
      summary: 'Questions whose answers must not get worse; at most 2,000 of a language.',
      permission: 'knowledge:read',
      audit: { none: 'Questions of editors, without anything of a person.' },
      query: caseQuery,
      response: caseList,
      handler: async (tx, { query }) => ({
        items: (await regression.cases(tx, query.locale)).map(presentCase),
      }),
    }),
    defineRoute<unknown, unknown, { locale: Locale; question: string; expectedId?: string; isMust: boolean }>(
      {
        method: 'POST',
        path: '/api/v1/regression-cases',
        summary: 'Adds a question; without an expected article the robot must not answer it.',
        permission: 'knowledge:write',
        audit: 'regression.add',
        body: caseBody,
        response: caseShown,
        status: 201,
        idempotent: true,
        errors: ['regression.too_many'],
        handler: async (tx, { body }) => presentCase(await regression.add(tx, body)),
      },
    ),
    defineRoute<{ id: string }>({
      method: 'DELETE',
      path: '/api/v1/regression-cases/:id',
      summary: 'Takes a question away.',
      permission: 'knowledge:approve',
      audit: 'regression.remove',
      response: { type: 'null' },
      status: 204,
      async handler(tx, { params }) {
        await regression.remove(tx, params.id);
        return null;
      },
    }),
    defineRoute<{ id: string }>({
      method: 'POST',
      path: '/api/v1/articles/:id/judge',
      summary: 'Has the approved version judged anew.',
      permission: 'knowledge:write',
      audit: 'regression.again',
      body: nothingBody,
      response: { type: 'null' },
      status: 204,
      errors: ['article.state_refused'],
      async handler(tx, { params }) {
        await regression.again(tx, params.id);
        return null;
      },
    }),
  ];
}
