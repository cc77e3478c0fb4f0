import type { Clock } from '../../kernel/index.ts';
import type { Database } from '../persistence/index.ts';
import type { BusLog, Feed, FeedListener } from './types.ts';
import { listNewer, pruneNotices } from './bus-notice.repo.ts';

const POLL_MS = 500;
const PAGE_NOTICES = 500;
/** A notice gets its time before its commit: what is this much older than the newest one seen is looked at again. */
const OVERLAP_MS = 40_000;
const KEPT_MS = 5 * 60 * 1_000;
const PRUNE_EVERY_MS = 60_000;

/** Sorts before every id. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

interface TableFeedDeps {
  database: Database;
  clock: Clock;
  log: BusLog;
}

/** Notices as rows of `bus_notice`, looked at twice a second: for databases that tell their sessions of nothing. */
export function createTableFeed(deps: TableFeedDeps, listener: FeedListener): Feed {
  const { database, clock, log } = deps;
  /** What was heard, with its time; those older than the overlap are forgotten. */
  const heard = new Map<string, number>();
  let newestMs = 0;
  let lookedAtMs = 0;
  let prunedAtMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let isAway = false;

  async function look(isFirst: boolean): Promise<void> {
    const nowMs = clock.now().getTime();
    const isLate = !isFirst && nowMs - lookedAtMs > KEPT_MS - OVERLAP_MS;
    await database.read(async (session) => {
      let after: readonly unknown[] = [new Date(newestMs - OVERLAP_MS), FIRST_ID];
      for (;;) {
        const rows = await listNewer(session, after, PAGE_NOTICES);
        for (const { id, at, body } of rows) {
          newestMs = Math.max(newestMs, at.getTime());
          if (heard.has(id)) continue;
          heard.set(id, at.getTime());
          if (!isFirst) listener.hear(body);
        }
        const last = rows.at(-1);
        if (rows.length < PAGE_NOTICES || last === undefined) break;
        after = [last.at, last.id];
      }
      if (nowMs - prunedAtMs > PRUNE_EVERY_MS) {
        prunedAtMs = nowMs;
        await pruneNotices(session, new Date(nowMs - KEPT_MS));
      }
    });
    for (const [id, atMs] of heard) if (atMs < newestMs - OVERLAP_MS) heard.delete(id);
    lookedAtMs = nowMs;
    if (isLate) listener.gap();
  }

  async function round(): Promise<void> {
    try {
      await look(false);
      if (isAway) log.info('bus table is back');
      isAway = false;
    } catch (error) {
      if (!isAway) log.warn('bus table is away', {}, error);
      isAway = true;
    }
  }

  return {
    async start() {
      newestMs = clock.now().getTime();
      await look(true);
      timer = setInterval(() => {
        looking ??= round().finally(() => (looking = undefined));
      }, POLL_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
