import type { DataScope } from '../../kernel/index.ts';
import {
  col,
  defineEntity,
  insert,
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type Db,
  type RowOf,
  type ScopeParams,
  type Tx,
} from '../../platform/persistence/index.ts';

/** Who looked at whose values, for counting; what and why stands in the trail. */
const revealEntity = defineEntity(
  'requester_reveal',
  { id: col.uuid(), requesterId: col.uuid(), accountId: col.text(64), at: col.instant() },
  { primaryKey: ['id'] },
);
/** Row of `requester_reveal`. */
export type RevealRow = RowOf<typeof revealEntity>;

const REVEAL_INSERT = insert(revealEntity);
const REVEALS_SINCE = portable<
  { accountId: string; hourAt: Date; burstAt: Date },
  { reveals: number; requesters: number }
>(
  'requester_reveal.since',
  `SELECT COUNT(*) AS reveals,
      COUNT(DISTINCT CASE WHEN v.at > :burstAt THEN v.requester_id END) AS requesters
    FROM requester_reveal v WHERE v.account_id = :accountId AND v.at > :hourAt`,
  {
    params: { accountId: 'text', hourAt: 'instant', burstAt: 'instant' },
    result: { reveals: 'int', requesters: 'int' },
  },
);
const REVEALS_PURGE = portable<{ before: Date }>(
  'requester_reveal.purge',
  'DELETE FROM requester_reveal WHERE at < :before',
  { params: { before: 'instant' } },
);

type CaseParams = ScopeParams & { id: string; requesterId: string };
const caseKinds = { id: 'uuid', requesterId: 'uuid', ...SCOPE_PARAMS } as const;
const TICKET_OF = portable<CaseParams, { id: string }>(
  'requester_reveal.ticket',
  `SELECT t.id FROM ticket t WHERE t.id = :id AND t.requester_id = :requesterId
    AND ${withinScope('t', 'assignee_id')}`,
  { params: caseKinds, result: { id: 'uuid' } },
);
const CONVERSATION_OF = portable<CaseParams, { id: string }>(
  'requester_reveal.conversation',
  `SELECT c.id FROM conversation c WHERE c.id = :id AND c.requester_id = :requesterId
    AND ${withinScope('c', 'assignee_id')}`,
  { params: caseKinds, result: { id: 'uuid' } },
);

/** What a reveal is made for. */
export type RevealCase = { ticketId: string } | { conversationId: string };

/** Whether this is a ticket or conversation of the requester, within the scope. */
export async function isCaseOf(
  db: Db,
  requesterId: string,
  reason: RevealCase,
  scope: DataScope,
): Promise<boolean> {
  const [statement, id] =
    'ticketId' in reason ? [TICKET_OF, reason.ticketId] : [CONVERSATION_OF, reason.conversationId];
  return (await db.one(statement, { id, requesterId, ...scopeParams(scope) })) !== undefined;
}

/** Reveals of an account since `hourAt`, and of how many customers since `burstAt`. */
export async function countReveals(
  db: Db,
  counted: { accountId: string; hourAt: Date; burstAt: Date },
): Promise<{ reveals: number; requesters: number }> {
  return (await db.one(REVEALS_SINCE, counted)) ?? { reveals: 0, requesters: 0 };
}

/** Notes one reveal. */
export async function insertReveal(tx: Tx, row: RevealRow): Promise<void> {
  await tx.run(REVEAL_INSERT, row);
}

/** Forgets what no count asks for any more; gives the number. */
export function purgeReveals(
  db: { run(statement: typeof REVEALS_PURGE, params: { before: Date }): Promise<number> },
  before: Date,
): Promise<number> {
  return db.run(REVEALS_PURGE, { before });
}
