/**
 * The form of a sealed value: `0xE1 | alg | dek id (4, big-endian) | iv | ciphertext | tag`. Everything before the
 * ciphertext is authenticated, together with the place the value stands in.
 */

/** First byte of every envelope; the CHECK of a sealed column looks for it. */
export const ENVELOPE_MAGIC = 0xe1;
/** Bytes before the initialisation vector. */
export const ENVELOPE_HEADER_BYTES = 6;
/** Largest plain value: 1 MiB. Larger things are files, sealed in chunks. */
export const PLAIN_BYTES_MAX = 1024 * 1024;
/** Data key ids are 1 to 2^32 - 1, because an envelope has four bytes for them. */
export const DEK_ID_MAX = 0xffff_ffff;

/** 1 = AES-256-GCM (NIST SP 800-38D), 2 = SM4-CTR then HMAC-SM3 (GB/T 32907, GB/T 32905). */
export type Alg = 1 | 2;
/** Which algorithms a site writes; both are always readable, so that a site changes over while serving. */
export type Suite = 'intl' | 'gm';

/** The algorithm each suite writes with. */
export const SUITE_ALG: Record<Suite, Alg> = { intl: 1, gm: 2 };
/** Bytes of initialisation vector and tag of each algorithm. */
export const ALG_SIZES: Record<Alg, { iv: number; tag: number }> = {
  1: { iv: 12, tag: 16 },
  2: { iv: 16, tag: 32 },
};

/** Where a sealed value stands: logical snake_case names and the id of its row. Part of the authenticated data. */
export interface Cell {
  table: string;
  column: string;
  rowId: string;
}

/** An envelope taken apart; views of the given bytes, not copies. */
export interface ParsedEnvelope {
  alg: Alg;
  dekId: number;
  header: Buffer;
  iv: Buffer;
  ciphertext: Buffer;
  tag: Buffer;
}

/** Takes an envelope apart; undefined when the bytes cannot be one: wrong first byte, algorithm, or length. */
export function parseEnvelope(bytes: Buffer): ParsedEnvelope | undefined {
  if (bytes.length < ENVELOPE_HEADER_BYTES || bytes[0] !== ENVELOPE_MAGIC) return undefined;
  const alg = bytes[1];
  if (alg !== 1 && alg !== 2) return undefined;
  const { iv, tag } = ALG_SIZES[alg];
  const plainBytes = bytes.length - ENVELOPE_HEADER_BYTES - iv - tag;
  if (plainBytes < 0 || plainBytes > PLAIN_BYTES_MAX) return undefined;
  const bodyStart = ENVELOPE_HEADER_BYTES + iv;
  const tagStart = bytes.length - tag;
  return {
    alg,
    dekId: bytes.readUInt32BE(2),
    header: bytes.subarray(0, ENVELOPE_HEADER_BYTES),
    iv: bytes.subarray(ENVELOPE_HEADER_BYTES, bodyStart),
    ciphertext: bytes.subarray(bodyStart, tagStart),
    tag: bytes.subarray(tagStart),
  };
}

/** Writes the six leading bytes of an envelope into `target`. */
export function writeHeader(target: Buffer, alg: Alg, dekId: number): void {
  target[0] = ENVELOPE_MAGIC;
  target[1] = alg;
  target.writeUInt32BE(dekId, 2);
}
