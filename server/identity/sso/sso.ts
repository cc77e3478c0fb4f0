import { SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { AnyRoute } from '../../platform/http/index.ts';
import type { AnyJobKind } from '../../platform/jobs/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import type { AccountService } from '../account.service.ts';
import type { SessionService } from '../session.service.ts';
import { idpRoutes } from './idp.routes.ts';
import { IdpService } from './idp.service.ts';
import { SpKeys } from './sp-keys.ts';
import { SsoLogoutService } from './sso-logout.service.ts';
import { SsoPeople } from './sso-people.service.ts';
import { SsoSignInService } from './sso-sign-in.service.ts';
import { ssoRoutes } from './sso.routes.ts';
import { purgeSso } from './sso.repo.ts';

/** What single sign-on is built from. */
export interface SsoDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  config: { publicBaseUrl: string };
  isEvaluation: boolean;
  sessions: SessionService;
  accounts: AccountService;
}

/** Single sign-on: the library `sso/` judges, this part knows identity providers, accounts, and sessions. */
export interface Sso {
  idps: IdpService;
  logouts: SsoLogoutService;
  routes: readonly AnyRoute[];
  jobKinds: readonly AnyJobKind[];
}

const RUN_MS = 5 * 60_000;

/** Builds it. */
export function createSso(deps: SsoDeps): Sso {
  const { uow, clock, config } = deps;
  const idps = new IdpService(deps);
  const keys = new SpKeys({ ...deps, publicBaseUrl: config.publicBaseUrl });
  const people = new SsoPeople(deps);
  const signIns = new SsoSignInService({ ...deps, idps, keys, people });
  const logouts = new SsoLogoutService({ ...deps, idps, keys });
  return {
    ...{ idps, logouts },
    routes: [...ssoRoutes({ ...deps, idps, keys, signIns, logouts }), ...idpRoutes({ idps, logouts })],
    jobKinds: [
      {
        kind: 'identity.sso-purge',
        title: { zh: '清理已过期的单点登录记录', en: 'Forget ended records of single sign-on' },
        schedule: '35 * * * *',
        maxAttempts: 3,
        timeoutMs: RUN_MS,
        run: () =>
          uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
            const count = await purgeSso(tx, clock.now());
            tx.record({ action: 'sso.purge', outcome: 'ok', details: { count } });
            return { count };
          }),
      },
    ],
  };
}
