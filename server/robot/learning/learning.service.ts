import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import type { ConversationService } from '../../desk/index.ts';
import type { ArticleService, Locale } from '../../knowledge/index.ts';
import { maskText } from '../../platform/crypto/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import type {
  LearningBatchRow,
  LearningMemberRow,
  LearningProposalRow,
  ProposalKind,
  ProposalSource,
} from './learning.entity.ts';
import { decideProposal, findProposal, insertProposal, isProposed, listMembers } from './learning.repo.ts';
import { listBatches, listOpenProposals } from './learning.view.ts';

/** A message by its place. */
interface Place {
  conversationId: string;
  messageSeq: number;
}

/** A proposal to store. */
export interface NewProposal {
  kind: ProposalKind;
  source: ProposalSource;
  articleId?: string;
  /** 0 to 1. */
  score: number;
  /** The questions, the most typical first. */
  members: Place[];
  /** The agent's answer to one of them. */
  reply?: Place;
  /** How many messages said it; those named in `members` unless given. */
  askedCount?: number;
}

/** A proposal as a person decides on it: texts are masked, and read from their conversations at this moment. */
export interface ShownProposal {
  id: string;
  locale: string;
  kind: string;
  source: string;
  score: number;
  articleId: string | null;
  articleQuestion: string | null;
  questions: string[];
  /** How many messages said it. */
  askedCount: number;
  reply: string | null;
  createdAt: Date;
  version: number;
}

/** What a person decides: the wording to add, or the article to write. */
export interface Acceptance {
  articleId?: string;
  question: string;
  /** More wordings to add with it. */
  similar?: string[];
  answer?: string;
}

interface LearningDeps {
  clock: Clock;
  ids: Ids;
  conversations: Pick<ConversationService, 'get' | 'getWithin' | 'history'>;
  articles: ArticleService;
}

const PPM = 1_000_000;
/** Category of an article that grew out of a proposal, until its editor gives it another. */
const NEW_CATEGORY = 'learned';

/** Stores a proposal with the places of its messages. */
export async function storeProposal(
  { clock, ids }: { clock: Clock; ids: Ids },
  tx: Tx,
  proposal: NewProposal & { locale: string; batchId?: string },
): Promise<LearningProposalRow> {
  const row: LearningProposalRow = {
    id: ids.next(),
    locale: proposal.locale,
    kind: proposal.kind,
    source: proposal.source,
    state: 'open',
    articleId: proposal.articleId ?? null,
    scorePpm: Math.round(Math.min(1, Math.max(0, proposal.score)) * PPM),
    batchId: proposal.batchId ?? null,
    createdAt: clock.now(),
    decidedBy: null,
    decidedAt: null,
    version: 1,
    askedCount: proposal.askedCount ?? proposal.members.length,
  };
  const places = [
    ...proposal.members.map((place) => ({ place, isReply: false })),
    ...(proposal.reply ? [{ place: proposal.reply, isReply: true }] : []),
  ];
  const members = places.map(({ place, isReply }, position): LearningMemberRow => {
    const { conversationId, messageSeq } = place;
    return { id: ids.next(), proposalId: row.id, position, conversationId, messageSeq, isReply };
  });
  await insertProposal(tx, row, members);
  return row;
}

/** What the robot would like to learn, decided by people; accepting makes a draft, which goes the way of all articles. */
export class LearningService {
  readonly #deps: LearningDeps;

  constructor(deps: LearningDeps) {
    this.#deps = deps;
  }

  /**
   * An agent's "this question means that article". The message must be the requester's, in a conversation within the agent's
   * scope. Throws `request.not_found`, `proposal.exists`.
   */
  async propose(tx: Tx, input: Place & { articleId: string; locale: Locale }): Promise<LearningProposalRow> {
    const { conversationId, messageSeq, articleId, locale } = input;
    await this.#deps.articles.get(tx, articleId);
    const text = await this.#textAt(tx, { conversationId, messageSeq }, 'requester');
    if (text === undefined) throw new AppError('request.not_found');
    if (await isProposed(tx, conversationId, messageSeq)) throw new AppError('proposal.exists');
    const row = await storeProposal(this.#deps, tx, {
      ...{ kind: 'similar', source: 'agent', articleId, locale, score: 1 },
      members: [{ conversationId, messageSeq }],
    });
    tx.record({
      action: 'robot.propose',
      outcome: 'ok',
      target: { type: 'learning-proposal', id: row.id },
      details: { articleId, locale },
    });
    return row;
  }

  /** Open proposals after an id, oldest first, whose messages are still there; and where the next page begins. */
  async list(
    db: Db,
    page: { afterId?: string; limit: number },
  ): Promise<{ items: ShownProposal[]; next: string | undefined }> {
    const rows = await listOpenProposals(db, page);
    const members = await listMembers(
      db,
      rows.map(({ id }) => id),
    );
    const items: ShownProposal[] = [];
    for (const row of rows) {
      const own = members.filter(({ proposalId }) => proposalId === row.id);
      const shown = await this.#show(db, row, own);
      if (shown.questions.length > 0) items.push(shown);
    }
    const last = rows.length < page.limit ? undefined : rows[rows.length - 1]?.id;
    return { items, next: last };
  }

  /** The last nights, newest first, with what their proposals would change. */
  batches(db: Db): Promise<LearningBatchRow[]> {
    return listBatches(db);
  }

  /**
   * Makes the wording a similar question of the article, or the question an article of its own, as a draft of the person
   * who accepts: another person's approval publishes it. Throws `request.not_found`, `request.version_stale`,
   * `proposal.state_refused` when it was decided, and what the knowledge refuses.
   */
  async accept(tx: Tx, target: { id: string; version: number }, input: Acceptance): Promise<string> {
    const row = await this.#open(tx, target);
    const articleId = input.articleId ?? row.articleId;
    const draft =
      articleId === null
        ? await this.#deps.articles.create(tx, row.locale as Locale, newArticle(input))
        : await this.#addWordings(tx, articleId, [input.question, ...(input.similar ?? [])]);
    await this.#decide(tx, { ...row, articleId: draft.id }, 'accepted');
    return draft.id;
  }

  /** Says no; the same message is not proposed again. Errors as `accept`. */
  async reject(tx: Tx, target: { id: string; version: number }): Promise<void> {
    await this.#decide(tx, await this.#open(tx, target), 'rejected');
  }

  async #open(tx: Tx, { id, version }: { id: string; version: number }): Promise<LearningProposalRow> {
    const row = await findProposal(tx, id);
    if (!row) throw new AppError('request.not_found');
    if (row.version !== version) throw new AppError('request.version_stale');
    if (row.state !== 'open') throw new AppError('proposal.state_refused');
    return row;
  }

  /** On top of the newest content, so that a colleague's open draft is not lost. */
  async #addWordings(tx: Tx, articleId: string, wordings: string[]) {
    const { versions } = await this.#deps.articles.get(tx, articleId);
    const newest = versions[0];
    if (!newest) throw new AppError('request.not_found');
    const { category, answer, riskLevel, validFrom, validTo } = newest;
    return this.#deps.articles.revise(tx, articleId, {
      ...{ category, question: newest.question, answer, riskLevel: riskLevel as 'normal' | 'high' },
      similar: [...newest.similarTexts, ...wordings],
      ...(validFrom && { validFrom: validFrom.toISOString() }),
      ...(validTo && { validTo: validTo.toISOString() }),
      reason: 'learned',
    });
  }

  async #decide(tx: Tx, row: LearningProposalRow, state: 'accepted' | 'rejected'): Promise<void> {
    const decided = { ...row, state, decidedBy: tx.context.actor.id, decidedAt: this.#deps.clock.now() };
    if (!(await decideProposal(tx, decided, row.version))) throw new AppError('request.version_stale');
    tx.record({
      action: state === 'accepted' ? 'robot.learn-accept' : 'robot.learn-reject',
      outcome: 'ok',
      target: { type: 'learning-proposal', id: row.id },
      details: { kind: row.kind, ...(row.articleId !== null && { articleId: row.articleId }) },
    });
  }

  async #show(db: Db, row: LearningProposalRow, members: LearningMemberRow[]): Promise<ShownProposal> {
    const questions: string[] = [];
    for (const member of members.filter(({ isReply }) => !isReply)) {
      const text = await this.#textAt(db, member, 'requester');
      if (text !== undefined) questions.push(text);
    }
    const replyAt = members.find(({ isReply }) => isReply);
    const article = row.articleId === null ? undefined : await this.#deps.articles.get(db, row.articleId);
    return {
      ...{ id: row.id, locale: row.locale, kind: row.kind, source: row.source, score: row.scorePpm / PPM },
      articleId: row.articleId,
      articleQuestion: article?.article.question ?? null,
      questions,
      askedCount: row.askedCount,
      reply: (replyAt && (await this.#textAt(db, replyAt, 'agent'))) ?? null,
      createdAt: row.createdAt,
      version: row.version,
    };
  }

  /** A message's text, masked; undefined when it is not theirs, holds no text, or is gone. */
  async #textAt(db: Db, place: Place, from: 'requester' | 'agent'): Promise<string | undefined> {
    const { conversations } = this.#deps;
    try {
      const row = await conversations.get(place.conversationId);
      const [message] = await conversations.history(db, row, place.messageSeq - 1, 1);
      const isIt = message?.seq === place.messageSeq && message.from === from && message.text !== '';
      return isIt ? maskText(message.text) : undefined;
    } catch (error) {
      const isGone =
        error instanceof AppError && ['request.not_found', 'crypto.key_missing'].includes(error.code);
      if (isGone) return undefined;
      throw error;
    }
  }
}

function newArticle({ question, similar = [], answer }: Acceptance) {
  if (answer === undefined) throw new AppError('request.invalid', { details: { pointer: '/answer' } });
  return { category: NEW_CATEGORY, question, answer, similar, riskLevel: 'normal' as const };
}
