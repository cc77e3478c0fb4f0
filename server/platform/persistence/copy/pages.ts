import type { Database } from '../data-source.ts';
import { LIST_ITEMS_MAX } from '../dialect/index.ts';
import type { Entity } from '../entity.ts';
import { Session } from '../session.ts';
import type { AnyRow, TableAccess } from './copy.repo.ts';
import { keyOf, weightOf } from './copy.rules.ts';

/** A page is read anew with fewer rows when it weighs more than this. */
const PAGE_BYTES_MAX = 8 * 1024 * 1024;
const PAGE_ROWS_FIRST = 8;

/** All rows behind `lastKey` by primary key, in pages whose weight is bounded. */
export async function* pagesOf(
  read: Database['read'],
  access: TableAccess,
  lastKey: readonly unknown[] | null,
): AsyncGenerator<AnyRow[]> {
  let after = lastKey ? readKey(access.entity, lastKey) : undefined;
  let limit = PAGE_ROWS_FIRST;
  for (;;) {
    const [rowCount, behind] = [limit, after];
    const rows = await read((session) => access.read(session, rowCount, behind));
    if (rows.length > 0) yield rows;
    if (rows.length < limit) return;
    after = keyOf(access.entity, rows.at(-1) as AnyRow);
    const heaviest = Math.max(...rows.map(weightOf), 1);
    limit = Math.max(1, Math.min(LIST_ITEMS_MAX, limit * 2, Math.floor(PAGE_BYTES_MAX / heaviest)));
  }
}

/** A key as JSON keeps it, with its instants as instants again. */
function readKey(entity: Entity, key: readonly unknown[]): unknown[] {
  return key.map((value, index) =>
    entity.columns[entity.primaryKey[index] as string]?.kind === 'instant'
      ? new Date(value as string)
      : value,
  );
}

/** Works in one transaction. */
export async function inTransaction(
  database: Database,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const runner = database.source.createQueryRunner();
  const session = new Session(runner, database.dialect);
  try {
    await session.begin();
    await work(session);
    await session.commit([]);
  } catch (error) {
    await session.rollback();
    throw database.dialect.translateError(error);
  } finally {
    await runner.release();
  }
}

/**
 * Reads the database as it is at this instant, whatever is written meanwhile. Everything goes over one connection; what is
 * asked for through `read` comes one after the other.
 */
export async function withSnapshot<T>(
  database: Database,
  work: (read: Database['read']) => Promise<T>,
): Promise<T> {
  const runner = database.source.createQueryRunner();
  const session = new Session(runner, database.dialect);
  try {
    await session.begin('snapshot');
    return await work((ask) => ask(session));
  } catch (error) {
    throw database.dialect.translateError(error);
  } finally {
    await session.rollback();
    await runner.release();
  }
}
