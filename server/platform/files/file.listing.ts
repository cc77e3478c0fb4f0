import type { Crypto } from '../crypto/index.ts';
import { portable, type Db } from '../persistence/index.ts';

interface FileRow {
  id: string;
  ownerId: string;
  nameEnc: Buffer;
  mediaType: string | null;
  sizeBytes: number;
  createdAt: Date;
}

/** A file of a person without its content; a name that cannot be read any more is null. */
export type ListedFile = Omit<FileRow, 'nameEnc'> & { name: string | null };

/** Before every id. */
const NO_ID = '00000000-0000-0000-0000-000000000000';
const OF_REQUESTER = portable<{ requesterId: string; lastId: string; limit: number }, FileRow>(
  'stored_file.listing',
  `SELECT f.id, f.owner_id, f.name_enc, f.media_type, f.size_bytes, f.created_at FROM stored_file f
    WHERE f.requester_id = :requesterId AND f.owner_type IN ('conversation', 'ticket') AND f.state <> 'receiving'
      AND f.id > :lastId
    ORDER BY f.id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { requesterId: 'uuid', lastId: 'uuid', limit: 'int' },
    result: {
      ...{ id: 'uuid', ownerId: 'uuid', nameEnc: 'sealed', mediaType: 'text', sizeBytes: 'int' },
      createdAt: 'instant',
    },
  },
);

/** Files of a person in the order of their ids, behind one of them. */
export async function listFilesOf(
  crypto: Crypto,
  db: Db,
  ...[requesterId, afterId, limit]: [requesterId: string, afterId: string | null, limit: number]
): Promise<ListedFile[]> {
  const rows = await db.all(OF_REQUESTER, { requesterId, lastId: afterId ?? NO_ID, limit });
  const names = await crypto.openMany(
    rows.map(({ id, nameEnc }) => ({
      cell: { table: 'stored_file', column: 'name_enc', rowId: id },
      envelope: nameEnc,
    })),
  );
  return rows.map(({ nameEnc: _sealed, ...file }, index) => {
    const name = names[index];
    return { ...file, name: name?.ok ? name.text : null };
  });
}
