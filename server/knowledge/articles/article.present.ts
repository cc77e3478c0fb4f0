import type { ArticleRow, ArticleVersionRow } from './article.entity.ts';
import type { ArticleWithVersions } from './article.service.ts';

/** Display names by account id; an id without a name is shown as it is. */
export type Names = ReadonlyMap<string, string>;

function validity(row: Pick<ArticleRow, 'validFrom' | 'validTo'>) {
  return {
    ...(row.validFrom && { validFrom: row.validFrom.toISOString() }),
    ...(row.validTo && { validTo: row.validTo.toISOString() }),
  };
}

/** An article as lists show it. */
export function presentArticle(row: ArticleRow, names: Names) {
  return {
    id: row.id,
    locale: row.locale,
    category: row.category,
    question: row.question,
    state: row.state,
    ...(row.publishedVersion !== null && { publishedVersion: row.publishedVersion }),
    ...(row.draftVersion !== null && { draftVersion: row.draftVersion }),
    similarCount: row.similarCount,
    owner: names.get(row.ownerId) ?? row.ownerId,
    ownerId: row.ownerId,
    ...validity(row),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}

function presentVersion(row: ArticleVersionRow, names: Names) {
  return {
    version: row.versionNo,
    state: row.state,
    category: row.category,
    question: row.question,
    answer: row.answer,
    similar: row.similarTexts,
    riskLevel: row.riskLevel,
    ...validity(row),
    author: names.get(row.authorId) ?? row.authorId,
    authorId: row.authorId,
    ...(row.approverId !== null && { approver: names.get(row.approverId) ?? row.approverId }),
    ...(row.approvedAt && { approvedAt: row.approvedAt.toISOString() }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.rejectedReason !== null && { rejectedReason: row.rejectedReason }),
    contentHash: row.contentHash.toString('hex'),
    createdAt: row.createdAt.toISOString(),
  };
}

/** An article with its versions. */
export function presentWithVersions({ article, versions }: ArticleWithVersions, names: Names) {
  return { ...presentArticle(article, names), versions: versions.map((row) => presentVersion(row, names)) };
}

/** Whose names an article's page shows. */
export function peopleOf({ article, versions }: ArticleWithVersions): string[] {
  const ids = versions.flatMap(({ authorId, approverId }) => [authorId, approverId ?? authorId]);
  return [...new Set([article.ownerId, ...ids])];
}
