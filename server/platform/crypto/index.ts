export { createCrypto, DEK_CACHE_TTL_MS, type CryptoDeps } from './crypto.ts';
export type { Crypto, Dek, DekRow, DekStore, Opened, SealedItem } from './types.ts';
export {
  ENVELOPE_MAGIC,
  PLAIN_BYTES_MAX,
  parseEnvelope,
  SUITE_ALG,
  type Cell,
  type Suite,
} from './envelope.ts';
export {
  keyFault,
  type KeyFaultReason,
  type KeyHealth,
  type KeyProvider,
  type WrapContext,
} from './key-provider.ts';
export {
  BACKUP_CHUNK_EXTRA_BYTES,
  backupKeyId,
  fileKeyFor,
  fileKeyOf,
  makeBackupKey,
  openChunk,
  publicBackupKey,
  sealChunk,
  type BackupKeyPair,
} from './backup-seal.ts';
export { joinMasterKey, splitMasterKey } from './master-shares.ts';
export { combineShares, splitSecret } from './secret-sharing.ts';
export { createFileKeyProvider, type FileKeyOptions } from './file-key-provider.ts';
export { createMovingKeyProvider } from './moving-key-provider.ts';
export type { Pkcs11Binding } from './pkcs11-answers.ts';
export { createPkcs11KeyProvider, type Pkcs11Options } from './pkcs11-key-provider.ts';
export { openModuleSigners, type ModuleSigner, type ModuleSigners } from './pkcs11-signer.ts';
export { createTransitKeyProvider, type TransitCall, type TransitOptions } from './transit-key-provider.ts';
export { createSecretFile, ensureSecretFolder, readSecretFile } from './secret-file.ts';
export { BLIND_INDEX_BYTES, BLIND_INDEX_FEW_BYTES, bytesOfIndex } from './blind-index.ts';
export { versionOfIndexKey } from './index-keys.ts';
export { matchesSearch, normaliseSearchText, searchTerms } from './search-terms.ts';
export {
  firstOf,
  lastFour,
  normaliseCard,
  normaliseEmail,
  normaliseIdNumber,
  normaliseName,
  normalisePhone,
} from './normalise.ts';
export { maskCard, maskEmail, maskIdNumber, maskName, maskPhone, MASKS, type MaskName } from './masking.ts';
export { findMaskedSpans, maskText, type MaskedSpan } from './mask-text.ts';
export { withoutSecrets } from './secrets.ts';
export { hashPassword, isPasswordHashOutdated, verifyPassword } from './password.ts';
export { passwordFaults, type PasswordContext, type PasswordFault } from './password-policy.ts';
export { totp, type TotpCheck } from './totp.ts';
export { randomBytes, randomToken, timingSafeEqual } from './random.ts';
export { deriveUuid } from './derive-uuid.ts';
export { createSha256, deriveKey, hmacSha256, sha256 } from './digest.ts';
export { verifyJwt, type JwtAlgorithm, type JwtFault, type JwtResult, type JwtRules } from './jwt.ts';
export { SERVER_TLS } from './server-tls.ts';
export { createServerCertificate, type ServerCertificate } from './server-certificate.ts';
export {
  generateSigningKey,
  loadSigningKey,
  openSigningKey,
  signingKeyId,
  verifySignature,
} from './signing-key.ts';
export type { SigningKey } from './signing-key.ts';
export { certificateEnd, digestOf, hmacOf, signJwt } from './outgoing.ts';
