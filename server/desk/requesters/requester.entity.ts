import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

const sealed = () => col.sealed({ class: 'C2', scope: 'requester' }).optional();
const blindIndex = () => col.bytes(32).optional();

/** A customer or visitor. Everything personal is sealed under the requester's own data key. */
export const requesterEntity = defineEntity(
  'requester',
  {
    id: col.uuid(),
    dekId: col.int(),
    siteId: col.text(40).optional(),
    unitId: col.uuid(),
    isIdentified: col.flag(),
    externalEnc: sealed(),
    externalBix: blindIndex(),
    nameEnc: sealed(),
    nameBix: blindIndex(),
    phoneEnc: sealed(),
    phoneBix: blindIndex(),
    phoneLast4Bix: blindIndex(),
    emailEnc: sealed(),
    emailBix: blindIndex(),
    idNumberEnc: sealed(),
    idNumberBix: blindIndex(),
    createdAt: col.instant(),
    updatedAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `requester`. */
export type RequesterRow = RowOf<typeof requesterEntity>;
