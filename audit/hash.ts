import { hash } from 'node:crypto';

/** Bytes of a SHA-256 digest. */
export const HASH_BYTES = 32;

const LEAF_PREFIX = '\0';
const NODE_PREFIX = 0x01;
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES);
nodeInput[0] = NODE_PREFIX;

/** A hash as 32 characters, one for each byte: half as dear as a buffer where millions are made and thrown away. */
export type HashText = string;

/** Stands where a hash is missing. */
export const NO_HASH_TEXT: HashText = '\0'.repeat(HASH_BYTES);

/** SHA-256 of bytes, or of a text's UTF-8. */
export function sha256(data: Buffer | string): Buffer {
  return hash('sha256', data, 'buffer');
}

/** Leaf hash SHA-256(0x00 ‖ body) of RFC 9162 §2.1.1 over the UTF-8 bytes of `body`. */
export function leafHash(body: string): Buffer {
  return hash('sha256', LEAF_PREFIX + body, 'buffer');
}

/** Leaf hash over bytes as they stand in a file. */
export function leafHashOfBytes(body: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(0), body]), 'buffer');
}

/** Inner node SHA-256(0x01 ‖ left ‖ right) of RFC 9162 §2.1.1. */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  left.copy(nodeInput, 1);
  right.copy(nodeInput, 1 + HASH_BYTES);
  return hash('sha256', nodeInput, 'buffer');
}

/** Leaf hash of an entry that a zero byte precedes: nothing is copied. */
export function leafTextOf(prefixed: Buffer): HashText {
  return hash('sha256', prefixed, 'binary');
}

/** A hash as characters. */
export function hashTextOf(bytes: Buffer): HashText {
  return bytes.toString('latin1');
}

/** The bytes of a hash that is kept as characters. */
export function hashBytesOf(text: HashText): Buffer {
  return Buffer.from(text, 'latin1');
}

/** `nodeHash` over characters. */
export function nodeTextOf(left: HashText, right: HashText): HashText {
  nodeInput.write(left, 1, 'latin1');
  nodeInput.write(right, 1 + HASH_BYTES, 'latin1');
  return hash('sha256', nodeInput, 'binary');
}
