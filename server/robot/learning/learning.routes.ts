import { decodeCursor, encodeCursor, LIMITS, scopeOf } from '../../kernel/index.ts';
import type { ConversationService } from '../../desk/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import { knownLocale } from '../answering/reader.ts';
import * as schemas from './learning.schema.ts';
import type { Acceptance, LearningService, ShownProposal } from './learning.service.ts';

/** What the routes of learning need. */
export interface LearningRouteDeps {
  learning: LearningService;
  conversations: Pick<ConversationService, 'getWithin'>;
  localeOf(siteId: string): Promise<string>;
}

type ById = { id: string };

/** Routes of proposals: agents make them, editors decide on them. */
export function learningRoutes(deps: LearningRouteDeps): AnyRoute[] {
  return [proposeRoute(deps), listRoute(deps), batchesRoute(deps), acceptRoute(deps), rejectRoute(deps)];
}

function proposeRoute({ learning, conversations, localeOf }: LearningRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { articleId: string; messageSeq: number }>({
    method: 'POST',
    path: '/api/v1/conversations/:id/similar-questions',
    summary: 'Proposes a message of the requester as another wording of an article.',
    permission: 'conversation:work',
    audit: 'robot.propose',
    body: schemas.proposeBody,
    response: schemas.proposed,
    status: 201,
    errors: ['proposal.exists'],
    async handler(tx, { params, body }, { actor }) {
      const row = await conversations.getWithin(tx, params.id, scopeOf(actor));
      const locale = knownLocale(await localeOf(row.siteId));
      const { id } = await learning.propose(tx, { conversationId: row.id, locale, ...body });
      return { id };
    },
  });
}

function present({ createdAt, ...proposal }: ShownProposal) {
  return { ...proposal, createdAt: createdAt.toISOString() };
}

function listRoute({ learning }: LearningRouteDeps): AnyRoute {
  return defineRoute<unknown, { cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/robot/proposals',
    summary: 'What the robot would like to learn and nobody decided on, oldest first; questions are masked.',
    permission: 'knowledge:write',
    audit: 'robot.learn-view',
    query: schemas.proposalQuery,
    response: schemas.proposalPage,
    async handler(tx, { query: { cursor, limit = LIMITS.pageItemsDefault } }) {
      const after = cursor === undefined ? {} : { afterId: String(decodeCursor(cursor, 1)[0]) };
      const { items, next } = await learning.list(tx, { ...after, limit });
      tx.record({ action: 'robot.learn-view', outcome: 'ok', details: { ids: items.map(({ id }) => id) } });
      return { items: items.map(present), ...(next !== undefined && { nextCursor: encodeCursor([next]) }) };
    },
  });
}

function batchesRoute({ learning }: LearningRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/robot/learning',
    summary:
      'The last nightly looks at unanswered questions, and what accepting their proposals would change.',
    permission: 'knowledge:read',
    audit: { none: 'Counts.' },
    response: schemas.batchList,
    async handler(tx) {
      const batches = await learning.batches(tx);
      return {
        items: batches.map((batch) => ({
          ...{ id: batch.id, locale: batch.locale, createdAt: batch.createdAt.toISOString() },
          ...{ turnCount: batch.turnCount, proposalCount: batch.proposalCount },
          ...{
            measuredCount: batch.measuredCount,
            rightBefore: batch.rightBefore,
            rightAfter: batch.rightAfter,
          },
          ...{
            guardCount: batch.guardCount,
            guardsBefore: batch.guardsBefore,
            guardsAfter: batch.guardsAfter,
          },
        })),
      };
    },
  });
}

function acceptRoute({ learning }: LearningRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, Acceptance>({
    method: 'POST',
    path: '/api/v1/robot/proposals/:id/accept',
    summary: 'Makes a draft of a proposal; another person approves it as any article.',
    permission: 'knowledge:write',
    audit: 'robot.learn-accept',
    body: schemas.acceptBody,
    response: schemas.accepted,
    ifMatch: true,
    errors: ['proposal.state_refused', 'article.question_taken', 'article.state_refused'],
    async handler(tx, { params, body, version }) {
      return { articleId: await learning.accept(tx, { id: params.id, version }, body) };
    },
  });
}

function rejectRoute({ learning }: LearningRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'POST',
    path: '/api/v1/robot/proposals/:id/reject',
    summary: 'Says no to a proposal.',
    permission: 'knowledge:write',
    audit: 'robot.learn-reject',
    response: schemas.nothing,
    status: 204,
    ifMatch: true,
    errors: ['proposal.state_refused'],
    async handler(tx, { params, version }) {
      await learning.reject(tx, { id: params.id, version });
    },
  });
}
