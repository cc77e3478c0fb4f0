import { AppError, decodeCursor, encodeCursor } from '../../kernel/index.ts';
import type { BothTexts, DocumentLang, ExportKind, ExportQuery } from '../../platform/documents/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { namesOf, type Staff } from '../staff.ts';
import { presentForAgent } from '../workbench/frames.ts';
import { maySee, viewerOf } from './conversation.access.ts';
import type { Sender } from './conversation.entity.ts';
import type { StoredMessage } from './append.ts';
import { findConversationWithin } from './conversation.repo.ts';
import type { ConversationService } from './conversation.service.ts';

/** Conversations in one document. */
export const TRANSCRIPT_CONVERSATIONS_MAX = 50;

const SENDERS: Record<Sender, BothTexts> = {
  requester: { zh: '客户', en: 'Requester' },
  robot: { zh: '机器人（机器生成）', en: 'Robot (machine-made)' },
  agent: { zh: '坐席', en: 'Agent' },
  system: { zh: '系统', en: 'System' },
};

/** Every message of named conversations in order, a section for each. Internal notes are no part of it. */
export function transcriptExport(deps: { conversations: ConversationService; staff: Staff }): ExportKind {
  return {
    kind: 'conversation.transcript',
    title: { zh: '会话记录', en: 'Transcript' },
    permission: 'conversation:export',
    formats: ['pdf', 'xlsx', 'csv'],
    canUnmask: true,
    sectionKey: 'conversation',
    columns: [
      { key: 'conversation', title: { zh: '会话', en: 'Conversation' }, type: 'text', width: 38 },
      { key: 'seq', title: { zh: '序号', en: 'No.' }, type: 'integer', width: 6 },
      { key: 'at', title: { zh: '时间', en: 'Time' }, type: 'instant', width: 20 },
      { key: 'from', title: { zh: '发送方', en: 'From' }, type: 'text', width: 16 },
      { key: 'text', title: { zh: '内容', en: 'Text' }, type: 'text', width: 64 },
    ],
    params: {
      type: 'object',
      additionalProperties: false,
      required: ['ids'],
      properties: {
        ids: {
          type: 'array',
          minItems: 1,
          maxItems: TRANSCRIPT_CONVERSATIONS_MAX,
          uniqueItems: true,
          items: { type: 'string', format: 'uuid' },
        },
      },
    },
    notes: (params, lang) => {
      const { length } = params['ids'] as string[];
      return [lang === 'zh-CN' ? `会话数：${length}` : `Conversations: ${length}`];
    },
    page: (db, query) => readPage(deps, db, query),
  };
}

/** The cursor is the place in the list of conversations and the number of the last message. */
async function readPage(
  { conversations, staff }: { conversations: ConversationService; staff: Staff },
  db: Db,
  query: ExportQuery,
) {
  const ids = query.params['ids'] as string[];
  const [index, seq] = placeOf(query.cursor);
  const id = ids[index];
  if (id === undefined) throw new AppError('request.cursor_invalid');
  const viewer = await viewerOf(staff, query.reader);
  const row = await findConversationWithin(db, id, viewer.scope);
  if (row === undefined || !maySee(viewer, row)) throw new AppError('request.not_found');
  const messages = await conversations.history(db, row, seq, query.limit);
  const last = messages.at(-1);
  const isWhole = messages.length < query.limit;
  const place: [number, number] = isWhole ? [index + 1, 0] : [index, last?.seq ?? 0];
  return {
    rows: await rowsOf(staff, messages, query),
    ids: [id],
    next: isWhole && index + 1 === ids.length ? null : encodeCursor(place),
  };
}

function placeOf(cursor: string | null): [index: number, seq: number] {
  if (cursor === null) return [0, 0];
  const [index, seq] = decodeCursor(cursor, 2);
  if (typeof index !== 'number' || typeof seq !== 'number') throw new AppError('request.cursor_invalid');
  return [index, seq];
}

async function rowsOf(
  staff: Staff,
  messages: readonly StoredMessage[],
  { lang, isUnmasked }: { lang: DocumentLang; isUnmasked: boolean },
) {
  const agents = messages.filter(({ from }) => from === 'agent').map(({ senderId }) => senderId);
  const names = await namesOf(staff, agents);
  return messages.map((message) => {
    const { zh, en } = SENDERS[message.from];
    const name = message.from === 'agent' ? names.get(message.senderId) : undefined;
    const from = (lang === 'zh-CN' ? zh : en) + (name === undefined ? '' : ` ${name}`);
    const text = isUnmasked ? message.text : String(presentForAgent(message)['text']);
    return [message.conversationId, message.seq, message.at, from, text];
  });
}
