import { portable } from '../../platform/persistence/index.ts';
import type { JobKind, WithDb } from '../../platform/jobs/index.ts';

/** Sessions of visitors are kept this long after they ended, in days. */
export const ENDED_SESSIONS_KEPT_DAYS = 30;
const REMOVED_AT_ONCE = 500;
const DAY_MS = 86_400_000;

const ENDED = portable<{ before: Date; limit: number }, { id: string }>(
  'visitor_session.ended',
  `SELECT id FROM visitor_session WHERE expires_at < :before
   ORDER BY expires_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { before: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
const REMOVE = portable<{ idList: string[] }>(
  'visitor_session.remove',
  'DELETE FROM visitor_session WHERE id IN (:idList...)',
  { params: { idList: 'uuid' } },
);

/** Forgets tokens of visitors that ended 30 days ago. Conversations and messages stay. */
export function visitorSessionKind({ withDb }: { withDb: WithDb }): JobKind {
  return {
    kind: 'visitors.sessions',
    title: { zh: '清理过期访客会话', en: 'Forget ended visitor sessions' },
    schedule: '20 3 * * *',
    maxAttempts: 3,
    timeoutMs: 1_800_000,
    async run({ checkpoint, now }) {
      const before = new Date(now().getTime() - ENDED_SESSIONS_KEPT_DAYS * DAY_MS);
      let removed = 0;
      for (;;) {
        const found = await withDb((db) => db.all(ENDED, { before, limit: REMOVED_AT_ONCE }));
        if (found.length === 0) return { removed };
        removed += await withDb((db) => db.run(REMOVE, { idList: found.map(({ id }) => id) }));
        await checkpoint(null, { done: removed });
      }
    },
  };
}
