import { AppError, type Clock, type DataScope, type Ids } from '../../kernel/index.ts';
import type { ConversationRow, ConversationService } from '../../desk/index.ts';
import { OPENING_CATEGORY, type LiveAnswer, type LiveKnowledge, type Locale } from '../../knowledge/index.ts';
import { deriveUuid } from '../../platform/crypto/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { knownLocale, type QuestionReader } from '../answering/reader.ts';
import { findLastTurn } from '../answering/robot-turn.entity.ts';
import { localeOfText } from '../answering/language.rules.ts';
import { LANG_OF } from '../training/model-keeper.ts';
import { readMood, trendOf, type MoodTrend } from '../opinions/mood.rules.ts';
import {
  hasAssistEvent,
  insertNewEvents,
  listSaidArticles,
  type AssistEventRow,
} from './assist-event.entity.ts';
import { chooseOpening } from './opening.rules.ts';

/** Suggestions an agent sees at once. */
export const SUGGESTIONS_MAX = 3;
/** Messages looked through for the requester's last questions. */
const LOOK_BACK = 20;
/** Questions read; the newest counts most. */
const QUESTIONS_MAX = 3;
/** Weight of each earlier question. */
const EARLIER_WEIGHT = 0.5;

/** A suggested answer; the score is a share, 0 to 1. */
export interface Suggestion {
  articleId: string;
  articleVersion: number;
  question: string;
  answer: string;
  score: number;
}

/** An approved opening for an upset requester. */
export interface Opening {
  articleId: string;
  articleVersion: number;
  text: string;
}

/** What an agent is helped with: suggestions, how the requester feels, and how to begin. */
export interface Help {
  items: Suggestion[];
  mood?: MoodTrend;
  opening?: Opening;
}

/** What an agent did with a suggestion. */
export type AssistOutcome = 'used' | 'edited' | 'ignored';

/** What the robot thought last, for the agent who takes over. */
export interface RobotContext {
  outcome: string;
  reason: string;
  candidates: { articleId: string; question: string; score: number }[];
}

interface AssistDeps {
  clock: Clock;
  ids: Ids;
  conversations: ConversationService;
  live: LiveKnowledge;
  reader: QuestionReader;
  localeOf(siteId: string): Promise<string>;
}

/** Who may see what of a conversation: its agent, anyone while nobody has it, and supervisors. */
export interface Viewer {
  accountId: string;
  maySeeAll: boolean;
  /** What of the organisation it is narrowed to. */
  scope: DataScope;
}

/** What the requester said lately, oldest first, in a site of this language. */
interface Said {
  texts: string[];
  locale: Locale;
}

/** Suggests approved answers to agents and counts what becomes of them. */
export class AssistService {
  readonly #deps: AssistDeps;

  constructor(deps: AssistDeps) {
    this.#deps = deps;
  }

  /**
   * At most three approved answers to the requester's last messages, best first; none while the robot is learning. With
   * them the requester's mood and, when it calls for one, an approved opening.
   * Each is counted as shown once for each agent and conversation. Throws `request.not_found`.
   */
  async suggest(tx: Tx, conversationId: string, viewer: Viewer): Promise<Help> {
    const row = await this.#open(tx, conversationId, viewer);
    const said = await this.#readRequester(tx, row);
    const suggestions = await this.#findSuggestions(tx, said);
    const help = { items: suggestions, ...(await this.#findOpening(tx, said)) };
    const at = this.#deps.clock.now();
    const shown = [...suggestions, ...(help.opening ? [help.opening] : [])];
    await insertNewEvents(
      tx,
      shown.map(({ articleId }) => this.#event({ conversationId, articleId, viewer, outcome: 'shown', at })),
    );
    tx.record({
      action: 'robot.suggest',
      outcome: 'ok',
      target: { type: 'conversation', id: conversationId },
      customer: row.requesterId,
      details: { articles: shown.map(({ articleId }) => articleId) },
    });
    return help;
  }

  /** Keeps what the agent did with a suggestion that was shown to them; throws `request.not_found` otherwise. */
  async settle(
    tx: Tx,
    choice: { conversationId: string; articleId: string; outcome: AssistOutcome; viewer: Viewer },
  ): Promise<void> {
    const row = await this.#open(tx, choice.conversationId, choice.viewer);
    const shown = shownId(choice.conversationId, choice.articleId, choice.viewer);
    if (!(await hasAssistEvent(tx, shown))) throw new AppError('request.not_found');
    await insertNewEvents(tx, [this.#event({ ...choice, at: this.#deps.clock.now() })]);
    tx.record({
      action: 'robot.suggestion-use',
      outcome: 'ok',
      target: { type: 'conversation', id: choice.conversationId },
      customer: row.requesterId,
      details: { articleId: choice.articleId, assistOutcome: choice.outcome },
    });
  }

  /** The robot's last decision with the questions of its candidates that are still live; undefined before the first. */
  async contextOf(db: Db, conversationId: string): Promise<RobotContext | undefined> {
    const turn = await findLastTurn(db, conversationId);
    if (!turn) return undefined;
    const { outcome, reason } = turn;
    const answers = await this.#deps.live.answers(
      db,
      turn.candidates.map(({ id }) => id),
    );
    const candidates = turn.candidates.flatMap(({ id, score }) => {
      const article = answers.get(id);
      return article ? [{ articleId: id, question: article.question, score }] : [];
    });
    return { outcome, reason, candidates: candidates.slice(0, SUGGESTIONS_MAX) };
  }

  async #open(db: Db, conversationId: string, viewer: Viewer): Promise<Readonly<ConversationRow>> {
    const row = await this.#deps.conversations.getWithin(db, conversationId, viewer.scope);
    const maySee = viewer.maySeeAll || row.assigneeId === null || row.assigneeId === viewer.accountId;
    if (!maySee) throw new AppError('request.not_found');
    return row;
  }

  /** Tells whether an approved opening was used in a conversation; one retired since does not count. */
  async wasCalmed(db: Db, conversationId: string): Promise<boolean> {
    const said = await this.#deps.live.answers(db, await listSaidArticles(db, conversationId));
    return [...said.values()].some(({ category }) => category.startsWith(OPENING_CATEGORY));
  }

  async #readRequester(db: Db, row: Readonly<ConversationRow>): Promise<Said> {
    const recent = await this.#deps.conversations.historyBefore(db, row, row.lastSeq + 1, LOOK_BACK);
    return {
      texts: recent.flatMap(({ from, text }) => (from === 'requester' ? [text] : [])),
      locale: knownLocale(await this.#deps.localeOf(row.siteId)),
    };
  }

  async #findOpening(db: Db, { texts, locale }: Said): Promise<Pick<Help, 'mood' | 'opening'>> {
    const mood = trendOf(texts.map((text) => readMood(text, LANG_OF[localeOfText(text, locale)])));
    if (!mood) return {};
    const live = mood.last < 0 || mood.emotion ? await this.#deps.live.openings(db, locale) : [];
    const opening = chooseOpening(live, mood);
    if (!opening) return { mood };
    return {
      mood,
      opening: { articleId: opening.id, articleVersion: opening.version, text: opening.answer },
    };
  }

  async #findSuggestions(db: Db, { texts, locale }: Said): Promise<Suggestion[]> {
    const { reader } = this.#deps;
    const questions = texts.slice(-QUESTIONS_MAX).reverse();
    const found = new Map<string, { article: LiveAnswer; score: number }>();
    for (const [place, text] of questions.entries()) {
      const reading = await reader.read(db, text, locale).catch(ignoreNotReady);
      const scores = new Map(reading?.understanding.candidates.map(({ id, score }) => [id, score]));
      for (const article of reading?.live ?? []) {
        const score = (scores.get(article.id) ?? 0) * EARLIER_WEIGHT ** place;
        if (article.category === 'smalltalk' || score <= (found.get(article.id)?.score ?? 0)) continue;
        found.set(article.id, { article, score });
      }
    }
    const best = [...found.values()].sort((a, b) => b.score - a.score).slice(0, SUGGESTIONS_MAX);
    return best.map(({ article, score }) => ({
      articleId: article.id,
      articleVersion: article.version,
      question: article.question,
      answer: article.answer,
      score: Math.round(score * 10_000) / 10_000,
    }));
  }

  #event(parts: {
    conversationId: string;
    articleId: string;
    viewer: Viewer;
    outcome: AssistOutcome | 'shown';
    at: Date;
  }): AssistEventRow {
    const { conversationId, articleId, viewer, outcome, at } = parts;
    const id = outcome === 'shown' ? shownId(conversationId, articleId, viewer) : this.#deps.ids.next();
    return { id, conversationId, articleId, agentId: viewer.accountId, outcome, at };
  }
}

function shownId(conversationId: string, articleId: string, { accountId }: Viewer): string {
  return deriveUuid(`assist.shown:${conversationId}/${articleId}/${accountId}`);
}

function ignoreNotReady(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'robot.not_ready') return undefined;
  throw error;
}
