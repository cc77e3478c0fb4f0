import {
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import {
  articleEntity,
  articleVersionEntity,
  articleWordingEntity,
  type ArticleRow,
  type ArticleVersionRow,
} from './article.entity.ts';

const ARTICLE_INSERT = insert(articleEntity);
const ARTICLE_BY_ID = select(articleEntity, { name: 'article.by_id', where: ['id'] });
const ARTICLE_UPDATE = update(articleEntity, {
  name: 'article.update',
  set: [
    'category',
    'state',
    'question',
    'searchText',
    'publishedVersion',
    'draftVersion',
    'lastVersion',
    'similarCount',
    'validFrom',
    'validTo',
    'updatedAt',
    'version',
  ],
  where: ['id', 'version'],
});
const VERSION_INSERT = insert(articleVersionEntity);
const VERSION_BY_NO = select(articleVersionEntity, {
  name: 'article_version.by_no',
  where: ['articleId', 'versionNo'],
});
const VERSIONS_OF = select(articleVersionEntity, {
  name: 'article_version.of_article',
  where: ['articleId'],
  orderBy: [['versionNo', 'desc']],
  limit: true,
});
const VERSION_MOVE = update(articleVersionEntity, {
  name: 'article_version.move',
  set: ['state', 'approverId', 'approvedAt', 'rejectedReason'],
  where: ['articleId', 'versionNo'],
});
const VERSION_END = update(articleVersionEntity, {
  name: 'article_version.end',
  set: ['state'],
  where: ['articleId', 'versionNo'],
});
const WORDING_INSERT = insert(articleWordingEntity);
const WORDINGS_REMOVE = remove(articleWordingEntity, {
  name: 'article_wording.remove',
  where: ['articleId'],
});
const WORDINGS_TAKEN = portable<
  { locale: string; keyList: string[]; articleId: string },
  { articleId: string }
>(
  'article_wording.taken',
  `SELECT article_id FROM article_wording
    WHERE locale = :locale AND wording_key IN (:keyList...) AND article_id <> :articleId
    ORDER BY article_id FETCH FIRST 1 ROWS ONLY`,
  { params: { locale: 'text', keyList: 'text', articleId: 'uuid' }, result: { articleId: 'uuid' } },
);

/** Versions shown of one article, newest first. */
const VERSIONS_SHOWN_MAX = 100;

/** Live wordings of an article in their compared form. */
export interface Wordings {
  locale: string;
  keys: string[];
  articleId: string;
}

/** Adds an article with its first version. */
export async function insertArticle(tx: Tx, row: ArticleRow, version: ArticleVersionRow): Promise<void> {
  await tx.run(ARTICLE_INSERT, row);
  await tx.run(VERSION_INSERT, version);
}

/** Adds a version. */
export async function insertVersion(tx: Tx, version: ArticleVersionRow): Promise<void> {
  await tx.run(VERSION_INSERT, version);
}

/** The article, if it exists. */
export function findArticle(db: Db, id: string): Promise<ArticleRow | undefined> {
  return db.one(ARTICLE_BY_ID, { id });
}

/** One version, if it exists. */
export function findVersion(
  db: Db,
  articleId: string,
  versionNo: number,
): Promise<ArticleVersionRow | undefined> {
  return db.one(VERSION_BY_NO, { articleId, versionNo });
}

/** The newest versions of an article, newest first. */
export function listVersions(db: Db, articleId: string): Promise<ArticleVersionRow[]> {
  return db.all(VERSIONS_OF, { articleId, limit: VERSIONS_SHOWN_MAX });
}

/** Writes the article's row if it is still at `readVersion`; tells whether it was. */
export async function updateArticle(tx: Tx, row: ArticleRow, readVersion: number): Promise<boolean> {
  const { id, locale: _locale, ownerId: _ownerId, ...set } = row;
  return (await tx.run(ARTICLE_UPDATE, { ...set, whereId: id, whereVersion: readVersion })) === 1;
}

/** Moves a version to another state, with its approval or rejection. */
export async function moveVersion(
  tx: Tx,
  row: Pick<
    ArticleVersionRow,
    'articleId' | 'versionNo' | 'state' | 'approverId' | 'approvedAt' | 'rejectedReason'
  >,
): Promise<void> {
  const { articleId, versionNo, state, approverId, approvedAt, rejectedReason } = row;
  const set = { state, approverId, approvedAt, rejectedReason };
  await tx.run(VERSION_MOVE, { ...set, whereArticleId: articleId, whereVersionNo: versionNo });
}

/** Ends a version: replaced, or taken off. Its approval stays readable. */
export async function endVersion(tx: Tx, articleId: string, versionNo: number): Promise<void> {
  await tx.run(VERSION_END, { state: 'retired', whereArticleId: articleId, whereVersionNo: versionNo });
}

/** Another live article that has one of these wordings already, if any. */
export async function findWordingOwner(db: Db, wordings: Wordings): Promise<string | undefined> {
  const { locale, keys: keyList, articleId } = wordings;
  return (await db.one(WORDINGS_TAKEN, { locale, keyList, articleId }))?.articleId;
}

/** Replaces the live wordings of an article; an empty list takes them all off. */
export async function replaceWordings(tx: Tx, wordings: Wordings): Promise<void> {
  const { locale, keys, articleId } = wordings;
  await tx.run(WORDINGS_REMOVE, { articleId });
  await tx.runMany(
    WORDING_INSERT,
    keys.map((wordingKey) => ({ locale, wordingKey, articleId })),
  );
}
