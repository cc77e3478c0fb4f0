import { portable, type Tx } from '../persistence/index.ts';
import { removeFiles } from './stored-file.repo.ts';

/** Files one statement names; a person has few. */
const FILES_AT_ONCE = 500;
const OF_REQUESTER = portable<{ requesterId: string; limit: number }, { id: string }>(
  'erasure.stored_file',
  'SELECT f.id FROM stored_file f WHERE f.requester_id = :requesterId FETCH FIRST :limit ROWS ONLY',
  { params: { requesterId: 'uuid', limit: 'int' }, result: { id: 'uuid' } },
);

/** Takes away the files of a person with their pieces; gives the rows by table. */
export async function eraseFiles(tx: Tx, requesterId: string): Promise<Record<string, number>> {
  let files = 0;
  for (;;) {
    const rows = await tx.all(OF_REQUESTER, { requesterId, limit: FILES_AT_ONCE });
    files += await removeFiles(
      tx,
      rows.map(({ id }) => id),
    );
    if (rows.length < FILES_AT_ONCE) return { stored_file: files };
  }
}
