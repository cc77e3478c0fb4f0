import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** A head of another installation's trail that follows the one before it. Never changed. */
export const witnessHeadEntity = defineEntity(
  'witness_head',
  {
    id: col.uuid(),
    origin: col.text(200),
    /** Dense from 1 for each origin: of two that come at once, one is refused by the key. */
    headNo: col.int(),
    sealNo: col.int(),
    treeSize: col.int(),
    checkpoint: col.clob(),
    receivedAt: col.instant(),
  },
  { primaryKey: ['id'] },
);
/** Row of `witness_head`. */
export type WitnessHeadRow = RowOf<typeof witnessHeadEntity>;

/** Two heads of one trail that cannot both be true, each signed by its key. Never changed. */
export const witnessRefusalEntity = defineEntity(
  'witness_refusal',
  {
    id: col.uuid(),
    origin: col.text(200),
    held: col.clob(),
    offered: col.clob(),
    receivedAt: col.instant(),
  },
  { primaryKey: ['id'] },
);
/** Row of `witness_refusal`. */
export type WitnessRefusalRow = RowOf<typeof witnessRefusalEntity>;
