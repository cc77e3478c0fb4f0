import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';
import type { StaffKind } from './staff.rules.ts';

/** A number of somebody on the staff who may be a customer too, as the hash that customers are found by. */
export const staffTokenEntity = defineEntity(
  'staff_token',
  {
    id: col.uuid(),
    accountId: col.uuid(),
    kind: col.text(20),
    tokenBix: col.bytes(32),
    indexVersion: col.int(),
    addedBy: col.uuid(),
    addedAt: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `staff_token`. */
export type StaffTokenRow = Omit<RowOf<typeof staffTokenEntity>, 'kind'> & { kind: StaffKind };
