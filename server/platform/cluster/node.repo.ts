import { insert, portable, remove, select, update, type Db } from '../persistence/index.ts';
import { isOnNetwork } from './address.ts';
import { serverNodeEntity } from './node.entity.ts';

export const NODE_INSERT = insert(serverNodeEntity);
/** Processes of one installation. */
export const NODES_MAX = 64;
/** Processes of an installation are few; the limit is the number a view holds. */
export const NODES = select(serverNodeEntity, {
  name: 'server_node.list',
  orderBy: [['id', 'asc']],
  limit: true,
});
export const NODE_BEAT = update(serverNodeEntity, {
  name: 'server_node.beat',
  set: ['beat', 'socketCount', 'seenAt'],
  where: ['id', 'incarnation'],
});
/** A process of the same name that starts takes the place of the one before. */
export const NODE_REPLACE = remove(serverNodeEntity, { name: 'server_node.replace', where: ['id'] });
export const NODE_LEAVE = remove(serverNodeEntity, {
  name: 'server_node.leave',
  where: ['id', 'incarnation'],
});
/** Only while it stands still: a process that beats again is not removed. */
export const NODE_REMOVE_STILL = remove(serverNodeEntity, {
  name: 'server_node.remove_still',
  where: ['id', 'incarnation', 'beat'],
});
/** What a dead process held alone is free at once. */
export const LEASES_FREE = portable<{ holder: string; now: Date }>(
  'lease.free',
  'UPDATE lease SET until_at = :now WHERE holder = :holder AND until_at > :now',
  { params: { holder: 'text', now: 'instant' } },
);
export const LEASES_FREE_OF = portable<{ holders: string; now: Date }>(
  'lease.free_of',
  'UPDATE lease SET until_at = :now WHERE holder LIKE :holders AND until_at > :now',
  { params: { holders: 'text', now: 'instant' } },
);

/** How far each process has beaten; one that lives is further a few seconds later. */
export async function listBeats(db: Db): Promise<Map<string, number>> {
  const rows = await db.all(NODES, { limit: NODES_MAX });
  return new Map(rows.map(({ id, incarnation, beat }) => [`${id} ${incarnation}`, beat]));
}

/** The processes on a database, and whether those of other machines can reach them. */
export async function listAddresses(db: Db): Promise<{ id: string; isOnNetwork: boolean }[]> {
  const rows = await db.all(NODES, { limit: NODES_MAX });
  return rows.map(({ id, address }) => ({ id, isOnNetwork: isOnNetwork(address) }));
}
