import { AppError, decodeCursor, isUuid, LIMITS, toPage } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { findRegressionRun } from '../regression/regression.repo.ts';
import { findVersion } from './article.repo.ts';
import type { ArticleInput, Locale } from './article.rules.ts';
import { peopleOf, presentArticle, presentWithVersions, type Names } from './article.present.ts';
import * as schemas from './article.schema.ts';
import type { ArticleService } from './article.service.ts';
import { listArticles, listCategories, type ArticleFilter } from './article.view.ts';

/** What the routes of articles need. */
export interface ArticleRouteDeps {
  service: ArticleService;
  /** Display names of accounts; ids it does not know are absent. */
  namesOf(db: Db, accountIds: readonly string[]): Promise<Names>;
}

type ById = { id: string };
type Revision = Omit<ArticleInput, 'category'> & { category?: string; reason: string };

/** Routes of the knowledge base. */
export function articleRoutes(deps: ArticleRouteDeps): AnyRoute[] {
  return [...readRoutes(deps), ...writeRoutes(deps), ...approvalRoutes(deps)];
}

async function presentFull(deps: ArticleRouteDeps, db: Db, id: string) {
  const found = await deps.service.get(db, id);
  const shown = presentWithVersions(found, await deps.namesOf(db, peopleOf(found)));
  const { draftVersion, state } = found.article;
  if (draftVersion === null || state !== 'approved') return shown;
  const run = await findRegressionRun(db, id, draftVersion);
  const judged = run && {
    isPassed: run.isPassed,
    cases: run.caseCount,
    at: run.at.toISOString(),
    ...run.findings,
  };
  return judged ? { ...shown, judgement: judged } : shown;
}

function readRoutes(deps: ArticleRouteDeps): AnyRoute[] {
  return [
    defineRoute<unknown, ArticleFilter & { cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/articles',
      summary: 'Articles of the knowledge base, last changed first.',
      permission: 'knowledge:read',
      audit: 'article.list',
      query: schemas.articleQuery,
      response: schemas.articlePage,
      async handler(tx, { query }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
        const rows = await listArticles(tx, query, { limit: limit + 1, after });
        const names = await deps.namesOf(tx, [...new Set(rows.map((row) => row.ownerId))]);
        return toPage(
          rows,
          limit,
          (row) => [row.updatedAt.getTime(), row.id],
          (row) => presentArticle(row, names),
        );
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/article-categories',
      summary: 'Categories in use and how many articles each has.',
      permission: 'knowledge:read',
      audit: { none: 'Counts of public categories.' },
      response: schemas.categoryList,
      handler: async (tx) => ({ items: await listCategories(tx) }),
    }),
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/articles/:id',
      summary: 'One article with its versions.',
      permission: 'knowledge:read',
      audit: 'article.view',
      response: schemas.article,
      async handler(tx, { params }) {
        const shown = await presentFull(deps, tx, params.id);
        tx.record({ action: 'article.view', outcome: 'ok', target: { type: 'article', id: params.id } });
        return shown;
      },
    }),
  ];
}

/** The last row of the page before: when it was changed, and its id. */
function readCursor(cursor: string): { at: Date; id: string } {
  const [changedMs, id] = decodeCursor(cursor, 2);
  const at = new Date(typeof changedMs === 'number' ? changedMs : Number.NaN);
  if (Number.isNaN(at.getTime()) || !isUuid(id)) throw new AppError('request.cursor_invalid');
  return { at, id };
}

function writeRoutes(deps: ArticleRouteDeps): AnyRoute[] {
  return [
    defineRoute<unknown, unknown, ArticleInput & { locale: Locale }>({
      method: 'POST',
      path: '/api/v1/articles',
      summary: 'Writes a new article as a draft.',
      permission: 'knowledge:write',
      audit: 'article.create',
      body: schemas.articleCreate,
      response: schemas.article,
      status: 201,
      idempotent: true,
      errors: ['article.question_taken'],
      async handler(tx, { body: { locale, ...input } }) {
        const { id } = await deps.service.create(tx, locale, input);
        return presentFull(deps, tx, id);
      },
    }),
    defineRoute<ById, unknown, Revision>({
      method: 'POST',
      path: '/api/v1/articles/:id/versions',
      summary: 'Writes a new version; the live one stays live until this one is approved.',
      permission: 'knowledge:write',
      audit: 'article.update',
      body: schemas.articleRevise,
      response: schemas.article,
      status: 201,
      idempotent: true,
      errors: ['article.state_refused', 'article.question_taken'],
      async handler(tx, { params, body }) {
        await deps.service.revise(tx, params.id, await inherit(tx, deps, params.id, body));
        return presentFull(deps, tx, params.id);
      },
    }),
    defineRoute<ById>({
      method: 'POST',
      path: '/api/v1/articles/:id/submit',
      summary: 'Asks another person to review the draft.',
      permission: 'knowledge:write',
      audit: 'article.submit',
      body: schemas.emptyBody,
      response: schemas.article,
      errors: ['article.state_refused'],
      async handler(tx, { params }) {
        await deps.service.submit(tx, params.id);
        return presentFull(deps, tx, params.id);
      },
    }),
  ];
}

/** What the caller left out stays as the newest version has it. */
async function inherit(tx: Tx, deps: ArticleRouteDeps, id: string, body: Revision) {
  const { article } = await deps.service.get(tx, id);
  const last = await findVersion(tx, id, article.lastVersion);
  return {
    ...body,
    category: body.category ?? article.category,
    riskLevel: body.riskLevel ?? (last?.riskLevel as ArticleInput['riskLevel']),
    validFrom: body.validFrom === undefined ? last?.validFrom?.toISOString() : body.validFrom,
    validTo: body.validTo === undefined ? last?.validTo?.toISOString() : body.validTo,
  };
}

function approvalRoutes(deps: ArticleRouteDeps): AnyRoute[] {
  return [
    defineRoute<ById>({
      method: 'POST',
      path: '/api/v1/articles/:id/approve',
      summary: 'Approves and publishes the version in review; never by its author.',
      permission: 'knowledge:approve',
      audit: 'article.approve',
      body: schemas.emptyBody,
      response: schemas.article,
      errors: ['article.state_refused', 'article.author_approves', 'article.question_taken'],
      async handler(tx, { params }) {
        await deps.service.approve(tx, params.id);
        return presentFull(deps, tx, params.id);
      },
    }),
    defineRoute<ById, unknown, { reason: string }>({
      method: 'POST',
      path: '/api/v1/articles/:id/reject',
      summary: 'Sends the version in review back to its author.',
      permission: 'knowledge:approve',
      audit: 'article.reject',
      body: schemas.reasonBody,
      response: schemas.article,
      errors: ['article.state_refused'],
      async handler(tx, { params, body }) {
        await deps.service.reject(tx, params.id, body.reason);
        return presentFull(deps, tx, params.id);
      },
    }),
    defineRoute<ById, unknown, { version: number; reason: string }>({
      method: 'POST',
      path: '/api/v1/articles/:id/roll-back',
      summary: 'Goes back to an earlier approved version at once.',
      permission: 'knowledge:approve',
      audit: 'article.roll-back',
      body: schemas.rollBackBody,
      response: schemas.article,
      errors: ['article.state_refused', 'article.question_taken'],
      async handler(tx, { params, body }) {
        await deps.service.rollBack(tx, params.id, body);
        return presentFull(deps, tx, params.id);
      },
    }),
    defineRoute<ById, unknown, { reason: string }>({
      method: 'POST',
      path: '/api/v1/articles/:id/retire',
      summary: 'Takes the article off at once.',
      permission: 'knowledge:approve',
      audit: 'article.retire',
      body: schemas.reasonBody,
      response: schemas.article,
      errors: ['article.state_refused'],
      async handler(tx, { params, body }) {
        await deps.service.retire(tx, params.id, body.reason);
        return presentFull(deps, tx, params.id);
      },
    }),
  ];
}
