import { AppError } from '../../kernel/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import type { ArticleState, RiskLevel } from './article.entity.ts';

/** Languages the robot can learn. */
export const LOCALES = ['zh-CN', 'en'] as const;
/** A language of the knowledge base. */
export type Locale = (typeof LOCALES)[number];

/** Limits of one article, in characters and counts. An answer must fit into one message. */
export const ARTICLE_LIMITS = {
  question: 300,
  answer: 8_000,
  similar: 200,
  category: 60,
  reason: 500,
} as const;

/** What people write for an article; validity instants are UTC, half open: from ≤ now < to. */
export interface ArticleInput {
  category: string;
  question: string;
  answer: string;
  similar: string[];
  riskLevel?: RiskLevel | undefined;
  validFrom?: string | null | undefined;
  validTo?: string | null | undefined;
}

/** Checked and tidied content of a version. */
export interface ArticleContent {
  category: string;
  question: string;
  answer: string;
  similar: string[];
  riskLevel: RiskLevel;
  validFrom: Date | null;
  validTo: Date | null;
}

/** A step in the life of an article. */
export type ArticleAct = 'revise' | 'submit' | 'approve' | 'publish' | 'reject' | 'retire' | 'rollBack';

/** What can be done to an article, by the state its newest version is in. */
const ACTS: Record<ArticleState, readonly ArticleAct[]> = {
  draft: ['revise', 'submit', 'retire', 'rollBack'],
  review: ['revise', 'approve', 'reject', 'retire', 'rollBack'],
  approved: ['revise', 'publish', 'reject', 'retire', 'rollBack'],
  published: ['revise', 'retire', 'rollBack'],
  retired: ['revise', 'rollBack'],
};

/** Throws `article.state_refused` when the article's state does not allow the act. */
export function assertCan(state: string, act: ArticleAct): void {
  if (!ACTS[state as ArticleState]?.includes(act)) {
    throw new AppError('article.state_refused', { details: { state, act } });
  }
}

/** NUL cannot be stored, and half a character pair cannot be encoded. */
const BROKEN_TEXT = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** The trimmed text; throws `request.invalid` naming the place when it is empty, broken, or too long. */
export function checkText(text: string, at: string, max: number): string {
  const tidy = text.trim();
  if (tidy === '') throw invalid(at, 'empty');
  if (BROKEN_TEXT.test(tidy)) throw invalid(at, 'broken');
  if ([...tidy].length > max) throw invalid(at, 'too_long');
  return tidy;
}

function invalid(at: string, problem: string): AppError {
  return new AppError('request.invalid', { details: { in: 'body', at, problem } });
}

/** A question must hold something that can be compared; an emoji alone matches nothing or everything. */
function checkQuestion(text: string, at: string): string {
  const tidy = checkText(text, at, ARTICLE_LIMITS.question);
  if (!LETTER_OR_DIGIT.test(tidy)) throw invalid(at, 'no_letter');
  return tidy;
}

function checkInstant(text: string | null | undefined, at: string): Date | null {
  if (text === null || text === undefined) return null;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) throw invalid(at, 'instant');
  return instant;
}

/** Trims and checks what people wrote; drops wordings that repeat another. Throws `request.invalid` naming the place. */
export function checkContent(input: ArticleInput): ArticleContent {
  const question = checkQuestion(input.question, '/question');
  if (input.similar.length > ARTICLE_LIMITS.similar) throw invalid('/similar', 'too_many');
  const seen = new Set([wordingForm(question)]);
  const similar: string[] = [];
  for (const [index, text] of input.similar.entries()) {
    const wording = checkQuestion(text, `/similar/${index}`);
    const form = wordingForm(wording);
    if (!seen.has(form)) similar.push(wording);
    seen.add(form);
  }
  const validFrom = checkInstant(input.validFrom, '/validFrom');
  const validTo = checkInstant(input.validTo, '/validTo');
  if (validFrom && validTo && validFrom >= validTo) throw invalid('/validTo', 'before_validFrom');
  return {
    category: checkText(input.category, '/category', ARTICLE_LIMITS.category),
    question,
    answer: checkText(input.answer, '/answer', ARTICLE_LIMITS.answer),
    similar,
    riskLevel: input.riskLevel ?? 'normal',
    validFrom,
    validTo,
  };
}

/** The form in which two wordings count as the same: NFKC, lower case, letters and digits only. */
export function wordingForm(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Keys of all wordings of a content, the standard question first; hex, 64 characters each. */
export function wordingKeys(content: Pick<ArticleContent, 'question' | 'similar'>): string[] {
  return [content.question, ...content.similar].map((text) => sha256(wordingForm(text)).toString('hex'));
}

/** SHA-256 over everything that is approved; two versions with the same hash say the same. */
export function contentHash(content: ArticleContent): Buffer {
  const { category, question, answer, similar, riskLevel, validFrom, validTo } = content;
  return sha256(JSON.stringify([category, question, answer, similar, riskLevel, validFrom, validTo]));
}

const SEARCH_TEXT_CHARACTERS = 1_000;

/** What the list's search looks in: question and wordings in lower case, cut where the column ends. */
export function searchTextOf(content: Pick<ArticleContent, 'question' | 'similar'>): string {
  const whole = [content.question, ...content.similar].join('\n').normalize('NFKC').toLowerCase();
  return [...whole].slice(0, SEARCH_TEXT_CHARACTERS).join('');
}

/** A LIKE pattern that finds a text anywhere; `!` is the escape character. */
export function containsPattern(text: string): string {
  return `%${escapeLike(text.trim().normalize('NFKC').toLowerCase())}%`;
}

/** A LIKE pattern that matches exactly this value, or anything when it is absent. */
export function equalsPattern(value: string | undefined): string {
  return value === undefined ? '%' : escapeLike(value);
}

function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}
