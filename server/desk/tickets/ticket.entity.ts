import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';
import type { TicketPriority, TicketState } from './ticket.rules.ts';

const sealed = () => col.sealed({ class: 'C2', scope: 'requester' });

/** A tracked piece of work. What people wrote is sealed under the requester's key. */
export const ticketEntity = defineEntity(
  'ticket',
  {
    id: col.uuid(),
    /** What people call it by; counts up, with gaps. */
    ticketNumber: col.int(),
    requesterId: col.uuid(),
    dekId: col.int(),
    conversationId: col.uuid().optional(),
    subjectEnc: sealed(),
    descriptionEnc: sealed(),
    state: col.text(20),
    priority: col.text(10),
    assigneeId: col.uuid().optional(),
    skillGroupId: col.uuid().optional(),
    unitId: col.uuid(),
    openedAt: col.instant(),
    updatedAt: col.instant(),
    solvedAt: col.instant().optional(),
    /** Version of the key that its tokens are made with. */
    indexVersion: col.int(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `ticket`. */
export type TicketRow = Omit<RowOf<typeof ticketEntity>, 'state' | 'priority'> & {
  state: TicketState;
  priority: TicketPriority;
};

/** What somebody wrote on a ticket; an internal one is for colleagues alone. */
export const ticketCommentEntity = defineEntity(
  'ticket_comment',
  {
    id: col.uuid(),
    ticketId: col.uuid(),
    authorType: col.text(20),
    authorId: col.text(64),
    bodyEnc: sealed(),
    isInternal: col.flag(),
    at: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `ticket_comment`. */
export type TicketCommentRow = RowOf<typeof ticketCommentEntity>;

/** What happened to a ticket: ids and codes, never words. */
export const ticketEventEntity = defineEntity(
  'ticket_event',
  {
    id: col.uuid(),
    ticketId: col.uuid(),
    at: col.instant(),
    actorType: col.text(20),
    actorId: col.text(64),
    /** `created`, `state`, `priority`, `assignee`, `subject`, `comment`, `unit`. */
    action: col.text(40),
    fromValue: col.text(64).optional(),
    toValue: col.text(64).optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `ticket_event`. */
export type TicketEventRow = RowOf<typeof ticketEventEntity>;
