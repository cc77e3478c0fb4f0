/** One field of an event's data: an id, a number, a code, or a yes or no. Never what a person wrote. */
export interface EventField {
  kind: 'id' | 'number' | 'code' | 'flag';
  /** The event may carry `null` here. */
  isOptional?: boolean;
  zh: string;
  en: string;
}

/** What is told to the outside of one type of event. Fields that are not named here are left out. */
export interface EventType {
  zh: string;
  en: string;
  fields: Readonly<Record<string, EventField>>;
}

const id = (zh: string, en: string): EventField => ({ kind: 'id', zh, en });
const maybeId = (zh: string, en: string): EventField => ({ kind: 'id', isOptional: true, zh, en });
const code = (zh: string, en: string): EventField => ({ kind: 'code', zh, en });
const number = (zh: string, en: string): EventField => ({ kind: 'number', zh, en });

const conversation = id('会话', 'conversation');
const seq = number('会话中的消息序号', 'number of the message in the conversation');
const ticket = id('工单', 'ticket');
const moved = { conversationId: conversation, seq, agentId: maybeId('坐席', 'agent') };
const article = {
  articleId: id('知识条目', 'knowledge article'),
  locale: code('语言', 'language'),
  articleVersion: { ...number('发布的版本', 'published version'), isOptional: true },
};

/** Type of the event that the test button sends; nobody subscribes to it. */
export const PING = 'ping';

/**
 * Every event that can be subscribed to; names and fields are permanent. An event that is emitted and not listed here
 * is told to nobody outside; a test compares the list with what the program emits.
 */
export const EVENT_TYPES: Readonly<Record<string, EventType>> = {
  'conversation.opened': {
    zh: '会话开始',
    en: 'A conversation began.',
    fields: { conversationId: conversation },
  },
  'conversation.queued': {
    zh: '会话进入排队',
    en: 'A conversation waits for an agent.',
    fields: moved,
  },
  'conversation.assigned': { zh: '会话分配给坐席', en: 'An agent has the conversation.', fields: moved },
  'conversation.closed': { zh: '会话结束', en: 'The conversation ended.', fields: moved },
  'message.received': {
    zh: '机器人接待或排队中的会话收到客户消息',
    en: 'A customer wrote in a conversation that the robot holds or that waits for an agent.',
    fields: { conversationId: conversation, seq, messageId: id('消息', 'message') },
  },
  'ticket.created': {
    zh: '工单创建',
    en: 'A ticket was opened.',
    fields: {
      ticketId: ticket,
      conversationId: maybeId('来源会话', 'conversation it came from'),
      requesterId: id('客户', 'requester'),
    },
  },
  'ticket.transitioned': {
    zh: '工单状态变化',
    en: 'A ticket changed its state.',
    fields: { ticketId: ticket, from: code('原状态', 'state before'), to: code('新状态', 'state after') },
  },
  'ticket.assigned': {
    zh: '工单分配',
    en: 'A ticket has another owner, or none.',
    fields: { ticketId: ticket, assigneeId: maybeId('负责坐席', 'agent who owns it') },
  },
  'ticket.transferred': {
    zh: '工单转交机构',
    en: 'A ticket went to another unit.',
    fields: {
      ticketId: ticket,
      fromUnitId: id('原机构', 'unit before'),
      toUnitId: id('新机构', 'unit after'),
    },
  },
  'ticket.commented': {
    zh: '工单新增评论',
    en: 'Somebody commented on a ticket.',
    fields: {
      ticketId: ticket,
      commentId: id('评论', 'comment'),
      isInternal: { kind: 'flag', zh: '是否仅内部可见', en: 'whether only colleagues see it' },
    },
  },
  'article.approved': {
    zh: '知识已批准，等待回归检查',
    en: 'An article was approved and waits for the guarding questions.',
    fields: article,
  },
  'article.published': { zh: '知识发布', en: 'The robot may quote an article.', fields: article },
  'article.retired': { zh: '知识下线', en: 'An article was taken back.', fields: article },
  'file.checked': {
    zh: '文件检查完成',
    en: 'An uploaded file was checked.',
    fields: {
      fileId: id('文件', 'file'),
      ownerType: code('所属对象类型', 'kind of what it belongs to'),
      ownerId: id('所属对象', 'what it belongs to'),
      state: code('检查结果', 'result'),
    },
  },
};

/** Stands for every event of the catalogue, those of later versions too. */
export const ALL_EVENTS = '*';

type Value = string | number | boolean | null;

const FITS: Readonly<Record<EventField['kind'], (value: Value) => boolean>> = {
  id: (value) => typeof value === 'string' && /^[A-Za-z0-9._:-]{1,64}$/.test(value),
  code: (value) => typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  flag: (value) => typeof value === 'boolean',
};

/**
 * What of an event's payload is told outside: the fields of the catalogue that have their form. The rest stays here,
 * so that a field somebody adds inside is not published by itself.
 */
export function publicData(type: string, payload: Readonly<Record<string, Value>>): Record<string, Value> {
  const fields = EVENT_TYPES[type]?.fields ?? {};
  const data: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = payload[name] ?? null;
    if (value === null ? field.isOptional === true : FITS[field.kind](value)) data[name] = value;
  }
  return data;
}

/** The JSON Schema of the body a receiver gets. */
export function bodySchema(type: string): Record<string, unknown> {
  const fields = EVENT_TYPES[type]?.fields ?? {};
  const typeOf = ({ kind, isOptional }: EventField) => {
    const name = { id: 'string', code: 'string', number: 'number', flag: 'boolean' }[kind];
    return isOptional === true ? [name, 'null'] : name;
  };
  return {
    type: 'object',
    properties: {
      id: { type: 'string', format: 'uuid' },
      type: { const: type },
      at: { type: 'string', format: 'date-time' },
      data: {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(fields).map(([name, field]) => [name, { type: typeOf(field) }]),
        ),
        required: Object.keys(fields),
      },
    },
    required: ['id', 'type', 'at', 'data'],
  };
}
