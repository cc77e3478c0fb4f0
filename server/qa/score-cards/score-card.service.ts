import { AppError, type Clock } from '../../kernel/index.ts';
import { deriveUuid } from '../../platform/crypto/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { DEFAULT_CARD_NAME, DEFAULT_CRITERIA } from './default-card.ts';
import type { ScoreCardRow } from './score-card.entity.ts';
import { findActiveCard, insertCard, listActiveCards, retireCard } from './score-card.repo.ts';
import { assertCriteria, type Criterion } from './score-card.rules.ts';

/** Fixed, so that two processes starting at once make one card, not two. */
const DEFAULT_CARD_ID = deriveUuid('vaultdesk score card 1');

/** Use cases of score cards. */
export class ScoreCardService {
  readonly #clock: Clock;

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock;
  }

  /** Cards in use, each with its newest version. */
  list(db: Db): Promise<ScoreCardRow[]> {
    return listActiveCards(db);
  }

  /** The newest version of a card; throws `request.not_found`. */
  async get(db: Db, id: string): Promise<ScoreCardRow> {
    const row = await findActiveCard(db, id);
    if (row === undefined) throw new AppError('request.not_found');
    return row;
  }

  /**
   * Replaces a card by a new version; evaluations made with the old one keep it. Throws `request.not_found`,
   * `request.version_stale`, `score_card.invalid`.
   */
  async replace(
    tx: Tx,
    { id, version }: { id: string; version: number },
    content: { name: string; criteria: Criterion[] },
  ): Promise<ScoreCardRow> {
    assertCriteria(content.criteria);
    const before = await this.get(tx, id);
    if (before.version !== version || !(await retireCard(tx, id, version))) {
      throw new AppError('request.version_stale');
    }
    const row = this.#rowOf(tx, { id, version: version + 1, ...content });
    await insertCard(tx, row);
    tx.record({
      action: 'score-card.update',
      outcome: 'ok',
      target: { type: 'score-card', id },
      details: { version: row.version, criteria: row.criteria.map((criterion) => criterion.id) },
    });
    return row;
  }

  /** The card that closed conversations are judged by: the oldest in use, made when there is none yet. */
  async current(tx: Tx): Promise<ScoreCardRow> {
    const [row] = await listActiveCards(tx, 1);
    return row ?? this.#insertDefault(tx);
  }

  /** Makes the card every installation starts with, unless there is one. Doing it again changes nothing. */
  async ensureDefault(tx: Tx): Promise<void> {
    await this.current(tx);
  }

  async #insertDefault(tx: Tx): Promise<ScoreCardRow> {
    const content = { name: DEFAULT_CARD_NAME, criteria: [...DEFAULT_CRITERIA] };
    const row = this.#rowOf(tx, { id: DEFAULT_CARD_ID, version: 1, ...content });
    await insertCard(tx, row);
    tx.record({
      action: 'score-card.update',
      outcome: 'ok',
      target: { type: 'score-card', id: row.id },
      details: { version: row.version, default: true },
    });
    return row;
  }

  #rowOf(tx: Tx, content: Pick<ScoreCardRow, 'id' | 'version' | 'name' | 'criteria'>): ScoreCardRow {
    const createdBy = tx.context.actor.id;
    return { ...content, state: 'active', createdBy, createdAt: this.#clock.now() };
  }
}
