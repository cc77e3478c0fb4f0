import { AppError } from '../../kernel/index.ts';
import type { RiskLevel } from '../articles/article.entity.ts';
import { LOCALES, type Locale } from '../articles/article.rules.ts';

/** One article of a pack; the format is described in packs/README.md. */
export interface PackArticle {
  id: string;
  category: string;
  question: string;
  similar: string[];
  answer: string;
  riskLevel: RiskLevel;
}

/** A preset knowledge pack in one language. */
export interface Pack {
  pack: string;
  locale: Locale;
  version: number;
  articles: PackArticle[];
}

const PACK_ARTICLES_MAX = 20_000;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function invalid(at: string): AppError {
  return new AppError('request.invalid', { details: { in: 'pack', at } });
}

function parseArticle(value: unknown, at: string): PackArticle {
  if (!isRecord(value) || !isTexts(value.similar)) throw invalid(at);
  const { id, category, question, answer, similar, riskLevel } = value;
  for (const text of [id, category, question, answer]) {
    if (typeof text !== 'string' || text === '') throw invalid(at);
  }
  if (riskLevel !== 'normal' && riskLevel !== 'high') throw invalid(at);
  return { id, category, question, answer, similar, riskLevel } as PackArticle;
}

/** Reads a pack file's text; throws `request.invalid` naming the place. Ids must be unique. */
export function parsePack(text: string): Pack {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new AppError('request.invalid', { details: { in: 'pack', at: '' }, cause });
  }
  if (!isRecord(value) || typeof value.pack !== 'string' || value.pack === '') throw invalid('/pack');
  const locale = LOCALES.find((known) => known === value.locale);
  if (!locale) throw invalid('/locale');
  if (!Number.isSafeInteger(value.version)) throw invalid('/version');
  if (!Array.isArray(value.articles) || value.articles.length > PACK_ARTICLES_MAX) throw invalid('/articles');
  const articles = value.articles.map((article, index) => parseArticle(article, `/articles/${index}`));
  const ids = new Set(articles.map(({ id }) => id));
  if (ids.size !== articles.length) throw invalid('/articles');
  return { pack: value.pack, locale, version: value.version as number, articles };
}
