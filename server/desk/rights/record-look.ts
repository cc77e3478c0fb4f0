import { SCOPE_ALL } from '../../kernel/index.ts';
import { portable, type Db } from '../../platform/persistence/index.ts';
import { maySee } from '../conversations/conversation.access.ts';
import type { Staff } from '../staff.ts';
import { maySeeTicket } from '../tickets/ticket.rules.ts';

interface PlaceRow {
  unitId: string;
  assigneeId: string | null;
  skillGroupId: string | null;
  state: string;
}

const RESULT = { unitId: 'uuid', assigneeId: 'uuid', skillGroupId: 'uuid', state: 'text' } as const;
const CONVERSATION = portable<{ id: string }, PlaceRow>(
  'rights.conversation_place',
  'SELECT unit_id, assignee_id, skill_group_id, state FROM conversation WHERE id = :id',
  { params: { id: 'uuid' }, result: RESULT },
);
const TICKET = portable<{ id: string }, PlaceRow>(
  'rights.ticket_place',
  'SELECT unit_id, assignee_id, skill_group_id, state FROM ticket WHERE id = :id',
  { params: { id: 'uuid' }, result: RESULT },
);

/** Where a record of the desk lies, and whether the desk's own rules show it to somebody. No customer's data. */
export interface RecordLook {
  unitId: string;
  ownerId: string | null;
  isSeen: boolean;
  /** Why: `sees-all`, `own`, `skill-group`, or `others`. */
  rule: string;
}

/** Asks the desk's rules about a record, for the explanation of rights; undefined when there is no such record. */
export function createRecordLook(staff: Pick<Staff, 'skillGroupsOf'>) {
  return async (
    db: Db,
    record: { type: 'conversation' | 'ticket'; id: string },
    viewer: { accountId: string; permissions: ReadonlySet<string> },
  ): Promise<RecordLook | undefined> => {
    const isTicket = record.type === 'ticket';
    const row = await db.one(isTicket ? TICKET : CONVERSATION, { id: record.id });
    if (row === undefined) return undefined;
    const { accountId, permissions } = viewer;
    const seesAll = isTicket
      ? permissions.has('ticket:assign')
      : permissions.has('conversation:supervise') || permissions.has('conversation:read-any');
    const groupIds = seesAll ? [] : await staff.skillGroupsOf(accountId);
    // How far the grants reach is explained beside this; here only the rules of the desk count.
    const eyes = { accountId, seesAll, groupIds, scope: SCOPE_ALL };
    const isSeen = isTicket ? maySeeTicket(eyes, row) : maySee(eyes, row as never);
    const own = row.assigneeId === accountId ? 'own' : 'skill-group';
    const rule = seesAll ? 'sees-all' : isSeen ? own : 'others';
    return { unitId: row.unitId, ownerId: row.assigneeId, isSeen, rule };
  };
}
