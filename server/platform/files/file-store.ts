import { AppError, type Clock, type Ids, type RecordClass } from '../../kernel/index.ts';
import { sha256 as hashOf, type Crypto } from '../crypto/index.ts';
import { release } from '../memory/index.ts';
import {
  DatabaseConflict,
  type Db,
  type Tx,
  type UnitContext,
  type UnitOfWork,
} from '../persistence/index.ts';
import type { ByteSource } from './byte-source.ts';
import { keyOf, openContent, receivedBytes, writeContent, type ContentDeps } from './content.ts';
import { cleanFileName, extensionOf } from './file-name.ts';
import { inspect, type Inspected } from './inspect.ts';
import { FILE_LIMITS } from './limits.ts';
import { KNOWN_TYPES } from './media-types.ts';
import type { FileOwnerType, FileState, StoredFileRow } from './stored-file.entity.ts';
import {
  countOfCreator,
  countOfOwner,
  FILE_INSERT,
  filesOfOwner,
  findFile,
  findFiles,
  finishFile,
  listChunks,
  referFiles,
  removeFiles,
} from './stored-file.repo.ts';

const HOUR_MS = 60 * 60_000;
const CONTENT = 'stored_file.content';

/** What is known of a file; its name is open, so whoever shows it to an agent masks it. */
export interface FileInfo {
  id: string;
  owner: { type: FileOwnerType; id: string };
  requesterId: string | null;
  name: string;
  sizeBytes: number;
  /** By content; null while receiving. */
  type: string | null;
  state: FileState;
  thumbnailId: string | null;
  /** What the file hangs on inside its owner: a comment. */
  referenceId: string | null;
  creatorId: string;
  createdAt: Date;
}

/** What a new file belongs to and whose key seals it. */
export interface FileOwner {
  owner: { type: FileOwnerType; id: string };
  /** Null for what belongs to nobody in particular: then the installation's key seals it. */
  requester: { id: string; dekId: number } | null;
  recordClass: RecordClass;
}

/** What is asked for before the first byte. */
export interface UploadRequest extends FileOwner {
  /** Chosen by the sender, so that beginning again is no second upload. */
  id: string;
  name: string;
  sizeBytes: number;
}

/** A running upload and the one who sends it; nobody else may touch it. */
export interface UploadOf {
  id: string;
  by: string;
}

/** A file that the server writes itself. */
export interface CreatedFile {
  write(bytes: Buffer): Promise<void>;
  /** Ends the file and records `file.create`; from now on it can be read. */
  close(): Promise<FileInfo>;
  /** Throws away what was written. */
  abort(): Promise<void>;
}

interface StoreDeps extends ContentDeps {
  crypto: Crypto;
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  /** Groups of types that may be uploaded. */
  groups: readonly string[];
  /** Told after the commit that a file waits for its check. */
  onWaiting(): void;
}

/** Encrypted files in the database, the same from every process. Who may do what is decided by the owner's module. */
export class FileStore {
  readonly #deps: StoreDeps;

  constructor(deps: StoreDeps) {
    this.#deps = deps;
  }

  /**
   * Begins an upload, or finds the one begun under this id; gives the bytes received so far. Throws `file.empty`,
   * `file.too_large`, `file.limit`, and `file.id_reused` for the id of another file. Records `file.begin`.
   */
  async begin(tx: Tx, request: UploadRequest): Promise<{ receivedBytes: number; info: FileInfo }> {
    if (request.sizeBytes === 0) throw new AppError('file.empty');
    if (request.sizeBytes > FILE_LIMITS.fileBytesMax) throw new AppError('file.too_large');
    const name = cleanFileName(request.name);
    const known = await findFile(tx, request.id);
    if (known !== undefined) return this.#resume(tx, known, { ...request, name });
    await this.#assertRoom(tx, request.owner);
    const row = await this.#newRow(tx.context, { ...request, name });
    try {
      await tx.run(FILE_INSERT, row);
    } catch (cause) {
      if (!(cause instanceof DatabaseConflict)) throw cause;
      // The same beginning twice at the same moment: the later one asks again.
      throw new AppError('server.busy', { cause });
    }
    tx.record({ action: 'file.begin', outcome: 'ok', ...traceOf(row) });
    return { receivedBytes: 0, info: await this.#present(row) };
  }

  /**
   * Writes bytes behind what is there. What arrived before a cut stays, in whole steps of 64 KiB. Gives the bytes
   * received in all; the pieces of `stream` are used up. Throws `file.offset_wrong`, `request.too_large` beyond the announced size, `file.state_refused`.
   */
  async write({ id, by }: UploadOf, offset: number, stream: AsyncIterable<Buffer>): Promise<number> {
    const { crypto, read } = this.#deps;
    const row = await this.#find(id, by);
    if (row.state !== 'receiving') throw new AppError('file.state_refused');
    const places = await read((db) => listChunks(db, id));
    const received = receivedBytes(places);
    if (offset !== received)
      throw new AppError('file.offset_wrong', { details: { receivedBytes: received } });
    const dek = await keyOf(crypto, row.dekId);
    const writer = writeContent(this.#deps, { id, dek }, { chunkNo: places.length, offset });
    let end = offset;
    try {
      for await (const piece of stream) {
        end += piece.length;
        if (end > row.sizeBytes) throw new AppError('request.too_large');
        await writer.write(piece);
        release(piece);
      }
      return await writer.flush(end === row.sizeBytes);
    } catch (error) {
      // A cut keeps what came; whoever sends too much has announced another file.
      if (error instanceof AppError && error.code === 'request.invalid') await writer.flush(false);
      throw error;
    } finally {
      writer.close();
    }
  }

  /** Bytes received of an upload, for whoever comes back to it. */
  async received(db: Db, id: string): Promise<number> {
    return receivedBytes(await listChunks(db, id));
  }

  /**
   * Reads what was received from end to end and tells what it is; long, so it runs before the unit of work that
   * finishes the file. Throws `file.incomplete` and everything that `inspect` refuses.
   */
  async examine({ id, by }: UploadOf, sha256: string): Promise<Inspected> {
    const row = await this.#find(id, by);
    if (row.state !== 'receiving') {
      // Finishing again: the same content is the same file.
      const hashes = this.#deps.crypto.blindIndexes(CONTENT, hashOf(sha256).toString('hex'));
      if (!hashes.some((hash) => hash.equals(row.contentBix ?? Buffer.alloc(0))))
        throw new AppError('file.state_refused');
      return { mediaType: row.mediaType ?? '', sha256, isThumbnailWanted: row.isThumbnailWanted };
    }
    const received = await this.#deps.read((db) => this.received(db, id));
    if (received !== row.sizeBytes) {
      throw new AppError('file.incomplete', { details: { receivedBytes: received } });
    }
    const source = await openContent(this.#deps, row);
    return inspect(source, { name: await this.#nameOf(row), sha256, groups: this.#deps.groups });
  }

  /** Ends receiving; the file then waits for its check. Doing it again changes nothing. Records `file.upload`. */
  async finish(tx: Tx, id: string, inspected: Inspected): Promise<FileInfo> {
    const row = await this.#get(tx, id);
    if (row.state !== 'receiving') return this.#present(row);
    const { mediaType, isThumbnailWanted } = inspected;
    const finished = {
      ...{ id, sizeBytes: row.sizeBytes, mediaType, isThumbnailWanted },
      contentBix: this.#contentBix(inspected.sha256),
      state: 'waiting' as const,
    };
    if (await finishFile(tx, { ...finished, at: this.#deps.clock.now() })) {
      tx.record({
        action: 'file.upload',
        outcome: 'ok',
        ...traceOf(row),
        details: { type: mediaType, sizeBytes: row.sizeBytes },
      });
      tx.afterCommit(() => this.#deps.onWaiting());
    }
    return this.#present(await this.#get(tx, id));
  }

  /** What is known of a file; throws `request.not_found`. */
  async info(db: Db, id: string): Promise<FileInfo> {
    return this.#present(await this.#get(db, id));
  }

  /** What is known of files, by id; absent ones are missing. At most 500 ids. */
  async infos(db: Db, ids: readonly string[]): Promise<Map<string, FileInfo>> {
    const rows = await findFiles(db, ids);
    const infos = await this.#presentAll(rows);
    return new Map(infos.map((info) => [info.id, info]));
  }

  /** Finished files of an owner, oldest first. */
  async ofOwner(db: Db, owner: FileOwner['owner']): Promise<FileInfo[]> {
    const rows = await filesOfOwner(db, owner, FILE_LIMITS.filesPerOwnerMax);
    return this.#presentAll(rows.filter(({ state }) => state !== 'receiving'));
  }

  /** Hangs finished files of an owner on something inside it, all or none. Throws `request.not_found`. */
  async refer(tx: Tx, owner: FileOwner['owner'], referenceId: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const count = await referFiles(tx, owner, referenceId, ids);
    if (count !== new Set(ids).size) throw new AppError('request.not_found');
  }

  /** The content of a checked file. Throws `file.waiting`, `file.quarantined`, `request.not_found`. */
  async content(db: Db, id: string): Promise<{ info: FileInfo; source: ByteSource }> {
    const row = await this.#get(db, id);
    if (row.state === 'quarantined') throw new AppError('file.quarantined');
    if (row.state !== 'ready') throw new AppError('file.waiting');
    return { info: await this.#present(row), source: await openContent(this.#deps, row) };
  }

  /** The content of a file in any state, for the checker alone. */
  async unchecked(id: string): Promise<{ row: StoredFileRow; source: ByteSource }> {
    const row = await this.#find(id);
    return { row, source: await openContent(this.#deps, row) };
  }

  /** Removes files, their pieces, and their thumbnails; the caller records why. Gives how many there were. */
  remove(tx: Tx, ids: readonly string[]): Promise<number> {
    return removeFiles(tx, ids);
  }

  /** Writes a file of the server's own making (an export, a thumbnail): no check, the type as given. */
  async create(context: UnitContext, file: FileOwner & { name: string; type: string }): Promise<CreatedFile> {
    const { uow, clock, crypto, write } = this.#deps;
    const id = this.#deps.ids.next();
    const name = cleanFileName(file.name);
    const row = await this.#newRow(context, { ...file, id, name, sizeBytes: 0 });
    await write(FILE_INSERT, row);
    const dek = await keyOf(crypto, row.dekId);
    const writer = writeContent(this.#deps, { id, dek }, { chunkNo: 0, offset: 0 });
    const { type: mediaType } = file;
    return {
      write: (bytes) => writer.write(bytes),
      close: async () => {
        const sizeBytes = await writer.flush(true);
        return uow.run(context, async (tx) => {
          const contentBix = this.#contentBix(id);
          const finished = { id, sizeBytes, mediaType, contentBix, isThumbnailWanted: false };
          if (!(await finishFile(tx, { ...finished, state: 'ready', at: clock.now() })))
            throw new AppError('file.state_refused');
          tx.record({ action: 'file.create', outcome: 'ok', ...traceOf(row), details: { sizeBytes } });
          return this.info(tx, id);
        });
      },
      abort: () =>
        uow.run(context, async (tx) => {
          await removeFiles(tx, [id]);
          tx.record({ action: 'file.remove', outcome: 'ok', reason: 'aborted', ...traceOf(row) });
        }),
    };
  }

  async #resume(
    tx: Tx,
    row: StoredFileRow,
    request: UploadRequest,
  ): Promise<{ receivedBytes: number; info: FileInfo }> {
    const isSame =
      row.creatorId === tx.context.actor.id &&
      row.ownerType === request.owner.type &&
      row.ownerId === request.owner.id &&
      row.sizeBytes === request.sizeBytes &&
      (await this.#nameOf(row)) === request.name;
    if (!isSame) throw new AppError('file.id_reused');
    return { receivedBytes: await this.received(tx, row.id), info: await this.#present(row) };
  }

  async #assertRoom(tx: Tx, owner: FileOwner['owner']): Promise<void> {
    const { filesPerOwnerMax, filesPerCreatorHourMax } = FILE_LIMITS;
    if ((await countOfOwner(tx, owner)) >= filesPerOwnerMax) {
      throw new AppError('file.limit', { details: { limit: 'owner', max: filesPerOwnerMax } });
    }
    const hourAgo = new Date(this.#deps.clock.now().getTime() - HOUR_MS);
    if ((await countOfCreator(tx, tx.context.actor.id, hourAgo)) >= filesPerCreatorHourMax) {
      throw new AppError('file.limit', { details: { limit: 'hour', max: filesPerCreatorHourMax } });
    }
  }

  async #newRow(
    { actor }: UnitContext,
    file: FileOwner & { id: string; name: string; sizeBytes: number },
  ): Promise<StoredFileRow> {
    const { crypto, clock } = this.#deps;
    const dek = await keyOf(crypto, file.requester?.dekId ?? crypto.installation.id);
    return {
      id: file.id,
      ownerType: file.owner.type,
      ownerId: file.owner.id,
      requesterId: file.requester?.id ?? null,
      dekId: dek.id,
      recordClass: file.recordClass,
      creatorType: actor.type,
      creatorId: actor.id,
      nameEnc: dek.seal(nameCell(file.id), file.name),
      sizeBytes: file.sizeBytes,
      mediaType: null,
      contentBix: null,
      state: 'receiving',
      isThumbnailWanted: false,
      thumbnailId: null,
      referenceId: null,
      createdAt: clock.now(),
      finishedAt: null,
      checkAttempts: 0,
      checkAfter: null,
    };
  }

  #contentBix(sha256: string): Buffer {
    return this.#deps.crypto.blindIndex(CONTENT, hashOf(sha256).toString('hex'));
  }

  async #find(id: string, creatorId?: string): Promise<StoredFileRow> {
    const row = await this.#deps.read((db) => this.#get(db, id));
    if (creatorId !== undefined && row.creatorId !== creatorId) throw new AppError('request.not_found');
    return row;
  }

  async #get(db: Db, id: string): Promise<StoredFileRow> {
    const row = await findFile(db, id);
    if (row === undefined) throw new AppError('request.not_found');
    return row;
  }

  #nameOf(row: StoredFileRow): Promise<string> {
    return this.#deps.crypto.open(nameCell(row.id), row.nameEnc);
  }

  async #present(row: StoredFileRow): Promise<FileInfo> {
    const [info] = await this.#presentAll([row]);
    return info as FileInfo;
  }

  async #presentAll(rows: readonly StoredFileRow[]): Promise<FileInfo[]> {
    const names = await this.#deps.crypto.openMany(
      rows.map(({ id, nameEnc }) => ({ cell: nameCell(id), envelope: nameEnc })),
    );
    return rows.map((row, index) => {
      const opened = names[index];
      return presentFile(row, opened?.ok === true ? opened.text : '');
    });
  }
}

function nameCell(id: string) {
  return { table: 'stored_file', column: 'name_enc', rowId: id };
}

/** What the trail says of a file: ids alone. */
export function traceOf(row: Pick<StoredFileRow, 'id' | 'requesterId'>) {
  return {
    target: { type: 'file', id: row.id },
    ...(row.requesterId === null ? {} : { customer: row.requesterId }),
  };
}

function presentFile(row: StoredFileRow, name: string): FileInfo {
  const extension = KNOWN_TYPES[row.mediaType ?? '']?.extensions[0];
  const isBare = extension !== undefined && extensionOf(name) === '';
  return {
    id: row.id,
    owner: { type: row.ownerType as FileOwnerType, id: row.ownerId },
    requesterId: row.requesterId,
    // A pasted picture has a name without an end; the person who saves it needs one.
    name: isBare ? `${name}.${extension}` : name,
    sizeBytes: row.sizeBytes,
    type: row.mediaType,
    state: row.state as FileState,
    thumbnailId: row.thumbnailId,
    referenceId: row.referenceId,
    creatorId: row.creatorId,
    createdAt: row.createdAt,
  };
}
