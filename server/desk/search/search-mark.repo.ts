import type { TechnicalDb } from '../../platform/jobs/index.ts';
import { col, defineEntity, insert, select, update, type Db } from '../../platform/persistence/index.ts';

/** Up to when everything was looked at, for each walk. */
const searchMarkEntity = defineEntity(
  'search_mark',
  { name: col.text(64), doneAt: col.instant() },
  { primaryKey: ['name'] },
);
const MARK_INSERT = insert(searchMarkEntity);
const MARK_READ = select(searchMarkEntity, { name: 'search_mark.read', where: ['name'] });
const MARK_MOVE = update(searchMarkEntity, { name: 'search_mark.move', set: ['doneAt'], where: ['name'] });

/** The mark of a walk; the beginning of time before the first one. */
export async function readMark(db: Db, name: string): Promise<Date> {
  return (await db.one(MARK_READ, { name }))?.doneAt ?? new Date(0);
}

/** Moves the mark of a walk; only the one job that walks calls it. */
export async function writeMark(db: Pick<TechnicalDb, 'run'>, name: string, doneAt: Date): Promise<void> {
  if ((await db.run(MARK_MOVE, { whereName: name, doneAt })) === 0)
    await db.run(MARK_INSERT, { name, doneAt });
}
