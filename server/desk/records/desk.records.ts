import type { Ids } from '../../kernel/index.ts';
import type { RecordStore } from '../../platform/persistence/index.ts';
import { conversationRecords } from './conversation.records.ts';
import { requesterRecords } from './requester.records.ts';
import { ticketRecords } from './ticket.records.ts';

/** The desk's records, as the life cycle reaches them. */
export function deskRecords(deps: {
  ids: Ids;
  forget(conversationIds: readonly string[]): void;
}): RecordStore[] {
  return [ticketRecords(deps), ...conversationRecords(deps), requesterRecords()];
}
