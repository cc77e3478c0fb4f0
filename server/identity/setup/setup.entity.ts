import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** The code that opens the making of the first three administrators; the row goes with the third of them. */
export const setupCodeEntity = defineEntity(
  'setup_code',
  {
    codeHash: col.bytes(32),
    /** How many of the three are made; whoever makes one holds this row. */
    madeCount: col.int(),
    createdAt: col.instant(),
    expiresAt: col.instant(),
  },
  { primaryKey: ['codeHash'] },
);

/** Row of `setup_code`. */
export type SetupCodeRow = RowOf<typeof setupCodeEntity>;
