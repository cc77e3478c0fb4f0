import type { Alarms } from './alarms.ts';
import { countOpenWork, createRecordLook, LEAVER_JOB, unitsOfWork } from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import { createIdentity, type Identity } from './identity/index.ts';
import type { HttpConfig } from './platform/http/index.ts';
import type { JobQueue } from './platform/jobs/index.ts';
import type { Notifier } from './platform/notify/index.ts';
import * as wiring from './wiring.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Parts that identity asks and that are built after it. */
export interface LateParts {
  queue(): JobQueue;
  notifier(): Notifier;
  alarms(): Alarms;
}

/** Accounts and rights. Open work of leavers and the places of records are asked of the desk, which lies above. */
export function composeIdentity(
  { config, clock, ids, crypto, uow, database }: Foundation,
  deps: {
    httpConfig: HttpConfig;
    onFault(error: unknown): void;
    late: LateParts;
  },
): Identity {
  const { httpConfig, onFault, late } = deps;
  const identity: Identity = createIdentity({
    ...{ uow, clock, ids, crypto, onFault, isEvaluation: config.isEvaluation },
    ...wiring.tellings(late),
    config: httpConfig,
    bookkeeping: wiring.bookkeeping(database),
    dormantMs: config.accounts.dormantDays * DAY_MS,
    work: {
      countOpen: countOpenWork,
      unitsOf: unitsOfWork,
      handOn: (tx, work) => late.queue().enqueue(tx, LEAVER_JOB, work, { key: work.accountId }),
    },
    lookAt: createRecordLook({
      skillGroupsOf: (accountId) => wiring.staffOf(identity).skillGroupsOf(accountId),
    }),
  });
  return identity;
}
