export {
  ConversationOwners,
  type MessageListener,
  type SharedFile,
  type StoredMessage,
} from './conversations/conversation-owner.ts';
export type { ConversationRow, ConversationState, MessageMeta } from './conversations/conversation.entity.ts';
export { MESSAGE_BATCH } from './conversations/conversation.repo.ts';
export { ConversationView, type ConversationItem } from './conversations/conversation.view.ts';
export { createDeskRoutes, type DeskRouteDeps } from './desk.routes.ts';
export { DeskFiles } from './files/desk-files.ts';
export { createFileHandler } from './files/desk-file.handlers.ts';
export { CannedResponseService } from './macros/canned-response.service.ts';
export { FIELDS, type Fields } from './fields/field.section.ts';
export { FieldService } from './fields/field.service.ts';
export { lookupRoutes } from './lookups/lookup.routes.ts';
export { LookupService } from './lookups/lookup.service.ts';
export { LEAVER_JOB, leaverJob, type LeaverParams } from './leavers/leaver.job.ts';
export { countOpenWork } from './leavers/leaver.repo.ts';
export { createRecordLook } from './rights/record-look.ts';
export { deskUnitRows } from './records/desk.unit-rows.ts';
export { NoteService } from './notes/note.service.ts';
export { ROBOT_MISSES_MAX, textFault } from './conversations/conversation.rules.ts';
export type { By } from './conversations/conversation.entries.ts';
export { ConversationService } from './conversations/conversation.service.ts';
export { systemText, type SystemText, type SystemTexts } from './conversations/conversation.texts.ts';
export { eraseDeskRows } from './records/requester.erasure.ts';
export { deskRecords } from './records/desk.records.ts';
export { catchUpJob, MessageIndexer } from './search/message-indexer.ts';
export { RevealService, revealUpkeep, type RevealAlarms } from './reveals/reveal.service.ts';
export { RequesterService, type RequesterProfile } from './requesters/requester.service.ts';
export { Routing, type AgentDirectory, type Presence } from './routing/routing.service.ts';
export type { Staff, StaffAgent, StaffName } from './staff.ts';
export { transcriptExport } from './conversations/conversation.export.ts';
export { ticketExport } from './tickets/ticket.export.ts';
export { TicketService, type TicketInput } from './tickets/ticket.service.ts';
export { TicketView } from './tickets/ticket.view.ts';
export { createAgentSocket, type AgentSession, type AgentSessions } from './workbench/agent-socket.ts';
export { presentForAgent, presentForRequester } from './workbench/frames.ts';
