import type { Before } from '../../kernel/index.ts';
import { insert, portable, select, type Db, type Tx } from '../../platform/persistence/index.ts';
import {
  witnessHeadEntity,
  witnessRefusalEntity,
  type WitnessHeadRow,
  type WitnessRefusalRow,
} from './witness.entity.ts';

const HEAD_INSERT = insert(witnessHeadEntity);
const REFUSAL_INSERT = insert(witnessRefusalEntity);
const HEAD_LAST = select(witnessHeadEntity, {
  name: 'witness_head.last',
  where: ['origin'],
  orderBy: [['headNo', 'desc']],
  limit: true,
});
const REFUSALS = portable<Before & { limit: number }, WitnessRefusalRow>(
  'witness_refusal.page',
  `SELECT id, origin, held, offered, received_at FROM witness_refusal
    WHERE received_at <= :beforeAt AND (received_at < :beforeAt OR id < :beforeId)
    ORDER BY received_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { beforeAt: 'instant', beforeId: 'uuid', limit: 'int' },
    result: { id: 'uuid', origin: 'text', held: 'clob', offered: 'clob', receivedAt: 'instant' },
  },
);

/** The newest head kept of a trail. */
export function lastWitnessed(db: Db, origin: string): Promise<WitnessHeadRow | undefined> {
  return db.one(HEAD_LAST, { origin, limit: 1 });
}

/** Keeps a head. One that somebody else kept at the same place throws a conflict of `uq_witness_head_no`. */
export async function insertWitnessed(tx: Tx, row: WitnessHeadRow): Promise<void> {
  await tx.run(HEAD_INSERT, row);
}

/** Keeps two heads that contradict each other. */
export async function insertRefusal(tx: Tx, row: WitnessRefusalRow): Promise<void> {
  await tx.run(REFUSAL_INSERT, row);
}

/** Refused pairs, the newest first. */
export function listRefusals(db: Db, page: { before: Before; limit: number }): Promise<WitnessRefusalRow[]> {
  return db.all(REFUSALS, { ...page.before, limit: page.limit });
}
