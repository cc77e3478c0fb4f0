import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../kernel/index.ts';
import { release } from '../memory/index.ts';
import { deriveKey } from './digest.ts';
import {
  ALG_SIZES,
  ENVELOPE_HEADER_BYTES,
  PLAIN_BYTES_MAX,
  writeHeader,
  type Alg,
  type ParsedEnvelope,
} from './envelope.ts';
import { fillIv } from './random.ts';

/** Bytes of a data key's secret. */
export const DEK_BYTES = 32;

const SM4_KEY_BYTES = 16;
const SM3_MAC_KEY_BYTES = 32;
const GCM = { authTagLength: ALG_SIZES[1].tag } as const;

/** The keys one secret gives; separate per algorithm, so that one secret may serve both suites. */
interface Subkeys {
  aes?: Buffer;
  sm4?: Buffer;
  sm3?: Buffer;
}

/**
 * One data key in memory. Its secret is never used as a cipher key itself: AES and index keys come from it by
 * HKDF-SHA-256, SM4 and SM3 keys by HKDF-SM3. After `wipe()` it seals and opens nothing.
 */
export interface DataKey {
  readonly id: number;
  /** Throws `request.too_large` over 1 MiB and `crypto.key_missing` after `wipe()`. */
  seal(alg: Alg, aad: Buffer, plain: string | Buffer): Buffer;
  /** The plain bytes, or undefined for anything this key did not seal with this authenticated data. */
  open(envelope: ParsedEnvelope, aad: Buffer): Buffer | undefined;
  /** A key for another purpose, by HKDF-SHA-256. */
  derive(info: readonly string[]): Buffer;
  /** Overwrites the secret and all keys made from it. */
  wipe(): void;
}

/** Takes over `secret` (32 bytes): the caller must not keep it. */
export function createDataKey(id: number, secret: Buffer): DataKey {
  if (secret.length !== DEK_BYTES) throw new RangeError('a data key has 32 bytes');
  const subkeys: Subkeys = {};
  let isWiped = false;
  const aesKey = () => (subkeys.aes ??= deriveKey('sha256', secret, ['fe1', 'aes-256-gcm']));
  const gmKeys = () => ({
    sm4: (subkeys.sm4 ??= deriveKey('sm3', secret, ['fe1', 'sm4-ctr'], SM4_KEY_BYTES)),
    sm3: (subkeys.sm3 ??= deriveKey('sm3', secret, ['fe1', 'hmac-sm3'], SM3_MAC_KEY_BYTES)),
  });
  return {
    id,
    seal(alg, aad, plain) {
      if (isWiped) throw new AppError('crypto.key_missing');
      if (isTooLarge(plain)) throw new AppError('request.too_large');
      return alg === 1 ? sealAes(aesKey(), id, aad, plain) : sealGm(gmKeys(), id, aad, plain);
    },
    open(envelope, aad) {
      if (isWiped || envelope.dekId !== id) return undefined;
      return envelope.alg === 1 ? openAes(aesKey(), envelope, aad) : openGm(gmKeys(), envelope, aad);
    },
    derive(info) {
      if (isWiped) throw new AppError('crypto.key_missing');
      return deriveKey('sha256', secret, info);
    },
    wipe() {
      isWiped = true;
      for (const key of [secret, subkeys.aes, subkeys.sm4, subkeys.sm3]) key?.fill(0);
    },
  };
}

function isTooLarge(plain: string | Buffer): boolean {
  // A UTF-16 unit takes at most three bytes of UTF-8, so short texts need not be measured.
  if (typeof plain === 'string' && plain.length * 3 <= PLAIN_BYTES_MAX) return false;
  return Buffer.byteLength(plain) > PLAIN_BYTES_MAX;
}

function sealAes(key: Buffer, dekId: number, aad: Buffer, plain: string | Buffer): Buffer {
  const { iv: ivBytes, tag: tagBytes } = ALG_SIZES[1];
  const plainBytes = Buffer.byteLength(plain);
  const bodyStart = ENVELOPE_HEADER_BYTES + ivBytes;
  // Short texts come from the shared pool: an envelope holds no secret, and a buffer of its own costs more to collect.
  const out = Buffer.allocUnsafe(bodyStart + plainBytes + tagBytes);
  writeHeader(out, 1, dekId);
  fillIv(out, ENVELOPE_HEADER_BYTES, ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, out.subarray(ENVELOPE_HEADER_BYTES, bodyStart), GCM);
  cipher.setAAD(aad);
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  cipher.final();
  body.copy(out, bodyStart);
  release(body);
  cipher.getAuthTag().copy(out, bodyStart + plainBytes);
  return out;
}

function openAes(key: Buffer, envelope: ParsedEnvelope, aad: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, envelope.iv, GCM);
  decipher.setAAD(aad);
  decipher.setAuthTag(envelope.tag);
  const plain = decipher.update(envelope.ciphertext);
  try {
    decipher.final();
  } catch {
    // The only failure `final` has in this mode is a tag that does not fit; callers must not learn more.
    plain.fill(0);
    return undefined;
  }
  return plain;
}

interface GmKeys {
  sm4: Buffer;
  sm3: Buffer;
}

function sealGm(keys: GmKeys, dekId: number, aad: Buffer, plain: string | Buffer): Buffer {
  const { iv: ivBytes, tag: tagBytes } = ALG_SIZES[2];
  const plainBytes = Buffer.byteLength(plain);
  const bodyStart = ENVELOPE_HEADER_BYTES + ivBytes;
  const out = Buffer.allocUnsafeSlow(bodyStart + plainBytes + tagBytes);
  writeHeader(out, 2, dekId);
  fillIv(out, ENVELOPE_HEADER_BYTES, ivBytes);
  const cipher = createCipheriv('sm4-ctr', keys.sm4, out.subarray(ENVELOPE_HEADER_BYTES, bodyStart));
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  cipher.final();
  body.copy(out, bodyStart);
  release(body);
  gmTag(keys.sm3, out.subarray(0, bodyStart + plainBytes), aad).copy(out, bodyStart + plainBytes);
  return out;
}

function openGm(keys: GmKeys, envelope: ParsedEnvelope, aad: Buffer): Buffer | undefined {
  const { header, iv, ciphertext, tag } = envelope;
  const mac = createHmac('sm3', keys.sm3);
  macStart(mac, header, aad);
  const expected = mac.update(iv).update(ciphertext).digest();
  if (!timingSafeEqual(expected, tag)) return undefined;
  return createDecipheriv('sm4-ctr', keys.sm4, iv).update(ciphertext);
}

/** HMAC-SM3 over header, length of the authenticated data (4 bytes), authenticated data, iv, ciphertext. */
function gmTag(key: Buffer, headerIvBody: Buffer, aad: Buffer): Buffer {
  const mac = createHmac('sm3', key);
  macStart(mac, headerIvBody.subarray(0, ENVELOPE_HEADER_BYTES), aad);
  return mac.update(headerIvBody.subarray(ENVELOPE_HEADER_BYTES)).digest();
}

function macStart(mac: ReturnType<typeof createHmac>, header: Buffer, aad: Buffer): void {
  const aadLength = Buffer.allocUnsafe(4);
  aadLength.writeUInt32BE(aad.length);
  mac.update(header).update(aadLength).update(aad);
}
