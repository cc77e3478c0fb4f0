import type { IdpMap } from '../../../sso/index.ts';
import { col, defineEntity, type Json, type RowOf } from '../../platform/persistence/index.ts';

/** Identity providers, each with what its metadata and its map say. */
export const idpEntity = defineEntity(
  'sso_idp',
  {
    id: col.text(40),
    entityId: col.text(1000),
    ssoUrl: col.text(1000),
    ssoBinding: col.text(10),
    sloUrl: col.text(1000).optional(),
    sloBinding: col.text(10).optional(),
    sloResponseUrl: col.text(1000).optional(),
    mapJson: col.json<Json>(),
    state: col.text(20),
    metadataUrl: col.text(1000).optional(),
    metadataSigner: col.clob().optional(),
    fetchedAt: col.instant().optional(),
    fetchFault: col.text(100).optional(),
    createdAt: col.instant(),
    changedAt: col.instant(),
    changedById: col.text(64),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `sso_idp`. */
export type IdpRow = RowOf<typeof idpEntity>;

/** `approved` by two people and to be tested, `live`, `off`. */
export type IdpState = 'approved' | 'live' | 'off';

/** Certificates an identity provider signs with. */
export const idpCertificateEntity = defineEntity(
  'sso_idp_certificate',
  {
    idpId: col.text(40),
    fingerprint: col.text(64),
    pem: col.clob(),
    notBefore: col.instant(),
    notAfter: col.instant(),
    warnedDays: col.int().optional(),
  },
  { primaryKey: ['idpId', 'fingerprint'] },
);

/** Row of `sso_idp_certificate`. */
export type IdpCertificateRow = RowOf<typeof idpCertificateEntity>;

/** Keys of ours; the private halves are sealed. */
export const spKeyEntity = defineEntity(
  'sso_sp_key',
  {
    id: col.uuid(),
    certificate: col.clob(),
    keyEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    signsFromAt: col.instant(),
    notAfter: col.instant(),
    warnedDays: col.int().optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `sso_sp_key`. */
export type SpKeyRow = RowOf<typeof spKeyEntity>;

/** What was asked of an identity provider for one browser, until the answer or for five minutes. */
export const ssoRequestEntity = defineEntity(
  'sso_request',
  {
    relayHash: col.bytes(32),
    browserHash: col.bytes(32),
    idpId: col.text(40),
    requestId: col.text(64),
    purpose: col.text(10),
    returnTo: col.text(1000),
    accountId: col.uuid().optional(),
    /** The session whose person signs in anew; it ends with the new one. */
    sessionId: col.uuid().optional(),
    isForced: col.flag(),
    createdAt: col.instant(),
    expiresAt: col.instant(),
  },
  { primaryKey: ['relayHash'] },
);

/** Row of `sso_request`. */
export type SsoRequestRow = RowOf<typeof ssoRequestEntity>;

/** Ids of assertions and logout messages that were used; by hash, since nobody needs to read them again. */
export const usedIdEntity = defineEntity(
  'sso_used_id',
  { idHash: col.bytes(32), expiresAt: col.instant() },
  { primaryKey: ['idHash'] },
);

/** Which account a name of an identity provider is. */
export const ssoIdentityEntity = defineEntity(
  'sso_identity',
  {
    id: col.uuid(),
    idpId: col.text(40),
    nameId: col.text(255),
    accountId: col.uuid(),
    createdAt: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `sso_identity`. */
export type SsoIdentityRow = RowOf<typeof ssoIdentityEntity>;

/** The map of a row; it was read strictly before it was stored. */
export function mapOf(row: Pick<IdpRow, 'mapJson'>): IdpMap {
  // Rows from before the setting load their metadata every day.
  const map = row.mapJson as unknown as Omit<IdpMap, 'refreshHours'> & { refreshHours?: number };
  return { ...map, refreshHours: map.refreshHours ?? 24 };
}
