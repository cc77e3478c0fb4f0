import type { Clock, Ids } from '../../kernel/index.ts';
import { portable, select, type Db, type Statement } from '../persistence/index.ts';
import { busNoticeEntity, type BusNoticeRow } from './bus-notice.entity.ts';

/** PostgreSQL's channel of the bus. */
export const CHANNEL = 'vaultdesk_bus';

const SEND = portable<BusNoticeRow>(
  'bus_notice.send',
  {
    postgres: `WITH notice (body) AS (VALUES (CAST(:body AS text)))
      SELECT pg_notify('${CHANNEL}', body) FROM notice`,
    oracle: 'INSERT INTO bus_notice (id, at, body) VALUES (:id, :at, :body)',
  },
  { params: { id: 'uuid', at: 'instant', body: 'clob' } },
);
const NEWER = select(busNoticeEntity, {
  name: 'bus_notice.newer',
  orderBy: [
    ['at', 'asc'],
    ['id', 'asc'],
  ],
  keyset: true,
  limit: true,
});
const PRUNE = portable<{ before: Date }>('bus_notice.prune', 'DELETE FROM bus_notice WHERE at < :before', {
  params: { before: 'instant' },
});

/** A connection that may send. */
interface Sender {
  run<P>(statement: Statement<P, never>, params: P): Promise<number>;
}

/** Hands a notice to the database: told with the commit of the unit it stands in, at once without one. */
export async function sendNotice(
  sender: Sender,
  deps: { clock: Clock; ids: Ids },
  body: string,
): Promise<void> {
  await sender.run(SEND, { id: deps.ids.next(), at: deps.clock.now(), body });
}

/** Notices of a table behind a place, in order of time. */
export function listNewer(db: Db, after: readonly unknown[], limit: number): Promise<BusNoticeRow[]> {
  return db.all(NEWER, { limit, after });
}

/** Removes what everybody has heard. */
export async function pruneNotices(sender: Sender, before: Date): Promise<void> {
  await sender.run(PRUNE, { before });
}
