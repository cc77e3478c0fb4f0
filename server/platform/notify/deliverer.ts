import { AppError, type Clock } from '../../kernel/index.ts';
import type { TechnicalDb, WithDb } from '../jobs/index.ts';
import { CHANNEL_STATE, CHANNELS, DELIVERIES_BY_ID, DELIVERIES_DUE, DELIVERY_SET } from './channel.repo.ts';
import { messageOf, type Sender } from './channels/message.ts';
import type { NoticeDeliveryRow, NotifyChannelRow } from './notice.entity.ts';
import { NOTICE_UNDELIVERED } from './notice.repo.ts';
import { backoffMs, NOTIFY_LIMITS } from './notice.rules.ts';

/** What carrying needs. */
export interface DelivererDeps {
  withDb: WithDb;
  clock: Clock;
  log: { warn(event: string, fields?: Record<string, unknown>): void };
  publicBaseUrl: string;
  /** 0 to 1, another each time. */
  randomRatio(): number;
  /** Messages of one channel in a minute; the limit of the product unless set. */
  perMinute?: number;
  /** A channel is through with its batch. */
  onFree(): void;
  /** Builds what talks to a channel's other side. */
  senderOf(channel: NotifyChannelRow): Promise<Sender>;
}

const MINUTE_MS = 60_000;

interface Attempt {
  error: AppError | undefined;
  write(): Promise<unknown>;
}

/**
 * Carries waiting notices, each channel by itself: one that hangs holds up no other. At least once: the row says
 * `sent` only after the other side took the message.
 */
export class Deliverer {
  readonly #deps: DelivererDeps;
  readonly #busy = new Map<string, Promise<void>>();
  /** When each channel carried its last messages. */
  readonly #carriedMs = new Map<string, number[]>();

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
  }

  /** Starts a batch on every enabled channel that is free; gives how many batches it started. */
  async tick(db: TechnicalDb): Promise<number> {
    let started = 0;
    const channels = await db.all(CHANNELS, { limit: NOTIFY_LIMITS.channelsMax });
    for (const channel of channels) {
      const room = this.#roomOf(channel.id);
      if (!channel.isEnabled || this.#busy.has(channel.id) || room === 0) continue;
      const limit = Math.min(room, NOTIFY_LIMITS.batch);
      const due = await db.all(DELIVERIES_DUE, { channelId: channel.id, now: this.#deps.clock.now(), limit });
      if (due.length === 0) continue;
      started += 1;
      const idList = due.map(({ id }) => id);
      const batch = this.#carryAll(channel, idList)
        // The rows stay as they were: they are carried again.
        .catch(() => this.#deps.log.warn('a channel of notices pauses', { channel: channel.id }))
        .finally(() => {
          this.#busy.delete(channel.id);
          this.#deps.onFree();
        });
      this.#busy.set(channel.id, batch);
    }
    return started;
  }

  /** Resolves when the batches of this moment are through. */
  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  #roomOf(channelId: string): number {
    const now = this.#deps.clock.now().getTime();
    const recent = (this.#carriedMs.get(channelId) ?? []).filter((at) => Math.abs(now - at) < MINUTE_MS);
    this.#carriedMs.set(channelId, recent);
    return Math.max(0, (this.#deps.perMinute ?? NOTIFY_LIMITS.perMinute) - recent.length);
  }

  async #carryAll(channel: NotifyChannelRow, idList: string[]): Promise<void> {
    const { withDb } = this.#deps;
    const rows = await withDb((db) => db.all(DELIVERIES_BY_ID, { idList }));
    const sender = await this.#deps.senderOf(channel);
    let error: AppError | undefined;
    // A row is written while the next message is under way: a kill repeats two messages at most.
    let written: Promise<unknown> = Promise.resolve();
    try {
      for (const row of rows) {
        const outcome = await this.#attempt(sender, channel, row);
        await written;
        written = outcome.write();
        // Nobody may wait for it when the next message ends this loop.
        written.catch(() => undefined);
        error = outcome.error;
        // Whatever stopped this one stops the next as well, most likely.
        if (error !== undefined) break;
      }
      await written;
    } finally {
      sender.close?.();
    }
    if (rows.length > 0) await this.#note(channel, error);
  }

  /** One attempt; `write` keeps what becomes of the row. */
  async #attempt(sender: Sender, channel: NotifyChannelRow, row: NoticeDeliveryRow): Promise<Attempt> {
    const { withDb, clock, publicBaseUrl, randomRatio } = this.#deps;
    this.#carriedMs.get(channel.id)?.push(clock.now().getTime());
    const attempts = row.attempts + 1;
    const base = { whereId: row.id, attempts };
    try {
      await sender.send(messageOf(row, channel, publicBaseUrl));
    } catch (thrown) {
      const error = thrown instanceof AppError ? thrown : new AppError('server.internal', { cause: thrown });
      const isDead = attempts >= NOTIFY_LIMITS.attemptsMax;
      const dueAt = new Date(clock.now().getTime() + backoffMs(attempts, randomRatio()));
      const next = { ...base, state: isDead ? 'dead' : 'queued', dueAt, sentAt: null, errorCode: error.code };
      this.#deps.log.warn('a notice was not carried', { channel: channel.id, code: error.code, attempts });
      const write = () =>
        withDb(async (db) => {
          await db.run(DELIVERY_SET, next);
          if (isDead && row.severity === 'alarm') await db.run(NOTICE_UNDELIVERED, { postId: row.postId });
        });
      return { error, write };
    }
    const done = { ...base, state: 'sent', dueAt: row.dueAt, sentAt: clock.now(), errorCode: null };
    return { error: undefined, write: () => withDb((db) => db.run(DELIVERY_SET, done)) };
  }

  /** How the channel stands, for the console. */
  async #note(channel: NotifyChannelRow, error: AppError | undefined): Promise<void> {
    const now = this.#deps.clock.now();
    if (error === undefined) Object.assign(channel, { lastSentAt: now, failingAt: null, errorCode: null });
    else Object.assign(channel, { failingAt: channel.failingAt ?? now, errorCode: error.code });
    const { id: whereId, lastSentAt, failingAt, errorCode } = channel;
    await this.#deps.withDb((db) => db.run(CHANNEL_STATE, { whereId, lastSentAt, failingAt, errorCode }));
  }
}
