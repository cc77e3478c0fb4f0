import type { RecordStore } from '../../platform/persistence/index.ts';
import { conversationRecords } from './conversation.records.ts';
import { requesterRecords } from './requester.records.ts';
import { ticketRecords } from './ticket.records.ts';

/** The desk's records, as the life cycle reaches them. */
export function deskRecords(deps: { forget(conversationIds: readonly string[]): void }): RecordStore[] {
  return [ticketRecords(), ...conversationRecords(deps), requesterRecords()];
}
