import { hash } from 'node:crypto';

/** Bytes of a SHA-256 digest. */
export const HASH_BYTES = 32;

const LEAF_PREFIX = '\0';
const NODE_PREFIX = 0x01;
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES);
nodeInput[0] = NODE_PREFIX;

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
