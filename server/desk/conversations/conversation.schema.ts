import { fileItem } from '../../platform/files/index.ts';
import type { Schema } from '../../platform/http/index.ts';
import { answer, closed, instant, listQuery, orNull, pageOf, person, text, uuid } from '../schemas.ts';
import { CONVERSATION_VIEWS } from './conversation.view.ts';

const string: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const ITEM: Record<string, Schema> = {
  id: uuid,
  siteId: string,
  unitId: uuid,
  channel: string,
  state: { enum: ['robot', 'queued', 'assigned', 'closed'] },
  requester: answer({ id: uuid, nameMasked: orNull(string), isIdentified: { type: 'boolean' } }),
  assignee: orNull(person),
  skillGroup: orNull(answer({ id: uuid, name: string })),
  lastText: orNull(string),
  lastFrom: string,
  lastAt: instant,
  lastSeq: integer,
  unread: integer,
  openedAt: instant,
  version: integer,
  waitingSince: instant,
  handoverReason: string,
};
const ITEM_OPTIONAL = ['waitingSince', 'handoverReason'];

/** A conversation as lists show it. */
export const conversationItem: Schema = answer(ITEM, ITEM_OPTIONAL);
/** A page of them. */
export const conversationPage: Schema = pageOf(conversationItem);

const candidate: Schema = answer({ articleId: string, question: string, score: { type: 'number' } });
const context: Schema = answer({
  reason: string,
  candidates: { type: 'array', items: candidate },
  lastQuestions: { type: 'array', items: string },
});

/** One conversation with what its page shows. */
export const conversationDetail: Schema = answer(
  {
    ...ITEM,
    ticketIds: { type: 'array', items: uuid },
    csat: answer({ score: integer, comment: string }, ['comment']),
    robotOutcome: string,
    closedAt: instant,
    context,
  },
  [...ITEM_OPTIONAL, 'csat', 'robotOutcome', 'closedAt', 'context'],
);

/** Which list. */
export const conversationQuery: Schema = listQuery({ view: { enum: [...CONVERSATION_VIEWS] } });

/** Messages behind or before a number; the newest when neither is named. */
export const messageQuery: Schema = closed({
  after: { type: 'integer', minimum: 0 },
  before: { type: 'integer', minimum: 1 },
  limit: { type: 'integer', minimum: 1, maximum: 200 },
});

/** Messages in order. `robot` and `state` are the marks of robot and system messages. */
export const messageList: Schema = answer({
  items: {
    type: 'array',
    items: answer(
      {
        seq: integer,
        from: { enum: ['requester', 'agent', 'robot', 'system'] },
        kind: string,
        text: string,
        at: instant,
        id: uuid,
        agentId: string,
        agentName: string,
        generatedByMachine: { type: 'boolean' },
        robot: orNull({ type: 'object' }),
        state: string,
        file: fileItem,
      },
      ['agentId', 'agentName', 'generatedByMachine', 'robot', 'state', 'file'],
    ),
  },
});

/** To whom a conversation goes: an agent or a skill group, with a note for the one who takes it. */
export const handoverBody: Schema = closed({ toAgentId: uuid, toSkillGroupId: uuid, note: text(8_000) });

/** To which unit a conversation goes, with a note for whoever takes it there. */
export const transferBody: Schema = closed({ unitId: uuid, note: text(8_000) }, ['unitId']);

/** A request that says everything by its address. */
export const emptyBody: Schema = closed({});

const note: Schema = answer(
  { id: uuid, text: string, isUnreadable: { const: true }, author: orNull(person), at: instant },
  ['isUnreadable'],
);
/** A note just written. */
export const noteAnswer: Schema = note;
/** Notes, oldest first. */
export const noteList: Schema = answer({ items: { type: 'array', items: note } });
/** A note as it is typed; the message limits hold. */
export const noteBody: Schema = closed({ text: text(16_000) }, ['text']);

/** Agents with their presence and load. */
export const agentList: Schema = answer({
  items: {
    type: 'array',
    items: answer({
      id: uuid,
      displayName: string,
      presence: { enum: ['online', 'busy', 'break', 'offline'] },
      openCount: integer,
      skillGroupIds: { type: 'array', items: uuid },
    }),
  },
});
