import type { MaskName } from '../../platform/crypto/index.ts';
import { col, defineEntity, type RowOf, type SealedIndex } from '../../platform/persistence/index.ts';

const sealed = <I extends SealedIndex>(mask: MaskName, ...index: I[]) =>
  col.sealed<I>({ class: 'C2', scope: 'requester', index, mask }).optional();
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
    externalEnc: col.sealed({ class: 'C2', scope: 'requester', index: ['eq'] }).optional(),
    externalBix: blindIndex(),
    /** The words of a name lie in `requester_token`. */
    nameEnc: sealed('name', 'eq', 'prefix', 'words'),
    nameBix: blindIndex(),
    namePrefixBix: blindIndex(),
    phoneEnc: sealed('phone', 'eq', 'last4'),
    phoneBix: blindIndex(),
    phoneLast4Bix: blindIndex(),
    emailEnc: sealed('email', 'eq'),
    emailBix: blindIndex(),
    idNumberEnc: sealed('id-number', 'eq'),
    idNumberBix: blindIndex(),
    /** Version of the key that the hashes of this row are made with. */
    indexVersion: col.int(),
    createdAt: col.instant(),
    updatedAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `requester`. */
export type RequesterRow = RowOf<typeof requesterEntity>;
