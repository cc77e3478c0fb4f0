import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';
import type { Criterion } from './score-card.rules.ts';

/** One version of a score card. It is never changed, but retired when the next version replaces it. */
export const scoreCardEntity = defineEntity(
  'score_card',
  {
    id: col.uuid(),
    version: col.int(),
    name: col.text(200),
    state: col.text(20),
    criteria: col.json<Criterion[]>(),
    createdBy: col.text(64),
    createdAt: col.instant(),
  },
  { primaryKey: ['id', 'version'] },
);

/** Row of `score_card`. */
export type ScoreCardRow = RowOf<typeof scoreCardEntity>;
