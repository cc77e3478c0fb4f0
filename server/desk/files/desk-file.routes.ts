import { AppError } from '../../kernel/index.ts';
import { maskText } from '../../platform/crypto/index.ts';
import {
  beginRoute,
  fileItem,
  fileRoutes,
  presentFileItem,
  type FileInfo,
  type FileRouteOptions,
} from '../../platform/files/index.ts';
import { defineRoute, type AnyRoute, type RequestContext } from '../../platform/http/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { assertMaySee, viewerOf } from '../conversations/conversation.access.ts';
import type { ConversationService } from '../conversations/conversation.service.ts';
import type { Staff } from '../staff.ts';
import type { TicketRow } from '../tickets/ticket.entity.ts';
import type { DeskFiles } from './desk-files.ts';

/** What the routes of staff's files need. */
export interface DeskFileRouteDeps {
  files: DeskFiles;
  conversations: ConversationService;
  staff: Staff;
  /** The ticket, if the caller may see it; throws `request.not_found`. */
  ticketFor(db: Db, context: RequestContext, id: string): Promise<TicketRow>;
}

type ById = { id: string };

/** Uploads into conversations and tickets, and the files of both, for agents and the programs that work tickets. */
export function deskFileRoutes(deps: DeskFileRouteDeps): AnyRoute[] {
  const { files, conversations, staff } = deps;
  const options: FileRouteOptions = {
    store: files.store,
    base: '/api/v1',
    permission: 'signed-in',
    assertMayRead: (db, info, context) => assertMayRead(deps, db, info, context),
    // Names hold what people hold: numbers of cards and identities are masked here as in any other text.
    nameFor: ({ name }) => maskText(name),
  };
  return [
    beginRoute<ById>({
      ...options,
      permission: 'conversation:work',
      path: '/api/v1/conversations/:id/uploads',
      async ownerOf(tx, { id }, context) {
        const viewer = await viewerOf(staff, context);
        const row = await conversations.getWithin(tx, id, viewer.scope);
        assertMaySee(viewer, row);
        if (row.assigneeId !== context.actor.id) throw new AppError('conversation.state_refused');
        return files.ownerOfConversation(row);
      },
    }),
    beginRoute<ById>({
      ...options,
      permission: 'ticket:work',
      path: '/api/v1/tickets/:id/uploads',
      ownerOf: async (tx, { id }, context) => files.ownerOfTicket(await deps.ticketFor(tx, context, id)),
    }),
    ticketFilesRoute(deps),
    ...fileRoutes(options),
  ];
}

async function assertMayRead(
  { conversations, staff, ticketFor }: DeskFileRouteDeps,
  db: Db,
  { owner }: FileInfo,
  context: RequestContext,
): Promise<void> {
  if (owner.type === 'conversation') {
    if (context.actor.type === 'token') throw new AppError('request.not_found');
    const viewer = await viewerOf(staff, context);
    return assertMaySee(viewer, await conversations.getWithin(db, owner.id, viewer.scope));
  }
  const mayTickets = owner.type === 'ticket' && context.permissions.has('ticket:work');
  if (!mayTickets) throw new AppError('request.not_found');
  await ticketFor(db, context, owner.id);
}

function ticketFilesRoute({ files, ticketFor }: DeskFileRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/tickets/:id/files',
    summary: 'Files of a ticket, oldest first, with the comment each was attached to.',
    permission: 'ticket:work',
    audit: 'ticket.view',
    response: {
      type: 'object',
      required: ['items'],
      properties: { items: { type: 'array', items: fileItem } },
    },
    async handler(tx, { params }, context) {
      const row = await ticketFor(tx, context, params.id);
      const target = { type: 'ticket', id: row.id };
      tx.record({ action: 'ticket.view', outcome: 'ok', target, customer: row.requesterId });
      const items = (await files.ofTicket(tx, row.id)).map((info) => ({
        ...presentFileItem(info, maskText(info.name)),
        commentId: info.referenceId,
        createdAt: info.createdAt.toISOString(),
      }));
      return { items };
    },
  });
}
