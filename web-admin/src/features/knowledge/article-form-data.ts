import dayjs, { type Dayjs } from 'dayjs';
import type { ApiError } from '../../api/index.ts';
import type { ArticleContent, ArticleLocale, ArticleVersion, RiskLevel } from './article-data.ts';

/** What stands in the form while it is filled in. */
export interface ArticleFormValues {
  locale: ArticleLocale;
  category: string[];
  question: string;
  answer: string;
  similar: (string | undefined)[];
  riskLevel: RiskLevel;
  validFrom?: Dayjs | null;
  validTo?: Dayjs | null;
  reason: string;
}

const EMPTY_ROWS = 4;

/** What a new article starts with, or an article's form from its newest version. */
export function initialValues(
  locale: ArticleLocale,
  version: ArticleVersion | undefined,
): Partial<ArticleFormValues> {
  if (!version) {
    return { locale, category: [], similar: Array<string>(EMPTY_ROWS).fill(''), riskLevel: 'normal' };
  }
  return {
    locale,
    category: [version.category],
    question: version.question,
    answer: version.answer,
    similar: version.similar,
    riskLevel: version.riskLevel,
    validFrom: version.validFrom ? dayjs(version.validFrom) : null,
    validTo: version.validTo ? dayjs(version.validTo) : null,
  };
}

/** What is sent: empty rows are left out, instants are UTC. */
export function contentOf(values: ArticleFormValues): ArticleContent {
  return {
    category: (values.category[0] ?? '').trim(),
    question: values.question.trim(),
    answer: values.answer.trim(),
    similar: similarRows(values.similar).map(({ text }) => text),
    riskLevel: values.riskLevel,
    validFrom: values.validFrom?.toISOString() ?? null,
    validTo: values.validTo?.toISOString() ?? null,
  };
}

/** The rows that are sent, each with its place in the form. */
function similarRows(similar: ArticleFormValues['similar']): { text: string; row: number }[] {
  return similar.map((text, row) => ({ text: (text ?? '').trim(), row })).filter(({ text }) => text !== '');
}

/** Place in the form of a refused field (`/similar/3`), with the problem's name; undefined when it is none of ours. */
export function fieldProblem(
  error: ApiError,
  values: ArticleFormValues,
): { field: (string | number)[]; problem: string } | undefined {
  const { at, problem } = error.details;
  if (error.code !== 'request.invalid' || typeof at !== 'string' || typeof problem !== 'string')
    return undefined;
  const [name = '', index] = at.split('/').filter((part) => part !== '');
  if (name === '') return undefined;
  if (name !== 'similar' || index === undefined) return { field: [name], problem };
  const row = similarRows(values.similar)[Number(index)]?.row;
  return row === undefined ? undefined : { field: [name, row], problem };
}
