import { HASH_BYTES } from './hash.ts';
import { decodeBase64, parseNote, type NoteSigner, type SignedNote } from './note.ts';

/**
 * A tree head: c2sp.org/tlog-checkpoint with one extension line `seal NUMBER HASH`, which binds the seal's statement
 * (the order of the leaves, holes, time, the seal before) to the signature.
 */
export interface Head {
  origin: string;
  size: number;
  root: Buffer;
  sealNo: number;
  /** SHA-256 of the seal's statement. */
  sealHash: Buffer;
}

/** A head with the note it stands in. */
export interface SignedHead extends Head {
  note: SignedNote;
}

const NUMBER_PATTERN = /^(0|[1-9][0-9]{0,15})$/;
const SEAL_LINE = /^seal ([1-9][0-9]{0,15}) ([A-Za-z0-9+/]{43}=)$/;

/** Writes a head and signs it; the whole note. */
export function signHead(head: Omit<Head, 'origin'>, signer: NoteSigner): string {
  return signer.sign(
    `${signer.name}\n${head.size}\n${head.root.toString('base64')}\n` +
      `seal ${head.sealNo} ${head.sealHash.toString('base64')}\n`,
  );
}

/** Reads a checkpoint note of this product; undefined when it is malformed. The signature is not checked here. */
export function parseHead(text: string): SignedHead | undefined {
  const note = parseNote(text);
  if (note === undefined) return undefined;
  const [origin, size, root64, seal, ...rest] = note.text.slice(0, -1).split('\n');
  const match = SEAL_LINE.exec(seal ?? '');
  const root = decodeBase64(root64 ?? '');
  const sealHash = decodeBase64(match?.[2] ?? '');
  const isHead = origin && NUMBER_PATTERN.test(size ?? '') && rest.length === 0 && match !== null;
  if (!isHead || root?.length !== HASH_BYTES || sealHash?.length !== HASH_BYTES) return undefined;
  return { origin, size: Number(size), root, sealNo: Number(match[1]), sealHash, note };
}
