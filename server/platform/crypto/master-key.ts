import { createCipheriv, createDecipheriv } from 'node:crypto';
import { sha256 } from './digest.ts';
import { keyFault } from './key-provider.ts';
import { scryptKey, type ScryptCost } from './password.ts';
import { randomBytes, timingSafeEqual } from './random.ts';

/** Bytes of the master key. */
export const MASTER_KEY_BYTES = 32;

const FORMAT = 'vdk1';
const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CHECKSUM_HEX_CHARACTERS = 16;
/** A passphrase guards everything and is used once per start: 64 MiB and about 150 ms. */
const PASSPHRASE_COST: ScryptCost = { N: 2 ** 16, r: 8, p: 1 };
/** The file carries its parameters; a file that asks for more than this is not ours. */
const PASSPHRASE_N_MAX = 2 ** 20;
const PLAIN_PARTS = 4;
const LOCKED_PARTS = 6;

/**
 * The text of a master key file, for a new key or the given one: `vdk1:raw:KEY:CHECKSUM`, or with a passphrase
 * `vdk1:scrypt:N:SALT:IV+KEY+TAG:CHECKSUM` (r = 8, p = 1); binary parts are base64url. The checksum, 8 bytes of
 * SHA-256 of everything before it, tells a damaged file from a wrong passphrase.
 */
export async function makeMasterKey(passphrase?: string, given?: Buffer): Promise<string> {
  const master = given === undefined ? randomBytes(MASTER_KEY_BYTES) : Buffer.from(given);
  try {
    if (passphrase === undefined) return withChecksum([FORMAT, 'raw', master.toString('base64url')]);
    const salt = randomBytes(SALT_BYTES);
    const iv = randomBytes(IV_BYTES);
    const lock = await scryptKey(passphrase, salt, PASSPHRASE_COST, MASTER_KEY_BYTES);
    const cipher = createCipheriv('aes-256-gcm', lock, iv, { authTagLength: TAG_BYTES });
    const locked = Buffer.concat([iv, cipher.update(master), cipher.final(), cipher.getAuthTag()]);
    lock.fill(0);
    const parts = ['scrypt', PASSPHRASE_COST.N, salt.toString('base64url'), locked.toString('base64url')];
    return withChecksum([FORMAT, ...parts.map(String)]);
  } finally {
    master.fill(0);
  }
}

/** Takes the master key out of the content of the file at `path`; throws `crypto.key_missing` that says what is wrong with it. */
export async function parseMasterKey(content: Buffer, passphrase?: string, path = 'file'): Promise<Buffer> {
  const text = content.toString('latin1').trim();
  const parts = text.split(':');
  const checksum = parts.at(-1) ?? '';
  if (parts[0] !== FORMAT) throw keyFault('key_format', `The master key ${path} has an unknown form.`);
  if (!timingSafeEqual(checksum, checksumOf(parts.slice(0, -1).join(':')))) {
    throw keyFault(
      'key_checksum',
      `The master key ${path} is damaged: its checksum does not fit. Put its backup back, or join its shares.`,
    );
  }
  if (parts[1] === 'raw' && parts.length === PLAIN_PARTS) {
    return assertLength(Buffer.from(parts[2] ?? '', 'base64url'));
  }
  if (parts[1] === 'scrypt' && parts.length === LOCKED_PARTS) return unlock(parts, passphrase);
  throw keyFault('key_format', `The master key ${path} has an unknown form.`);
}

async function unlock(parts: string[], passphrase: string | undefined): Promise<Buffer> {
  if (passphrase === undefined) {
    throw keyFault('passphrase_needed', 'The master key is locked with a passphrase, and none was given.');
  }
  const N = Number(parts[2]);
  if (!Number.isInteger(Math.log2(N)) || N < 2 || N > PASSPHRASE_N_MAX) {
    throw keyFault('key_format', 'The master key file asks for scrypt parameters that are not ours.');
  }
  const locked = Buffer.from(parts[4] ?? '', 'base64url');
  if (locked.length !== IV_BYTES + MASTER_KEY_BYTES + TAG_BYTES) {
    throw keyFault('key_length', `The locked master key does not hold ${MASTER_KEY_BYTES} bytes.`);
  }
  const cost = { ...PASSPHRASE_COST, N };
  const lock = await scryptKey(passphrase, Buffer.from(parts[3] ?? '', 'base64url'), cost, MASTER_KEY_BYTES);
  const iv = locked.subarray(0, IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', lock, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(locked.subarray(-TAG_BYTES));
  const master = decipher.update(locked.subarray(IV_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch (cause) {
    throw keyFault('passphrase_wrong', 'The passphrase does not open the master key.', cause);
  } finally {
    lock.fill(0);
  }
  return master;
}

function assertLength(master: Buffer): Buffer {
  if (master.length === MASTER_KEY_BYTES) return master;
  throw keyFault(
    'key_length',
    `The master key has ${master.length} bytes; it must have ${MASTER_KEY_BYTES} bytes.`,
  );
}

function withChecksum(parts: string[]): string {
  const body = parts.join(':');
  return `${body}:${checksumOf(body)}\n`;
}

function checksumOf(body: string): string {
  return sha256(body).toString('hex').slice(0, CHECKSUM_HEX_CHARACTERS);
}
