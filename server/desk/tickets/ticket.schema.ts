import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../../platform/http/index.ts';
import { answer, closed, instant, listQuery, orNull, pageOf, text, uuid } from '../schemas.ts';
import {
  fieldFilter,
  fieldValues,
  recordFields,
  shownValues,
  unreadableKeys,
} from '../fields/field.schema.ts';
import { TICKET_PRIORITIES, TICKET_STATES } from './ticket.rules.ts';

const string: Schema = { type: 'string' };
const isTrue: Schema = { const: true };
const OPTIONAL = ['isUnreadable', 'conversationId', 'columnValues', 'unreadableColumns'];
const integer: Schema = { type: 'integer' };
const state: Schema = { enum: [...TICKET_STATES] };
const priority: Schema = { enum: [...TICKET_PRIORITIES] };
/** Accounts, and programs or the system, whose ids are no account's. */
const author: Schema = orNull(answer({ id: string, displayName: string }));
/** Text that holds more than blanks. */
const words = (maxLength: number): Schema => ({ ...text(maxLength), pattern: '\\S' });
const SUBJECT_CHARACTERS_MAX = 300;

const ITEM: Record<string, Schema> = {
  id: uuid,
  number: integer,
  subject: string,
  isUnreadable: isTrue,
  state,
  priority,
  requester: answer({ id: uuid, nameMasked: orNull(string) }),
  assignee: author,
  unit: answer({ id: uuid, name: string }),
  conversationId: uuid,
  openedAt: instant,
  updatedAt: instant,
  version: integer,
  columnValues: shownValues,
  unreadableColumns: unreadableKeys,
};

/** A page of tickets. */
export const ticketPage: Schema = pageOf(answer(ITEM, OPTIONAL));

const comment: Schema = answer(
  { id: uuid, text: string, isUnreadable: isTrue, isInternal: { type: 'boolean' }, author, at: instant },
  ['isUnreadable'],
);
const event: Schema = answer(
  {
    at: instant,
    actor: answer({ type: string, displayName: string }),
    action: string,
    from: string,
    to: string,
  },
  ['from', 'to'],
);

/** One ticket with its comments and history, oldest first. */
export const ticketDetail: Schema = answer(
  {
    ...ITEM,
    customFields: recordFields,
    description: string,
    comments: { type: 'array', items: comment },
    history: { type: 'array', items: event },
    allowedTransitions: { type: 'array', items: state },
  },
  OPTIONAL,
);

/** Filters of the list. `q` searches subject and description, or names a number. */
export const ticketQuery: Schema = listQuery({
  state,
  assignee: {
    type: 'string',
    pattern: '^(me|none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$',
    maxLength: 36,
  },
  requesterId: uuid,
  /** This unit and those under it. */
  unit: uuid,
  q: words(200),
  ...fieldFilter,
});

/** A new ticket. */
export const ticketCreate: Schema = closed(
  {
    subject: words(SUBJECT_CHARACTERS_MAX),
    description: words(LIMITS.textFieldCharacters),
    requesterId: uuid,
    conversationId: uuid,
    priority,
    customFields: fieldValues,
  },
  ['subject', 'description'],
);

/** What a new ticket is known by. */
export const ticketCreated: Schema = answer({ id: uuid, number: integer, state, version: integer });

/** Fields to change; `assigneeId: null` takes the ticket from everybody. */
export const ticketChange: Schema = {
  ...closed({ subject: words(SUBJECT_CHARACTERS_MAX), priority, assigneeId: orNull(uuid) }),
  minProperties: 1,
};

/** A move to another state, with what to say about it. */
export const ticketTransition: Schema = closed({ to: state, comment: words(LIMITS.textFieldCharacters) }, [
  'to',
]);

/** The unit a ticket goes to, with what to say about it. */
export const ticketTransfer: Schema = closed({ unitId: uuid, comment: words(LIMITS.textFieldCharacters) }, [
  'unitId',
]);

/** Where a ticket went; whoever gave it away may not see it any more. */
export const ticketTransferred: Schema = answer({
  id: uuid,
  version: integer,
  unit: answer({ id: uuid, name: string }),
});

/** A comment; internal ones are for colleagues. */
export const ticketComment: Schema = closed(
  {
    text: words(LIMITS.textFieldCharacters),
    internal: { type: 'boolean' },
    fileIds: { type: 'array', items: uuid, maxItems: 20, uniqueItems: true },
  },
  ['text'],
);

/** A comment just written. */
export const ticketCommented: Schema = comment;
