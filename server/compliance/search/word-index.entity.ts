import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Up to 1,024 neighbouring leaves of the trail, and where their entries stand. Derived: it can be made anew. */
export const auditBlockEntity = defineEntity(
  'audit_block',
  {
    blockNo: col.int(),
    entryCount: col.int(),
    /** `NODE/EPOCH/LANE/FROM-TO`, in the order of the leaves. */
    laneRanges: col.json<string[]>(),
    firstAt: col.instant(),
    lastAt: col.instant(),
    /** The seal the block ends in, and how many leaves of it are taken. */
    endSealNo: col.int(),
    endTaken: col.int(),
    /** Whether all words of it are written. */
    isDone: col.flag(),
  },
  { primaryKey: ['blockNo'] },
);

/** Row of `audit_block`. */
export type AuditBlockRow = RowOf<typeof auditBlockEntity>;

/** A word of a block, and its places there. */
export const auditWordEntity = defineEntity(
  'audit_word',
  { word: col.text(64), blockNo: col.int(), places: col.bytes(128) },
  { primaryKey: ['word', 'blockNo'] },
);

/** Row of `audit_word`. */
export type AuditWordRow = RowOf<typeof auditWordEntity>;
