import { AppError, decodeCursor, encodeCursor } from '../../kernel/index.ts';
import type { BothTexts, ExportKind } from '../../platform/documents/index.ts';
import { portable, type Db } from '../../platform/persistence/index.ts';
import { containsPattern, equalsPattern } from './article.rules.ts';
import type { ArticleFilter } from './article.view.ts';

const STATES: Record<string, BothTexts> = {
  draft: { zh: '草稿', en: 'Draft' },
  review: { zh: '待审批', en: 'In review' },
  approved: { zh: '已批准', en: 'Approved' },
  published: { zh: '已发布', en: 'Published' },
  retired: { zh: '已下线', en: 'Retired' },
};

interface ExportedRow {
  id: string;
  locale: string;
  category: string;
  state: string;
  question: string;
  answer: string | null;
  similarTexts: string[] | null;
  riskLevel: string | null;
  similarCount: number;
  validFrom: Date | null;
  validTo: Date | null;
  updatedAt: Date;
}

/**
 * By id, which never changes, and not by the last change as the list is: an article that is changed meanwhile would
 * move to where the export has been already.
 */
const ARTICLES = portable<
  { state: string; locale: string; category: string; text: string; afterId: string; limit: number },
  ExportedRow
>(
  'article.export',
  `SELECT a.id, a.locale, a.category, a.state, a.question, v.answer, v.similar_texts, v.risk_level,
      a.similar_count, a.valid_from, a.valid_to,
      a.updated_at
    FROM article a LEFT JOIN article_version v
      ON v.article_id = a.id AND v.version_no = COALESCE(a.published_version, a.last_version)
    WHERE a.state LIKE :state ESCAPE '!' AND a.locale LIKE :locale ESCAPE '!'
      AND a.category LIKE :category ESCAPE '!' AND a.search_text LIKE :text ESCAPE '!' AND a.id > :afterId
    ORDER BY a.id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { state: 'text', locale: 'text', category: 'text', text: 'text', afterId: 'uuid', limit: 'int' },
    result: {
      id: 'uuid',
      locale: 'text',
      category: 'text',
      state: 'text',
      question: 'text',
      answer: 'clob',
      similarTexts: 'json',
      riskLevel: 'text',
      similarCount: 'int',
      validFrom: 'instant',
      validTo: 'instant',
      updatedAt: 'instant',
    },
  },
);
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Articles with the answer that is published, or else the last one written. */
export function articleExport(): ExportKind {
  return {
    kind: 'knowledge.articles',
    title: { zh: '知识条目', en: 'Knowledge articles' },
    permission: 'knowledge:write',
    formats: ['xlsx', 'csv', 'pdf'],
    canUnmask: false,
    columns: [
      { key: 'question', title: { zh: '标准问', en: 'Question' }, type: 'text', width: 40 },
      { key: 'answer', title: { zh: '答案', en: 'Answer' }, type: 'text', width: 60 },
      { key: 'category', title: { zh: '分类', en: 'Category' }, type: 'text', width: 14 },
      { key: 'locale', title: { zh: '语言', en: 'Language' }, type: 'text', width: 8 },
      { key: 'state', title: { zh: '状态', en: 'State' }, type: 'text', width: 10 },
      { key: 'similarCount', title: { zh: '相似问', en: 'Similar' }, type: 'integer', width: 8 },
      { key: 'validFrom', title: { zh: '生效', en: 'Valid from' }, type: 'instant', width: 20 },
      { key: 'validTo', title: { zh: '失效', en: 'Valid to' }, type: 'instant', width: 20 },
      { key: 'updatedAt', title: { zh: '更新时间', en: 'Updated' }, type: 'instant', width: 20 },
    ],
    params: {
      type: 'object',
      additionalProperties: false,
      properties: {
        state: { enum: Object.keys(STATES) },
        locale: { type: 'string', maxLength: 10 },
        category: { type: 'string', maxLength: 100 },
        q: { type: 'string', minLength: 1, maxLength: 200 },
      },
    },
    notes(params, lang) {
      const { state, locale, category, q } = params as ArticleFilter;
      const isChinese = lang === 'zh-CN';
      const named = (zh: string, en: string, value: string | undefined) =>
        value === undefined ? [] : [isChinese ? `${zh}：${value}` : `${en}: ${value}`];
      return [
        ...named('状态', 'State', state && STATES[state]?.[isChinese ? 'zh' : 'en']),
        ...named('语言', 'Language', locale),
        ...named('分类', 'Category', category),
        ...named('关键词', 'Words', q),
      ];
    },
    async page(db, { params, cursor, limit, lang }) {
      const rows = await readExported(db, params as ArticleFilter, { cursor, limit });
      const last = rows.at(-1);
      const word = lang === 'zh-CN' ? 'zh' : 'en';
      return {
        rows: rows.map((row) => [
          ...[row.question, row.answer, row.category, row.locale],
          STATES[row.state]?.[word] ?? row.state,
          ...[row.similarCount, row.validFrom, row.validTo, row.updatedAt],
        ]),
        ids: rows.map(({ id }) => id),
        next: rows.length < limit || last === undefined ? null : encodeCursor([last.id]),
      };
    },
  };
}

/** The filters an export of articles takes. */
export type ArticleExportParams = ArticleFilter;

/** A page of articles by id, each with the content that is published, or else the last one written. */
export function readExported(
  db: Db,
  { state, locale, category, q }: ArticleFilter,
  { cursor, limit }: { cursor: string | null; limit: number },
): Promise<ExportedRow[]> {
  const [afterId] = cursor === null ? [FIRST] : decodeCursor(cursor, 1);
  if (typeof afterId !== 'string') throw new AppError('request.cursor_invalid');
  return db.all(ARTICLES, {
    ...{ state: equalsPattern(state), locale: equalsPattern(locale), category: equalsPattern(category) },
    text: q === undefined ? '%' : containsPattern(q),
    ...{ afterId, limit },
  });
}
