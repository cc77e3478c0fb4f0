import type { AppError } from '../../kernel/index.ts';
import { deriveUuid, maskText } from '../../platform/crypto/index.ts';
import { CUT_MARK } from '../../platform/documents/index.ts';
import { LOCALES, wordingForm, type ArticleInput, type Locale } from '../articles/article.rules.ts';

/** Limits of a file of articles. */
export const TRANSFER_RULES = {
  bytesMax: 20 * 1024 * 1024,
  rowsMax: 10_000,
  /** What a cell of a spreadsheet holds at the most; a longer one was cut when it was saved. */
  cellCharactersMax: 32_767,
  /** Rows looked at in one go, and brought in by one unit of work: each writes two entries of at most 1,000. */
  rowsAtOnce: 100,
  /** Imports of an account that are kept; older ones go with the next file. */
  keptMax: 10,
} as const;

/** Columns of a file, by the names in its first row. `question` and `answer` are needed. */
export const TRANSFER_COLUMNS = [
  'id',
  'locale',
  'category',
  'question',
  'similar',
  'answer',
  'riskLevel',
  'validFrom',
  'validTo',
] as const;
/** Name of a column. */
export type TransferColumn = (typeof TRANSFER_COLUMNS)[number];

/** Forms a file may have. */
export const TRANSFER_FORMATS = ['xlsx', 'csv', 'jsonl'] as const;
/** One of them. */
export type TransferFormat = (typeof TRANSFER_FORMATS)[number];

/** What can be wrong with a row, or in the way of it. The codes are permanent. */
export const TRANSFER_CODES = [
  'not_an_object',
  'not_a_text',
  'empty',
  'too_long',
  'too_many',
  'no_letter',
  'broken',
  'masked',
  'locale_unknown',
  'locale_differs',
  'risk_unknown',
  'instant',
  'before_validFrom',
  'id_repeated',
  'wording_repeated',
  'wording_taken',
  'open_draft',
  'retired',
  'changed_since',
] as const;
/** One of the codes. */
export type TransferCode = (typeof TRANSFER_CODES)[number];

/** What is the matter with a row; `column` is undefined when the whole row is meant. */
export interface Finding {
  code: TransferCode;
  column?: TransferColumn | undefined;
  /** The line of the file that was there first. */
  otherLine?: number;
  /** The article that is in the way. */
  otherId?: string;
}

/** A row as it was read; a column that the file does not have is absent, and stays as it is. */
export interface RawRow {
  line: number;
  values: Partial<Record<TransferColumn, string>>;
  similar?: string[] | undefined;
  fault?: Finding;
}

/** What a row says of its article; absent means "as it is". */
export type RowContent = Partial<Omit<ArticleInput, 'question' | 'answer'>> &
  Pick<ArticleInput, 'question' | 'answer'> & { locale: Locale };

/** A row that can be looked at, or why not. */
export type ParsedRow = { line: number; question: string | null } & (
  { articleId: string; content: RowContent } | { fault: Finding }
);

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
/** What masking leaves of a number: bringing it in would destroy the number that stands there. */
const MASK = /\d\*{2,}|\*{2,}\d/;
const ID_CHARACTERS_MAX = 200;
/** Category of what comes without one. */
const CATEGORY = 'imported';

/**
 * Reads what a row says. The id is an article's own, or any name that the bank gives it; without one the question
 * stands for it, so that the same file twice means the same articles. Questions are masked, as everywhere.
 */
export function parseRow({ line, values, similar, fault }: RawRow): ParsedRow {
  const question = values.question?.trim() ?? '';
  const shown = question === '' ? null : maskText([...question].slice(0, 300).join(''));
  const found = fault ?? faultOf(values, similar ?? []);
  if (found) return { line, question: shown, fault: found };
  const locale = (values.locale || 'zh-CN') as Locale;
  const content: RowContent = {
    ...{ locale, question: maskText(question), answer: values.answer ?? '' },
    ...(values.category !== undefined && { category: values.category || CATEGORY }),
    ...(similar !== undefined && { similar: similar.map(maskText) }),
    ...(values.riskLevel !== undefined && { riskLevel: riskOf(values.riskLevel) }),
    ...(values.validFrom !== undefined && { validFrom: values.validFrom || null }),
    ...(values.validTo !== undefined && { validTo: values.validTo || null }),
  };
  return { line, question: shown, articleId: articleIdOf(values.id ?? '', locale, question), content };
}

function riskOf(text: string): 'normal' | 'high' {
  return text === 'high' ? 'high' : 'normal';
}

function articleIdOf(id: string, locale: Locale, question: string): string {
  const own = id.toLowerCase();
  if (UUID.test(own)) return own;
  const name = id === '' ? `question:${wordingForm(question)}` : `id:${id}`;
  return deriveUuid(`import:${locale}/${name}`);
}

function faultOf(values: RawRow['values'], similar: readonly string[]): Finding | undefined {
  const { id = '', locale = '', riskLevel = '', question = '', answer = '' } = values;
  if (question === '') return { code: 'empty', column: 'question' };
  if (answer === '') return { code: 'empty', column: 'answer' };
  if (id.length > ID_CHARACTERS_MAX) return { code: 'too_long', column: 'id' };
  if (locale !== '' && !LOCALES.some((known) => known === locale)) {
    return { code: 'locale_unknown', column: 'locale' };
  }
  if (!['', 'normal', 'high'].includes(riskLevel)) return { code: 'risk_unknown', column: 'riskLevel' };
  const texts = { question: [question], similar, answer: [answer] };
  for (const column of ['question', 'similar', 'answer'] as const) {
    if (texts[column].some((text) => MASK.test(text))) return { code: 'masked', column };
    // A workbook that could not hold all of it says so; what is missing would be lost.
    if (texts[column].some((text) => text.endsWith(CUT_MARK))) return { code: 'too_long', column };
  }
  return undefined;
}

/** What the checks of an article refuse, as a finding of its row. */
export function findingOf(error: AppError): Finding {
  const { at = '', problem = '', articleId } = error.details ?? {};
  if (error.code === 'article.question_taken') {
    return { code: 'wording_taken', ...(typeof articleId === 'string' && { otherId: articleId }) };
  }
  if (error.code !== 'request.invalid') return { code: 'changed_since' };
  const code = TRANSFER_CODES.find((known) => known === problem) ?? 'broken';
  const name = String(at).split('/')[1];
  return { code, column: TRANSFER_COLUMNS.find((known) => known === name) };
}

/** The whole content an article would have: what the row says, over what stands there or the defaults. */
export function contentOf(row: RowContent, known: ArticleInput | undefined): ArticleInput {
  const { locale: _locale, ...said } = row;
  return { category: CATEGORY, similar: [], riskLevel: 'normal', ...known, ...said };
}
