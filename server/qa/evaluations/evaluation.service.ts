import { AppError, scopeOf, type Clock, type DataScope, type Ids } from '../../kernel/index.ts';
import type { ConversationRow, StoredMessage } from '../../desk/index.ts';
import type { Crypto, Dek } from '../../platform/crypto/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import {
  arePointsAllowed,
  computeScore,
  createJudge,
  type Judge,
  type SentimentOf,
  type Utterance,
} from '../judging/qa.rules.ts';
import type { Conversations } from '../ports.ts';
import type { ScoreCardRow } from '../score-cards/score-card.entity.ts';
import { findCardVersion } from '../score-cards/score-card.repo.ts';
import type { Criterion } from '../score-cards/score-card.rules.ts';
import type { ScoreCardService } from '../score-cards/score-card.service.ts';
import {
  reasonCell,
  remarkCell,
  type EvaluationCriterionRow,
  type EvaluationRow,
} from './evaluation.entity.ts';
import {
  findEvaluation,
  findEvaluationOf,
  insertEvaluation,
  listCriteria,
  rescoreEvaluation,
} from './evaluation.repo.ts';

/** What the use cases of evaluations work with. */
export interface EvaluationServiceDeps {
  conversations: Conversations;
  cards: ScoreCardService;
  sentimentOf: SentimentOf;
  crypto: Crypto;
  clock: Clock;
  ids: Ids;
}

/** An evaluation with all that belongs to it. */
export interface FullEvaluation {
  row: EvaluationRow;
  card: ScoreCardRow;
  criteria: EvaluationCriterionRow[];
}

/** An inspector's new points. Criteria that are not named keep theirs. */
export interface Rescore {
  criteria: { id: string; points: number; remark?: string }[];
  reason: string;
}

/** Messages of one conversation that are judged; a longer one is judged by its beginning. */
const MESSAGES_MAX = 2_000;
const MESSAGES_PER_PAGE = 500;
/** The reason itself may name a person, so it is sealed beside the evaluation; the trail says where it is. */
const REASON_CODE = 'see-evaluation';

/** Use cases of evaluations: judged by rules at the close of a conversation, scored again by inspectors. */
export class EvaluationService {
  readonly #deps: EvaluationServiceDeps;
  #judge: { key: string; judge: Judge } | undefined;

  constructor(deps: EvaluationServiceDeps) {
    this.#deps = deps;
  }

  /**
   * Judges a closed conversation by the card in use. One that has an evaluation, or is open again, is left alone, so
   * a repeated event changes nothing.
   */
  async evaluate(tx: Tx, conversationId: string): Promise<void> {
    const { conversations, cards, ids, clock } = this.#deps;
    if ((await findEvaluationOf(tx, conversationId)) !== undefined) return;
    const conversation = await conversations.get(conversationId);
    if (conversation.state !== 'closed') return;
    const card = await cards.current(tx);
    const judgements = this.#judgeOf(card)((await this.#messages(tx, conversation)).map(toUtterance));
    const id = ids.next();
    const row: EvaluationRow = {
      id,
      conversationId,
      agentId: conversation.assigneeId,
      unitId: conversation.unitId,
      scoreCardId: card.id,
      scoreCardVersion: card.version,
      ...computeScore(card.criteria, judgements),
      state: 'automatic',
      evaluatedAt: clock.now(),
      rescoredBy: null,
      rescoredAt: null,
      reasonEnc: null,
      version: 1,
    };
    const criteria = judgements.map((judgement) => ({ evaluationId: id, ...judgement, remarkEnc: null }));
    await insertEvaluation(tx, ids, { row, criteria });
    tx.record({
      action: 'evaluation.create',
      outcome: 'ok',
      target: { type: 'conversation', id: conversationId },
      customer: conversation.requesterId,
      details: {
        evaluationId: id,
        scoreCardVersion: card.version,
        ...(row.score === null ? {} : { score: row.score }),
        failed: judgements.filter(({ isMet }) => isMet === false).map(({ criterionId }) => criterionId),
      },
    });
  }

  /** The evaluation with its card and criteria, if the scope reaches it; throws `request.not_found`. */
  async get(db: Db, id: string, scope: DataScope): Promise<FullEvaluation> {
    const row = await findEvaluation(db, id, scope);
    if (row === undefined) throw new AppError('request.not_found');
    const card = await findCardVersion(db, row.scoreCardId, row.scoreCardVersion);
    if (card === undefined) throw new Error(`Evaluation ${id} names a score card version that is not there.`);
    return { row, card, criteria: await listCriteria(db, id) };
  }

  /** The messages that were judged, in order. */
  async messages(db: Db, conversationId: string) {
    const conversation = await this.#deps.conversations.get(conversationId);
    return { conversation, messages: await this.#messages(db, conversation) };
  }

  /**
   * Scores an evaluation again; the score is added up from all points, old and new. Throws `request.not_found`,
   * `request.version_stale`, `request.invalid` for an unknown criterion or points it cannot give, and
   * `crypto.key_missing` when the requester was erased.
   */
  async rescore(tx: Tx, target: { id: string; version: number }, input: Rescore): Promise<FullEvaluation> {
    const { row: before, card, criteria } = await this.get(tx, target.id, scopeOf(tx.context.actor));
    if (before.version !== target.version) throw new AppError('request.version_stale');
    const conversation = await this.#deps.conversations.get(before.conversationId);
    const dek = await this.#deps.crypto.dek(conversation.dekId);
    const changed = changedCriteria({ row: before, card, criteria }, input, dek);
    const after = criteria.map(
      (row) => changed.find(({ criterionId }) => criterionId === row.criterionId) ?? row,
    );
    const row: EvaluationRow = {
      ...before,
      ...computeScore(card.criteria, after),
      state: 'manual',
      rescoredBy: tx.context.actor.id,
      rescoredAt: this.#deps.clock.now(),
      reasonEnc: dek.seal(reasonCell(before.id), input.reason),
      version: before.version + 1,
    };
    const isWritten = await rescoreEvaluation(tx, this.#deps.ids, { before, row, criteria: changed });
    if (!isWritten) throw new AppError('request.version_stale');
    tx.record({
      action: 'evaluation.rescore',
      outcome: 'ok',
      target: { type: 'evaluation', id: row.id },
      customer: conversation.requesterId,
      reason: REASON_CODE,
      details: {
        conversationId: row.conversationId,
        scoreBefore: before.score ?? 'none',
        scoreAfter: row.score ?? 'none',
        criteria: changed.map((each) => `${each.criterionId}:${pointsOf(criteria, each)}>${each.points}`),
      },
    });
    return { row, card, criteria: after };
  }

  #judgeOf(card: ScoreCardRow): Judge {
    const key = `${card.id}/${card.version}`;
    if (this.#judge?.key !== key) {
      this.#judge = { key, judge: createJudge(card.criteria, this.#deps.sentimentOf) };
    }
    return this.#judge.judge;
  }

  async #messages(db: Db, conversation: Readonly<ConversationRow>): Promise<StoredMessage[]> {
    const all: StoredMessage[] = [];
    while (all.length < MESSAGES_MAX) {
      const afterSeq = all.at(-1)?.seq ?? 0;
      const page = await this.#deps.conversations.history(db, conversation, afterSeq, MESSAGES_PER_PAGE);
      all.push(...page);
      if (page.length < MESSAGES_PER_PAGE) break;
    }
    return all;
  }
}

function toUtterance({ seq, from, text, at, meta }: StoredMessage): Utterance {
  return { seq, from, text, at, ...(meta?.state ? { state: meta.state } : {}) };
}

function pointsOf(criteria: readonly EvaluationCriterionRow[], of: EvaluationCriterionRow): number | 'none' {
  return criteria.find(({ criterionId }) => criterionId === of.criterionId)?.points ?? 'none';
}

function changedCriteria(
  { card, criteria }: FullEvaluation,
  { criteria: inputs }: Rescore,
  dek: Dek,
): EvaluationCriterionRow[] {
  const seen = new Set<string>();
  return inputs.map(({ id, points, remark }) => {
    const criterion = card.criteria.find((each) => each.id === id);
    const row = criteria.find(({ criterionId }) => criterionId === id);
    if (criterion === undefined || row === undefined || seen.has(id)) throw refused(id, 'criterion');
    if (!arePointsAllowed(criterion, points)) throw refused(id, 'points');
    seen.add(id);
    const remarkEnc = remark ? dek.seal(remarkCell(row.evaluationId, id), remark) : row.remarkEnc;
    return { ...row, points, isMet: isFull(criterion, points), remarkEnc };
  });
}

function isFull(criterion: Criterion, points: number): boolean {
  return points === criterion.weight;
}

function refused(criterion: string, problem: string): AppError {
  return new AppError('request.invalid', { details: { in: 'body', at: '/criteria', criterion, problem } });
}
