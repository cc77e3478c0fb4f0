import {
  insert,
  insertIfFree,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import { accountEntity } from '../account.entity.ts';
import {
  idpCertificateEntity,
  idpEntity,
  spKeyEntity,
  ssoIdentityEntity,
  ssoRequestEntity,
  usedIdEntity,
  type IdpCertificateRow,
  type IdpRow,
  type SpKeyRow,
  type SsoIdentityRow,
  type SsoRequestRow,
} from './sso.entity.ts';

/** Identity providers of one installation. */
export const IDPS_MAX = 20;
const CERTIFICATES_READ_MAX = 200;
const KEYS_READ_MAX = 10;

const IDP_INSERT = insert(idpEntity);
const IDPS = select(idpEntity, { name: 'sso_idp.list', orderBy: [['id', 'asc']], limit: true });
const IDP_BY_ID = select(idpEntity, { name: 'sso_idp.by_id', where: ['id'] });
const IDP_UPDATE = update(idpEntity, {
  name: 'sso_idp.update',
  set: [
    ...(['entityId', 'ssoUrl', 'ssoBinding', 'sloUrl', 'sloBinding', 'sloResponseUrl', 'mapJson'] as const),
    ...(['state', 'metadataUrl', 'metadataSigner', 'fetchedAt', 'fetchFault'] as const),
    ...(['changedAt', 'changedById', 'version'] as const),
  ],
  where: ['id', 'version'],
});
const IDP_SET_STATE = update(idpEntity, {
  name: 'sso_idp.set_state',
  set: ['state', 'changedAt', 'version'],
  where: ['id', 'version'],
});
const IDP_SET_FAULT = update(idpEntity, {
  name: 'sso_idp.set_fault',
  set: ['fetchedAt', 'fetchFault'],
  where: ['id'],
});
const IDP_REMOVE = remove(idpEntity, { name: 'sso_idp.remove', where: ['id'] });
const CERTIFICATE_INSERT = insert(idpCertificateEntity);
const CERTIFICATES = select(idpCertificateEntity, {
  name: 'sso_idp_certificate.list',
  orderBy: [
    ['idpId', 'asc'],
    ['fingerprint', 'asc'],
  ],
  limit: true,
});
const CERTIFICATES_REMOVE = remove(idpCertificateEntity, {
  name: 'sso_idp_certificate.remove_all',
  where: ['idpId'],
});
const CERTIFICATE_WARNED = update(idpCertificateEntity, {
  name: 'sso_idp_certificate.warned',
  set: ['warnedDays'],
  where: ['idpId', 'fingerprint'],
});
const KEY_INSERT = insert(spKeyEntity);
const KEYS = select(spKeyEntity, {
  name: 'sso_sp_key.list',
  orderBy: [
    ['signsFromAt', 'desc'],
    ['id', 'desc'],
  ],
  limit: true,
});
const KEY_WARNED = update(spKeyEntity, { name: 'sso_sp_key.warned', set: ['warnedDays'], where: ['id'] });
const KEYS_PURGE = portable<{ before: Date }>(
  'sso_sp_key.purge',
  'DELETE FROM sso_sp_key WHERE not_after < :before',
  { params: { before: 'instant' } },
);
const REQUEST_INSERT = insert(ssoRequestEntity);
const REQUEST_BY_RELAY = select(ssoRequestEntity, {
  name: 'sso_request.by_relay',
  where: ['relayHash', 'browserHash'],
});
const REQUEST_CONSUME = remove(ssoRequestEntity, {
  name: 'sso_request.consume',
  where: ['relayHash', 'browserHash'],
});
const REQUESTS_PURGE = portable<{ before: Date }>(
  'sso_request.purge',
  'DELETE FROM sso_request WHERE expires_at < :before',
  { params: { before: 'instant' } },
);
const USED_TAKE = insertIfFree(usedIdEntity, 'sso_used_id.take', ['idHash']);
const USED_PURGE = portable<{ before: Date }>(
  'sso_used_id.purge',
  'DELETE FROM sso_used_id WHERE expires_at < :before',
  { params: { before: 'instant' } },
);
const ACCOUNT_SET_NAME = update(accountEntity, {
  name: 'account.set_name',
  set: ['displayName'],
  where: ['id'],
});
const IDENTITY_INSERT = insert(ssoIdentityEntity);
const IDENTITY_BY_NAME = select(ssoIdentityEntity, {
  name: 'sso_identity.by_name',
  where: ['idpId', 'nameId'],
});
const IDENTITY_COUNT = portable<{ accountId: string }, { identityCount: number }>(
  'sso_identity.count',
  'SELECT COUNT(*) AS identity_count FROM sso_identity WHERE account_id = :accountId',
  { params: { accountId: 'uuid' }, result: { identityCount: 'int' } },
);

/** All identity providers by id, with their certificates. */
export async function listIdps(db: Db): Promise<{ idp: IdpRow; certificates: IdpCertificateRow[] }[]> {
  const [rows, certificates] = await Promise.all([
    db.all(IDPS, { limit: IDPS_MAX }),
    db.all(CERTIFICATES, { limit: CERTIFICATES_READ_MAX }),
  ]);
  return rows.map((idp) => ({ idp, certificates: certificates.filter(({ idpId }) => idpId === idp.id) }));
}

/** The identity provider of an id, if any. */
export function findIdp(db: Db, id: string): Promise<IdpRow | undefined> {
  return db.one(IDP_BY_ID, { id });
}

/** Makes an identity provider. A taken id or entity id throws a conflict. */
export async function insertIdp(
  tx: Tx,
  row: IdpRow,
  certificates: readonly IdpCertificateRow[],
): Promise<void> {
  await tx.run(IDP_INSERT, row);
  await tx.runMany(CERTIFICATE_INSERT, certificates);
}

/** Replaces it; gives whether it still had the version. */
export async function updateIdp(
  tx: Tx,
  row: IdpRow,
  certificates: readonly IdpCertificateRow[],
): Promise<boolean> {
  const { id, createdAt: _createdAt, version, ...set } = row;
  const changed = await tx.run(IDP_UPDATE, {
    ...{ ...set, version: version + 1 },
    ...{ whereId: id, whereVersion: version },
  });
  await tx.run(CERTIFICATES_REMOVE, { idpId: id });
  await tx.runMany(CERTIFICATE_INSERT, certificates);
  return changed === 1;
}

/** Moves it on; gives whether it still had the version. */
export async function setIdpState(tx: Tx, row: IdpRow, state: string, at: Date): Promise<boolean> {
  const set = { state, changedAt: at, version: row.version + 1 };
  return (await tx.run(IDP_SET_STATE, { ...set, whereId: row.id, whereVersion: row.version })) === 1;
}

/** Removes it with its certificates; who is whom there stays, for when it comes back. */
export async function removeIdp(tx: Tx, id: string): Promise<void> {
  await tx.run(CERTIFICATES_REMOVE, { idpId: id });
  await tx.run(IDP_REMOVE, { id });
}

/** Notes of how many days people were told. */
export async function noteWarned(tx: Tx, certificate: IdpCertificateRow, warnedDays: number): Promise<void> {
  const { idpId: whereIdpId, fingerprint: whereFingerprint } = certificate;
  await tx.run(CERTIFICATE_WARNED, { warnedDays, whereIdpId, whereFingerprint });
}

/** Notes when metadata was last loaded, and why that failed. */
export async function noteFetch(tx: Tx, id: string, at: Date, fault: string | null): Promise<void> {
  await tx.run(IDP_SET_FAULT, { fetchedAt: at, fetchFault: fault, whereId: id });
}

/** Notes of how many days people were told for a key of ours. */
export async function noteKeyWarned(tx: Tx, id: string, warnedDays: number): Promise<void> {
  await tx.run(KEY_WARNED, { warnedDays, whereId: id });
}

/** Forgets keys of ours that ended before an instant; gives their number. */
export function purgeSpKeys(tx: Tx, before: Date): Promise<number> {
  return tx.run(KEYS_PURGE, { before });
}

/** Keys of ours, the newest first. */
export function listSpKeys(db: Db): Promise<SpKeyRow[]> {
  return db.all(KEYS, { limit: KEYS_READ_MAX });
}

/** Makes a key of ours. */
export async function insertSpKey(tx: Tx, row: SpKeyRow): Promise<void> {
  await tx.run(KEY_INSERT, row);
}

/** Notes what was asked for a browser, with the last writes of the unit. */
export function insertRequest(tx: Tx, row: SsoRequestRow): void {
  tx.later(REQUEST_INSERT, row);
}

/** What was asked under a relay state in this browser, if anything. */
export function findRequest(
  db: Db,
  relayHash: Buffer,
  browserHash: Buffer,
): Promise<SsoRequestRow | undefined> {
  return db.one(REQUEST_BY_RELAY, { relayHash, browserHash });
}

/** Takes it, once: gives true to exactly one of those who try. */
export async function consumeRequest(tx: Tx, relayHash: Buffer, browserHash: Buffer): Promise<boolean> {
  return (await tx.run(REQUEST_CONSUME, { relayHash, browserHash })) === 1;
}

/** Remembers a used id, in one statement; false when it was used before. */
export async function takeId(tx: Tx, idHash: Buffer, expiresAt: Date): Promise<boolean> {
  return (await tx.run(USED_TAKE, { idHash, expiresAt })) === 1;
}

/** Forgets what ended before an instant; gives how many rows. */
export async function purgeSso(tx: Tx, before: Date): Promise<number> {
  return (await tx.run(REQUESTS_PURGE, { before })) + (await tx.run(USED_PURGE, { before }));
}

/** Whom a name of an identity provider is here, if anybody. */
export function findIdentity(db: Db, idpId: string, nameId: string): Promise<SsoIdentityRow | undefined> {
  return db.one(IDENTITY_BY_NAME, { idpId, nameId });
}

/** Notes whom a name is. */
export async function insertIdentity(tx: Tx, row: SsoIdentityRow): Promise<void> {
  await tx.run(IDENTITY_INSERT, row);
}

/** How many names an account has at identity providers. */
export async function countIdentities(db: Db, accountId: string): Promise<number> {
  return (await db.one(IDENTITY_COUNT, { accountId }))?.identityCount ?? 0;
}

/** Sets the name others see. */
export async function setDisplayName(tx: Tx, accountId: string, displayName: string): Promise<void> {
  await tx.run(ACCOUNT_SET_NAME, { displayName, whereId: accountId });
}
