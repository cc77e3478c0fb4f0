import { portable, type Db } from '../../platform/persistence/index.ts';
import type { RiskLevel } from './article.entity.ts';

/** What the robot learns of one live article. */
export interface LiveEntry {
  id: string;
  version: number;
  question: string;
  similar: string[];
  riskLevel: RiskLevel;
}

/** One live article with its approved answer. */
export interface LiveAnswer {
  id: string;
  version: number;
  locale: string;
  category: string;
  question: string;
  answer: string;
}

/** The published version, while its validity lasts: half open, from ≤ now < to. */
const LIVE = `FROM article a JOIN article_version v ON v.article_id = a.id AND v.version_no = a.published_version
  WHERE (v.valid_from IS NULL OR v.valid_from <= :now) AND (v.valid_to IS NULL OR v.valid_to > :now)`;

/**
 * Categories of approved openings for an upset requester, `calming.anger` or `calming.anger.urgent`: an agent is shown one,
 * the robot never learns or says it.
 */
export const OPENING_CATEGORY = 'calming.';

const LIVE_ENTRIES = portable<
  { locale: string; now: Date; afterId: string; limit: number },
  { id: string; versionNo: number; question: string; similarTexts: string[]; riskLevel: string }
>(
  'article.live_entries',
  `SELECT a.id, v.version_no, v.question, v.similar_texts, v.risk_level ${LIVE}
    AND v.category NOT LIKE '${OPENING_CATEGORY}%'
    AND a.locale = :locale AND a.id > :afterId ORDER BY a.id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { locale: 'text', now: 'instant', afterId: 'uuid', limit: 'int' },
    result: { id: 'uuid', versionNo: 'int', question: 'text', similarTexts: 'json', riskLevel: 'text' },
  },
);
const LIVE_ANSWERS = portable<
  { idList: string[]; now: Date },
  { id: string; versionNo: number; locale: string; category: string; question: string; answer: string }
>(
  'article.live_answers',
  `SELECT a.id, v.version_no, a.locale, v.category, v.question, v.answer ${LIVE} AND a.id IN (:idList...)`,
  {
    params: { idList: 'uuid', now: 'instant' },
    result: {
      id: 'uuid',
      versionNo: 'int',
      locale: 'text',
      category: 'text',
      question: 'text',
      answer: 'clob',
    },
  },
);
const LIVE_OPENINGS = portable<
  { locale: string; now: Date; limit: number },
  { id: string; versionNo: number; locale: string; category: string; question: string; answer: string }
>(
  'article.live_openings',
  `SELECT a.id, v.version_no, a.locale, v.category, v.question, v.answer ${LIVE}
    AND a.locale = :locale AND v.category LIKE '${OPENING_CATEGORY}%'
    ORDER BY v.category, a.id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { locale: 'text', now: 'instant', limit: 'int' },
    result: {
      id: 'uuid',
      versionNo: 'int',
      locale: 'text',
      category: 'text',
      question: 'text',
      answer: 'clob',
    },
  },
);
const LIVE_STAMP = portable<
  { locale: string; now: Date },
  { articles: number; versions: number | null; changedAt: Date | null }
>(
  'article.live_stamp',
  `SELECT COUNT(*) AS articles, SUM(v.version_no) AS versions, MAX(a.updated_at) AS changed_at ${LIVE}
    AND a.locale = :locale`,
  {
    params: { locale: 'text', now: 'instant' },
    result: { articles: 'int', versions: 'int', changedAt: 'instant' },
  },
);

const PAGE_ENTRIES = 1_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Every live article of a language, by id: what a model is trained on. */
export async function listLiveEntries(db: Db, locale: string, now: Date): Promise<LiveEntry[]> {
  const entries: LiveEntry[] = [];
  let afterId = FIRST_ID;
  for (;;) {
    const rows = await db.all(LIVE_ENTRIES, { locale, now, afterId, limit: PAGE_ENTRIES });
    for (const { id, versionNo: version, question, similarTexts: similar, riskLevel } of rows) {
      entries.push({ id, version, question, similar, riskLevel: riskLevel as RiskLevel });
    }
    if (rows.length < PAGE_ENTRIES) return entries;
    afterId = rows.at(-1)?.id ?? afterId;
  }
}

/**
 * The approved answers of these articles, by id. Articles that were retired or are out of their validity are absent,
 * whatever a model still says: nothing is quoted that is not live at this moment.
 */
export async function findLiveAnswers(
  db: Db,
  ids: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, LiveAnswer>> {
  if (ids.length === 0) return new Map();
  const rows = await db.all(LIVE_ANSWERS, { idList: [...ids], now });
  return new Map(rows.map(({ versionNo, ...row }) => [row.id, { ...row, version: versionNo }]));
}

/** Openings looked at; more of them for a handful of feelings is a fault of the editor. */
const OPENINGS_MAX = 50;

/** The live openings of a language, by category. */
export async function listLiveOpenings(db: Db, locale: string, now: Date): Promise<LiveAnswer[]> {
  const rows = await db.all(LIVE_OPENINGS, { locale, now, limit: OPENINGS_MAX });
  return rows.map(({ versionNo, ...row }) => ({ ...row, version: versionNo }));
}

/** A short text that changes when the live articles of a language change; cheap enough to ask every few seconds. */
export async function liveStamp(db: Db, locale: string, now: Date): Promise<string> {
  const row = await db.one(LIVE_STAMP, { locale, now });
  return `${row?.articles ?? 0}/${row?.versions ?? 0}/${row?.changedAt?.getTime() ?? 0}`;
}
