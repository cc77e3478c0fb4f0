import { AppError } from '../../kernel/index.ts';
import type { ByteRange } from '../http/index.ts';

/** A content that can be read from any place. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** The bytes of a part, in order, in pieces of at most 1 MiB. */
  read(range: ByteRange): AsyncIterable<Buffer>;
  /**
   * The same for whoever needs each piece only until the next one: asking for it takes the memory of the one before,
   * so that a long content passes through in the space of one piece.
   */
  pass(range: ByteRange): AsyncIterable<Buffer>;
}

/** The bytes of a part as one buffer; throws `file.damaged` when it reaches beyond the content. */
export async function bytesAt(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  if (offset < 0 || offset + length > source.sizeBytes) throw new AppError('file.damaged');
  const pieces: Buffer[] = [];
  for await (const piece of source.read({ first: offset, last: offset + length - 1 })) pieces.push(piece);
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}
