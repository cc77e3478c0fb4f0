import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { deriveKey, sha256 } from './digest.ts';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Bytes that sealing adds to a chunk. */
export const BACKUP_CHUNK_EXTRA_BYTES = TAG_BYTES;
/** DER (RFC 8410) in front of the 32 bytes of an X25519 key. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** A pair for backups, 32 bytes each: whoever has the public one writes what only the other reads. */
export interface BackupKeyPair {
  publicKey: Buffer;
  privateKey: Buffer;
}

/** Makes a pair (X25519, RFC 7748). */
export function makeBackupKey(): BackupKeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: rawOf(publicKey.export({ type: 'spki', format: 'der' }), PUBLIC_PREFIX),
    privateKey: rawOf(privateKey.export({ type: 'pkcs8', format: 'der' }), PRIVATE_PREFIX),
  };
}

/** The public key of a private one; throws for other than 32 bytes. */
export function publicBackupKey(privateKey: Buffer): Buffer {
  const key = createPublicKey(privateOf(privateKey));
  return rawOf(key.export({ type: 'spki', format: 'der' }), PUBLIC_PREFIX);
}

/** What a backup key is known by: the first 16 hexadecimal digits of the SHA-256 of the public one. */
export function backupKeyId(publicKey: Buffer): string {
  return sha256(publicKey).toString('hex').slice(0, 16);
}

/** A key for one file, with what the holder of the private key needs to come to it again. The secret half is gone at once. */
export function fileKeyFor(publicKey: Buffer): { key: Buffer; ephemeral: Buffer } {
  const once = makeBackupKey();
  const key = agree(once.privateKey, publicKey, { ephemeral: once.publicKey, recipient: publicKey });
  once.privateKey.fill(0);
  return { key, ephemeral: once.publicKey };
}

/** The key of a file, by the private key. */
export function fileKeyOf(privateKey: Buffer, ephemeral: Buffer): Buffer {
  return agree(privateKey, ephemeral, { ephemeral, recipient: publicBackupKey(privateKey) });
}

/** A chunk's place: its number from 0, whether it is the last, and the digest of the header it belongs to. */
export interface ChunkPlace {
  index: number;
  isLast: boolean;
  header: Buffer;
}

/** Seals a chunk by AES-256-GCM. The key is one file's alone, so a counter serves as nonce. */
export function sealChunk(key: Buffer, place: ChunkPlace, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(place), { authTagLength: TAG_BYTES });
  cipher.setAAD(place.header);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens a chunk; undefined for one that was changed, stands elsewhere, or is of another file. */
export function openChunk(key: Buffer, place: ChunkPlace, sealed: Buffer): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(place), { authTagLength: TAG_BYTES });
  decipher.setAAD(place.header);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plain;
}

function nonceOf({ index, isLast }: ChunkPlace): Buffer {
  const nonce = Buffer.alloc(IV_BYTES);
  nonce.writeUInt32BE(index, IV_BYTES - 5);
  nonce.writeUInt8(isLast ? 1 : 0, IV_BYTES - 1);
  return nonce;
}

function agree(own: Buffer, other: Buffer, names: { ephemeral: Buffer; recipient: Buffer }): Buffer {
  const publicKey = createPublicKey({
    ...{ key: Buffer.concat([PUBLIC_PREFIX, assertKey(other)]), format: 'der', type: 'spki' },
  });
  const shared = diffieHellman({ privateKey: privateOf(own), publicKey });
  const info = ['vaultdesk', 'backup', '1', names.ephemeral.toString('hex'), names.recipient.toString('hex')];
  const key = deriveKey('sha256', shared, info);
  shared.fill(0);
  return key;
}

function privateOf(privateKey: Buffer): KeyObject {
  const key = Buffer.concat([PRIVATE_PREFIX, assertKey(privateKey)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function assertKey(key: Buffer): Buffer {
  if (key.length !== KEY_BYTES) throw new RangeError('a backup key has 32 bytes');
  return key;
}

function rawOf(der: Buffer, prefix: Buffer): Buffer {
  return Buffer.from(der.subarray(prefix.length));
}
