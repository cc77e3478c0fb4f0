import type { DataScope } from '../../kernel/index.ts';
import {
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type Db,
  type ScopeParams,
} from '../../platform/persistence/index.ts';

/** What became of the suggestions of one article, to one agent, or in one team; `rate` is used and edited over shown. */
export interface Adoption {
  /** Article, account, or skill group; null for conversations without a skill group. */
  id: string | null;
  shown: number;
  used: number;
  edited: number;
  ignored: number;
  /** 0 to 1; null when nothing was shown in the period. */
  rate: number | null;
}

/** Adoption by article, by agent, and by team, the most shown first; the questions of the articles by id. */
export interface AdoptionReport {
  total: Adoption;
  articles: (Adoption & { question: string | null })[];
  agents: Adoption[];
  teams: Adoption[];
}

/** Rows of each table; a longer one is read by nobody. */
const ROWS_MAX = 100;
const GROUPS_MAX = 4 * 2_000;

interface Params extends ScopeParams {
  fromAt: Date;
  toAt: Date;
  limit: number;
}
interface Counted {
  groupId: string | null;
  outcome: string;
  eventCount: number;
}

const FROM = `FROM assist_event e JOIN conversation c ON c.id = e.conversation_id
  WHERE e.at >= :fromAt AND e.at < :toAt AND ${withinScope('c', 'assignee_id')}`;
const KINDS = {
  params: { fromAt: 'instant', toAt: 'instant', limit: 'int', ...SCOPE_PARAMS },
  result: { groupId: 'uuid', outcome: 'text', eventCount: 'int' },
} as const;
const countBy = (name: string, column: string) =>
  portable<Params, Counted>(
    name,
    `SELECT ${column} AS group_id, e.outcome, COUNT(*) AS event_count ${FROM}
      GROUP BY ${column}, e.outcome ORDER BY event_count DESC, group_id, e.outcome FETCH FIRST :limit ROWS ONLY`,
    KINDS,
  );
const BY_ARTICLE = countBy('assist_event.by_article', 'e.article_id');
const BY_AGENT = countBy('assist_event.by_agent', 'e.agent_id');
const BY_TEAM = countBy('assist_event.by_team', 'c.skill_group_id');

const QUESTIONS = portable<{ idList: readonly string[] }, { id: string; question: string }>(
  'article.questions_of',
  'SELECT a.id, a.question FROM article a WHERE a.id IN (:idList...)',
  { params: { idList: 'uuid' }, result: { id: 'uuid', question: 'text' } },
);

function addUp(rows: readonly Counted[]): Omit<Adoption, 'id'> {
  const count = (outcome: string) =>
    rows.filter((row) => row.outcome === outcome).reduce((sum, { eventCount }) => sum + eventCount, 0);
  const [shown, used, edited, ignored] = ['shown', 'used', 'edited', 'ignored'].map(count) as [
    number,
    number,
    number,
    number,
  ];
  const rate = shown === 0 ? null : Math.round((10_000 * (used + edited)) / shown) / 10_000;
  return { shown, used, edited, ignored, rate };
}

function group(rows: readonly Counted[]): Adoption[] {
  const byId = new Map<string | null, Counted[]>();
  for (const row of rows) byId.set(row.groupId, [...(byId.get(row.groupId) ?? []), row]);
  return [...byId]
    .map(([id, own]) => ({ id, ...addUp(own) }))
    .sort((a, b) => b.shown - a.shown || b.used - a.used)
    .slice(0, ROWS_MAX);
}

/** The report of a period within a scope; O(suggestions of the period). */
export async function readAdoption(
  db: Db,
  window: { from: Date; to: Date },
  scope: DataScope,
): Promise<AdoptionReport> {
  const range = { fromAt: window.from, toAt: window.to, limit: GROUPS_MAX, ...scopeParams(scope) };
  const byTeam = await db.all(BY_TEAM, range);
  const articles = group(await db.all(BY_ARTICLE, range));
  const idList = articles.flatMap(({ id }) => (id === null ? [] : [id]));
  const known = idList.length === 0 ? [] : await db.all(QUESTIONS, { idList });
  const questions = new Map(known.map(({ id, question }) => [id, question]));
  return {
    total: { id: null, ...addUp(byTeam) },
    articles: articles.map((row) => ({ ...row, question: questions.get(row.id ?? '') ?? null })),
    agents: group(await db.all(BY_AGENT, range)),
    teams: group(byTeam),
  };
}
