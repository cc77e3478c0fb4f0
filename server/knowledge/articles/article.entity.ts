import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Where the newest version of an article stands; `publishedVersion` tells whether an older one is live meanwhile. */
export type ArticleState = 'draft' | 'review' | 'approved' | 'published' | 'retired';

/** `high` for fees, rates, and fraud: the robot answers only with more confidence. */
export type RiskLevel = 'normal' | 'high';

/** An article: what lists and decisions need. Question, category, and validity are those of the newest version. */
export const articleEntity = defineEntity(
  'article',
  {
    id: col.uuid(),
    locale: col.text(10),
    category: col.text(60),
    state: col.text(20),
    question: col.text(300),
    searchText: col.text(1_000),
    ownerId: col.text(64),
    publishedVersion: col.int().optional(),
    draftVersion: col.int().optional(),
    lastVersion: col.int(),
    similarCount: col.int(),
    validFrom: col.instant().optional(),
    validTo: col.instant().optional(),
    updatedAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `article`. */
export type ArticleRow = RowOf<typeof articleEntity>;

/** One version of an article. The database refuses any change of it but of its state, approval, and rejection. */
export const articleVersionEntity = defineEntity(
  'article_version',
  {
    articleId: col.uuid(),
    versionNo: col.int(),
    state: col.text(20),
    category: col.text(60),
    question: col.text(300),
    answer: col.clob(),
    similarTexts: col.json<string[]>(),
    riskLevel: col.text(10),
    validFrom: col.instant().optional(),
    validTo: col.instant().optional(),
    authorId: col.text(64),
    reason: col.text(500).optional(),
    contentHash: col.bytes(32),
    createdAt: col.instant(),
    approverId: col.text(64).optional(),
    approvedAt: col.instant().optional(),
    rejectedReason: col.text(500).optional(),
  },
  { primaryKey: ['articleId', 'versionNo'] },
);

/** Row of `article_version`. */
export type ArticleVersionRow = RowOf<typeof articleVersionEntity>;

/** A live wording in its compared form; one article owns it. */
export const articleWordingEntity = defineEntity(
  'article_wording',
  { locale: col.text(10), wordingKey: col.text(64), articleId: col.uuid() },
  { primaryKey: ['locale', 'wordingKey'] },
);
