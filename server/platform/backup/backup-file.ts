import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { StartError } from '../../kernel/index.ts';
import {
  BACKUP_CHUNK_EXTRA_BYTES,
  backupKeyId,
  createSha256,
  fileKeyFor,
  fileKeyOf,
  openChunk,
  sealChunk,
  sha256,
} from '../crypto/index.ts';

/** What stands in clear at the head of a backup: enough to know whether one can restore it, and nothing of what is in it. */
export interface BackupHeader {
  format: 1;
  mode: 'logical';
  productVersion: string;
  /** The newest step of the schema. */
  schemaStep: string;
  dialect: 'postgres' | 'oracle';
  arch: string;
  installationId: string;
  createdAt: string;
  chunkBytes: number;
  /** Which backup key reads it, and the public half of the key that was made for this file. */
  keyId: string;
  ephemeral: string;
}

const MAGIC = Buffer.from('VDBACKUP', 'latin1');
const LENGTH_BYTES = 4;
const DIGEST_BYTES = 32;
const HEADER_BYTES_MAX = 64 * 1024;
/** Plain bytes of a chunk. */
export const BACKUP_CHUNK_BYTES = 1024 * 1024;
/** Chunks of a file; the counter of the nonce has 32 bits. */
const CHUNKS_MAX = 2 ** 32 - 1;
/** In front of the last chunk; no chunk is as long. */
const LAST_FLAG = 0x8000_0000;
const READ_BYTES = 1024 * 1024;

/** The fault of a file that is not whole, or no backup; the command line ends with 50. */
export function backupDamaged(why: string): StartError {
  return new StartError({
    code: 'backup.damaged',
    sentence: `The backup is damaged: ${why}.`,
    remedy: 'Use another one; nothing was changed.',
  });
}

/** Writes a backup chunk by chunk. Nobody sees the file under its name before it is whole and on the disk. */
export class BackupFileWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #key: Buffer;
  readonly #header: Buffer;
  readonly #digest = createSha256();
  #pieces: Buffer[] = [];
  #waiting = 0;
  #index = 0;
  #bytes = 0;

  private constructor(path: string, file: FileHandle, made: { key: Buffer; header: Buffer }) {
    this.#path = path;
    this.#file = file;
    this.#key = made.key;
    this.#header = sha256(made.header);
  }

  /** Begins one at `path`, which must be free: throws the StartError `backup.exists`. */
  static async open(
    path: string,
    publicKey: Buffer,
    about: Omit<BackupHeader, 'format' | 'mode' | 'chunkBytes' | 'keyId' | 'ephemeral'>,
  ): Promise<BackupFileWriter> {
    const taken = await open(path, 'r').catch(() => undefined);
    await taken?.close();
    if (taken !== undefined) {
      throw new StartError({
        code: 'backup.exists',
        sentence: `There is a file ${path} already.`,
        remedy: 'Give another name; it was left as it is.',
      });
    }
    const { key, ephemeral } = fileKeyFor(publicKey);
    const header: BackupHeader = {
      ...{ format: 1, mode: 'logical', ...about, chunkBytes: BACKUP_CHUNK_BYTES },
      ...{ keyId: backupKeyId(publicKey), ephemeral: ephemeral.toString('hex') },
    };
    const json = Buffer.from(JSON.stringify(header));
    const file = await open(`${path}.part`, 'w', 0o600);
    const writer = new BackupFileWriter(path, file, { key, header: json });
    await writer.#put(Buffer.concat([MAGIC, uint32(json.length), json]));
    return writer;
  }

  /** Bytes on the disk so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a line. */
  async line(value: unknown): Promise<void> {
    const piece = Buffer.from(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
    this.#pieces.push(piece);
    this.#waiting += piece.length;
    if (this.#waiting > BACKUP_CHUNK_BYTES) await this.#flush(false);
  }

  /** Seals the last chunk, and puts the file in its place. */
  async finish(): Promise<void> {
    await this.#flush(true);
    const digest = this.#digest.digest();
    await this.#file.writeFile(digest);
    this.#bytes += digest.length;
    await this.#file.sync();
    await this.#file.close();
    this.#key.fill(0);
    await rename(`${this.#path}.part`, this.#path);
  }

  /** Takes away what was begun. */
  async abandon(): Promise<void> {
    this.#key.fill(0);
    await this.#file.close().catch(() => undefined);
    await rm(`${this.#path}.part`, { force: true });
  }

  async #flush(isEnd: boolean): Promise<void> {
    const all = Buffer.concat(this.#pieces);
    let at = 0;
    while (all.length - at > BACKUP_CHUNK_BYTES) {
      await this.#chunk(all.subarray(at, at + BACKUP_CHUNK_BYTES), false);
      at += BACKUP_CHUNK_BYTES;
    }
    const rest = all.subarray(at);
    if (isEnd) await this.#chunk(rest, true);
    this.#pieces = isEnd ? [] : [Buffer.from(rest)];
    this.#waiting = isEnd ? 0 : rest.length;
  }

  async #chunk(plain: Buffer, isLast: boolean): Promise<void> {
    if (this.#index > CHUNKS_MAX) throw new RangeError('the backup is too large');
    const sealed = sealChunk(this.#key, { index: this.#index, isLast, header: this.#header }, plain);
    this.#index += 1;
    await this.#put(Buffer.concat([uint32(isLast ? LAST_FLAG + sealed.length : sealed.length), sealed]));
  }

  async #put(bytes: Buffer): Promise<void> {
    this.#digest.update(bytes);
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.length;
  }
}

/** Reads a backup: its header without a key, what is in it with one. */
export class BackupFileReader {
  readonly header: BackupHeader;
  readonly #file: FileHandle;
  readonly #headerDigest: Buffer;
  readonly #begin: number;
  readonly #size: number;

  private constructor(file: FileHandle, size: number, head: { header: BackupHeader; json: Buffer }) {
    this.#file = file;
    this.#size = size;
    this.header = head.header;
    this.#headerDigest = sha256(head.json);
    this.#begin = MAGIC.length + LENGTH_BYTES + head.json.length;
  }

  /** Opens a file; throws `backup.damaged` for what is no backup of this form. */
  static async open(path: string): Promise<BackupFileReader> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const lead = await readAt(file, 0, MAGIC.length + LENGTH_BYTES);
      if (!lead.subarray(0, MAGIC.length).equals(MAGIC)) throw backupDamaged('it does not begin as one');
      const length = lead.readUInt32BE(MAGIC.length);
      if (length > HEADER_BYTES_MAX) throw backupDamaged('its header is too long');
      const json = await readAt(file, lead.length, length);
      return new BackupFileReader(file, size, { header: headerOf(json), json });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Compares the digest at the end, which finds damage and a cut without a key, but no forgery. */
  async checkDigest(): Promise<void> {
    const digest = createSha256();
    const end = this.#size - DIGEST_BYTES;
    if (end <= this.#begin) throw backupDamaged('it is cut off');
    for (let at = 0; at < end; at += READ_BYTES)
      digest.update(await readAt(this.#file, at, Math.min(READ_BYTES, end - at)));
    const said = await readAt(this.#file, end, DIGEST_BYTES);
    if (!said.equals(digest.digest())) throw backupDamaged('its bytes are not those that were written');
  }

  /** Every line, each chunk checked before anything of it is given. Throws `backup.damaged`, `backup.wrong_key`. */
  async *lines(privateKey: Buffer): AsyncGenerator<string> {
    const key = this.#keyOf(privateKey);
    let rest: Buffer[] = [];
    try {
      for await (const chunk of this.#chunks(key)) {
        let from = 0;
        for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
          yield Buffer.concat([...rest, chunk.subarray(from, at)]).toString('utf8');
          [rest, from] = [[], at + 1];
        }
        if (from < chunk.length) rest.push(chunk.subarray(from));
      }
    } finally {
      key.fill(0);
    }
    if (rest.length > 0) throw backupDamaged('its last line is cut off');
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #keyOf(privateKey: Buffer): Buffer {
    const ephemeral = Buffer.from(this.header.ephemeral, 'hex');
    return fileKeyOf(privateKey, ephemeral);
  }

  async *#chunks(key: Buffer): AsyncGenerator<Buffer> {
    let at = this.#begin;
    for (let index = 0; ; index += 1) {
      const word = (await readAt(this.#file, at, LENGTH_BYTES)).readUInt32BE();
      const isLast = word >= LAST_FLAG;
      const length = isLast ? word - LAST_FLAG : word;
      if (length > BACKUP_CHUNK_BYTES + BACKUP_CHUNK_EXTRA_BYTES)
        throw backupDamaged(`chunk ${index} has no end`);
      const sealed = await readAt(this.#file, at + LENGTH_BYTES, length);
      const plain = openChunk(key, { index, isLast, header: this.#headerDigest }, sealed);
      if (plain === undefined) throw backupDamaged(`chunk ${index} is not what was written`);
      yield plain;
      at += LENGTH_BYTES + length;
      if (!isLast) continue;
      if (at !== this.#size - DIGEST_BYTES) throw backupDamaged('something stands behind its end');
      return;
    }
  }
}

function headerOf(json: Buffer): BackupHeader {
  let header: BackupHeader;
  try {
    header = JSON.parse(json.toString('utf8')) as BackupHeader;
  } catch {
    throw backupDamaged('its header cannot be read');
  }
  const isOurs = header.format === 1 && header.mode === 'logical' && /^[0-9a-f]{64}$/.test(header.ephemeral);
  if (!isOurs) throw backupDamaged('it has a form this program does not know');
  return header;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw backupDamaged('it is cut off');
    done += bytesRead;
  }
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt32BE(value);
  return bytes;
}
