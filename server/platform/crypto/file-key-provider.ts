import { createCipheriv, createDecipheriv } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../../kernel/index.ts';
import { deriveKey, lengthPrefixed } from './digest.ts';
import { keyFault, type KeyProvider, type WrapContext } from './key-provider.ts';
import { makeMasterKey, parseMasterKey } from './master-key.ts';
import { randomBytes } from './random.ts';
import { createSecretFile, ensureSecretFolder, readSecretFile } from './secret-file.ts';

/** Name of the master key in the keys folder. */
export const MASTER_KEY_FILE = 'master.key';
/** Name of the file that says which master key belongs here. */
export const FINGERPRINT_FILE = 'master.fingerprint';

const WRAP_VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Where the master key is, and the passphrase it is locked with, if any. */
export interface FileKeyOptions {
  /** The keys folder; made (0700) when missing. */
  folder: string;
  /** Locks a new master key by scrypt; needed to open one that is locked. */
  passphrase?: string;
}

/**
 * The key-encrypting key in `keys/master.key` (0600), made at the first start. A fingerprint beside it tells a wrong
 * or lost key from a first start. Throws `crypto.key_missing` with `details.reason` and `details.explanation` for a
 * file open to others, of wrong length, form or checksum, a wrong passphrase, and a key that is not this site's.
 */
export async function createFileKeyProvider(options: FileKeyOptions): Promise<KeyProvider> {
  await ensureSecretFolder(options.folder);
  const master = await loadOrMakeMaster(options);
  const kek = deriveKey('sha256', master, ['vaultdesk', 'kek', '1']);
  const kekId = fingerprintOf(master);
  master.fill(0);
  await checkFingerprint(options.folder, kekId);
  let isClosed = false;
  const assertOpen = () => {
    if (isClosed) throw new AppError('crypto.key_missing');
  };
  return {
    kekId,
    async wrap(secret, context) {
      assertOpen();
      return wrapKey(kek, secret, wrapAad(kekId, context));
    },
    async unwrap(wrapped, context) {
      assertOpen();
      return unwrapKey(kek, wrapped, wrapAad(kekId, context));
    },
    async health() {
      return isClosed ? { ok: false, reason: 'closed' } : { ok: true };
    },
    close() {
      isClosed = true;
      kek.fill(0);
    },
  };
}

async function loadOrMakeMaster({ folder, passphrase }: FileKeyOptions): Promise<Buffer> {
  const path = join(folder, MASTER_KEY_FILE);
  const existing = await readSecretFile(path);
  if (existing !== undefined) return parseMasterKey(existing, passphrase);
  if ((await readSecretFile(join(folder, FINGERPRINT_FILE))) !== undefined) {
    throw keyFault(
      'key_lost',
      `The master key ${path} is gone, but data was sealed with it; restore it from its backup.`,
    );
  }
  await createSecretFile(path, await makeMasterKey(passphrase));
  // Read back what is on disk: another worker may have been faster, and a key that cannot be read must not be used.
  const made = await readSecretFile(path);
  if (made === undefined) throw keyFault('key_unreadable', `The new master key ${path} cannot be read back.`);
  return parseMasterKey(made, passphrase);
}

async function checkFingerprint(folder: string, kekId: string): Promise<void> {
  const path = join(folder, FINGERPRINT_FILE);
  await createSecretFile(path, `${kekId}\n`);
  const recorded = (await readSecretFile(path))?.toString('utf8').trim();
  if (recorded === kekId) return;
  throw keyFault(
    'wrong_key',
    `The master key in ${folder} is ${kekId}, but this site's data belongs to ${recorded}; put the right key back.`,
  );
}

function fingerprintOf(master: Buffer): string {
  return `file-${deriveKey('sha256', master, ['vaultdesk', 'kek id', '1'], 8).toString('hex')}`;
}

function wrapAad(kekId: string, context: WrapContext): Buffer {
  return lengthPrefixed(['dek1', kekId, String(context.dekId), context.scope, context.ownerId]);
}

/** `version (1) | iv (12) | key (32) | tag (16)`. */
function wrapKey(kek: Buffer, secret: Buffer, aad: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', kek, iv, { authTagLength: TAG_BYTES }).setAAD(aad);
  const body = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([Buffer.of(WRAP_VERSION), iv, body, cipher.getAuthTag()]);
}

function unwrapKey(kek: Buffer, wrapped: Buffer, aad: Buffer): Buffer {
  if (wrapped.length <= 1 + IV_BYTES + TAG_BYTES || wrapped[0] !== WRAP_VERSION) {
    throw new AppError('crypto.auth_failed');
  }
  const iv = wrapped.subarray(1, 1 + IV_BYTES);
  const tagStart = wrapped.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', kek, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad).setAuthTag(wrapped.subarray(tagStart));
  const secret = decipher.update(wrapped.subarray(1 + IV_BYTES, tagStart));
  try {
    decipher.final();
  } catch (cause) {
    secret.fill(0);
    throw new AppError('crypto.auth_failed', { cause });
  }
  return secret;
}
