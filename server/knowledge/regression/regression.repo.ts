import { insert, portable, remove, select, type Db, type Tx } from '../../platform/persistence/index.ts';
import {
  regressionCaseEntity,
  regressionRunEntity,
  type RegressionCaseRow,
  type RegressionRunRow,
} from './regression.entity.ts';

/** Cases of one language; every one is asked of two models at each publishing. */
export const CASES_MAX = 2_000;

const CASE_INSERT = insert(regressionCaseEntity);
const CASE_REMOVE = remove(regressionCaseEntity, { name: 'regression_case.remove', where: ['id'] });
const CASES_OF = select(regressionCaseEntity, {
  name: 'regression_case.of_locale',
  where: ['locale'],
  orderBy: [['id', 'asc']],
  limit: true,
});
const CASE_COUNT = portable<{ locale: string }, { cases: number }>(
  'regression_case.count',
  'SELECT COUNT(*) AS cases FROM regression_case WHERE locale = :locale',
  { params: { locale: 'text' }, result: { cases: 'int' } },
);
const RUN_INSERT = insert(regressionRunEntity);
const RUN_REMOVE = remove(regressionRunEntity, {
  name: 'regression_run.remove',
  where: ['articleId', 'versionNo'],
});
const RUN_BY_VERSION = select(regressionRunEntity, {
  name: 'regression_run.by_version',
  where: ['articleId', 'versionNo'],
});
const WAITING = portable<{ locale: string; limit: number }, { id: string; draftVersion: number }>(
  'regression_run.waiting',
  `SELECT a.id, a.draft_version FROM article a
    WHERE a.state = 'approved' AND a.locale = :locale AND NOT EXISTS (SELECT r.article_id FROM regression_run r
      WHERE r.article_id = a.id AND r.version_no = a.draft_version)
    ORDER BY a.updated_at, a.id FETCH FIRST :limit ROWS ONLY`,
  { params: { locale: 'text', limit: 'int' }, result: { id: 'uuid', draftVersion: 'int' } },
);

/** Adds a case. */
export async function insertCase(tx: Tx, row: RegressionCaseRow): Promise<void> {
  await tx.run(CASE_INSERT, row);
}

/** Takes a case away; tells whether it was there. */
export async function removeCase(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run(CASE_REMOVE, { id })) === 1;
}

/** Every case of a language, oldest first. */
export function listCases(db: Db, locale: string): Promise<RegressionCaseRow[]> {
  return db.all(CASES_OF, { locale, limit: CASES_MAX });
}

/** How many cases a language has. */
export async function countCases(db: Db, locale: string): Promise<number> {
  return (await db.one(CASE_COUNT, { locale }))?.cases ?? 0;
}

/** Keeps a judgement in place of an earlier one of the same version. */
export async function writeRun(tx: Tx, row: RegressionRunRow): Promise<void> {
  const { articleId, versionNo } = row;
  await tx.run(RUN_REMOVE, { articleId, versionNo });
  await tx.run(RUN_INSERT, row);
}

/** Forgets a judgement, so that the version is judged anew. */
export async function removeRun(tx: Tx, articleId: string, versionNo: number): Promise<void> {
  await tx.run(RUN_REMOVE, { articleId, versionNo });
}

/** The judgement of one version, if there is one. */
export function findRegressionRun(
  db: Db,
  articleId: string,
  versionNo: number,
): Promise<RegressionRunRow | undefined> {
  return db.one(RUN_BY_VERSION, { articleId, versionNo });
}

/** Approved versions that the gate has not judged yet, the longest waiting first. */
export async function listWaiting(
  db: Db,
  locale: string,
  limit: number,
): Promise<{ articleId: string; versionNo: number }[]> {
  const rows = await db.all(WAITING, { locale, limit });
  return rows.map(({ id, draftVersion }) => ({ articleId: id, versionNo: draftVersion }));
}
