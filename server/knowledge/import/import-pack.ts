import type { Actor } from '../../kernel/index.ts';
import { deriveUuid } from '../../platform/crypto/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { findArticle, listVersions } from '../articles/article.repo.ts';
import { checkContent, contentHash, type ArticleInput } from '../articles/article.rules.ts';
import type { ArticleService } from '../articles/article.service.ts';
import type { Pack, PackArticle } from './pack.ts';

/** Articles brought in by one unit of work: each writes at most four audit entries, of at most 1,000 in all. */
const ARTICLES_PER_UNIT = 100;

/** What an import did. */
export interface ImportResult {
  /** New articles. */
  created: number;
  /** Articles that got a new version. */
  revised: number;
  /** Articles that already had this content in some version, edited or retired since or not. */
  unchanged: number;
}

/**
 * Brings a pack in through the normal life cycle: `author` writes and submits, `approver`, another account, approves.
 * Articles are matched by an id derived from the pack's, so importing again changes nothing, continues what was cut
 * off, and never undoes what people changed since. Throws `article.author_approves`, `article.question_taken`,
 * `request.invalid`; the parts finished before stay.
 */
export async function importPack(
  deps: { uow: UnitOfWork; service: ArticleService },
  pack: Pack,
  people: { author: Actor; approver: Actor },
): Promise<ImportResult> {
  const result: ImportResult = { created: 0, revised: 0, unchanged: 0 };
  for (let start = 0; start < pack.articles.length; start += ARTICLES_PER_UNIT) {
    const part = pack.articles.slice(start, start + ARTICLES_PER_UNIT);
    const waiting = await deps.uow.run({ actor: people.author }, async (tx) => {
      const ids: string[] = [];
      for (const article of part) {
        const id = await bringIn(deps.service, tx, { pack, article, result });
        if (id !== undefined) ids.push(id);
      }
      tx.record({
        action: 'article.import',
        outcome: 'ok',
        target: { type: 'pack', id: pack.pack },
        details: { locale: pack.locale, packVersion: pack.version, articles: part.length },
      });
      return ids;
    });
    await deps.uow.run({ actor: people.approver }, async (tx) => {
      for (const id of waiting) await deps.service.approve(tx, id);
    });
  }
  return result;
}

/** Writes and submits one article where needed; gives its id when it now waits for approval. */
async function bringIn(
  service: ArticleService,
  tx: Tx,
  parts: { pack: Pack; article: PackArticle; result: ImportResult },
): Promise<string | undefined> {
  const { pack, article, result } = parts;
  const id = deriveUuid(`pack:${pack.pack}/${pack.locale}/${article.id}`);
  const input: ArticleInput = {
    category: article.category,
    question: article.question,
    answer: article.answer,
    similar: article.similar,
    riskLevel: article.riskLevel,
  };
  const known = await findArticle(tx, id);
  if (!known) {
    result.created += 1;
    await service.create(tx, pack.locale, input, id);
  } else {
    const hash = contentHash(checkContent(input));
    const same = (await listVersions(tx, id)).find((version) => version.contentHash.equals(hash));
    if (same) {
      result.unchanged += 1;
      const isCutOff = known.state === 'review' && known.draftVersion === same.versionNo;
      return isCutOff ? id : undefined;
    }
    result.revised += 1;
    await service.revise(tx, id, { ...input, reason: `${pack.pack} ${pack.version}` });
  }
  await service.submit(tx, id);
  return id;
}
