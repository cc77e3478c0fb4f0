import { portable, type Db } from '../../platform/persistence/index.ts';
import type { LearningBatchRow, LearningProposalRow } from './learning.entity.ts';

const OPEN = portable<{ afterId: string; limit: number }, LearningProposalRow>(
  'learning_proposal.open',
  `SELECT id, locale, kind, source, state, article_id, score_ppm, batch_id, created_at, decided_by,
    decided_at, version, asked_count
    FROM learning_proposal WHERE state = 'open' AND id > :afterId ORDER BY id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { afterId: 'uuid', limit: 'int' },
    result: {
      id: 'uuid',
      locale: 'text',
      kind: 'text',
      source: 'text',
      state: 'text',
      articleId: 'uuid',
      scorePpm: 'int',
      batchId: 'uuid',
      createdAt: 'instant',
      decidedBy: 'text',
      decidedAt: 'instant',
      version: 'int',
      askedCount: 'int',
    },
  },
);
const BATCHES = portable<{ limit: number }, LearningBatchRow>(
  'learning_batch.list',
  `SELECT id, locale, to_at, to_id, turn_count, proposal_count, measured_count, right_before, right_after, created_at,
    guard_count, guards_before, guards_after
    FROM learning_batch ORDER BY created_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { limit: 'int' },
    result: {
      id: 'uuid',
      locale: 'text',
      toAt: 'instant',
      toId: 'uuid',
      turnCount: 'int',
      proposalCount: 'int',
      measuredCount: 'int',
      rightBefore: 'int',
      rightAfter: 'int',
      createdAt: 'instant',
      guardCount: 'int',
      guardsBefore: 'int',
      guardsAfter: 'int',
    },
  },
);

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const BATCHES_SHOWN = 14;

/** Open proposals after an id, oldest first. */
export function listOpenProposals(
  db: Db,
  { afterId = FIRST_ID, limit }: { afterId?: string; limit: number },
): Promise<LearningProposalRow[]> {
  return db.all(OPEN, { afterId, limit });
}

/** The last nights, newest first. */
export function listBatches(db: Db): Promise<LearningBatchRow[]> {
  return db.all(BATCHES, { limit: BATCHES_SHOWN });
}
