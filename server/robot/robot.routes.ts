import { scopeOf } from '../kernel/index.ts';
import { defineRoute, type AnyRoute, type RequestContext } from '../platform/http/index.ts';
import type { Tx, UnitOfWork } from '../platform/persistence/index.ts';
import { knownLocale, NO_MODEL, type QuestionReader, type Reading } from './answering/reader.ts';
import type { AssistOutcome, AssistService, Viewer } from './assist/assist.service.ts';
import * as schemas from './robot.schema.ts';
import { presentModel, type RobotStatus } from './robot-status.ts';

/** What the robot's routes need. */
export interface RobotRouteDeps {
  uow: UnitOfWork;
  reader: QuestionReader;
  assist: AssistService;
  status(): RobotStatus;
}

interface QueryBody {
  text: string;
  lang?: 'zh' | 'zh-CN' | 'en';
  conversation?: string;
}

/** Routes of the robot: questions of programs, test bench, status, suggestions to agents. */
export function robotRoutes(deps: RobotRouteDeps): AnyRoute[] {
  return [queryRoute(deps), testRoute(deps), statusRoute(deps), suggestRoute(deps), settleRoute(deps)];
}

interface TimedReading extends Reading {
  ms: number;
}

/** Reads outside the unit of work: the arithmetic takes milliseconds, and no transaction should wait for it. */
async function read(deps: RobotRouteDeps, body: QueryBody): Promise<TimedReading> {
  const startedAt = performance.now();
  const preferred = knownLocale(body.lang === 'en' ? 'en' : 'zh-CN');
  const reading = await deps.uow.read((db) => deps.reader.read(db, body.text, preferred));
  return { ...reading, ms: Math.round((performance.now() - startedAt) * 1_000) / 1_000 };
}

/** Only live articles are named, so an answer whose article was just retired becomes a clarification. */
function presentReading({ understanding, live, locale, ms }: TimedReading) {
  const scores = new Map(understanding.candidates.map(({ id, score }) => [id, score]));
  const first = live[0];
  const canAnswer = first !== undefined && first.id === understanding.candidates[0]?.id;
  const isAnswer = understanding.outcome === 'answer' && canAnswer;
  const outcome = isAnswer
    ? 'answer'
    : understanding.outcome === 'answer'
      ? 'clarify'
      : understanding.outcome;
  return {
    outcome: outcome === 'clarify' && live.length === 0 ? 'handoff' : outcome,
    confidence: understanding.confidence,
    candidates: live.map(({ id }) => ({ id, score: scores.get(id) ?? 0 })),
    ...(isAnswer && { answer: first.answer, articleId: first.id, articleVersion: first.version }),
    reason: understanding.reason,
    lang: locale,
    ms,
  };
}

function recordReading(
  tx: Tx,
  action: 'robot.query' | 'robot.test',
  reading: TimedReading,
  conversation?: string,
): void {
  const shown = presentReading(reading);
  tx.record({
    action,
    outcome: 'ok',
    ...(conversation !== undefined && { target: { type: 'conversation', id: conversation } }),
    details: {
      outcome: shown.outcome,
      confidencePpm: Math.round(shown.confidence * 1_000_000),
      modelHash: reading.model?.hash ?? NO_MODEL,
      ...(shown.articleId !== undefined && { articleId: shown.articleId }),
      ...(shown.articleVersion !== undefined && { articleVersion: shown.articleVersion }),
    },
  });
}

function queryRoute(deps: RobotRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, QueryBody, TimedReading>({
    method: 'POST',
    path: '/api/v1/robot/query',
    summary: 'Asks the robot one question, without a conversation.',
    permission: 'robot:query',
    audit: 'robot.query',
    body: schemas.queryBody,
    response: schemas.queryAnswer,
    errors: ['robot.not_ready'],
    prepare: ({ body }) => read(deps, body),
    async handler(tx, { prepared, body }) {
      recordReading(tx, 'robot.query', prepared, body.conversation);
      return presentReading(prepared);
    },
  });
}

function testRoute(deps: RobotRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, QueryBody, TimedReading>({
    method: 'POST',
    path: '/api/v1/robot/test',
    summary: 'Asks the robot one question and explains its answer.',
    permission: 'robot:test',
    audit: 'robot.test',
    body: schemas.testBody,
    response: schemas.testAnswer,
    errors: ['robot.not_ready'],
    prepare: ({ body }) => read(deps, body),
    async handler(tx, { prepared }) {
      recordReading(tx, 'robot.test', prepared);
      const { understanding, live, model } = prepared;
      const questions = new Map(live.map(({ id, question }) => [id, question]));
      const shown = presentReading(prepared);
      return {
        ...shown,
        candidates: shown.candidates.map((row) => ({ ...row, question: questions.get(row.id) ?? '' })),
        explanation: {
          ...(understanding.nearest && { nearest: understanding.nearest }),
          ...(model && { model: presentModel(model), thresholds: model.model.thresholds }),
          features: understanding.features,
        },
      };
    },
  });
}

function statusRoute(deps: RobotRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/robot/status',
    summary: 'What the robot has learned.',
    permission: 'knowledge:read',
    audit: { none: 'Counts and hashes of models.' },
    response: schemas.statusAnswer,
    handler: async () => deps.status(),
  });
}

function viewerOf(context: RequestContext): Viewer {
  return {
    accountId: context.actor.id,
    maySeeAll: context.permissions.has('conversation:supervise'),
    scope: scopeOf(context.actor),
  };
}

function suggestRoute(deps: RobotRouteDeps): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: '/api/v1/conversations/:id/suggestions',
    summary: "Approved answers that may fit the requester's last messages.",
    permission: 'conversation:work',
    audit: 'robot.suggest',
    response: schemas.suggestionList,
    async handler(tx, { params }, context) {
      return deps.assist.suggest(tx, params.id, viewerOf(context));
    },
  });
}

function settleRoute(deps: RobotRouteDeps): AnyRoute {
  return defineRoute<{ id: string }, unknown, { articleId: string; outcome: AssistOutcome }>({
    method: 'POST',
    path: '/api/v1/conversations/:id/suggestions',
    summary: 'Says what the agent did with a suggestion.',
    permission: 'conversation:work',
    audit: 'robot.suggestion-use',
    body: schemas.assistBody,
    response: schemas.nothing,
    status: 204,
    async handler(tx, { params, body }, context) {
      const { articleId, outcome } = body;
      const viewer = viewerOf(context);
      await deps.assist.settle(tx, { conversationId: params.id, articleId, outcome, viewer });
    },
  });
}
