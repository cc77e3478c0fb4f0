import type { LookupAnswer, LookupOffer, WriteState } from '../../connectors/connector.ts';
import { scopeOf } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import { answer, closed, instant, orNull, text, uuid } from '../schemas.ts';
import { ticketFor, type TicketRouteDeps } from '../tickets/ticket.routes.ts';
import type { LookupChoice, LookupService } from './lookup.service.ts';

/** What the routes of lookups need. */
export interface LookupRouteDeps extends Pick<TicketRouteDeps, 'tickets' | 'staff'> {
  lookups: LookupService;
  uow: UnitOfWork;
}

interface ById {
  id: string;
}
type LookupBody = LookupChoice & { conversationId?: string; ticketId?: string };

const string: Schema = { type: 'string' };
const titles = answer({ zh: string, en: string });
const offer = answer({
  connectorId: uuid,
  connectorName: string,
  operation: string,
  title: titles,
  fields: { type: 'array', items: answer({ name: string, type: string, title: titles }) },
});
const offers = answer({ items: { type: 'array', items: offer } });
const choice = { connectorId: uuid, operation: text(60) };
const lookupBody = closed({ ...choice, conversationId: uuid, ticketId: uuid }, ['connectorId', 'operation']);
const lookupAnswer = answer({
  records: {
    type: 'array',
    items: { type: 'object', additionalProperties: orNull(string), maxProperties: 100 },
  },
  source: string,
  at: instant,
  correlationId: uuid,
});
const writeState = answer({
  id: uuid,
  ...choice,
  state: { enum: ['waiting', 'done', 'failed', 'unknown'] },
  attempts: { type: 'integer' },
  lastCode: orNull(string),
  reference: orNull(string),
  createdAt: instant,
  doneAt: orNull(instant),
});

const presentOffer = ({ connectorId, connectorName, operation, title, fields }: LookupOffer) => ({
  ...{ connectorId, connectorName, operation, title, fields },
});
const presentWrite = ({ createdAt, doneAt, ...state }: WriteState) => ({
  ...state,
  ...{ createdAt: createdAt.toISOString(), doneAt: doneAt?.toISOString() ?? null },
});

/** Other systems beside a customer and behind a ticket. Lookups run beside the page, never inside its own request. */
export function lookupRoutes(deps: LookupRouteDeps): AnyRoute[] {
  return [...requesterLookupRoutes(deps), ...ticketRecordRoutes(deps)];
}

function requesterLookupRoutes({ lookups }: LookupRouteDeps): AnyRoute[] {
  return [
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/requesters/:id/lookups',
      summary: 'What other systems can be asked about this customer; asks none of them.',
      permission: 'requester:read',
      audit: { none: 'names of connectors and their fields, nothing of the customer' },
      response: offers,
      handler: async (tx, { params }, { actor }) => ({
        items: (await lookups.offersFor(tx, params.id, scopeOf(actor))).map(presentOffer),
      }),
    }),
    defineRoute<ById, unknown, LookupBody, LookupAnswer>({
      method: 'POST',
      path: '/api/v1/requesters/:id/lookups',
      summary: 'Asks one system about this customer; masked, within five seconds.',
      permission: 'requester:read',
      audit: { none: 'the call itself records connector.call' },
      body: lookupBody,
      response: lookupAnswer,
      errors: [
        'connector.operation_unknown',
        'connector.input_invalid',
        'connector.broken',
        'connector.busy',
      ],
      prepare({ params, body }, { actor, requestId }) {
        const { connectorId, operation, ...about } = body;
        const which = { ...about, actor, requestId, requesterId: params.id };
        return lookups.lookUp(which, { connectorId, operation }, scopeOf(actor));
      },
      handler: async (_tx, { prepared }) => ({ ...prepared, at: prepared.at.toISOString() }),
    }),
  ];
}

function ticketRecordRoutes(deps: LookupRouteDeps): AnyRoute[] {
  const { lookups, uow } = deps;
  return [
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/tickets/:id/records',
      summary: 'Records of a ticket in other systems, and which can be made.',
      permission: 'ticket:work',
      audit: { none: 'states and ids of records, nothing of the customer' },
      response: answer({
        items: { type: 'array', items: writeState },
        operations: { type: 'array', items: offer },
      }),
      async handler(tx, { params }, context) {
        const ticket = await ticketFor(deps, tx, context, params.id);
        const items = (await lookups.writesOf(tx, ticket.id)).map(presentWrite);
        return { items, operations: (await lookups.writesFor()).map(presentOffer) };
      },
    }),
    defineRoute<ById, unknown, LookupChoice & { isDryRun?: boolean }, Record<string, string>>({
      method: 'POST',
      path: '/api/v1/tickets/:id/records',
      summary: 'Makes a record of a ticket in another system, once; a dry run only says whether it could be.',
      permission: 'ticket:work',
      audit: 'connector.write-ask',
      body: closed({ ...choice, isDryRun: { type: 'boolean' } }, ['connectorId', 'operation']),
      response: answer({
        isDryRun: { type: 'boolean' },
        fields: { type: 'array', items: string },
        record: orNull(writeState),
      }),
      idempotent: true,
      errors: ['connector.operation_unknown', 'connector.input_invalid', 'connector.off', 'connector.busy'],
      async prepare({ params, body }, context) {
        const ticket = await uow.read((db) => ticketFor(deps, db, context, params.id));
        const { connectorId, operation } = body;
        return lookups.tryWrite(ticket, { connectorId, operation }, context.actor);
      },
      async handler(tx, { params, body, prepared }, context) {
        const { connectorId, operation, isDryRun = false } = body;
        const fields = Object.keys(prepared);
        if (isDryRun) return { isDryRun, fields, record: null };
        const ticket = await ticketFor(deps, tx, context, params.id);
        const record = await lookups.write(tx, ticket, { connectorId, operation }, prepared);
        return { isDryRun, fields, record: presentWrite(record) };
      },
    }),
  ];
}
