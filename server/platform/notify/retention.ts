import type { Clock } from '../../kernel/index.ts';
import type { JobKind, TechnicalDb, WithDb } from '../jobs/index.ts';
import type { Statement } from '../persistence/index.ts';
import { DELIVERIES_BEFORE, DELIVERIES_REMOVE } from './channel.repo.ts';
import { NOTICES_BEFORE, NOTICES_REMOVE } from './notice.repo.ts';
import { NOTIFY_LIMITS } from './notice.rules.ts';

const REMOVED_AT_ONCE = 500;

/** Forgets read notices after 90 days, unread ones after a year, deliveries after 30 days. */
export function noticeRetentionKind(deps: { withDb: WithDb; clock: Clock }): JobKind {
  const { withDb, clock } = deps;
  return {
    kind: 'notify.retention',
    title: { zh: '清理旧通知', en: 'Forget old notices' },
    schedule: '50 3 * * *',
    maxAttempts: 3,
    timeoutMs: 600_000,
    async run({ checkpoint }) {
      let removed = 0;
      const sweep = async (next: (db: TechnicalDb) => Promise<{ id: string }[]>, remove: Removal) => {
        for (;;) {
          const idList = (await withDb(next)).map(({ id }) => id);
          if (idList.length === 0) return;
          removed += await withDb((db) => db.run(remove, { idList }));
          await checkpoint(null, { done: removed });
        }
      };
      const limit = REMOVED_AT_ONCE;
      const ago = (ms: number) => new Date(clock.now().getTime() - ms);
      for (const isRead of [true, false]) {
        const before = ago(isRead ? NOTIFY_LIMITS.readKeptMs : NOTIFY_LIMITS.unreadKeptMs);
        await sweep((db) => db.all(NOTICES_BEFORE, { isRead, before, limit }), NOTICES_REMOVE);
      }
      for (const state of ['sent', 'dead']) {
        const before = ago(NOTIFY_LIMITS.deliveriesKeptMs);
        await sweep((db) => db.all(DELIVERIES_BEFORE, { state, before, limit }), DELIVERIES_REMOVE);
      }
      return { removed };
    },
  };
}

type Removal = Statement<{ idList: string[] }, never>;
