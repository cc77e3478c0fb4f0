import type { Clock, Ids } from '../../kernel/index.ts';
import type { JobContext, JobKind } from '../../platform/jobs/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import type { ConversationService } from '../conversations/conversation.service.ts';
import type { Staff } from '../staff.ts';
import { insertEvents } from '../tickets/ticket.repo.ts';
import { conversationsOf, countOpenWork, giveTicket, ticketsOf, type LeftTicket } from './leaver.repo.ts';

/** Name of the job that gives the work of somebody who left to others. */
export const LEAVER_JOB = 'desk.leaver-work';

/** Whose work goes where; both null: back to the queues it came from. */
export type LeaverParams = {
  accountId: string;
  toAccountId: string | null;
  toSkillGroupId: string | null;
};

/** What the job needs. */
export interface LeaverDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  staff: Staff;
  conversations: ConversationService;
}

type Goal = Omit<LeaverParams, 'accountId'>;
type Moved = { conversations: number; tickets: number };

const BATCH = 50;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Gives the work of a disabled account to its successor. It looks at what the account still has, so a run that was cut
 * off goes on where it stood. A successor who was disabled meanwhile gets nothing, and nobody gets what lies outside their
 * data scope: that goes to the queues.
 */
export function leaverJob(deps: LeaverDeps): JobKind<LeaverParams, Moved> {
  return {
    kind: LEAVER_JOB,
    title: { zh: '转交离职人员的工作', en: 'Hand on the work of somebody who left' },
    maxAttempts: 20,
    timeoutMs: 30 * 60_000,
    async run(context, params) {
      const moved: Moved = context.state ?? { conversations: 0, tickets: 0 };
      const open = await deps.uow.read((db) => countOpenWork(db, params.accountId));
      const total = moved.conversations + moved.tickets + open.conversations + open.tickets;
      const keep = () =>
        context.checkpoint({ ...moved }, { done: moved.conversations + moved.tickets, total });
      await moveConversations(deps, context, { params, moved, keep });
      await moveTickets(deps, context, { params, moved, keep });
      return moved;
    },
  };
}

interface Run {
  params: LeaverParams;
  moved: Moved;
  keep(): Promise<void>;
}

/** Where the work of a unit goes as things stand now: each unit is asked about once. */
function goals({ staff }: LeaverDeps, params: LeaverParams): (unitId: string) => Promise<Goal> {
  const { toAccountId, toSkillGroupId } = params;
  const known = new Map<string, Promise<Goal>>();
  const find = async (unitId: string): Promise<Goal> => {
    if (toAccountId === null) return { toAccountId, toSkillGroupId };
    // What lies outside the successor's data scope could not be opened by them.
    const isThere = (await staff.agents(unitId)).some(({ id }) => id === toAccountId);
    return { toAccountId: isThere ? toAccountId : null, toSkillGroupId: null };
  };
  return (unitId) => {
    const goal = known.get(unitId) ?? find(unitId);
    known.set(unitId, goal);
    return goal;
  };
}

async function moveConversations(deps: LeaverDeps, context: JobContext<Moved>, run: Run): Promise<void> {
  const { accountId } = run.params;
  for (let afterId = FIRST_ID; ;) {
    const page = { accountId, afterId, limit: BATCH };
    const found = await deps.uow.read((db) => conversationsOf(db, page));
    const goalOf = goals(deps, run.params);
    for (const { id, unitId } of found) {
      const gift = { fromId: accountId, ...(await goalOf(unitId)), reason: 'agent-left' };
      const { isNew } = await deps.conversations.giveOn({ actor: context.actor }, id, gift);
      if (isNew) run.moved.conversations += 1;
    }
    await run.keep();
    const last = found.at(-1);
    if (found.length < BATCH || last === undefined) return;
    afterId = last.id;
  }
}

async function moveTickets(deps: LeaverDeps, context: JobContext<Moved>, run: Run): Promise<void> {
  const { accountId } = run.params;
  for (;;) {
    const goalOf = goals(deps, run.params);
    const { seen, given } = await deps.uow.run({ actor: context.actor }, async (tx) => {
      const tickets = await ticketsOf(tx, { accountId, limit: BATCH });
      let count = 0;
      for (const ticket of tickets) {
        const goal = await goalOf(ticket.unitId);
        count += await give(deps, tx, { ticket, fromId: accountId, goal });
      }
      return { seen: tickets.length, given: count };
    });
    run.moved.tickets += given;
    await run.keep();
    if (seen < BATCH) return;
  }
}

async function give(
  { clock, ids }: LeaverDeps,
  tx: Tx,
  { ticket, fromId, goal }: { ticket: LeftTicket; fromId: string; goal: Goal },
): Promise<number> {
  const at = clock.now();
  const { id, requesterId } = ticket;
  const assigneeId = goal.toAccountId;
  const skillGroupId = goal.toSkillGroupId ?? ticket.skillGroupId;
  if (!(await giveTicket(tx, { id, fromId, assigneeId, skillGroupId, at }))) return 0;
  const { type: actorType, id: actorId } = tx.context.actor;
  const entry = { id: ids.next(), ticketId: id, at, actorType, actorId, action: 'assignee' };
  insertEvents(tx, [{ ...entry, fromValue: fromId, toValue: assigneeId }]);
  tx.record({
    action: 'ticket.assign',
    outcome: 'ok',
    target: { type: 'ticket', id },
    customer: requesterId,
    reason: 'agent-left',
    details: { assigneeId: assigneeId ?? 'none', fromId },
  });
  tx.emit({ type: 'ticket.assigned', key: id, payload: { ticketId: id, assigneeId } });
  return 1;
}
