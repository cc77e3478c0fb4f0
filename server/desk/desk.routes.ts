import type { AnyRoute } from '../platform/http/index.ts';
import { conversationRoutes, type ConversationRouteDeps } from './conversations/conversation.routes.ts';
import { cannedResponseRoutes } from './macros/canned-response.routes.ts';
import type { CannedResponseService } from './macros/canned-response.service.ts';
import { requesterRoutes, type RequesterRouteDeps } from './requesters/requester.routes.ts';
import { ticketRoutes, type TicketRouteDeps } from './tickets/ticket.routes.ts';

/** What the desk's routes need; compose builds every part. */
export interface DeskRouteDeps extends ConversationRouteDeps, RequesterRouteDeps, TicketRouteDeps {
  cannedResponses: CannedResponseService;
}

/** The desk's part of the route table. */
export function createDeskRoutes(deps: DeskRouteDeps): AnyRoute[] {
  return [
    ...conversationRoutes(deps),
    ...requesterRoutes(deps),
    ...cannedResponseRoutes(deps.cannedResponses),
    ...ticketRoutes(deps),
  ];
}
