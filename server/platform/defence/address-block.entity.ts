import { col, defineEntity, type RowOf } from '../persistence/index.ts';

/** Addresses that are or were turned away. */
export const addressBlockEntity = defineEntity(
  'address_block',
  {
    id: col.uuid(),
    address: col.text(45),
    reason: col.text(20),
    blockedAt: col.instant(),
    endsAt: col.instant(),
    releasedById: col.text(64).optional(),
    releasedAt: col.instant().optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `address_block`. */
export type AddressBlockRow = RowOf<typeof addressBlockEntity>;
