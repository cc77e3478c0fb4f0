import { portable, type Db, type Tx } from '../../platform/persistence/index.ts';

const CONVERSATION_COUNT = portable<{ accountId: string }, { conversations: number }>(
  'leaver.conversation_count',
  `SELECT COUNT(*) AS conversations FROM conversation WHERE assignee_id = :accountId AND state = 'assigned'`,
  { params: { accountId: 'uuid' }, result: { conversations: 'int' } },
);
const TICKET_COUNT = portable<{ accountId: string }, { tickets: number }>(
  'leaver.ticket_count',
  `SELECT COUNT(*) AS tickets FROM ticket WHERE assignee_id = :accountId AND state <> 'closed'`,
  { params: { accountId: 'uuid' }, result: { tickets: 'int' } },
);
const UNITS = portable<{ accountId: string; limit: number }, { unitId: string }>(
  'leaver.units',
  `SELECT w.unit_id FROM
      (SELECT c.unit_id FROM conversation c WHERE c.assignee_id = :accountId AND c.state = 'assigned'
        UNION SELECT t.unit_id FROM ticket t WHERE t.assignee_id = :accountId AND t.state <> 'closed') w
    ORDER BY w.unit_id FETCH FIRST :limit ROWS ONLY`,
  { params: { accountId: 'uuid', limit: 'int' }, result: { unitId: 'uuid' } },
);
const CONVERSATIONS = portable<
  { accountId: string; afterId: string; limit: number },
  { id: string; unitId: string }
>(
  'leaver.conversations',
  `SELECT id, unit_id FROM conversation WHERE assignee_id = :accountId AND state = 'assigned' AND id > :afterId
    ORDER BY id FETCH FIRST :limit ROWS ONLY`,
  { params: { accountId: 'uuid', afterId: 'uuid', limit: 'int' }, result: { id: 'uuid', unitId: 'uuid' } },
);

/** What of a ticket its history and the trail need. */
export interface LeftTicket {
  id: string;
  requesterId: string;
  skillGroupId: string | null;
  unitId: string;
  version: number;
}

const TICKETS = portable<{ accountId: string; limit: number }, LeftTicket>(
  'leaver.tickets',
  `SELECT id, requester_id, skill_group_id, unit_id, version FROM ticket
    WHERE assignee_id = :accountId AND state <> 'closed' ORDER BY id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { accountId: 'uuid', limit: 'int' },
    result: { id: 'uuid', requesterId: 'uuid', skillGroupId: 'uuid', unitId: 'uuid', version: 'int' },
  },
);
const TICKET_GIVE = portable<{
  id: string;
  fromId: string;
  assigneeId: string | null;
  skillGroupId: string | null;
  at: Date;
}>(
  'leaver.give_ticket',
  `UPDATE ticket SET assignee_id = :assigneeId, skill_group_id = :skillGroupId, updated_at = :at,
      version = version + 1
    WHERE id = :id AND assignee_id = :fromId AND state <> 'closed'`,
  { params: { id: 'uuid', fromId: 'uuid', assigneeId: 'uuid', skillGroupId: 'uuid', at: 'instant' } },
);

/** Open work of an account: conversations it has, and tickets of its own that are not closed. */
export async function countOpenWork(
  db: Db,
  accountId: string,
): Promise<{ conversations: number; tickets: number }> {
  const { conversations = 0 } = (await db.one(CONVERSATION_COUNT, { accountId })) ?? {};
  const { tickets = 0 } = (await db.one(TICKET_COUNT, { accountId })) ?? {};
  return { conversations, tickets };
}

/** Conversations an account has, behind an id. */
export function conversationsOf(
  db: Db,
  page: { accountId: string; afterId: string; limit: number },
): Promise<{ id: string; unitId: string }[]> {
  return db.all(CONVERSATIONS, page);
}

/** Units of an account's open work, at most `limit`. */
export async function unitsOfWork(db: Db, accountId: string, limit: number): Promise<string[]> {
  return (await db.all(UNITS, { accountId, limit })).map(({ unitId }) => unitId);
}

/** Tickets of an account that are not closed. */
export function ticketsOf(db: Db, page: { accountId: string; limit: number }): Promise<LeftTicket[]> {
  return db.all(TICKETS, page);
}

/** Gives a ticket on; false when somebody else has it by now, or it was closed. */
export async function giveTicket(
  tx: Tx,
  gift: { id: string; fromId: string; assigneeId: string | null; skillGroupId: string | null; at: Date },
): Promise<boolean> {
  return (await tx.run(TICKET_GIVE, gift)) === 1;
}
