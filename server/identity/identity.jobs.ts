import { SYSTEM_ACTOR, type Clock } from '../kernel/index.ts';
import type { AnyJobKind, JobContext } from '../platform/jobs/index.ts';
import type { UnitOfWork } from '../platform/persistence/index.ts';
import { findAccount } from './account.repo.ts';
import { ACCOUNT_RULES, isDormant } from './account.rules.ts';
import { APPROVAL_RULES } from './approvals/approval.rules.ts';
import type { ApprovalService } from './approvals/approval.service.ts';
import { purgeAddresses } from './known-address.repo.ts';
import { dormantAccounts } from './leavers/leaver.repo.ts';
import type { LeaverService } from './leavers/leaver.service.ts';
import { purgeSessions } from './session.repo.ts';

/** What the background work of identity needs. */
export interface IdentityJobDeps {
  uow: UnitOfWork;
  clock: Clock;
  approvals: ApprovalService;
  leavers: LeaverService;
  /** An account that nobody used for longer is turned off. */
  dormantMs: number;
}

const BATCH = 100;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const RUN_MS = 10 * 60_000;

/** Background work of identity: unused accounts off, undecided approvals and old sessions ended. */
export function identityJobs(deps: IdentityJobDeps): AnyJobKind[] {
  const { uow, clock, approvals } = deps;
  return [
    {
      kind: 'identity.dormant-accounts',
      title: { zh: '停用长期未使用的账号', en: 'Disable accounts nobody uses' },
      schedule: '20 2 * * *',
      maxAttempts: 3,
      timeoutMs: RUN_MS,
      run: (context) => disableDormant(deps, context),
    },
    {
      kind: 'identity.approval-expiry',
      title: { zh: '标记逾期未处理的审批', en: 'Mark approvals nobody decided in time' },
      schedule: '5 * * * *',
      maxAttempts: 3,
      timeoutMs: RUN_MS,
      async run({ checkpoint }) {
        for (let expired = 0; ;) {
          const count = await uow.run({ actor: SYSTEM_ACTOR }, (tx) => approvals.expireDue(tx));
          expired += count;
          if (count < APPROVAL_RULES.expiredAtOnce) return { expired };
          await checkpoint(null, { done: expired });
        }
      },
    },
    {
      kind: 'identity.session-purge',
      title: { zh: '清理已结束的会话', en: 'Forget sessions that ended' },
      schedule: '50 2 * * *',
      maxAttempts: 3,
      timeoutMs: RUN_MS,
      run: () =>
        uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
          const now = clock.now();
          const unused = new Date(now.getTime() - ACCOUNT_RULES.addressKnownMs);
          const count = (await purgeSessions(tx, now)) + (await purgeAddresses(tx, unused));
          tx.record({ action: 'session.expire', outcome: 'ok', details: { count } });
          return { count };
        }),
    },
  ];
}

/** The last administrator of a kind stays, so that the installation can still be administered; it is counted. */
async function disableDormant(deps: IdentityJobDeps, context: JobContext): Promise<Record<string, number>> {
  const { uow, clock, leavers, dormantMs } = deps;
  let disabled = 0;
  let kept = 0;
  for (let afterId = FIRST_ID; ;) {
    const before = new Date(clock.now().getTime() - dormantMs);
    const ids = await uow.read((db) => dormantAccounts(db, { before, afterId, limit: BATCH }));
    for (const id of ids) {
      const isOff = await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        const account = await findAccount(tx, id);
        const isMeant = account?.state === 'active' && isDormant(account, clock.now(), dormantMs);
        return isMeant && (await leavers.disableDormant(tx, account)) !== undefined;
      });
      if (isOff) disabled += 1;
      else kept += 1;
    }
    await context.checkpoint(null, { done: disabled + kept });
    if (ids.length < BATCH) return { disabled, kept };
    afterId = ids.at(-1) as string;
  }
}
