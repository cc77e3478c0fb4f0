import { col, defineEntity, type RowOf } from '../persistence/index.ts';

/** Notices on a database that cannot tell its sessions of anything; empty on PostgreSQL. */
export const busNoticeEntity = defineEntity(
  'bus_notice',
  { id: col.uuid(), at: col.instant(), body: col.clob() },
  { primaryKey: ['id'] },
);

/** Row of `bus_notice`. */
export type BusNoticeRow = RowOf<typeof busNoticeEntity>;
