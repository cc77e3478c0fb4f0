import {
  ConversationOwners,
  ConversationService,
  MESSAGE_BATCH,
  presentForAgent,
  RequesterService,
  systemText,
} from '../../desk/index.ts';
import { SYSTEM_ACTOR, type DomainEvent, type FakeClock } from '../../kernel/index.ts';
import {
  createBatchWriter,
  createOutboxWriter,
  openBatchConnections,
  portable,
} from '../../platform/persistence/index.ts';
import type { Core } from '../../test/support/core.ts';
import { buildFileStore } from '../../test/support/files.ts';
import { createQa } from '../index.ts';

/** People of the specs. */
export const AGENT_ID = '01900000-0000-7000-8000-0000000000a1';
export const INSPECTOR_ID = '01900000-0000-7000-8000-0000000000b1';
const NAMES = new Map([
  [AGENT_ID, '林坐席'],
  [INSPECTOR_ID, '宋质检'],
]);

const TRAIL = portable<{ action: string }, { body: string }>(
  'spec.qa_trail',
  'SELECT body FROM audit_event WHERE action = :action ORDER BY occurred_at, id',
  { params: { action: 'text' }, result: { body: 'clob' } },
);
const FORGET_KEY = portable<{ id: number }>(
  'spec.qa_forget_key',
  `UPDATE crypto_dek SET state = 'destroyed' WHERE id = :id`,
  { params: { id: 'int' } },
);

/** One line of a conversation: who, how many seconds after the line before, and what. */
export type Line = ['requester' | 'agent' | 'robot', number, string];

/** Quality inspection with real conversations on a spec's database. */
export type BuiltQa = ReturnType<typeof buildQa>;

type TimedCore = Core & { clock: FakeClock };

function buildConversations(core: TimedCore) {
  const { clock, ids, database, trail, installationId, uow, crypto } = core;
  const writer = createBatchWriter({
    plan: MESSAGE_BATCH,
    limits: { lanes: 2, batchItemsMax: 100, queueItemsMax: 1_000, retryMs: 5_000 },
    ...{ clock, ids, installationId, trail },
    toOutboxRow: createOutboxWriter({ clock, ids }),
    onCommit: () => undefined,
    onFault: (error) => {
      throw error;
    },
    connections: openBatchConnections(database, MESSAGE_BATCH, 2),
  });
  const owners = new ConversationOwners({ uow, crypto, writer, clock });
  const conversations = new ConversationService({
    owners,
    crypto,
    clock,
    ids,
    localeOf: async () => 'zh-CN',
    textOf: systemText,
    files: buildFileStore(core).store,
  });
  const requesters = new RequesterService(core);
  return { writer, conversations, requesters };
}

/** Builds the module on a database; the moods of messages come from a word, `垃圾`. */
export function buildQa(core: TimedCore) {
  const { clock, ids, database, uow, crypto } = core;
  const { writer, conversations, requesters } = buildConversations(core);
  const qa = createQa({
    ...{ uow, crypto, clock, ids, conversations },
    presentMessage: presentForAgent,
    sentimentOf: (text) => ({ polarity: text.includes('垃圾') ? -0.9 : 0, urgency: 0 }),
    accountNames: async (accountIds) => new Map([...NAMES].filter(([id]) => accountIds.includes(id))),
  });
  const handler = qa.handlers[0]!;
  const closed = (conversationId: string): DomainEvent => ({
    id: ids.next(),
    type: 'conversation.closed',
    key: conversationId,
    at: clock.now(),
    payload: { conversationId },
  });

  return {
    qa,
    writer,
    conversations,
    /** Delivers the event of a closed conversation, as the relay would. */
    evaluate: (conversationId: string) => handler.handle(closed(conversationId)),
    /** Entries of an action, oldest first. */
    async trailOf(action: string) {
      const rows = await uow.read((db) => db.all(TRAIL, { action }));
      return rows.map(({ body }) => JSON.parse(body) as Record<string, never>);
    },
    /** Erases a requester's key, as erasing the person does. */
    async forget(dekId: number) {
      await database.read((session) => session.run(FORGET_KEY, { id: dekId }));
      crypto.forget(dekId);
    },
    /** A conversation that was held and, unless left open, closed; the agent comes in with its first line. */
    async hold(lines: readonly Line[], { isLeftOpen = false } = {}) {
      const row = await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        const made = await requesters.create(tx, { siteId: 'demo', profile: {}, isIdentified: false });
        const place = { siteId: 'demo', channel: 'web', skillGroupId: null };
        return conversations.open(tx, { requesterId: made.row.id, dek: made.dek, ...place });
      });
      const requester = { actor: { type: 'requester' as const, id: row.requesterId } };
      const agent = { actor: { type: 'account' as const, id: AGENT_ID } };
      let hasAgent = false;
      for (const [from, seconds, text] of lines) {
        if (from === 'agent' && !hasAgent) {
          await conversations.requestHandover(requester, row.id, 'asked');
          await conversations.accept(agent, row.id);
          hasAgent = true;
        }
        clock.advance(seconds * 1_000);
        const message = { conversationId: row.id, id: ids.next(), text };
        if (from === 'requester') await conversations.receive(requester, message);
        else if (from === 'agent') await conversations.send(agent, message);
        else await conversations.robotSay(row.id, { ...message, meta: { outcome: 'answer' }, misses: 0 });
      }
      clock.advance(1_000);
      if (!isLeftOpen) await conversations.close({ actor: SYSTEM_ACTOR }, row.id, true);
      return row;
    },
  };
}
