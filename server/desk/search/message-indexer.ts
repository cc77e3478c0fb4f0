import type { Clock } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { Metrics } from '../../platform/http/index.ts';
import {
  createLoop,
  createPace,
  type JobKind,
  type Loop,
  type LoopLog,
  type WithDb,
} from '../../platform/jobs/index.ts';
import type { ConversationOwners } from '../conversations/conversation-owner.ts';
import {
  INDEXED_SENDERS,
  listTouched,
  listUnindexed,
  putMessageTokens,
  type TokenRow,
  type UnindexedRow,
} from './message-token.repo.ts';
import { readMark, writeMark } from './search-mark.repo.ts';

/** Name of the index of messages' words. */
export const MESSAGE_WORDS = 'message.words';
/** Limits of the indexer; durations in milliseconds. */
export const INDEXER_LIMITS = {
  /** Messages waiting in memory; what comes on top is found by the next catch-up. */
  waitingMax: 20_000,
  /** Messages written in one statement. */
  batchRows: 200,
  /** Conversations and messages a catch-up reads at once. */
  pageConversations: 100,
  pageMessages: 500,
  /** A catch-up looks back further than the last one's begin by this: commits end in another order than they begin. */
  overlapMs: 5 * 60_000,
  catchUpTimeoutMs: 6 * 3_600_000,
  /** How long a server that stops goes on writing; the catch-up finds the rest. */
  stopMs: 5_000,
} as const;

/** What the indexer needs. */
export interface IndexerDeps {
  owners: Pick<ConversationOwners, 'onOwnMessage'>;
  crypto: Crypto;
  clock: Clock;
  withDb: WithDb;
  log: Omit<LoopLog, 'name'>;
  metrics?: Metrics;
}

interface Waiting {
  row: Omit<TokenRow, 'tokens' | 'indexVersion'>;
  text: string;
}

/**
 * Makes messages findable in the background: what this process has committed is tokenised from memory within a second
 * or two, at half the machine at most. What a killed process or a full queue left is found by the catch-up job.
 */
export class MessageIndexer {
  readonly #deps: IndexerDeps;
  readonly #waiting: Waiting[] = [];
  readonly #loop: Loop;
  #indexed = 0;
  #dropped = 0;
  #workedMs = 0;
  #isStopping = false;
  readonly #pace = createPace();

  constructor(deps: IndexerDeps) {
    this.#deps = deps;
    this.#loop = createLoop(() => this.drain(), { ...deps.log, name: 'message index' });
    deps.owners.onOwnMessage((message, conversation) => {
      if (!(INDEXED_SENDERS as readonly string[]).includes(message.from)) return;
      const { conversationId, seq, id: messageId, at, text } = message;
      const row = { conversationId, openedMonth: conversation.openedMonth, seq, messageId, at };
      this.#take({ row, text });
    });
    this.#report(deps.metrics);
  }

  start(): void {
    this.#loop.start();
  }

  /** Ends after what waits was written, or after five seconds. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#loop.stop();
    const untilMs = performance.now() + INDEXER_LIMITS.stopMs;
    await this.drain(() => performance.now() > untilMs).catch(() => undefined);
  }

  /** What waits, and what was done since the start. */
  status(): { waiting: number; oldestAt: Date | null; indexed: number; dropped: number; workedMs: number } {
    const oldestAt = this.#waiting[0]?.row.at ?? null;
    const [indexed, dropped, workedMs] = [this.#indexed, this.#dropped, this.#workedMs];
    return { waiting: this.#waiting.length, oldestAt, indexed, dropped, workedMs };
  }

  /** Writes what waits, until it `isOver`. A failure leaves it waiting. */
  async drain(isOver = () => false): Promise<void> {
    while (this.#waiting.length > 0 && !isOver()) {
      const startedMs = performance.now();
      const batch = this.#waiting.slice(0, INDEXER_LIMITS.batchRows);
      await this.put(batch);
      this.#waiting.splice(0, batch.length);
      this.#indexed += batch.length;
      const tookMs = performance.now() - startedMs;
      this.#workedMs += tookMs;
      if (this.#waiting.length === 0 || this.#isStopping) continue;
      await this.#pace.rest(tookMs, () => this.#isStopping);
    }
  }

  /** Writes the tokens of these texts. */
  async put(batch: readonly Waiting[]): Promise<void> {
    const { crypto, withDb } = this.#deps;
    const rows = batch.map(({ row, text }) => ({
      ...row,
      indexVersion: crypto.indexVersion,
      tokens: crypto.wordTokens(MESSAGE_WORDS, text),
    }));
    await withDb((db) => putMessageTokens(db, rows));
  }

  #take(one: Waiting): void {
    if (this.#waiting.length < INDEXER_LIMITS.waitingMax) this.#waiting.push(one);
    else this.#dropped += 1;
  }

  #report(metrics: Metrics | undefined): void {
    const gauge = (name: string, help: string, read: () => number) =>
      metrics?.gauge(`vaultdesk_message_index_${name}`, help, read);
    gauge('waiting', 'Messages committed and not yet findable.', () => this.#waiting.length);
    gauge('indexed_total', 'Messages made findable since the start.', () => this.#indexed);
    gauge('dropped_total', 'Messages left to the catch-up because too many waited.', () => this.#dropped);
    gauge(
      'seconds_total',
      'Time the indexer was at work, waiting for the database included.',
      () => Math.round(this.#workedMs) / 1_000,
    );
  }
}

type CatchUpState = { since: string; afterAt: string; afterId: string; done: number };
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Name of the mark: when the last whole walk began. */
const MARK = 'message';

/**
 * Finds messages without tokens: those of before this version, and those a process left when it was killed. Walks the
 * conversations written in since the last whole walk; goes on from its checkpoint.
 */
export function catchUpJob(deps: {
  indexer: MessageIndexer;
  crypto: Crypto;
  withDb: WithDb;
}): JobKind<Record<string, never>, CatchUpState> {
  return {
    kind: 'search.message-catch-up',
    title: { zh: '补建会话消息索引', en: 'Make missed messages findable' },
    schedule: '*/10 * * * *',
    maxAttempts: 5,
    timeoutMs: INDEXER_LIMITS.catchUpTimeoutMs,
    async run(context) {
      const begunAt = context.now();
      const mark = await deps.withDb((db) => readMark(db, MARK));
      const since = new Date(Math.max(0, mark.getTime() - INDEXER_LIMITS.overlapMs)).toISOString();
      let state = context.state ?? { since, afterAt: new Date(0).toISOString(), afterId: FIRST_ID, done: 0 };
      const pace = createPace();
      for (;;) {
        const page = await deps.withDb((db) =>
          listTouched(db, {
            since: new Date(state.since),
            afterAt: new Date(state.afterAt),
            afterId: state.afterId,
            limit: INDEXER_LIMITS.pageConversations,
          }),
        );
        const last = page.at(-1);
        if (last === undefined) break;
        const startedMs = performance.now();
        const done =
          state.done +
          (await indexConversations(
            deps,
            page.map(({ id }) => id),
          ));
        state = { ...state, afterAt: last.openedAt.toISOString(), afterId: last.id, done };
        await context.checkpoint(state, { done });
        await pace.rest(performance.now() - startedMs);
      }
      await deps.withDb((db) => writeMark(db, MARK, begunAt));
      return { indexed: state.done };
    },
  };
}

async function indexConversations(
  deps: { indexer: MessageIndexer; crypto: Crypto; withDb: WithDb },
  ids: readonly string[],
): Promise<number> {
  const sorted = [...ids].sort();
  let [lastConversation, lastSeq] = [FIRST_ID, 0];
  let done = 0;
  for (;;) {
    const query = { ids: sorted, lastConversation, lastSeq };
    const rows: UnindexedRow[] = await deps.withDb((db) =>
      listUnindexed(db, { ...query, limit: INDEXER_LIMITS.pageMessages }),
    );
    const opened = await deps.crypto.openMany(
      rows.map(({ id, bodyEnc }) => ({
        cell: { table: 'message', column: 'body_enc', rowId: id },
        envelope: bodyEnc,
      })),
    );
    const readable = rows.flatMap(({ conversationId, openedMonth, seq, id: messageId, at }, index) => {
      const text = opened[index];
      return text?.ok ? [{ row: { conversationId, openedMonth, seq, messageId, at }, text: text.text }] : [];
    });
    await deps.indexer.put(readable);
    done += readable.length;
    const last = rows.at(-1);
    if (rows.length < INDEXER_LIMITS.pageMessages || last === undefined) return done;
    [lastConversation, lastSeq] = [last.conversationId, last.seq];
  }
}
