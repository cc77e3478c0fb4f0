import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { scopeOf } from '../access.ts';
import { FILTERS } from '../compliance.schema.ts';
import type { SavedSearchRow } from './saved-search.entity.ts';
import { REPORT_FORMATS, REPORT_PERIODS, SAVED_SEARCH_LIMITS } from './saved-search.rules.ts';
import { planOf, type SavedSearchInput, type SavedSearchService } from './saved-search.service.ts';

const text: Schema = { type: 'string' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const filter = object(FILTERS, Object.keys(FILTERS));
const report = object({
  period: { enum: REPORT_PERIODS },
  atHour: { type: 'integer', minimum: 0, maximum: 23 },
  format: { enum: REPORT_FORMATS },
  lang: { enum: ['zh-CN', 'en'] },
});
const name: Schema = {
  ...{ type: 'string', minLength: 1, maxLength: SAVED_SEARCH_LIMITS.nameCharactersMax, pattern: '\\S' },
};
const input = object({ name, filter, report: orNull(report) });
const item = object({
  ...{ id: { type: 'string', format: 'uuid' }, name: text, filter, report: orNull(report) },
  ...{ nextAt: orNull(text), lastAt: orNull(text), lastExportId: orNull(text), errorCode: orNull(text) },
  version: { type: 'integer' },
});
const list = object({ items: { type: 'array', items: item, maxItems: SAVED_SEARCH_LIMITS.perAccountMax } });

/** What an answer without a body is described by. */
const noAnswer: Schema = {};

type ById = { id: string };
interface RouteDeps {
  searches: SavedSearchService;
}

/** Two permissions open the trail; each account keeps its own searches. */
const READERS = 'signed-in';
const MAY_REPORT = 'audit:export';
const ERRORS = ['audit.query_limit', 'audit.search_personal'] as const;

/** Routes of the searches an account keeps. */
export function savedSearchRoutes(deps: RouteDeps): AnyRoute[] {
  return [listRoute(deps), createRoute(deps), updateRoute(deps), removeRoute(deps)];
}

function listRoute({ searches }: RouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/audit/queries',
    summary: 'Searches the account keeps, with their reports; at most 50.',
    permission: READERS,
    audit: { none: 'the own list of questions; what they find is recorded when they are asked' },
    response: list,
    async handler(tx, _input, { actor, permissions }) {
      scopeOf(permissions);
      const rows = await searches.list(tx, actor.id);
      return { items: await Promise.all(rows.map((row) => present(searches, row))) };
    },
  });
}

function createRoute({ searches }: RouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, SavedSearchInput>({
    method: 'POST',
    path: '/api/v1/audit/queries',
    summary: 'Keeps a search, with a report each day, week, or month if wanted.',
    permission: READERS,
    audit: 'audit.query-save',
    body: input,
    response: item,
    status: 201,
    idempotent: true,
    errors: [...ERRORS],
    async handler(tx, { body }, { permissions }) {
      scopeOf(permissions);
      return present(searches, await searches.create(tx, body, permissions.has(MAY_REPORT)));
    },
  });
}

function updateRoute({ searches }: RouteDeps): AnyRoute {
  return defineRoute<ById, unknown, SavedSearchInput>({
    method: 'PUT',
    path: '/api/v1/audit/queries/:id',
    summary: 'Replaces a search the account keeps.',
    permission: READERS,
    audit: 'audit.query-save',
    body: input,
    response: item,
    ifMatch: true,
    errors: [...ERRORS],
    async handler(tx, { params, body, version }, { permissions }) {
      scopeOf(permissions);
      const change = { ...body, mayReport: permissions.has(MAY_REPORT) };
      return present(searches, await searches.update(tx, { id: params.id, version }, change));
    },
  });
}

function removeRoute({ searches }: RouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'DELETE',
    path: '/api/v1/audit/queries/:id',
    summary: 'Forgets a search the account keeps, and its reports to come.',
    permission: READERS,
    audit: 'audit.query-remove',
    response: noAnswer,
    status: 204,
    async handler(tx, { params }, { permissions }) {
      scopeOf(permissions);
      await searches.remove(tx, params.id);
    },
  });
}

async function present(searches: SavedSearchService, row: SavedSearchRow) {
  const { id, nextAt, lastAt, lastExportId, errorCode, version } = row;
  return {
    ...{ id, ...(await searches.open(row)), report: planOf(row) },
    ...{ nextAt: nextAt?.toISOString() ?? null, lastAt: lastAt?.toISOString() ?? null },
    ...{ lastExportId, errorCode, version },
  };
}
