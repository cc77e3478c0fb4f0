import type { AnyRoute } from '../platform/http/index.ts';
import {
  conversationFieldFace,
  conversationRoutes,
  type ConversationRouteDeps,
} from './conversations/conversation.routes.ts';
import { fieldRoutes } from './fields/field.routes.ts';
import type { FieldService } from './fields/field.service.ts';
import { cannedResponseRoutes } from './macros/canned-response.routes.ts';
import type { CannedResponseService } from './macros/canned-response.service.ts';
import {
  requesterFieldFace,
  requesterRoutes,
  type RequesterRouteDeps,
} from './requesters/requester.routes.ts';
import { deskFileRoutes } from './files/desk-file.routes.ts';
import type { DeskFiles } from './files/desk-files.ts';
import { messageSearchRoutes } from './search/message-search.routes.ts';
import { ticketFieldFace, ticketFor, ticketRoutes, type TicketRouteDeps } from './tickets/ticket.routes.ts';

/** What the desk's routes need; compose builds every part. */
export interface DeskRouteDeps extends ConversationRouteDeps, RequesterRouteDeps, TicketRouteDeps {
  cannedResponses: CannedResponseService;
  fields: FieldService;
  files: DeskFiles;
}

/** The desk's part of the route table. */
export function createDeskRoutes(deps: DeskRouteDeps): AnyRoute[] {
  const faces = [ticketFieldFace(deps), requesterFieldFace(deps), conversationFieldFace(deps)];
  return [
    ...conversationRoutes(deps),
    ...messageSearchRoutes(deps),
    ...requesterRoutes(deps),
    ...cannedResponseRoutes(deps.cannedResponses),
    ...ticketRoutes(deps),
    ...fieldRoutes({ ...deps, faces }),
    ...deskFileRoutes({ ...deps, ticketFor: (db, context, id) => ticketFor(deps, db, context, id) }),
  ];
}
