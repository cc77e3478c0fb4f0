import { insert, portable, remove, select, update, type Db, type Tx } from '../persistence/index.ts';
import {
  storedFileChunkEntity,
  storedFileEntity,
  type FileOwnerType,
  type StoredFileRow,
} from './stored-file.entity.ts';

/** Inserts a file's row. */
export const FILE_INSERT = insert(storedFileEntity);
/** Inserts one piece; its primary key decides between two writers. */
export const CHUNK_INSERT = insert(storedFileChunkEntity);

const FILE_BY_ID = select(storedFileEntity, { name: 'stored_file.by_id', where: ['id'] });
const FILES_BY_IDS = select(storedFileEntity, { name: 'stored_file.by_ids', whereIn: 'id' });
const FILES_OF_OWNER = select(storedFileEntity, {
  name: 'stored_file.of_owner',
  where: ['ownerType', 'ownerId'],
  orderBy: [
    ['createdAt', 'asc'],
    ['id', 'asc'],
  ],
  limit: true,
});
const COUNT_OF_OWNER = portable<{ ownerType: string; ownerId: string }, { fileCount: number }>(
  'stored_file.count_of_owner',
  'SELECT COUNT(*) AS file_count FROM stored_file WHERE owner_type = :ownerType AND owner_id = :ownerId',
  { params: { ownerType: 'text', ownerId: 'uuid' }, result: { fileCount: 'int' } },
);
const COUNT_OF_CREATOR = portable<{ creatorId: string; after: Date }, { fileCount: number }>(
  'stored_file.count_of_creator',
  `SELECT COUNT(*) AS file_count FROM stored_file
    WHERE creator_id = :creatorId AND created_at > :after AND owner_type <> 'file'`,
  { params: { creatorId: 'text', after: 'instant' }, result: { fileCount: 'int' } },
);
const CHUNKS = portable<{ fileId: string }, ChunkPlace>(
  'stored_file_chunk.places',
  `SELECT chunk_no, start_offset, size_bytes FROM stored_file_chunk WHERE file_id = :fileId ORDER BY chunk_no`,
  {
    params: { fileId: 'uuid' },
    result: { chunkNo: 'int', startOffset: 'int', sizeBytes: 'int' },
  },
);
/** The sealed bytes of one piece. */
export const CHUNK_BODY = portable<{ fileId: string; chunkNo: number }, { bodyEnc: Buffer }>(
  'stored_file_chunk.body',
  'SELECT body_enc FROM stored_file_chunk WHERE file_id = :fileId AND chunk_no = :chunkNo',
  { params: { fileId: 'uuid', chunkNo: 'int' }, result: { bodyEnc: 'sealed' } },
);
const FINISH = portable<{
  id: string;
  sizeBytes: number;
  mediaType: string;
  contentBix: Buffer;
  state: string;
  isThumbnailWanted: boolean;
  at: Date;
}>(
  'stored_file.finish',
  `UPDATE stored_file SET size_bytes = :sizeBytes, media_type = :mediaType, content_bix = :contentBix, state = :state,
      is_thumbnail_wanted = :isThumbnailWanted, finished_at = :at, check_after = :at
    WHERE id = :id AND state = 'receiving'`,
  {
    params: {
      id: 'uuid',
      sizeBytes: 'int',
      mediaType: 'text',
      contentBix: 'bytes',
      state: 'text',
      isThumbnailWanted: 'flag',
      at: 'instant',
    },
  },
);
const CHECKED = update(storedFileEntity, {
  name: 'stored_file.checked',
  set: ['state', 'thumbnailId', 'checkAfter'],
  where: ['id', 'state'],
});
const CLAIM = portable<{ id: string; until: Date; now: Date }>(
  'stored_file.claim',
  `UPDATE stored_file SET check_attempts = check_attempts + 1, check_after = :until
    WHERE id = :id AND state = 'waiting' AND check_after <= :now`,
  { params: { id: 'uuid', until: 'instant', now: 'instant' } },
);
const DEFER = update(storedFileEntity, {
  name: 'stored_file.defer',
  set: ['checkAfter'],
  where: ['id', 'state'],
});
const DUE = portable<{ now: Date; limit: number }, { id: string; checkAttempts: number }>(
  'stored_file.due',
  `SELECT id, check_attempts FROM stored_file WHERE state = 'waiting' AND check_after <= :now
    ORDER BY check_after, id FETCH FIRST :limit ROWS ONLY`,
  { params: { now: 'instant', limit: 'int' }, result: { id: 'uuid', checkAttempts: 'int' } },
);
const EXPIRED = portable<{ state: string; before: Date; limit: number }, { id: string }>(
  'stored_file.expired',
  `SELECT id FROM stored_file WHERE state = :state AND created_at < :before
    ORDER BY created_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { state: 'text', before: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
const THUMBNAILS_OF = select(storedFileEntity, {
  name: 'stored_file.thumbnails_of',
  where: ['ownerType'],
  whereIn: 'ownerId',
});
const REFER = portable<{ idList: string[]; ownerType: string; ownerId: string; referenceId: string }>(
  'stored_file.refer',
  `UPDATE stored_file SET reference_id = :referenceId WHERE id IN (:idList...) AND owner_type = :ownerType
    AND owner_id = :ownerId AND reference_id IS NULL AND state <> 'receiving'`,
  { params: { idList: 'uuid', ownerType: 'text', ownerId: 'uuid', referenceId: 'uuid' } },
);
const CHUNKS_REMOVE = remove(storedFileChunkEntity, {
  name: 'stored_file_chunk.remove',
  where: ['fileId'],
});
const FILE_REMOVE = remove(storedFileEntity, { name: 'stored_file.remove', where: ['id'] });

/** Where a piece stands in its file. */
export interface ChunkPlace {
  chunkNo: number;
  startOffset: number;
  sizeBytes: number;
}

/** The file, in whatever state. */
export function findFile(db: Db, id: string): Promise<StoredFileRow | undefined> {
  return db.one(FILE_BY_ID, { id });
}

/** The files of these ids (at most 500) in any order. */
export function findFiles(db: Db, ids: readonly string[]): Promise<StoredFileRow[]> {
  return ids.length === 0 ? Promise.resolve([]) : db.all(FILES_BY_IDS, { idList: [...ids] });
}

/** Files of an owner, oldest first. */
export function filesOfOwner(
  db: Db,
  owner: { type: FileOwnerType; id: string },
  limit: number,
): Promise<StoredFileRow[]> {
  return db.all(FILES_OF_OWNER, { ownerType: owner.type, ownerId: owner.id, limit });
}

/** How many files an owner has, begun ones included. */
export async function countOfOwner(db: Db, owner: { type: FileOwnerType; id: string }): Promise<number> {
  return (await db.one(COUNT_OF_OWNER, { ownerType: owner.type, ownerId: owner.id }))?.fileCount ?? 0;
}

/** How many files somebody has begun since `after`. */
export async function countOfCreator(db: Db, creatorId: string, after: Date): Promise<number> {
  return (await db.one(COUNT_OF_CREATOR, { creatorId, after }))?.fileCount ?? 0;
}

/** The pieces of a file in order, without their bytes; at most 320 of them. */
export function listChunks(db: Db, fileId: string): Promise<ChunkPlace[]> {
  return db.all(CHUNKS, { fileId });
}

/** Ends receiving; false when somebody has done so before. */
export async function finishFile(
  tx: Tx,
  file: {
    id: string;
    sizeBytes: number;
    mediaType: string;
    contentBix: Buffer;
    state: 'waiting' | 'ready';
    isThumbnailWanted: boolean;
    at: Date;
  },
): Promise<boolean> {
  return (await tx.run(FINISH, file)) === 1;
}

/** Ends the wait of a file; false when it waits no more. */
export async function markChecked(
  tx: Tx,
  id: string,
  outcome: { state: 'ready' | 'quarantined'; thumbnailId: string | null },
): Promise<boolean> {
  const set = { ...outcome, checkAfter: null };
  return (await tx.run(CHECKED, { ...set, whereId: id, whereState: 'waiting' })) === 1;
}

/** Statements of the checker, which runs them outside units of work: they move clocks and nothing else. */
export const CHECK_STATEMENTS = { CLAIM, DEFER } as const;

/** Files whose check is due, longest waiting first. */
export function listDue(db: Db, now: Date, limit: number): Promise<{ id: string; checkAttempts: number }[]> {
  return db.all(DUE, { now, limit });
}

/** Files that have stood in a state since before `before`. */
export async function listExpired(
  db: Db,
  state: 'receiving' | 'quarantined',
  before: Date,
  limit: number,
): Promise<string[]> {
  return (await db.all(EXPIRED, { state, before, limit })).map(({ id }) => id);
}

/** Hangs finished files of an owner on something inside it; gives how many could be. */
export function referFiles(
  tx: Tx,
  owner: { type: FileOwnerType; id: string },
  referenceId: string,
  ids: readonly string[],
): Promise<number> {
  return tx.run(REFER, { idList: [...ids], ownerType: owner.type, ownerId: owner.id, referenceId });
}

/** Removes files with their pieces and thumbnails; at most 500 ids. Gives how many of `ids` there were. */
export async function removeFiles(tx: Tx, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const thumbnails = await tx.all(THUMBNAILS_OF, { ownerType: 'file', ownerIdList: [...ids] });
  const rows = (list: readonly string[]) => list.map((id) => ({ id }));
  const all = [...thumbnails.map(({ id }) => id), ...ids];
  await tx.runMany(
    CHUNKS_REMOVE,
    all.map((fileId) => ({ fileId })),
  );
  await tx.runMany(FILE_REMOVE, rows(thumbnails.map(({ id }) => id)));
  return tx.runMany(FILE_REMOVE, rows(ids));
}
