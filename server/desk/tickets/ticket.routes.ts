import { AppError, beforeOf, LIMITS } from '../../kernel/index.ts';
import { maskText } from '../../platform/crypto/index.ts';
import { defineRoute, type AnyRoute, type RequestContext } from '../../platform/http/index.ts';
import { narrowScope, type Db, type Tx } from '../../platform/persistence/index.ts';
import { maySee, viewerOf } from '../conversations/conversation.access.ts';
import type { ConversationRow } from '../conversations/conversation.entity.ts';
import type { RecordFace } from '../fields/field.routes.ts';
import type { FieldMatch, FieldQuery } from '../fields/field-index.ts';
import type { DeskFiles } from '../files/desk-files.ts';
import { namesOf, presentPerson, unitNamesOf, type Staff } from '../staff.ts';
import type { TicketRow } from './ticket.entity.ts';
import type { TicketState, TicketViewer } from './ticket.rules.ts';
import * as schemas from './ticket.schema.ts';
import type { TicketChange, TicketInput, TicketService } from './ticket.service.ts';
import type { TicketView } from './ticket.view.ts';

/** What the routes of tickets need. */
export interface TicketRouteDeps {
  tickets: TicketService;
  ticketView: TicketView;
  staff: Staff;
  files: DeskFiles;
  /** Keeps a unit open until the unit of work ends; throws `unit.unknown`. */
  holdUnit(tx: Tx, unitId: string): Promise<void>;
}

type ById = { id: string };
interface TicketQuery {
  state?: TicketState;
  assignee?: string;
  requesterId?: string;
  unit?: string;
  q?: string;
  field?: string;
  value?: string;
  from?: string;
  to?: string;
  match?: FieldMatch;
  cursor?: string;
  limit?: number;
}

/** Routes of tickets. */
export function ticketRoutes(deps: TicketRouteDeps): AnyRoute[] {
  return [
    listRoute(deps),
    createRoute(deps),
    viewRoute(deps),
    ...changeRoutes(deps),
    transferRoute(deps),
    commentRoute(deps),
  ];
}

/** The ticket behind a request, if the caller may see it; throws `request.not_found`. */
export async function ticketFor(
  deps: Pick<TicketRouteDeps, 'tickets' | 'staff'>,
  db: Db,
  context: RequestContext,
  id: string,
): Promise<TicketRow> {
  return deps.tickets.get(db, await viewerFrom(deps, context), id);
}

async function viewerFrom(
  { staff }: Pick<TicketRouteDeps, 'staff'>,
  context: RequestContext,
): Promise<TicketViewer> {
  const { actor, permissions, scopeFor } = context;
  const seesAll = permissions.has('ticket:assign') || actor.type === 'token';
  const groupIds = seesAll ? [] : await staff.skillGroupsOf(actor.id);
  // Whoever assigns sees all of what assigning reaches; the right itself counts where nobody assigns.
  const scope = scopeFor(permissions.has('ticket:assign') ? 'ticket:assign' : 'ticket:work');
  return { accountId: actor.id, seesAll, groupIds, scope };
}

/** One own field a list is narrowed by, by a value or between two; words and fields are not asked together. */
function fieldQueryOf({ q, field, value, from, to, match }: TicketQuery): FieldQuery | undefined {
  const hasBound = (value ?? match ?? from ?? to) !== undefined;
  const isMixed = (value ?? match) !== undefined && (from !== undefined || to !== undefined);
  if ((field === undefined) === hasBound || isMixed || (q !== undefined && field !== undefined))
    throw new AppError('request.invalid', {
      details: { in: 'query', at: '/field', problem: 'dependentRequired' },
    });
  if (field === undefined) return undefined;
  return {
    field,
    ...(value === undefined ? {} : { value }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(match === undefined ? {} : { match }),
  };
}

/** How the routes of own fields come to a ticket. */
export function ticketFieldFace(deps: TicketRouteDeps): RecordFace {
  return {
    type: 'ticket',
    path: '/api/v1/tickets',
    readPermission: 'ticket:work',
    writePermission: 'ticket:work',
    viewAction: 'ticket.view',
    updateAction: 'ticket.update',
    find: async (db, id, context) => deps.tickets.get(db, await viewerFrom(deps, context), id),
  };
}

function assigneeOf(assignee: string | undefined, accountId: string): string | null | undefined {
  if (assignee === 'me') return accountId;
  return assignee === 'none' ? null : assignee;
}

function listRoute(deps: TicketRouteDeps): AnyRoute {
  return defineRoute<unknown, TicketQuery>({
    method: 'GET',
    path: '/api/v1/tickets',
    summary: 'Tickets, newest first, or those that hold every word of `q`; subjects and names masked.',
    permission: 'ticket:work',
    audit: 'ticket.list',
    query: schemas.ticketQuery,
    response: schemas.ticketPage,
    errors: ['field.unknown', 'field.value_invalid', 'field.not_filterable'],
    async handler(tx, { query }, context) {
      const sees = await viewerFrom(deps, context);
      const { state, requesterId, q, unit, limit = LIMITS.pageItemsDefault } = query;
      const scope = unit === undefined ? sees.scope : await narrowScope(tx, sees.scope, unit);
      if (scope === undefined) {
        tx.record({ action: 'ticket.list', outcome: 'ok', details: { ids: [] } });
        return { items: [] };
      }
      const viewer = { ...sees, scope };
      const filter = { state, requesterId, assigneeId: assigneeOf(query.assignee, viewer.accountId) };
      const field = fieldQueryOf(query);
      const asked = { filter, before: beforeOf(query.cursor), limit, ...(field && { field }) };
      const page =
        q === undefined
          ? await deps.ticketView.list(tx, viewer, asked)
          : await deps.ticketView.search(tx, viewer, { ...asked, text: q });
      const action = q === undefined ? 'ticket.list' : 'ticket.search';
      // The value may be personal data itself, so the entry names the field alone.
      const fields = field === undefined ? {} : { fields: [`fields.${field.field}`] };
      const details = { ids: page.items.map(({ id }) => id) };
      tx.record({ action, outcome: 'ok', ...fields, details });
      return page;
    },
  });
}

function createRoute(deps: TicketRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, TicketInput>({
    method: 'POST',
    path: '/api/v1/tickets',
    summary: 'Opens a ticket, by hand or from a conversation.',
    permission: 'ticket:work',
    audit: 'ticket.create',
    body: schemas.ticketCreate,
    response: schemas.ticketCreated,
    status: 201,
    idempotent: true,
    errors: ['ticket.requester_unknown', 'field.unknown', 'field.required', 'field.value_invalid'],
    async handler(tx, { body }, context) {
      const isVisible = await conversationCheck(deps, context, body);
      const row = await deps.tickets.create(tx, body, isVisible);
      return { id: row.id, number: row.ticketNumber, state: row.state, version: row.version };
    },
  });
}

/** People open tickets for conversations they see; a program with the right to tickets for any. */
async function conversationCheck(
  { staff }: TicketRouteDeps,
  context: RequestContext,
  body: TicketInput,
): Promise<(row: ConversationRow) => boolean> {
  if (body.conversationId === undefined || context.actor.type === 'token') return () => true;
  const viewer = await viewerOf(staff, context);
  return (row) => maySee(viewer, row);
}

function viewRoute(deps: TicketRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/tickets/:id',
    summary: 'One ticket with its comments and history.',
    permission: 'ticket:work',
    audit: 'ticket.view',
    response: schemas.ticketDetail,
    handler: async (tx, { params }, context) =>
      show(deps, tx, await deps.tickets.get(tx, await viewerFrom(deps, context), params.id)),
  });
}

/** Every answer that shows a ticket's words is a read of them, also after a change. */
async function show(deps: TicketRouteDeps, tx: Tx, row: TicketRow) {
  const target = { type: 'ticket', id: row.id };
  tx.record({ action: 'ticket.view', outcome: 'ok', target, customer: row.requesterId });
  return deps.ticketView.detail(tx, row);
}

function changeRoutes(deps: TicketRouteDeps): AnyRoute[] {
  return [
    defineRoute<ById, unknown, TicketChange>({
      method: 'PATCH',
      path: '/api/v1/tickets/:id',
      summary: 'Changes subject, priority, or assignee.',
      permission: 'ticket:work',
      audit: 'ticket.update',
      body: schemas.ticketChange,
      response: schemas.ticketDetail,
      ifMatch: true,
      async handler(tx, { params, body: fields, version }, context) {
        const viewer = await viewerFrom(deps, context);
        const { permissions } = context;
        const change = { id: params.id, version, fields, permissions };
        return show(deps, tx, await deps.tickets.update(tx, viewer, change));
      },
    }),
    defineRoute<ById, unknown, { to: TicketState; comment?: string }>({
      method: 'POST',
      path: '/api/v1/tickets/:id/transitions',
      summary: 'Moves a ticket to another state.',
      permission: 'ticket:work',
      audit: 'ticket.transition',
      body: schemas.ticketTransition,
      response: schemas.ticketDetail,
      ifMatch: true,
      idempotent: true,
      errors: ['ticket.transition_refused'],
      async handler(tx, { params, body, version }, context) {
        const viewer = await viewerFrom(deps, context);
        const change = { id: params.id, version, ...body };
        return show(deps, tx, await deps.tickets.transition(tx, viewer, change));
      },
    }),
  ];
}

function transferRoute(deps: TicketRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { unitId: string; comment?: string }>({
    method: 'POST',
    path: '/api/v1/tickets/:id/transfer',
    summary: 'Gives the ticket to another unit, whose people find it with nobody.',
    permission: 'ticket:work',
    audit: 'ticket.transfer',
    body: schemas.ticketTransfer,
    response: schemas.ticketTransferred,
    ifMatch: true,
    idempotent: true,
    errors: ['ticket.closed', 'unit.unknown'],
    async handler(tx, { params, body, version }, context) {
      const viewer = await viewerFrom(deps, context);
      await deps.holdUnit(tx, body.unitId);
      const { permissions } = context;
      const change = { id: params.id, version, ...body, permissions };
      const row = await deps.tickets.transfer(tx, viewer, change);
      const names = await unitNamesOf(deps.staff, [row.unitId]);
      return {
        id: row.id,
        version: row.version,
        unit: { id: row.unitId, name: names.get(row.unitId) ?? '' },
      };
    },
  });
}

function commentRoute(deps: TicketRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { text: string; internal?: boolean; fileIds?: string[] }>({
    method: 'POST',
    path: '/api/v1/tickets/:id/comments',
    summary: 'Writes a comment; the version stays.',
    permission: 'ticket:work',
    audit: 'ticket.comment',
    body: schemas.ticketComment,
    response: schemas.ticketCommented,
    status: 201,
    idempotent: true,
    errors: ['ticket.closed'],
    async handler(tx, { params, body }, context) {
      const viewer = await viewerFrom(deps, context);
      const isInternal = body.internal ?? false;
      const comment = { id: params.id, text: body.text, isInternal };
      const { id, authorId, at } = await deps.tickets.comment(tx, viewer, comment);
      await deps.files.attach(tx, params.id, id, body.fileIds ?? []);
      const names = await namesOf(deps.staff, [context.actor.type === 'account' ? authorId : null]);
      const author = presentPerson(authorId, names);
      return { id, text: maskText(body.text), isInternal, author, at: at.toISOString() };
    },
  });
}
