import { AppError } from '../../kernel/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { findAccount, type Account } from '../account.repo.ts';
import type { AccountService } from '../account.service.ts';
import type { ApprovalService } from '../approvals/approval.service.ts';
import { takesWork } from '../roles/role.rules.ts';
import { findSkillGroup, listAgents } from '../skill-group.repo.ts';
import { leaveGroups, membershipsOf } from './leaver.repo.ts';

/** Who gets the work: a colleague, a skill group's queue, or the queues it came from. */
export type Successor = { accountId: string } | { skillGroupId: string } | { queue: true };

/**
 * What identity asks of the desk, which lies above it: how much somebody has in hand, and to hand it on. The second
 * joins the unit of work and is done after its commit, whatever happens in between; it gives the id of its job.
 */
export interface WorkPort {
  countOpen(db: Db, accountId: string): Promise<{ conversations: number; tickets: number }>;
  /** Units of what somebody has in hand, at most `limit`. */
  unitsOf(db: Db, accountId: string, limit: number): Promise<readonly string[]>;
  handOn(
    tx: Tx,
    work: { accountId: string; toAccountId: string | null; toSkillGroupId: string | null },
  ): Promise<string>;
}

/** What an account leaves behind when it is disabled. Counts only. */
export interface OpenWork {
  conversations: number;
  tickets: number;
  /** Acts it asked for that nobody decided; they are taken back. */
  approvals: number;
  skillGroups: { id: string; name: string }[];
}

/** What leaving needs. */
export interface LeaverDeps {
  accounts: AccountService;
  approvals: ApprovalService;
  work: WorkPort;
}

const TO_QUEUE: Successor = { queue: true };
/** More units than this in one hand are not looked at; what the successor may not see goes to the queues anyway. */
const UNITS_MAX = 50;

/** Turns accounts off without losing what they had in hand. */
export class LeaverService {
  readonly #deps: LeaverDeps;

  constructor(deps: LeaverDeps) {
    this.#deps = deps;
  }

  /** What would have to be handed on. */
  async workOf(db: Db, account: Account): Promise<OpenWork> {
    const { conversations, tickets } = await this.#deps.work.countOpen(db, account.id);
    const approvals = await this.#deps.approvals.countOpenOf(db, account.id);
    return { conversations, tickets, approvals, skillGroups: await membershipsOf(db, account.id) };
  }

  /**
   * Disables an account and hands its work on in the same act. Throws `account.has_work` when there is some and nobody
   * is named, `account.successor_refused` for somebody who cannot take it, `account.last_administrator`.
   */
  async disable(tx: Tx, account: Account, successor: Successor | undefined): Promise<Account> {
    const open = await this.#deps.work.countOpen(tx, account.id);
    const hasWork = open.conversations + open.tickets > 0;
    if (hasWork && successor === undefined) throw new AppError('account.has_work', { details: open });
    const goal = await assertSuccessor(tx, account, successor ?? TO_QUEUE);
    if (goal.toAccountId !== null) await this.#assertReach(tx, account.id, goal.toAccountId);
    return this.#leave(tx, account, { ...goal, hasWork, reason: undefined });
  }

  /** The colleague's data scope covers the units of the work: what they could not open is not handed to them. */
  async #assertReach(tx: Tx, fromId: string, toId: string): Promise<void> {
    for (const unitId of await this.#deps.work.unitsOf(tx, fromId, UNITS_MAX)) {
      const agents = await listAgents(tx, null, unitId);
      if (agents.some(({ id }) => id === toId)) continue;
      throw new AppError('account.successor_refused', { details: { unitId } });
    }
  }

  /**
   * Disables an account that nobody has used for long; its work goes back to the queues. The last administrator of a
   * kind stays, since nobody could administer the installation any more: then nothing is given.
   */
  async disableDormant(tx: Tx, account: Account): Promise<Account | undefined> {
    if (await this.#deps.accounts.isLastAdministrator(tx, account, [])) {
      const target = { type: 'account', id: account.id };
      tx.record({
        action: 'account.disable',
        outcome: 'refused',
        target,
        reason: 'account.last_administrator',
      });
      return undefined;
    }
    const open = await this.#deps.work.countOpen(tx, account.id);
    const hasWork = open.conversations + open.tickets > 0;
    return this.#leave(tx, account, {
      ...{ toAccountId: null, toSkillGroupId: null, hasWork },
      reason: 'dormant',
    });
  }

  async #leave(
    tx: Tx,
    account: Account,
    goal: {
      toAccountId: string | null;
      toSkillGroupId: string | null;
      hasWork: boolean;
      reason: string | undefined;
    },
  ): Promise<Account> {
    const { toAccountId, toSkillGroupId, hasWork, reason } = goal;
    const disabled = await this.#deps.accounts.disable(tx, account, reason);
    const groupIds = await leaveGroups(tx, account.id, toAccountId);
    for (const id of groupIds) {
      const details = { leftBy: account.id, takenBy: toAccountId ?? 'none' };
      tx.record({
        action: 'skill-group.update',
        outcome: 'ok',
        target: { type: 'skill-group', id },
        details,
      });
    }
    const withdrawn = await this.#deps.approvals.withdrawAllOf(tx, account.id);
    const jobId = hasWork
      ? await this.#deps.work.handOn(tx, { accountId: account.id, toAccountId, toSkillGroupId })
      : undefined;
    tx.record({
      action: 'account.hand-over',
      outcome: 'ok',
      target: { type: 'account', id: account.id },
      details: {
        to: toAccountId ?? toSkillGroupId ?? 'queue',
        withdrawn,
        skillGroups: groupIds.length,
        ...(jobId === undefined ? {} : { jobId }),
      },
    });
    return disabled;
  }
}

/** Somebody who takes conversations and is there, or a skill group that exists. */
async function assertSuccessor(
  tx: Tx,
  account: Account,
  successor: Successor,
): Promise<{ toAccountId: string | null; toSkillGroupId: string | null }> {
  const refused = () => new AppError('account.successor_refused');
  if ('accountId' in successor) {
    const other = await findAccount(tx, successor.accountId);
    const isFit =
      other?.state === 'active' && other.id !== account.id && takesWork(other.roles, other.composed);
    if (!isFit) throw refused();
    return { toAccountId: successor.accountId, toSkillGroupId: null };
  }
  if (!('skillGroupId' in successor)) return { toAccountId: null, toSkillGroupId: null };
  if ((await findSkillGroup(tx, successor.skillGroupId)) === undefined) throw refused();
  return { toAccountId: null, toSkillGroupId: successor.skillGroupId };
}
