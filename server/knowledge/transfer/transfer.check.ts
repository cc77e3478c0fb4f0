import { AppError } from '../../kernel/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import type { RiskLevel } from '../articles/article.entity.ts';
import { findArticle, findVersion, findWordingOwner } from '../articles/article.repo.ts';
import {
  checkContent,
  contentHash,
  wordingKeys,
  type ArticleContent,
  type ArticleInput,
} from '../articles/article.rules.ts';
import { contentOf, findingOf, type Finding, type RowContent } from './transfer.rules.ts';

/** What a row would do, with the content it would write. */
export type Verdict =
  | { outcome: 'new' | 'changed'; input: ArticleInput }
  | { outcome: 'unchanged' }
  | { outcome: 'conflict' | 'faulty'; finding: Finding };

/** Compares a row with what stands there now. */
export async function judgeRow(db: Db, articleId: string, row: RowContent): Promise<Verdict> {
  const article = await findArticle(db, articleId);
  if (article && article.locale !== row.locale) {
    return { outcome: 'faulty', finding: { code: 'locale_differs', column: 'locale' } };
  }
  const newest = article && (await findVersion(db, articleId, article.lastVersion));
  const known: ArticleInput | undefined = newest && {
    ...{ category: newest.category, question: newest.question, answer: newest.answer },
    ...{ similar: newest.similarTexts, riskLevel: newest.riskLevel as RiskLevel },
    ...{ validFrom: newest.validFrom?.toISOString(), validTo: newest.validTo?.toISOString() },
  };
  const input = contentOf(row, known);
  const checked = check(input);
  if ('finding' in checked) return { outcome: 'faulty', finding: checked.finding };
  if (newest?.contentHash.equals(contentHash(checked.content))) return { outcome: 'unchanged' };
  if (article?.state === 'retired') return { outcome: 'conflict', finding: { code: 'retired' } };
  // A colleague is at work on it: a file must not sweep a draft away.
  if (article && article.draftVersion !== null) {
    return { outcome: 'conflict', finding: { code: 'open_draft', otherId: articleId } };
  }
  const keys = wordingKeys(checked.content);
  const otherId = await findWordingOwner(db, { locale: row.locale, keys, articleId });
  if (otherId !== undefined) return { outcome: 'conflict', finding: { code: 'wording_taken', otherId } };
  return { outcome: article ? 'changed' : 'new', input };
}

function check(input: ArticleInput): { content: ArticleContent } | { finding: Finding } {
  try {
    return { content: checkContent(input) };
  } catch (error) {
    if (error instanceof AppError) return { finding: findingOf(error) };
    throw error;
  }
}
