import { col, defineEntity, type RowOf } from '../persistence/index.ts';

/** What a file belongs to. The owner's module decides who may read it; `file` is a thumbnail of another file. */
export type FileOwnerType = 'conversation' | 'ticket' | 'export' | 'brand' | 'file' | 'case';

/**
 * `receiving` until its bytes are complete and verified, `waiting` until it has been checked, then `ready` or
 * `quarantined`. Only a ready file can be read by anybody.
 */
export type FileState = 'receiving' | 'waiting' | 'ready' | 'quarantined';

/** A file without its content. `FILE` is a reserved word of Oracle, hence the name. */
export const storedFileEntity = defineEntity(
  'stored_file',
  {
    id: col.uuid(),
    ownerType: col.text(20),
    ownerId: col.uuid(),
    requesterId: col.uuid().optional(),
    dekId: col.int(),
    recordClass: col.text(20),
    creatorType: col.text(20),
    creatorId: col.text(64),
    nameEnc: col.sealed({ class: 'C2', scope: 'requester' }),
    sizeBytes: col.int(),
    mediaType: col.text(100).optional(),
    contentBix: col.bytes(8).optional(),
    state: col.text(20),
    isThumbnailWanted: col.flag(),
    thumbnailId: col.uuid().optional(),
    referenceId: col.uuid().optional(),
    createdAt: col.instant(),
    finishedAt: col.instant().optional(),
    checkAttempts: col.int(),
    checkAfter: col.instant().optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `stored_file`. */
export type StoredFileRow = RowOf<typeof storedFileEntity>;

/** A piece of a content: whole steps of 64 KiB up to 1 MiB, the last one as long as it happens to be. */
export const storedFileChunkEntity = defineEntity(
  'stored_file_chunk',
  {
    fileId: col.uuid(),
    chunkNo: col.int(),
    startOffset: col.int(),
    sizeBytes: col.int(),
    bodyEnc: col.sealed({ class: 'C2', scope: 'requester' }),
  },
  { primaryKey: ['fileId', 'chunkNo'] },
);
