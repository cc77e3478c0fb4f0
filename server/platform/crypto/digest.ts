import { createHash, createHmac, hash as oneShotHash, hkdfSync } from 'node:crypto';

/** Block size of SHA-256 in bytes (FIPS 180-4); HMAC pads its key to it. */
const SHA256_BLOCK_BYTES = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** SHA-256 of bytes, or of a text's UTF-8 form (FIPS 180-4). */
export function sha256(data: Uint8Array | string): Buffer {
  return createHash('sha256').update(data).digest();
}

/** SHA-256 of bytes that come in pieces. */
export interface RunningHash {
  update(piece: Uint8Array): void;
  /** Call once, after the last piece. */
  digest(): Buffer;
}

/** Starts a SHA-256 over pieces. */
export function createSha256(): RunningHash {
  const hash = createHash('sha256');
  return { update: (piece) => void hash.update(piece), digest: () => hash.digest() };
}

/** HMAC-SHA-256 (RFC 2104) of bytes, or of a text's UTF-8 form. */
export function hmacSha256(key: Uint8Array | string, data: Uint8Array | string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** Hashes HKDF is used with. */
export type HkdfHash = 'sha256' | 'sm3';

/** HKDF (RFC 5869) with an empty salt: `length` bytes bound to the parts of `info`, which are length-prefixed. */
export function deriveKey(hash: HkdfHash, secret: Uint8Array, info: readonly string[], length = 32): Buffer {
  return Buffer.from(hkdfSync(hash, secret, Buffer.alloc(0), lengthPrefixed(info), length));
}

/** Joins texts so that no two lists give the same bytes: each is led by its UTF-8 length in 4 bytes, big-endian. */
export function lengthPrefixed(parts: readonly string[]): Buffer {
  const pieces: Buffer[] = [];
  for (const part of parts) {
    const body = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    pieces.push(length, body);
  }
  return Buffer.concat(pieces);
}

/** HMAC-SHA-256 under one key, many times. */
export interface KeyedHash {
  digest(text: string): Buffer;
  /** Overwrites the key. */
  wipe(): void;
}

/** HMAC from two one-shot hashes with the pads laid out once: cheaper than an Hmac object for short texts. */
export function createKeyedHash(key: Uint8Array): KeyedHash {
  if (key.length > SHA256_BLOCK_BYTES) throw new RangeError('the key is longer than a hash block');
  const inner = Buffer.alloc(SHA256_BLOCK_BYTES, INNER_PAD);
  const outer = Buffer.alloc(SHA256_BLOCK_BYTES + 32, OUTER_PAD);
  key.forEach((byte, i) => {
    inner[i] = byte ^ INNER_PAD;
    outer[i] = byte ^ OUTER_PAD;
  });
  return {
    digest(text) {
      const innerHash = oneShotHash('sha256', Buffer.concat([inner, Buffer.from(text, 'utf8')]), 'buffer');
      innerHash.copy(outer, SHA256_BLOCK_BYTES);
      return oneShotHash('sha256', outer, 'buffer');
    },
    wipe() {
      inner.fill(0);
      outer.fill(0);
    },
  };
}
