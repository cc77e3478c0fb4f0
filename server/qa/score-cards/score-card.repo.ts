import { insert, select, update, type Db, type Tx } from '../../platform/persistence/index.ts';
import { scoreCardEntity, type ScoreCardRow } from './score-card.entity.ts';

const CARD_INSERT = insert(scoreCardEntity);
const CARDS_ACTIVE = select(scoreCardEntity, {
  name: 'score_card.active',
  where: ['state'],
  orderBy: [
    ['createdAt', 'asc'],
    ['id', 'asc'],
  ],
  limit: true,
});
const CARD_ACTIVE = select(scoreCardEntity, { name: 'score_card.active_by_id', where: ['id', 'state'] });
const CARD_VERSION = select(scoreCardEntity, { name: 'score_card.version', where: ['id', 'version'] });
const CARD_RETIRE = update(scoreCardEntity, {
  name: 'score_card.retire',
  set: ['state'],
  where: ['id', 'version', 'state'],
});

/** Most cards a list gives; an installation has a handful. */
export const CARDS_MAX = 200;

/** Inserts a version. */
export async function insertCard(tx: Tx, row: ScoreCardRow): Promise<void> {
  await tx.run(CARD_INSERT, row);
}

/** The newest versions of all cards in use, oldest first. */
export function listActiveCards(db: Db, limit = CARDS_MAX): Promise<ScoreCardRow[]> {
  return db.all(CARDS_ACTIVE, { state: 'active', limit });
}

/** The newest version of a card. */
export function findActiveCard(db: Db, id: string): Promise<ScoreCardRow | undefined> {
  return db.one(CARD_ACTIVE, { id, state: 'active' });
}

/** One version of a card, in use or not. */
export function findCardVersion(db: Db, id: string, version: number): Promise<ScoreCardRow | undefined> {
  return db.one(CARD_VERSION, { id, version });
}

/** Retires a version; false when it was not the one in use. */
export async function retireCard(tx: Tx, id: string, version: number): Promise<boolean> {
  const key = { whereId: id, whereVersion: version, whereState: 'active' };
  return (await tx.run(CARD_RETIRE, { state: 'retired', ...key })) === 1;
}
