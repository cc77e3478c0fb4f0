import { AppError } from '../../kernel/index.ts';
import type { Crypto, Dek } from '../crypto/index.ts';
import type { ByteRange } from '../http/index.ts';
import { release } from '../memory/index.ts';
import { DatabaseConflict, type Db, type Statement } from '../persistence/index.ts';
import type { ByteSource } from './byte-source.ts';
import { FILE_LIMITS } from './limits.ts';
import type { StoredFileRow } from './stored-file.entity.ts';
import { CHUNK_BODY, CHUNK_INSERT, listChunks, type ChunkPlace } from './stored-file.repo.ts';

/** What reading and writing contents needs. */
export interface ContentDeps {
  crypto: Crypto;
  read<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** The one value of bytes that a statement gives, in memory of its own. */
  readBytes<P, R>(statement: Statement<P, R>, params: P): Promise<Buffer | undefined>;
  /**
   * One statement on a connection of its own. Pieces are written outside units of work: they mean nothing before
   * the unit that finishes the file, which has its entry in the trail.
   */
  write<P>(statement: Statement<P, never>, params: P): Promise<number>;
}

/** Where the sealed bytes of a piece stand; binds them to their file and their place in it. */
function cellOf(fileId: string, chunkNo: number) {
  return { table: 'stored_file_chunk', column: 'body_enc', rowId: `${fileId}/${chunkNo}` };
}

/** The key a file is sealed with: its requester's, or the installation's. */
export function keyOf(crypto: Crypto, dekId: number): Promise<Dek> {
  return dekId === crypto.installation.id ? Promise.resolve(crypto.installation) : crypto.dek(dekId);
}

/** Bytes received so far, without gaps. */
export function receivedBytes(places: readonly ChunkPlace[]): number {
  const last = places.at(-1);
  return last === undefined ? 0 : last.startOffset + last.sizeBytes;
}

/** Opens a content for reading: its pieces are found once, each is fetched and opened when its turn comes. */
export async function openContent(deps: ContentDeps, row: StoredFileRow): Promise<ByteSource> {
  const places = await deps.read((db) => listChunks(db, row.id));
  if (receivedBytes(places) !== row.sizeBytes) throw new AppError('file.incomplete');
  let kept: { chunkNo: number; bytes: Buffer } | undefined;
  const fetch = async ({ chunkNo, sizeBytes }: ChunkPlace): Promise<Buffer> => {
    const envelope = await deps.readBytes(CHUNK_BODY, { fileId: row.id, chunkNo });
    if (envelope === undefined) throw new AppError('request.not_found');
    const bytes = await deps.crypto.openBytes(cellOf(row.id, chunkNo), envelope);
    release(envelope);
    if (bytes.length !== sizeBytes) throw new AppError('crypto.auth_failed');
    return bytes;
  };
  return {
    sizeBytes: row.sizeBytes,
    async *read(range) {
      for (const { place, first, end } of partsOf(places, range)) {
        // Archives are read in small parts that lie close together.
        if (kept?.chunkNo !== place.chunkNo) kept = { chunkNo: place.chunkNo, bytes: await fetch(place) };
        yield kept.bytes.subarray(first, end);
      }
    },
    async *pass(range) {
      for (const { place, first, end } of partsOf(places, range)) {
        const bytes = await fetch(place);
        yield bytes.subarray(first, end);
        release(bytes);
      }
    },
  };
}

/** Which part of which pieces a range is. */
function* partsOf(places: readonly ChunkPlace[], { first, last }: ByteRange) {
  for (const place of places) {
    const { startOffset, sizeBytes } = place;
    if (startOffset + sizeBytes <= first || startOffset > last) continue;
    const end = Math.min(sizeBytes, last + 1 - startOffset);
    yield { place, first: Math.max(0, first - startOffset), end };
  }
}

/** Appends to a content in sealed pieces of 1 MiB. */
export interface ContentWriter {
  /** Takes bytes; writes whenever a piece is full. Throws `file.offset_wrong` when somebody else wrote here. */
  write(bytes: Buffer): Promise<void>;
  /** Writes the rest: everything, or only whole steps of 64 KiB when more will follow. Gives the size reached. */
  flush(all: boolean): Promise<number>;
  /** Gives the memory back; nothing can be written any more. */
  close(): void;
}

/** Begins to write behind what is there. The buffer is used again for each piece. */
export function writeContent(
  deps: ContentDeps,
  file: { id: string; dek: Dek },
  from: { chunkNo: number; offset: number },
): ContentWriter {
  let { chunkNo, offset } = from;
  const buffer = Buffer.allocUnsafeSlow(FILE_LIMITS.chunkBytesMax);
  let filled = 0;

  async function put(length: number): Promise<void> {
    const bodyEnc = file.dek.seal(cellOf(file.id, chunkNo), buffer.subarray(0, length));
    try {
      const place = { fileId: file.id, chunkNo, startOffset: offset, sizeBytes: length };
      await deps.write(CHUNK_INSERT, { ...place, bodyEnc });
    } catch (error) {
      if (!(error instanceof DatabaseConflict)) throw error;
      // Another request was faster, or the upload was thrown away meanwhile.
      throw new AppError(error.kind === 'unique' ? 'file.offset_wrong' : 'request.not_found', {
        cause: error,
      });
    }
    // Only now: a connection that broke may still hold what it could not send.
    release(bodyEnc);
    chunkNo += 1;
    offset += length;
    buffer.copyWithin(0, length, filled);
    filled -= length;
  }

  return {
    async write(bytes) {
      let taken = 0;
      while (taken < bytes.length) {
        const copied = bytes.copy(buffer, filled, taken);
        filled += copied;
        taken += copied;
        if (filled === buffer.length) await put(filled);
      }
    },
    async flush(all) {
      const length = all ? filled : filled - (filled % FILE_LIMITS.chunkStepBytes);
      if (length > 0) await put(length);
      return offset;
    },
    close: () => release(buffer),
  };
}
