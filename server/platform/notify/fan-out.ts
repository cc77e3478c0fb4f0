import type { Clock } from '../../kernel/index.ts';
import { deriveUuid } from '../crypto/index.ts';
import type { TechnicalDb, WithDb } from '../jobs/index.ts';
import { CHANNELS, DELIVERY_ADD, QUEUED_COUNT } from './channel.repo.ts';
import type { NoticePostRow, NotifyChannelRow } from './notice.entity.ts';
import {
  newNotice,
  NOTICE_ADD,
  NOTICE_REPEAT,
  NOTICE_UNDELIVERED,
  NOTICES_OPEN,
  openKeyOf,
  POST_REMOVE,
  POSTS,
} from './notice.repo.ts';
import { isCarried, NOTIFY_LIMITS } from './notice.rules.ts';

/** What handing out needs. */
export interface FanOutDeps {
  withDb: WithDb;
  clock: Clock;
  log: { warn(event: string, fields?: Record<string, unknown>): void };
  /** Accounts that hold a permission, at most `limit`; a port to identity. */
  holdersOf(permission: string, limit: number): Promise<readonly string[]>;
  /** Told of accounts that have something new, for a push. */
  onNotice(accountIds: readonly string[]): void;
}

/** `IN` lists hold at most 500 values. */
const KEYS_AT_ONCE = 500;
/** Notices handed out side by side, each on a connection of its own. */
const LANES = 3;

/**
 * Hands posted notices to accounts and channels; gives how many. Every id is derived from post and receiver, so a kill
 * in the middle is mended by doing all of it again: nobody is shown a notice twice, no channel loses one.
 */
export async function handOut(db: TechnicalDb, deps: FanOutDeps): Promise<number> {
  const posts = await db.all(POSTS, { limit: NOTIFY_LIMITS.postsAtOnce });
  if (posts.length === 0) return 0;
  const channels = await db.all(CHANNELS, { limit: NOTIFY_LIMITS.channelsMax });
  const queues = await queuesOf(db, channels);
  // Those of one key count up on each other and keep their order; the others do not know of each other.
  const free = posts.filter(({ noticeKey }) => noticeKey === null);
  const lane = () =>
    deps.withDb(async (own) => {
      for (let post = free.shift(); post !== undefined; post = free.shift())
        await handOutOne(own, post, queues, deps);
    });
  await Promise.all(Array.from({ length: Math.min(LANES, free.length) }, lane));
  for (const post of posts) if (post.noticeKey !== null) await handOutOne(db, post, queues, deps);
  return posts.length;
}

async function handOutOne(
  db: TechnicalDb,
  post: NoticePostRow,
  queues: readonly Queue[],
  deps: FanOutDeps,
): Promise<void> {
  const accountIds = await recipientsOf(post, deps);
  // Asked before anything is written: after a kill the answer must still be the same.
  const isNew = await isNews(db, post, accountIds);
  const isDead = isNew && !(await queueForChannels(db, post, { queues, now: deps.clock.now() }));
  await showTo(db, post, accountIds);
  if (isDead && post.severity === 'alarm') await db.run(NOTICE_UNDELIVERED, { postId: post.id });
  await db.run(POST_REMOVE, { id: post.id });
  deps.onNotice(accountIds);
}

async function recipientsOf(post: NoticePostRow, deps: FanOutDeps): Promise<string[]> {
  const limit = NOTIFY_LIMITS.recipientsMax;
  const permissions = post.permission?.split(' ') ?? [];
  const holders = await Promise.all(permissions.map((name) => deps.holdersOf(name, limit + 1)));
  const all = [...new Set([...post.accountIds, ...holders.flat()])];
  if (all.length > limit) deps.log.warn('a notice has too many recipients', { count: all.length });
  return all.slice(0, limit);
}

/** False when everybody has an unread notice of this key from an earlier post: then channels keep still too. */
async function isNews(db: TechnicalDb, post: NoticePostRow, accountIds: readonly string[]): Promise<boolean> {
  if (post.noticeKey === null || accountIds.length === 0) return true;
  const keys = accountIds.map((id) => openKeyOf(id, post.noticeKey) as string);
  let earlier = 0;
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    const rows = await db.all(NOTICES_OPEN, { openKeyList: keys.slice(from, from + KEYS_AT_ONCE) });
    earlier += rows.filter(({ postId }) => postId !== post.id).length;
  }
  return earlier < accountIds.length;
}

async function showTo(db: TechnicalDb, post: NoticePostRow, accountIds: readonly string[]): Promise<void> {
  const { id: postId, kind, severity, params, link, createdAt } = post;
  for (const accountId of accountIds) {
    const openKey = openKeyOf(accountId, post.noticeKey);
    const repeat =
      openKey === null ? 0 : await db.run(NOTICE_REPEAT, { openKey, postId, params, now: createdAt });
    if (repeat > 0) continue;
    const row = newNotice({
      ...{ id: deriveUuid(`notice/${postId}/${accountId}`), postId, lastPostId: postId, accountId },
      ...{ kind, severity, params, link, openKey, createdAt, updatedAt: createdAt },
    });
    await db.run(NOTICE_ADD, row);
  }
}

/** A channel and how many notices wait for it. */
interface Queue {
  channel: NotifyChannelRow;
  waiting: number;
}

/** One count for a whole look: only this process, which holds the lease, adds. */
async function queuesOf(db: TechnicalDb, channels: readonly NotifyChannelRow[]): Promise<Queue[]> {
  const queues: Queue[] = [];
  for (const channel of channels) {
    if (!channel.isEnabled) continue;
    const limit = NOTIFY_LIMITS.queuedPerChannelMax;
    const counted = await db.one(QUEUED_COUNT, { channelId: channel.id, limit });
    queues.push({ channel, waiting: counted?.queued ?? 0 });
  }
  return queues;
}

/** Puts the notice into each queue; false when one is full, and the notice a dead letter at once. */
async function queueForChannels(
  db: TechnicalDb,
  post: NoticePostRow,
  { queues, now }: { queues: readonly Queue[]; now: Date },
): Promise<boolean> {
  const { id: postId, kind, severity, params, link } = post;
  let isQueued = true;
  for (const queue of queues) {
    const { channel } = queue;
    if (!isCarried(severity, channel.minSeverity)) continue;
    const isFull = queue.waiting >= NOTIFY_LIMITS.queuedPerChannelMax;
    if (isFull) isQueued = false;
    else queue.waiting += 1;
    await db.run(DELIVERY_ADD, {
      ...{ id: deriveUuid(`delivery/${postId}/${channel.id}`), postId, channelId: channel.id },
      ...{ kind, severity, params, link, state: isFull ? 'dead' : 'queued', attempts: 0 },
      ...{ dueAt: now, createdAt: now, sentAt: null, errorCode: isFull ? 'notify.queue_full' : null },
    });
  }
  return isQueued;
}
