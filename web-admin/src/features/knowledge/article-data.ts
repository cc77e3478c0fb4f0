import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError, type Page } from '../../api/index.ts';
import { knownParam } from '../../components/index.ts';

/** States of an article in the order of its life. */
export const ARTICLE_STATES = ['draft', 'review', 'approved', 'published', 'retired'] as const;

export type ArticleState = (typeof ARTICLE_STATES)[number];

/** Languages the robot learns. */
export const ARTICLE_LOCALES = ['zh-CN', 'en'] as const;

export type ArticleLocale = (typeof ARTICLE_LOCALES)[number];

export type RiskLevel = 'normal' | 'high';

/** Limits of one article, in characters and counts; the server has the same ones. */
export const ARTICLE_LIMITS = {
  question: 300,
  answer: 8_000,
  similar: 200,
  category: 60,
  reason: 500,
} as const;

/** One row of the list. Question, category, and validity are those of the newest version. */
export interface ArticleItem {
  id: string;
  locale: ArticleLocale;
  category: string;
  question: string;
  state: ArticleState;
  publishedVersion?: number;
  draftVersion?: number;
  similarCount: number;
  owner: string;
  validFrom?: string;
  validTo?: string;
  updatedAt: string;
  version: number;
}

/** One version; never changed after it was written but for its state, approval, and rejection. */
export interface ArticleVersion {
  version: number;
  state: ArticleState;
  category: string;
  question: string;
  answer: string;
  similar: string[];
  riskLevel: RiskLevel;
  validFrom?: string;
  validTo?: string;
  author: string;
  authorId: string;
  approver?: string;
  approvedAt?: string;
  reason?: string;
  rejectedReason?: string;
  contentHash: string;
  createdAt: string;
}

/** What the gate found for an approved version; shares 0 to 1. */
export interface Judgement {
  isPassed: boolean;
  cases: number;
  at: string;
  mustFailed: number;
  rightBefore: number;
  rightAfter: number;
  falseBefore: number;
  falseAfter: number;
  changed: { caseId: string; question: string; isMust: boolean; isWorse: boolean }[];
}

/** An article with its versions, newest first. */
export interface Article extends ArticleItem {
  versions: ArticleVersion[];
  /** Of a version that was approved and is not published. */
  judgement?: Judgement;
}

/** What the form writes. Validity instants are ISO UTC; null means without a limit. */
export interface ArticleContent {
  category: string;
  question: string;
  answer: string;
  similar: string[];
  riskLevel: RiskLevel;
  validFrom: string | null;
  validTo: string | null;
}

/** Filters of the list as they stand in the address. */
export interface ArticleFilters {
  state?: ArticleState | undefined;
  locale?: ArticleLocale | undefined;
  category?: string | undefined;
  q?: string | undefined;
}

/** Reads the filters from an address; unknown values are left out, so an old link still works. */
export function parseFilters(search: URLSearchParams): ArticleFilters {
  return {
    state: knownParam(search, 'state', ARTICLE_STATES),
    locale: knownParam(search, 'locale', ARTICLE_LOCALES),
    category: search.get('category') || undefined,
    q: search.get('q')?.trim() || undefined,
  };
}

/** What may be done to an article; the server has the same table and decides. */
export type ArticleAct = 'revise' | 'submit' | 'approve' | 'reject' | 'retire';

const ACTS: Record<ArticleState, readonly ArticleAct[]> = {
  draft: ['revise', 'submit', 'retire'],
  review: ['revise', 'approve', 'reject', 'retire'],
  approved: ['revise', 'reject', 'retire'],
  published: ['revise', 'retire'],
  retired: ['revise'],
};

/** Tells whether an article's state allows an act. */
export function allows(article: ArticleItem, act: ArticleAct): boolean {
  return ACTS[article.state]?.includes(act) ?? false;
}

/** The version a reader should see first: the one in work, else the live one, else the newest. */
export function currentVersion(article: Article): ArticleVersion | undefined {
  const wanted = article.draftVersion ?? article.publishedVersion;
  return article.versions.find(({ version }) => version === wanted) ?? article.versions[0];
}

/** The form in which the server compares two wordings: NFKC, lower case, letters and digits only. */
export function wordingForm(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Positions of similar questions that repeat the standard question or an earlier one; the server drops them. */
export function repeatedIndexes(question: string, similar: readonly string[]): Set<number> {
  const seen = new Set([wordingForm(question)]);
  const repeated = new Set<number>();
  similar.forEach((text, index) => {
    const form = wordingForm(text);
    if (form !== '' && seen.has(form)) repeated.add(index);
    seen.add(form);
  });
  return repeated;
}

/** An article by id. */
export function useArticle(id: string) {
  const api = useApi();
  return useQuery<Article, ApiError>({
    queryKey: ['articles', 'one', id],
    queryFn: ({ signal }) => api.get<Article>(`/articles/${id}`, { signal }),
  });
}

/** Categories in use, by language. */
export function useCategories() {
  const api = useApi();
  return useQuery<{ category: string; locale: string; count: number }[], ApiError>({
    queryKey: ['articles', 'categories'],
    queryFn: async ({ signal }) =>
      (
        await api.get<Page<{ category: string; locale: string; count: number }>>('/article-categories', {
          signal,
        })
      ).items,
  });
}

/** Names of categories in use, each once, for a language or for all. */
export function categoryNames(
  rows: readonly { category: string; locale: string }[],
  locale: string | undefined,
): string[] {
  const fitting = rows.filter((row) => !locale || row.locale === locale);
  return [...new Set(fitting.map(({ category }) => category))];
}

/** Writes of the knowledge base. Each reads everything again afterwards, after a refusal too. */
export function useArticleActions() {
  const api = useApi();
  const cache = useQueryClient();

  async function change(send: () => Promise<Article>): Promise<Article> {
    try {
      return await send();
    } finally {
      await cache.invalidateQueries({ queryKey: ['articles'] });
    }
  }

  const act = (id: string, name: Exclude<ArticleAct, 'revise'>, body: object = {}) =>
    change(() => api.post<Article>(`/articles/${id}/${name}`, { body }));

  return {
    create: (locale: ArticleLocale, content: ArticleContent) =>
      change(() => api.create<Article>('/articles', { body: { locale, ...content } })),
    revise: (id: string, content: ArticleContent, reason: string) =>
      change(() => api.create<Article>(`/articles/${id}/versions`, { body: { ...content, reason } })),
    submit: (id: string) => act(id, 'submit'),
    approve: (id: string) => act(id, 'approve'),
    reject: (id: string, reason: string) => act(id, 'reject', { reason }),
    retire: (id: string, reason: string) => act(id, 'retire', { reason }),
    rollBack: (id: string, version: number, reason: string) =>
      change(() => api.post<Article>(`/articles/${id}/roll-back`, { body: { version, reason } })),
  };
}
