import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';
import type { ErasureReport } from './erasure.rules.ts';

/** The erasure of one person, from the approval on. */
export const erasureEntity = defineEntity(
  'erasure',
  {
    id: col.uuid(),
    requesterId: col.uuid(),
    /** `destroying` until every process has let go of the keys and the second look was taken, then `done`. */
    state: col.text(20),
    askedById: col.text(64),
    approvedById: col.text(64),
    startedAt: col.instant(),
    finishedAt: col.instant().optional(),
    report: col.json<ErasureReport>(),
  },
  { primaryKey: ['id'] },
);
/** Row of `erasure`. */
export type ErasureRow = RowOf<typeof erasureEntity>;

/** A process that has overwritten the keys of an erasure in its memory. */
export const erasureAckEntity = defineEntity(
  'erasure_ack',
  { erasureId: col.uuid(), nodeId: col.text(64), at: col.instant() },
  { primaryKey: ['erasureId', 'nodeId'] },
);
/** Row of `erasure_ack`. */
export type ErasureAckRow = RowOf<typeof erasureAckEntity>;
