import { col, defineEntity, type RowOf } from '../persistence/index.ts';

/** Server processes that work on this database now. */
export const serverNodeEntity = defineEntity(
  'server_node',
  {
    id: col.text(64),
    /** Another one for each start, so that a process knows when it was replaced. */
    incarnation: col.uuid(),
    /** Counts up once a second; whoever sees it stand still takes the process for dead. */
    beat: col.int(),
    address: col.text(200),
    socketCount: col.int(),
    startedAt: col.instant(),
    seenAt: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `server_node`. */
export type ServerNodeRow = RowOf<typeof serverNodeEntity>;
