import { AppError, beforeOf, type DataScope, LIMITS } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import { defineRoute, type AnyRoute, type RequestContext, type Schema } from '../../platform/http/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import type { RecordFace } from '../fields/field.routes.ts';
import type { NoteService } from '../notes/note.service.ts';
import type { Routing } from '../routing/routing.service.ts';
import { namesOf, presentPerson, type Staff } from '../staff.ts';
import { assertAgent, assertMaySee, assertMayTake, viewerOf, type Viewer } from './conversation.access.ts';
import { presentMessages, readDetail } from './conversation.detail.ts';
import type { ConversationRow } from './conversation.entity.ts';
import type { ConversationOwners } from './conversation-owner.ts';
import * as schemas from './conversation.schema.ts';
import type { By } from './conversation.entries.ts';
import type { ConversationService } from './conversation.service.ts';
import type { ConversationListName, ConversationView } from './conversation.view.ts';

/** What the routes of conversations need. */
export interface ConversationRouteDeps {
  owners: ConversationOwners;
  conversations: ConversationService;
  notes: NoteService;
  routing: Routing;
  staff: Staff;
  view: ConversationView;
  crypto: Crypto;
  /** Keeps a unit open until the end of the unit of work; throws `unit.unknown` for one that is not active. */
  holdUnit(tx: Tx, unitId: string): Promise<void>;
}

type ById = { id: string };
/** Reading is open to agents, supervisors, and inspectors alike; `viewerOf` refuses everybody else. */
const READERS = 'signed-in';

/** Routes of the agents' inbox. */
export function conversationRoutes(deps: ConversationRouteDeps): AnyRoute[] {
  return [...readRoutes(deps), ...moveRoutes(deps), ...noteRoutes(deps), agentsRoute(deps)];
}

function viewerFrom({ staff }: ConversationRouteDeps, context: RequestContext): Promise<Viewer> {
  return viewerOf(staff, context);
}

/** The conversation, if the caller may see it. */
async function visible(
  deps: ConversationRouteDeps,
  { tx, context }: { tx: Db; context: RequestContext },
  id: string,
): Promise<{ row: Readonly<ConversationRow>; scope: DataScope }> {
  const viewer = await viewerFrom(deps, context);
  const row = await deps.conversations.getWithin(tx, id, viewer.scope);
  assertMaySee(viewer, row);
  return { row, scope: viewer.scope };
}

/** How the routes of own fields come to a conversation. */
export function conversationFieldFace(deps: ConversationRouteDeps): RecordFace {
  return {
    type: 'conversation',
    path: '/api/v1/conversations',
    readPermission: READERS,
    writePermission: 'conversation:work',
    viewAction: 'conversation.view',
    updateAction: 'conversation.update',
    find: async (tx, id, context) => (await visible(deps, { tx, context }, id)).row,
  };
}

function recordView(tx: Tx, row: Readonly<ConversationRow>, shown: string): void {
  tx.record({
    action: 'conversation.view',
    outcome: 'ok',
    target: { type: 'conversation', id: row.id },
    customer: row.requesterId,
    details: { shown },
  });
}

function readRoutes(deps: ConversationRouteDeps): AnyRoute[] {
  return [
    defineRoute<unknown, { view?: ConversationListName; cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/conversations',
      summary: 'Conversations the caller may see, newest first, texts and names masked.',
      permission: READERS,
      audit: 'conversation.list',
      query: schemas.conversationQuery,
      response: schemas.conversationPage,
      async handler(tx, { query }, context) {
        const viewer = await viewerFrom(deps, context);
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const view = query.view ?? 'mine';
        const page = await deps.view.list(tx, viewer, { view, before: beforeOf(query.cursor), limit });
        const details = { view, ids: page.items.map(({ id }) => id) };
        tx.record({ action: 'conversation.list', outcome: 'ok', details });
        return page;
      },
    }),
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/conversations/:id',
      summary: 'One conversation with its tickets, rating, and the context of its handover.',
      permission: READERS,
      audit: 'conversation.view',
      response: schemas.conversationDetail,
      async handler(tx, { params }, context) {
        const { row, scope } = await visible(deps, { tx, context }, params.id);
        recordView(tx, row, 'detail');
        const item = await deps.view.find(tx, row.id);
        return { ...item, ...(await readDetail(deps, tx, { row, scope })) };
      },
    }),
    messagesRoute(deps),
  ];
}

function messagesRoute(deps: ConversationRouteDeps): AnyRoute {
  return defineRoute<ById, { after?: number; before?: number; limit?: number }>({
    method: 'GET',
    path: '/api/v1/conversations/:id/messages',
    summary: 'Messages in order, behind or before a number; the newest when neither is given.',
    permission: READERS,
    audit: 'conversation.view',
    query: schemas.messageQuery,
    response: schemas.messageList,
    async handler(tx, { params, query }, context) {
      const { row } = await visible(deps, { tx, context }, params.id);
      recordView(tx, row, 'messages');
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const { conversations, owners, staff } = deps;
      const messages =
        query.after === undefined
          ? await conversations.historyBefore(tx, row, query.before ?? row.lastSeq + 1, limit)
          : await conversations.history(tx, row, query.after, limit);
      const last = messages.at(-1);
      if (last && row.assigneeId === context.actor.id) await owners.markRead(tx, row.id, last.seq);
      return { items: await presentMessages(staff, messages) };
    },
  });
}

function moveRoutes(deps: ConversationRouteDeps): AnyRoute[] {
  const { conversations, staff } = deps;
  type Handover = { toAgentId?: string; toSkillGroupId?: string; note?: string };
  return [
    moveRoute(deps, 'accept', 'Takes a queued conversation, or confirms one that routing gave.', {
      move: async (by, row) => void (await conversations.accept(by, row.id)),
    }),
    moveRoute(deps, 'take', 'Takes a conversation over from the robot, the queue, or another agent.', {
      isTake: true,
      move: async (by, row) => void (await conversations.take(by, row.id)),
    }),
    moveRoute<Handover>(deps, 'handover', 'Gives the conversation to another agent or a skill group.', {
      async move(by, row, { tx, body }) {
        const to = targetOf(body);
        if ('agentId' in to) await assertAgent(staff, to.agentId, row.unitId);
        await conversations.handOver(by, row.id, to);
        if (body.note) await deps.notes.add(tx, row, { text: body.note });
      },
    }),
    moveRoute<{ unitId: string; note?: string }>(
      deps,
      'transfer',
      'Gives the conversation to another unit, in whose queue it waits.',
      {
        async move(by, row, { tx, body, context }) {
          await deps.holdUnit(tx, body.unitId);
          const mayAny = context.permissions.has('conversation:supervise');
          await conversations.transfer(by, row.id, { unitId: body.unitId, mayAny });
          if (body.note) await deps.notes.add(tx, row, { text: body.note });
        },
      },
    ),
    moveRoute(deps, 'close', 'Ends the conversation.', {
      async move(by, row, { context }) {
        const mayAny = context.permissions.has('conversation:supervise');
        await conversations.close(by, row.id, mayAny);
      },
    }),
  ];
}

interface Move<B> {
  /** Taking reaches conversations that the caller does not see yet. */
  isTake?: boolean;
  move(
    by: By,
    row: Readonly<ConversationRow>,
    call: { tx: Tx; body: B; context: RequestContext },
  ): Promise<void>;
}

const BODIES: Record<string, Schema> = { handover: schemas.handoverBody, transfer: schemas.transferBody };

/** The move itself commits through the conversation's lane with an entry of its own; this unit reads the outcome. */
function moveRoute<B = unknown>(
  deps: ConversationRouteDeps,
  verb: 'accept' | 'take' | 'handover' | 'transfer' | 'close',
  summary: string,
  { isTake, move }: Move<B>,
): AnyRoute {
  return defineRoute<ById, unknown, B>({
    method: 'POST',
    path: `/api/v1/conversations/:id/${verb}`,
    summary,
    permission: 'conversation:work',
    audit: `conversation.${verb}`,
    body: BODIES[verb] ?? schemas.emptyBody,
    response: schemas.conversationItem,
    errors: [
      'conversation.closed',
      'conversation.state_refused',
      'conversation.agent_unavailable',
      'unit.unknown',
    ],
    async handler(tx, { params, body }, context) {
      const viewer = await viewerFrom(deps, context);
      // Acting needs the scope of the right to act, which may be narrower than that of looking.
      const row = await deps.conversations.getWithin(tx, params.id, context.scopeFor('conversation:work'));
      if (isTake) assertMayTake(viewer, row);
      else assertMaySee(viewer, row);
      await move({ actor: context.actor, requestId: context.requestId }, row, { tx, body, context });
      recordView(tx, row, 'item');
      return deps.view.find(tx, row.id);
    },
  });
}

function targetOf(body: {
  toAgentId?: string;
  toSkillGroupId?: string;
}): { agentId: string } | { skillGroupId: string } {
  const { toAgentId, toSkillGroupId } = body;
  if (toAgentId !== undefined && toSkillGroupId === undefined) return { agentId: toAgentId };
  if (toSkillGroupId !== undefined && toAgentId === undefined) return { skillGroupId: toSkillGroupId };
  throw new AppError('request.invalid', { details: { at: 'toAgentId, toSkillGroupId', problem: 'oneOf' } });
}

function noteRoutes(deps: ConversationRouteDeps): AnyRoute[] {
  return [
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/conversations/:id/notes',
      summary: 'Internal notes, oldest first.',
      permission: READERS,
      audit: 'note.list',
      response: schemas.noteList,
      async handler(tx, { params }, context) {
        const { row } = await visible(deps, { tx, context }, params.id);
        const target = { type: 'conversation', id: row.id };
        tx.record({ action: 'note.list', outcome: 'ok', target, customer: row.requesterId });
        return { items: await deps.notes.list(tx, row.id) };
      },
    }),
    defineRoute<ById, unknown, { text: string }>({
      method: 'POST',
      path: '/api/v1/conversations/:id/notes',
      summary: 'Writes an internal note; the requester never sees it.',
      permission: 'conversation:work',
      audit: 'note.create',
      body: schemas.noteBody,
      response: schemas.noteAnswer,
      status: 201,
      idempotent: true,
      errors: ['message.text_invalid', 'message.text_empty', 'message.text_too_long'],
      async handler(tx, { params, body }, context) {
        const { row } = await visible(deps, { tx, context }, params.id);
        const { id, text, authorId, at } = await deps.notes.add(tx, row, { text: body.text });
        const author = presentPerson(authorId, await namesOf(deps.staff, [authorId]));
        return { id, text, author, at: at.toISOString() };
      },
    }),
  ];
}

function agentsRoute({ staff, routing }: ConversationRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/agents',
    summary: 'Agents with their presence and how many conversations each has.',
    permission: 'agent:list',
    audit: { none: 'names and presence of colleagues, no customer data' },
    response: schemas.agentList,
    async handler() {
      const agents = await staff.agents();
      const items = agents.map(({ id, displayName, skillGroupIds }) => ({
        id,
        displayName,
        presence: routing.presenceOf(id),
        openCount: routing.loadOf(id),
        skillGroupIds,
      }));
      return { items };
    },
  });
}
