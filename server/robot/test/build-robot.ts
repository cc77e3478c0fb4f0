import type { Actor } from '../../kernel/index.ts';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import {
  ConversationOwners,
  ConversationService,
  MESSAGE_BATCH,
  RequesterService,
  type ConversationRow,
  type StoredMessage,
  systemText,
} from '../../desk/index.ts';
import { createKnowledge, type Knowledge, type Locale } from '../../knowledge/index.ts';
import {
  createLease,
  createOutboxRelay,
  type JobQueue,
  type OutboxRelay,
} from '../../platform/jobs/index.ts';
import {
  createBatchWriter,
  createOutboxWriter,
  openBatchConnections,
} from '../../platform/persistence/index.ts';
import { buildFileStore } from '../../test/support/files.ts';
import { QUIET_LOG, type Core } from '../../test/support/core.ts';
import { createRobot, type Robot, type RobotDeps } from '../index.ts';

/** Writes articles in tests, and who approves them. */
export const AUTHOR: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000e1' };
export const APPROVER: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000e2' };
/** An agent. */
export const AGENT: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000a1' };

/** Topics that share no word, so that a small model tells them apart. */
export const TOPICS: Record<string, string[]> = {
  'How do I reset my password?': [
    'forgot my password',
    'password reset link',
    'cannot remember login password',
  ],
  'What is the wire transfer limit?': [
    'maximum wire amount',
    'how much may I wire abroad',
    'wire limit per day',
  ],
  'How do I open a savings account?': [
    'opening savings',
    'start a savings account',
    'new savings account papers',
  ],
  'Where is the nearest branch?': ['branch near me', 'find a branch office', 'branch opening hours'],
  'How do I raise my overdraft?': ['bigger overdraft', 'overdraft increase', 'extend overdraft facility'],
};

/** The robot with a desk and knowledge, all on one database. */
export interface BuiltRobot {
  robot: Robot;
  knowledge: Knowledge;
  conversations: ConversationService;
  relay: OutboxRelay;
  /** Another robot on the same database, as after a restart. */
  rebuild(): Robot;
  /** Switches the robot off and on, as the settings do. */
  switches: { isOn: boolean };
  publish(
    locale: Locale,
    question: string,
    similar: string[],
    extra?: { category?: string },
  ): Promise<string>;
  retire(articleId: string): Promise<void>;
  open(siteId?: string, external?: string): Promise<ConversationRow>;
  /** A requester's message; gives its seq. */
  ask(conversation: ConversationRow, text: string, articleId?: string): Promise<number>;
  history(conversation: ConversationRow): Promise<StoredMessage[]>;
  close(): Promise<void>;
}

function openWriter({ clock, ids, database, trail, installationId }: Core) {
  const limits = { lanes: 2, batchItemsMax: 500, queueItemsMax: 10_000, retryMs: 5_000 };
  return createBatchWriter({
    plan: MESSAGE_BATCH,
    limits,
    clock,
    ids,
    installationId,
    toOutboxRow: createOutboxWriter({ clock, ids }),
    onCommit: () => undefined,
    onFault: (error) => {
      throw error;
    },
    trail,
    connections: openBatchConnections(database, MESSAGE_BATCH, limits.lanes),
  });
}

function openConversation(
  { uow }: Core,
  { requesters, conversations }: { requesters: RequesterService; conversations: ConversationService },
  { siteId, external }: { siteId: string; external: string | undefined },
): Promise<ConversationRow> {
  return uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    const profile = external === undefined ? {} : { external };
    const isIdentified = external !== undefined;
    const { row, dek } = await requesters.create(tx, { siteId, profile, isIdentified });
    return conversations.open(tx, { requesterId: row.id, dek, siteId, channel: 'web', skillGroupId: null });
  });
}

/** No test of the robot imports articles. */
const NO_QUEUE = {} as JobQueue;

/** The days of a report: everything up to now. */
const windowOf = (now: Date) => ({ from: new Date(0), to: new Date(now.getTime() + 1), days: [] });

/** Builds it; sites named `en…` speak English, others Chinese. The relay runs when a test drains it. */
export async function buildRobot(
  core: Core,
  options: Pick<RobotDeps, 'lookUp' | 'openTicket'> = {},
): Promise<BuiltRobot> {
  const { clock, ids, database, uow, crypto } = core;
  const today = () => clock.now().toISOString().slice(0, 10);
  const namesOf = async () => new Map<string, string>();
  const teamNames = namesOf;
  const writer = openWriter(core);
  const localeOf = async (siteId: string) => (siteId.startsWith('en') ? 'en' : 'zh-CN');
  const owners = new ConversationOwners({ uow, crypto, writer, clock });
  const conversations = new ConversationService({
    ...{ owners, crypto, clock, ids, localeOf, textOf: systemText },
    files: buildFileStore(core).store,
  });
  const requesters = new RequesterService(core);
  const knowledge = createKnowledge({ uow, clock, ids, namesOf, queue: NO_QUEUE });
  const workerUrl = new URL('./training-worker.mjs', import.meta.url);
  const { live } = knowledge;
  const switches = { isOn: true };
  const isOn = () => switches.isOn;
  const { service: articles } = knowledge;
  const own = { windowOf, uow, clock, ids, crypto, log: QUIET_LOG, today, namesOf, teamNames };
  const shared = { ...own, localeOf, textOf: systemText, isOn, ...options };
  const { regression } = knowledge;
  const rebuild = () => createRobot({ ...shared, articles, conversations, live, regression, workerUrl });
  const robot = rebuild();
  const withDb = database.read.bind(database);
  const lease = createLease({ withDb, clock, name: 'outbox', holder: 'spec' });
  const relay = createOutboxRelay({ withDb, lease, clock, ids, log: QUIET_LOG, handlers: robot.handlers });
  return {
    robot,
    knowledge,
    conversations,
    relay,
    rebuild,
    switches,
    async publish(locale, question, similar, extra = {}) {
      const input = { category: 'card', riskLevel: 'normal' as const, ...extra };
      const answer = `Answer to: ${question}`;
      const { id } = await uow.run({ actor: AUTHOR }, async (tx) => {
        const row = await knowledge.service.create(tx, locale, { ...input, question, similar, answer });
        return knowledge.service.submit(tx, row.id);
      });
      await uow.run({ actor: APPROVER }, (tx) => knowledge.service.approve(tx, id));
      return id;
    },
    async retire(articleId) {
      await uow.run({ actor: AUTHOR }, (tx) => knowledge.service.retire(tx, articleId, 'outdated'));
    },
    open: (siteId = 'en-demo', external) =>
      openConversation(core, { requesters, conversations }, { siteId, external }),
    async ask(conversation, text, articleId) {
      const by = { actor: { type: 'requester' as const, id: conversation.requesterId } };
      const message = { conversationId: conversation.id, id: ids.next(), text };
      const meta = articleId === undefined ? {} : { meta: { articleId } };
      return (await conversations.receive(by, { ...message, ...meta })).seq;
    },
    async history(conversation) {
      return uow.read((db) => conversations.history(db, conversation, 0));
    },
    async close() {
      await robot.stop();
      await writer.close();
    },
  };
}
