import type { Ids } from '../../kernel/index.ts';
import { unitRows, type Tx, type UnitRows } from '../../platform/persistence/index.ts';
import type { ConversationOwners } from '../conversations/conversation-owner.ts';
import { giveTickets } from '../tickets/ticket.figures.ts';

const CONVERSATIONS = unitRows('conversation');
const TICKETS = unitRows('ticket');
const REQUESTERS = unitRows('requester');

/**
 * What of the desk belongs to units. Running conversations are written by their lanes, so these are told first; what a
 * lane had in flight is written with the old unit once more, and stays visible, since a closed unit lies under its heir.
 */
export function deskUnitRows(deps: {
  owners: ConversationOwners;
  ids: Ids;
  tellOthers(tx: Tx, from: string, to: string): void;
}): UnitRows[] {
  const { owners, ids, tellOthers } = deps;
  const conversations: UnitRows = {
    ...CONVERSATIONS,
    handOver(tx, from, to, limit) {
      owners.heirs.add(from, to);
      tellOthers(tx, from, to);
      return CONVERSATIONS.handOver(tx, from, to, limit);
    },
  };
  const tickets: UnitRows = {
    ...TICKETS,
    handOver: (tx, from, to, limit) => giveTickets(tx, ids, { from, to, limit }),
  };
  return [conversations, tickets, REQUESTERS];
}
