import type { Ids } from '../../kernel/index.ts';
import {
  differenceOf,
  portable,
  recount,
  recountMany,
  type Counted,
  type OwnedRows,
  type Tx,
} from '../../platform/persistence/index.ts';
import type { ConversationRow } from './conversation.entity.ts';

type CountedConversation = Pick<
  ConversationRow,
  'firstUnitId' | 'state' | 'openedAt' | 'queuedAt' | 'assignedAt' | 'firstResponseAt'
>;

const LOCKED = portable<{ ids: readonly string[] }, CountedConversation & { id: string }>(
  'conversation.lock_figures',
  `SELECT id, first_unit_id, state, opened_at, queued_at, assigned_at, first_response_at FROM conversation
    WHERE id IN (:ids...) FOR UPDATE`,
  {
    params: { ids: 'uuid' },
    result: {
      ...{ id: 'uuid', firstUnitId: 'uuid', state: 'text', openedAt: 'instant', queuedAt: 'instant' },
      ...{ assignedAt: 'instant', firstResponseAt: 'instant' },
    },
  },
);

/**
 * What reports count of a conversation, each in the hour it was opened and in its first unit, which never changes: who
 * writes a counter need not know where the conversation is now. Reports put right what has moved since.
 */
function figuresOf(row: CountedConversation): Counted[] {
  const { openedAt: at, firstUnitId: unitId, queuedAt, firstResponseAt } = row;
  const isHanded = queuedAt !== null || row.assignedAt !== null;
  const isClosed = row.state === 'closed';
  const figures = [{ figure: 'conversation.opened', at, unitId, amount: 1 }];
  const add = (figure: string) => figures.push({ figure, at, unitId, amount: 1 });
  if (isHanded) add('conversation.handed');
  if (isClosed) add('conversation.closed');
  if (isClosed && !isHanded) add('conversation.contained');
  if (firstResponseAt === null) return figures;
  const bucket = secondsBetween(queuedAt ?? at, firstResponseAt);
  return [...figures, { figure: 'conversation.wait', at, unitId, bucket, amount: 1 }];
}

/** Whole seconds, halves away from zero, as both databases round. */
function secondsBetween(from: Date, to: Date): number {
  const seconds = (to.getTime() - from.getTime()) / 1_000;
  return Math.sign(seconds) * Math.round(Math.abs(seconds)) + 0;
}

/** Counts a conversation with the unit of work that opens it. */
export function countConversation(tx: Tx, ids: Ids, row: ConversationRow): void {
  recount(tx, ids, { before: [], after: figuresOf(row) });
}

/** What a message that changes its conversation changes in the counters; nothing, for nearly all of them. */
export function changedFigures(
  before: ConversationRow,
  after: ConversationRow,
): readonly Counted[] | undefined {
  const isSame =
    before.state === after.state &&
    before.queuedAt === after.queuedAt &&
    before.assignedAt === after.assignedAt &&
    before.firstResponseAt === after.firstResponseAt;
  return isSame ? undefined : differenceOf(figuresOf(before), figuresOf(after));
}

/** Takes conversations out of the counters before their rows are removed. */
export function uncountingConversations(rows: OwnedRows, ids: Ids): OwnedRows {
  return {
    ...rows,
    async remove(tx, conversationIds) {
      const gone = await tx.all(LOCKED, { ids: conversationIds });
      await recountMany(tx, ids, { before: gone.flatMap(figuresOf), after: [] });
      return rows.remove(tx, conversationIds);
    },
  };
}
