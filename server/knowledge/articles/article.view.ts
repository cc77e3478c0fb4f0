import { portable, type Db } from '../../platform/persistence/index.ts';
import type { ArticleRow } from './article.entity.ts';
import { containsPattern, equalsPattern } from './article.rules.ts';

interface ListParams {
  state: string;
  locale: string;
  category: string;
  text: string;
  beforeAt: Date;
  beforeId: string;
  limit: number;
}

const ARTICLE_LIST = portable<ListParams, ArticleRow>(
  'article.list',
  `SELECT id, locale, category, state, question, search_text, owner_id, published_version, draft_version,
      last_version, similar_count, valid_from, valid_to, updated_at, version
    FROM article
    WHERE state LIKE :state ESCAPE '!' AND locale LIKE :locale ESCAPE '!' AND category LIKE :category ESCAPE '!'
      AND search_text LIKE :text ESCAPE '!'
      AND updated_at <= :beforeAt AND (updated_at < :beforeAt OR id < :beforeId)
    ORDER BY updated_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: {
      state: 'text',
      locale: 'text',
      category: 'text',
      text: 'text',
      beforeAt: 'instant',
      beforeId: 'uuid',
      limit: 'int',
    },
    result: {
      id: 'uuid',
      locale: 'text',
      category: 'text',
      state: 'text',
      question: 'text',
      searchText: 'text',
      ownerId: 'text',
      publishedVersion: 'int',
      draftVersion: 'int',
      lastVersion: 'int',
      similarCount: 'int',
      validFrom: 'instant',
      validTo: 'instant',
      updatedAt: 'instant',
      version: 'int',
    },
  },
);

/** A category of a language and how many articles it has. */
export interface CategoryCount {
  category: string;
  locale: string;
  count: number;
}

const CATEGORIES = portable<{ limit: number }, { category: string; locale: string; articles: number }>(
  'article.categories',
  `SELECT category, locale, COUNT(*) AS articles FROM article WHERE state <> 'retired'
    GROUP BY category, locale ORDER BY category, locale FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: { category: 'text', locale: 'text', articles: 'int' } },
);

const CATEGORIES_MAX = 500;

/** What the list can be narrowed by; an absent part means any. */
export interface ArticleFilter {
  state?: string | undefined;
  locale?: string | undefined;
  category?: string | undefined;
  /** Found anywhere in the question or its first wordings, in any case. */
  q?: string | undefined;
}

/** Before every row that can exist: the start of the first page. */
const FIRST_PAGE = { at: new Date('9999-12-31T00:00:00.000Z'), id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** Articles, last changed first, behind the row `after` (its change instant and id). */
export function listArticles(
  db: Db,
  filter: ArticleFilter,
  page: { limit: number; after?: { at: Date; id: string } | undefined },
): Promise<ArticleRow[]> {
  const start = page.after ?? FIRST_PAGE;
  return db.all(ARTICLE_LIST, {
    state: equalsPattern(filter.state),
    locale: equalsPattern(filter.locale),
    category: equalsPattern(filter.category),
    text: filter.q === undefined ? '%' : containsPattern(filter.q),
    beforeAt: start.at,
    beforeId: start.id,
    limit: page.limit,
  });
}

/** Categories in use with their counts, at most 500. */
export async function listCategories(db: Db): Promise<CategoryCount[]> {
  const rows = await db.all(CATEGORIES, { limit: CATEGORIES_MAX });
  return rows.map(({ category, locale, articles }) => ({ category, locale, count: articles }));
}
