import type { Alarms } from './alarms.ts';
import { countOpenWork, createRecordLook, LEAVER_JOB, unitsOfWork } from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import { createIdentity, SIGN_IN, type Identity, type IdentityDeps } from './identity/index.ts';
import type { Config } from './platform/config/index.ts';
import type { HttpConfig } from './platform/http/index.ts';
import type { Egress } from './platform/egress/index.ts';
import type { JobQueue } from './platform/jobs/index.ts';
import type { Notifier } from './platform/notify/index.ts';
import type { Settings } from './platform/settings/index.ts';
import { ssoNotices } from './sso-notices.ts';
import * as wiring from './wiring.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Parts that identity asks and that are built after it. */
export interface LateParts {
  queue(): JobQueue;
  notifier(): Notifier;
  alarms(): Alarms;
  egress(): Egress;
  settings(): Pick<Settings, 'get'>;
}

/** Accounts and rights. Open work of leavers and the places of records are asked of the desk, which lies above. */
export function composeIdentity(
  { config, clock, ids, crypto, uow, database, bus }: Foundation,
  deps: {
    httpConfig: HttpConfig;
    onFault(error: unknown): void;
    late: LateParts;
  },
): Identity {
  const { httpConfig, onFault, late } = deps;
  const identity: Identity = createIdentity({
    ...{ uow, clock, ids, crypto, bus, onFault, isEvaluation: config.isEvaluation },
    ...wiring.tellings(late),
    tell: ssoNotices(late.notifier),
    signInSettings: () => late.settings().get(SIGN_IN),
    signInRules: signInRulesOf(config),
    breakGlassNetworks: config.accounts.breakGlassNetworks,
    isCertificateNeeded: config.accounts.breakGlassAuthorityFile !== undefined,
    egress: late.egress,
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

function signInRulesOf({ limits, accounts }: Config): NonNullable<IdentityDeps['signInRules']> {
  return {
    failures: { max: limits.signInFailuresPerAddress, perMs: limits.signInFailureMinutes * MINUTE_MS },
    ssoPerMinute: limits.ssoPerAddressMinute,
    otpHash: accounts.oneTimeCodes,
  };
}
