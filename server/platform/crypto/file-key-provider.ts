import { createCipheriv, createDecipheriv } from 'node:crypto';
import { readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../kernel/index.ts';
import { deriveKey, lengthPrefixed } from './digest.ts';
import { keyFault, type KeyHealth, type KeyProvider, type WrapContext } from './key-provider.ts';
import { makeMasterKey, parseMasterKey } from './master-key.ts';
import { randomBytes, randomToken } from './random.ts';
import { createSecretFile, ensureSecretFolder, readSecretFile } from './secret-file.ts';

/** Name of the first master key in the keys folder; later ones carry their id. */
export const MASTER_KEY_FILE = 'master.key';
/** Name of the file that says which master keys belong here, a line each, the one in use last. */
export const FINGERPRINT_FILE = 'master.fingerprint';

const MASTER_KEY_NAME = /^master(-[0-9a-f]{16})?\.key$/;
const KEK_ID = /^file-([0-9a-f]{16})$/;
const WRAP_VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Where the master keys are, and the passphrase they are locked with, if any. */
export interface FileKeyOptions {
  /** The keys folder; made (0700) when missing. */
  folder: string;
  /** Locks a new master key by scrypt; needed to open one that is locked. */
  passphrase?: string;
}

/**
 * Key-encrypting keys in `keys/master*.key` (0600), the first made at the first start. A list of fingerprints beside
 * them tells a wrong or lost key from a first start. Throws `crypto.key_missing` with `details.reason` and
 * `details.explanation` for a file open to others, of wrong length, form or checksum, a wrong passphrase, and a key
 * that is not this site's.
 */
export async function createFileKeyProvider(options: FileKeyOptions): Promise<KeyProvider> {
  await ensureSecretFolder(options.folder);
  const ring = new FileKeys(options);
  await ring.open();
  return {
    get kekId() {
      return ring.kekId;
    },
    wrap: (secret, context, kekId) => ring.wrap(secret, context, kekId),
    unwrap: (wrapped, context, kekId) => ring.unwrap(wrapped, context, kekId),
    newKek: () => ring.newKek(),
    list: () => ring.list(),
    retire: (kekId) => ring.retire(kekId),
    reload: () => ring.open(),
    health: () => ring.health(),
    close: () => ring.close(),
  };
}

/** One key-encrypting key and where it lies. */
interface HeldKek {
  kek: Buffer;
  path: string;
}

class FileKeys {
  readonly #options: FileKeyOptions;
  #keks = new Map<string, HeldKek>();
  #current = '';
  #isClosed = false;

  constructor(options: FileKeyOptions) {
    this.#options = options;
  }

  get kekId(): string {
    return this.#current;
  }

  /** Reads the folder; makes the first key of a new site. */
  async open(): Promise<void> {
    const { folder } = this.#options;
    const listed = await this.#readList();
    const found = await this.#readKeys();
    if (found.size === 0 && listed.length > 0) {
      throw keyFault(
        'key_lost',
        `The master key ${join(folder, MASTER_KEY_FILE)} is gone, but data was sealed with it; restore it from its backup.`,
      );
    }
    if (found.size === 0) await this.#makeFirst(found);
    // A key beside an unlisted one was written by a rotation that a kill ended before it began; it is not used.
    const ids = listed.length > 0 ? listed : await this.#list([firstOf(found)]);
    for (const id of ids) if (!found.has(id)) throw missing(folder, id, [...found.keys()]);
    for (const { kek } of this.#keks.values()) kek.fill(0);
    this.#keks = new Map(ids.map((id) => [id, found.get(id) as HeldKek]));
    this.#current = ids.at(-1) as string;
  }

  async wrap(secret: Buffer, context: WrapContext, kekId = this.#current): Promise<Buffer> {
    const { kek } = await this.#kek(kekId);
    return wrapKey(kek, secret, wrapAad(kekId, context));
  }

  async unwrap(wrapped: Buffer, context: WrapContext, kekId = this.#current): Promise<Buffer> {
    this.#assertOpen();
    if (!this.#keks.has(kekId)) await this.open();
    const kek = this.#keks.get(kekId)?.kek;
    // A key under a master key that is gone makes its own values unreadable, never the list they stand in.
    if (kek === undefined) throw new AppError('crypto.auth_failed');
    return unwrapKey(kek, wrapped, wrapAad(kekId, context));
  }

  async newKek(): Promise<string> {
    const { folder, passphrase } = this.#options;
    this.#assertOpen();
    const content = await makeMasterKey(passphrase);
    const master = await parseMasterKey(Buffer.from(content), passphrase);
    const kekId = fingerprintOf(master);
    master.fill(0);
    await createSecretFile(masterKeyPath(folder, kekId), content);
    await this.#list([...(await this.#readList()), kekId]);
    await this.open();
    return kekId;
  }

  async list(): Promise<readonly string[]> {
    return [...this.#keks.keys()];
  }

  async retire(kekId: string): Promise<void> {
    if (kekId === this.#current) throw new AppError('crypto.key_in_use', { details: { count: 1 } });
    const { path, kek } = await this.#kek(kekId);
    await this.#list((await this.#readList()).filter((id) => id !== kekId));
    this.#keks.delete(kekId);
    kek.fill(0);
    // Overwritten before it goes: what a file system keeps of it is then no key. Backups of it are the bank's.
    await writeFile(path, randomBytes(256), { flush: true });
    await unlink(path);
  }

  async health(): Promise<KeyHealth> {
    return this.#isClosed ? { ok: false, reason: 'closed' } : { ok: true };
  }

  close(): void {
    this.#isClosed = true;
    for (const { kek } of this.#keks.values()) kek.fill(0);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new AppError('crypto.key_missing');
  }

  /** An unknown key may be one that another process has just made. */
  async #kek(kekId: string): Promise<HeldKek> {
    this.#assertOpen();
    if (!this.#keks.has(kekId)) await this.open();
    const held = this.#keks.get(kekId);
    if (held === undefined) throw new AppError('crypto.key_missing');
    return held;
  }

  async #readKeys(): Promise<Map<string, HeldKek>> {
    const { folder, passphrase } = this.#options;
    const names = (await readdir(folder)).filter((name) => MASTER_KEY_NAME.test(name)).sort();
    const found = new Map<string, HeldKek>();
    for (const name of names) {
      const path = join(folder, name);
      const content = await readSecretFile(path);
      if (content === undefined) continue;
      const master = await parseMasterKey(content, passphrase, path);
      found.set(fingerprintOf(master), { kek: deriveKey('sha256', master, ['vaultdesk', 'kek', '1']), path });
      master.fill(0);
    }
    return found;
  }

  async #makeFirst(found: Map<string, HeldKek>): Promise<void> {
    const { folder, passphrase } = this.#options;
    const path = join(folder, MASTER_KEY_FILE);
    await createSecretFile(path, await makeMasterKey(passphrase));
    // Read back what is on disk: another worker may have been faster, and a key that cannot be read must not be used.
    for (const [id, held] of await this.#readKeys()) found.set(id, held);
    if (found.size === 0) throw keyFault('key_unreadable', `The new master key ${path} cannot be read back.`);
  }

  async #readList(): Promise<string[]> {
    const content = await readSecretFile(join(this.#options.folder, FINGERPRINT_FILE));
    return (content?.toString('utf8') ?? '').split('\n').filter((line) => line !== '');
  }

  /** Writes the list; the first one only where there is none yet, for another worker may be faster. */
  async #list(ids: readonly string[]): Promise<string[]> {
    const path = join(this.#options.folder, FINGERPRINT_FILE);
    const text = ids.map((id) => `${id}\n`).join('');
    if (await createSecretFile(path, text)) return [...ids];
    const known = await this.#readList();
    if (known.length === 1 && ids.length === 1) return known;
    const temporary = `${path}.${randomToken(16)}`;
    await createSecretFile(temporary, text);
    await rename(temporary, path);
    return [...ids];
  }
}

/** The key of a site whose list was never written: a kill came between the two files. */
function firstOf(found: ReadonlyMap<string, HeldKek>): string {
  const [first] = [...found].sort(([, a], [, b]) => b.path.length - a.path.length).at(-1) ?? [''];
  return first;
}

function missing(folder: string, id: string, found: readonly string[]) {
  const named = found.join(', ');
  return keyFault(
    'wrong_key',
    `The master key in ${folder} is ${named}, but this site's data belongs to ${id}; put the right key back.`,
  );
}

/** Where a master key lies that came after the first one. */
export function masterKeyPath(folder: string, kekId: string): string {
  return join(folder, `master-${KEK_ID.exec(kekId)?.[1] ?? ''}.key`);
}

/** The id of a master key; tells nothing of it. */
export function fingerprintOf(master: Buffer): string {
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
