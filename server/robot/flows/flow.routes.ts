import type { AuditAction } from '../../../audit/index.ts';
import type { ErrorCode } from '../../kernel/index.ts';
import { scopeOf, AppError } from '../../kernel/index.ts';
import type { ConversationService } from '../../desk/index.ts';
import { maskText } from '../../platform/crypto/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { converse } from './converse.ts';
import type { FlowRow, FlowVersionRow } from './flow.entity.ts';
import { checkFlow } from './flow-file.ts';
import { listFlows } from './flow.repo.ts';
import * as schemas from './flow.schema.ts';
import type { EndedRun } from './flow-run.ts';
import type { FlowService } from './flow.service.ts';

/** What the routes of flows need. */
export interface FlowRouteDeps {
  flows: FlowService;
  conversations: ConversationService;
  /** What flows learned in a conversation. */
  learned(db: Db, conversationId: string): Promise<EndedRun | undefined>;
  /** Display names of accounts; ids it does not know are absent. */
  namesOf(db: Db, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

type ById = { id: string };
type Names = ReadonlyMap<string, string>;

/** Routes of flows: reading, writing, approval, and the debugger. */
export function flowRoutes(deps: FlowRouteDeps): AnyRoute[] {
  return [
    ...readRoutes(deps),
    ...writeRoutes(deps),
    ...approvalRoutes(deps),
    tryRoute(deps),
    learnedRoute(deps),
  ];
}

function presentFlow(row: FlowRow, names: Names) {
  return {
    ...{ id: row.id, key: row.flowKey, locale: row.locale, title: row.title, state: row.state },
    ...(row.publishedVersion !== null && { publishedVersion: row.publishedVersion }),
    ...(row.draftVersion !== null && { draftVersion: row.draftVersion }),
    owner: names.get(row.ownerId) ?? row.ownerId,
    updatedAt: row.updatedAt.toISOString(),
  };
}

function presentVersion(row: FlowVersionRow, names: Names) {
  return {
    ...{ version: row.versionNo, state: row.state, definition: row.definition, authorId: row.authorId },
    author: names.get(row.authorId) ?? row.authorId,
    ...(row.approverId !== null && { approver: names.get(row.approverId) ?? row.approverId }),
    ...(row.approvedAt && { approvedAt: row.approvedAt.toISOString() }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.rejectedReason !== null && { rejectedReason: row.rejectedReason }),
    contentHash: row.contentHash.toString('hex'),
    createdAt: row.createdAt.toISOString(),
  };
}

async function presentWhole({ flows, namesOf }: FlowRouteDeps, db: Db, id: string) {
  const { flow, versions } = await flows.get(db, id);
  const people = versions.flatMap(({ authorId, approverId }) => [authorId, approverId ?? authorId]);
  const names = await namesOf(db, [...new Set([flow.ownerId, ...people])]);
  const failures = flow.state === 'retired' ? [] : await flows.tryGate(db, id);
  return {
    ...presentFlow(flow, names),
    versions: versions.map((row) => presentVersion(row, names)),
    failures,
  };
}

function readRoutes(deps: FlowRouteDeps): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/flows',
      summary: 'Flows of the robot, at most 200.',
      permission: 'knowledge:read',
      audit: { none: 'Titles and states of public dialogues.' },
      response: schemas.flowList,
      async handler(tx) {
        const rows = await listFlows(tx);
        const names = await deps.namesOf(tx, [...new Set(rows.map(({ ownerId }) => ownerId))]);
        return { items: rows.map((row) => presentFlow(row, names)) };
      },
    }),
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/flows/:id',
      summary: 'One flow with its versions, and the dialogues that its version in work fails.',
      permission: 'knowledge:read',
      audit: 'flow.view',
      response: schemas.flowWhole,
      async handler(tx, { params }) {
        const shown = await presentWhole(deps, tx, params.id);
        tx.record({ action: 'flow.view', outcome: 'ok', target: { type: 'flow', id: params.id } });
        return shown;
      },
    }),
  ];
}

function writeRoutes(deps: FlowRouteDeps): AnyRoute[] {
  return [
    defineRoute<unknown, unknown, { definition: unknown }>({
      method: 'POST',
      path: '/api/v1/flows',
      summary: 'Writes a new flow as a draft.',
      permission: 'knowledge:write',
      audit: 'flow.create',
      body: schemas.flowCreate,
      response: schemas.flowWhole,
      status: 201,
      idempotent: true,
      errors: ['flow.invalid', 'flow.key_taken'],
      async handler(tx, { body }) {
        const { id } = await deps.flows.create(tx, body.definition);
        return presentWhole(deps, tx, id);
      },
    }),
    defineRoute<ById, unknown, { definition: unknown; reason: string }>({
      method: 'POST',
      path: '/api/v1/flows/:id/versions',
      summary: 'Writes a new version; the live one stays live until this one is published.',
      permission: 'knowledge:write',
      audit: 'flow.update',
      body: schemas.flowRevise,
      response: schemas.flowWhole,
      status: 201,
      idempotent: true,
      errors: ['flow.invalid', 'flow.state_refused'],
      async handler(tx, { params, body }) {
        await deps.flows.revise(tx, params.id, body);
        return presentWhole(deps, tx, params.id);
      },
    }),
  ];
}

interface ActRoute<Body> {
  act: string;
  summary: string;
  permission: 'knowledge:write' | 'knowledge:approve';
  audit: AuditAction;
  body: Schema;
  errors: ErrorCode[];
  run(tx: Tx, id: string, body: Body): Promise<unknown>;
}

function actRoute<Body>(deps: FlowRouteDeps, { act, run, ...route }: ActRoute<Body>): AnyRoute {
  return defineRoute<ById, unknown, Body>({
    ...route,
    method: 'POST',
    path: `/api/v1/flows/:id/${act}`,
    response: schemas.flowWhole,
    async handler(tx, { params, body }) {
      await run(tx, params.id, body);
      return presentWhole(deps, tx, params.id);
    },
  });
}

function approvalRoutes(deps: FlowRouteDeps): AnyRoute[] {
  const { flows } = deps;
  const refused: ErrorCode[] = ['flow.state_refused'];
  const approve = { permission: 'knowledge:approve' as const, body: schemas.flowNothing, errors: refused };
  return [
    actRoute(deps, {
      ...{ ...approve, act: 'submit', permission: 'knowledge:write', audit: 'flow.submit' },
      summary: 'Asks another person to review the draft.',
      run: (tx, id) => flows.submit(tx, id),
    }),
    actRoute(deps, {
      ...{ ...approve, act: 'approve', audit: 'flow.approve', errors: [...refused, 'flow.author_approves'] },
      summary: 'Approves the version in review; never by its author.',
      run: (tx, id) => flows.approve(tx, id),
    }),
    actRoute(deps, {
      ...{ ...approve, act: 'publish', audit: 'flow.publish', errors: [...refused, 'flow.gate_failed'] },
      summary: 'Makes the approved version live when all dialogues pass.',
      run: (tx, id) => flows.publish(tx, id),
    }),
    actRoute<{ version: number; reason: string }>(deps, {
      ...{ ...approve, act: 'roll-back', audit: 'flow.roll-back', errors: [...refused, 'flow.gate_failed'] },
      body: schemas.flowRollBack,
      summary: 'Goes back to an earlier approved version.',
      run: (tx, id, body) => flows.rollBack(tx, id, body),
    }),
    actRoute<{ reason: string }>(deps, {
      ...{ ...approve, act: 'reject', audit: 'flow.reject', body: schemas.flowReason },
      summary: 'Sends the version in work back to its author.',
      run: (tx, id, body) => flows.reject(tx, id, body.reason),
    }),
    actRoute<{ reason: string }>(deps, {
      ...{ ...approve, act: 'retire', audit: 'flow.retire', body: schemas.flowReason },
      summary: 'Takes the flow off at once.',
      run: (tx, id, body) => flows.retire(tx, id, body.reason),
    }),
  ];
}

function tryRoute({ flows }: FlowRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { definition: unknown; turns: string[]; today?: string }>({
    method: 'POST',
    path: '/api/v1/flows/try',
    summary: 'Plays a dialogue with a flow and shows each step; stores nothing.',
    permission: 'robot:test',
    audit: 'flow.try',
    body: schemas.flowTry,
    response: schemas.flowTried,
    errors: ['flow.invalid'],
    async handler(tx, { body }) {
      const definition = checkFlow(body.definition);
      const others = (await flows.live(tx)).filter((live) => live.definition.key !== definition.key);
      tx.record({ action: 'flow.try', outcome: 'ok', details: { flowKey: definition.key } });
      return converse([...others, { version: 0, definition }], body.turns, body.today);
    },
  });
}

/** For the agent who takes over, masked as messages are; not for colleagues who have nothing to do with it. */
function learnedRoute({ conversations, learned }: FlowRouteDeps): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: '/api/v1/conversations/:id/collected',
    summary: 'What the robot has collected in a conversation by its flows, masked.',
    permission: 'conversation:work',
    audit: 'flow.collected',
    response: schemas.flowCollected,
    async handler(tx, { params }, { actor, permissions }) {
      const row = await conversations.getWithin(tx, params.id, scopeOf(actor));
      const maySeeAll = permissions.has('conversation:supervise') || row.assigneeId === null;
      if (!maySeeAll && row.assigneeId !== actor.id) throw new AppError('request.not_found');
      const run = await learned(tx, params.id);
      tx.record({
        ...{ action: 'flow.collected', outcome: 'ok', target: { type: 'conversation', id: params.id } },
        customer: row.requesterId,
        details: { slots: run?.slots.map(({ name }) => name) ?? [] },
      });
      const slots = (run?.slots ?? []).map(({ title, value }) => ({ title, value: maskText(value) }));
      return { ...(run ? { title: run.title, end: run.end } : {}), slots };
    },
  });
}
