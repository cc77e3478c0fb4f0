import { beforeOf, LIMITS, scopeOf } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import { presentEvaluation, type PresentDeps } from './evaluation.present.ts';
import * as schemas from './evaluation.schema.ts';
import type { EvaluationService, FullEvaluation, Rescore } from './evaluation.service.ts';
import { listEvaluations, type EvaluationFilter } from './evaluation.view.ts';

type ById = { id: string };
type ListQuery = EvaluationFilter & { cursor?: string; limit?: number };

/** What the routes of evaluations need. */
export interface EvaluationRouteDeps extends PresentDeps {
  evaluations: EvaluationService;
}

/** Routes of evaluations. */
export function evaluationRoutes(deps: EvaluationRouteDeps): AnyRoute[] {
  return [listRoute(deps), detailRoute(deps), rescoreRoute(deps)];
}

function listRoute({ accountNames }: EvaluationRouteDeps): AnyRoute {
  return defineRoute<unknown, ListQuery>({
    method: 'GET',
    path: '/api/v1/evaluations',
    summary: 'Evaluations, newest first.',
    permission: 'qa:read',
    audit: 'evaluation.list',
    query: schemas.evaluationQuery,
    response: schemas.evaluationPage,
    async handler(tx, { query }, { actor }) {
      const { cursor, limit = LIMITS.pageItemsDefault, ...filter } = query;
      const page = await listEvaluations(
        tx,
        { ...filter, scope: scopeOf(actor) },
        { before: beforeOf(cursor), limit },
        accountNames,
      );
      const details = { ids: page.items.map(({ id }) => id), by: Object.keys(filter) };
      tx.record({ action: 'evaluation.list', outcome: 'ok', details });
      return page;
    },
  });
}

function detailRoute(deps: EvaluationRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/evaluations/:id',
    summary: 'One evaluation with its evidence and the messages of the conversation, masked.',
    permission: 'qa:read',
    audit: 'evaluation.view',
    response: schemas.evaluation,
    handler: async (tx, { params }, { actor }) =>
      show(deps, tx, await deps.evaluations.get(tx, params.id, scopeOf(actor))),
  });
}

function rescoreRoute(deps: EvaluationRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, Rescore>({
    method: 'POST',
    path: '/api/v1/evaluations/:id/rescore',
    summary: 'Gives criteria other points, with a reason; the score is added up again.',
    permission: 'qa:score',
    audit: 'evaluation.rescore',
    body: schemas.rescoreBody,
    response: schemas.evaluation,
    ifMatch: true,
    errors: ['crypto.key_missing'],
    async handler(tx, { params, body, version }) {
      const full = await deps.evaluations.rescore(tx, { id: params.id, version }, body);
      return show(deps, tx, full);
    },
  });
}

/** Reads the conversation and says so in the trail. */
async function show(deps: EvaluationRouteDeps, tx: Tx, full: FullEvaluation) {
  const { conversation, messages } = await deps.evaluations.messages(tx, full.row.conversationId);
  tx.record({
    action: 'evaluation.view',
    outcome: 'ok',
    target: { type: 'evaluation', id: full.row.id },
    customer: conversation.requesterId,
    details: { conversationId: conversation.id, messages: messages.length },
  });
  return presentEvaluation(deps, full, messages);
}
