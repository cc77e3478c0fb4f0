import { SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { Egress } from '../../platform/egress/index.ts';
import type { AnyRoute } from '../../platform/http/index.ts';
import type { AnyJobKind } from '../../platform/jobs/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import type { AccountService } from '../account.service.ts';
import type { Approvals } from '../approvals/approval.service.ts';
import type { SessionService } from '../session.service.ts';
import { watchCertificates, type Tell } from './certificate-watch.ts';
import { IdpActs } from './idp-approvals.ts';
import { IdpMetadataService } from './idp-metadata.service.ts';
import { idpRoutes } from './idp.routes.ts';
import { IdpService } from './idp.service.ts';
import { SpKeys } from './sp-keys.ts';
import { SsoLogoutService } from './sso-logout.service.ts';
import { SsoPeople } from './sso-people.service.ts';
import { SsoSignInService } from './sso-sign-in.service.ts';
import { ssoRoutes } from './sso.routes.ts';
import { purgeSpKeys, purgeSso } from './sso.repo.ts';

/** What single sign-on is built from. */
export interface SsoDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  config: { publicBaseUrl: string };
  isEvaluation: boolean;
  /** Beginnings from one address in a minute. */
  beginningsPerMinute: number;
  sessions: SessionService;
  accounts: AccountService;
  approvals: Approvals;
  /** The way out, for metadata by address; built after identity. */
  egress(): Pick<Egress, 'request'>;
  tell: Tell;
}

/** Single sign-on: the library `sso/` judges, this part knows identity providers, accounts, and sessions. */
export interface Sso {
  idps: IdpService;
  acts: IdpActs;
  metadata: IdpMetadataService;
  keys: SpKeys;
  routes: readonly AnyRoute[];
  jobKinds: readonly AnyJobKind[];
}

const RUN_MS = 5 * 60_000;

/** Builds it. */
export function createSso(deps: SsoDeps): Sso {
  const { config } = deps;
  const idps = new IdpService(deps);
  const acts = new IdpActs({ ...deps, idps });
  const metadata = new IdpMetadataService({ ...deps, idps });
  const keys = new SpKeys({ ...deps, publicBaseUrl: config.publicBaseUrl });
  const people = new SsoPeople(deps);
  const signIns = new SsoSignInService({ ...deps, idps, keys, people });
  const logouts = new SsoLogoutService({ ...deps, idps, keys });
  return {
    ...{ idps, acts, metadata, keys },
    routes: [
      ...ssoRoutes({ ...deps, idps, keys, signIns, logouts }),
      ...idpRoutes({ ...deps, idps, acts, metadata, keys }),
    ],
    jobKinds: jobKinds(deps, { idps, metadata, keys }),
  };
}

function jobKinds(
  deps: SsoDeps,
  { idps, metadata, keys }: Pick<Sso, 'idps' | 'metadata' | 'keys'>,
): AnyJobKind[] {
  const { uow, clock } = deps;
  const common = { maxAttempts: 3, timeoutMs: RUN_MS };
  return [
    {
      ...common,
      kind: 'identity.sso-purge',
      title: { zh: '清理已过期的单点登录记录', en: 'Forget ended records of single sign-on' },
      schedule: '35 * * * *',
      run: () =>
        uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
          const count = (await purgeSso(tx, clock.now())) + (await purgeSpKeys(tx, clock.now()));
          tx.record({ action: 'sso.purge', outcome: 'ok', details: { count } });
          return { count };
        }),
    },
    {
      ...common,
      kind: 'identity.sso-metadata',
      title: { zh: '更新身份提供方元数据', en: 'Load metadata of identity providers anew' },
      schedule: '12 * * * *',
      run: () => metadata.refreshDue(),
    },
    {
      ...common,
      kind: 'identity.sso-certificates',
      title: { zh: '检查单点登录证书期限', en: 'Look at the ends of certificates of single sign-on' },
      schedule: '10 6 * * *',
      run: () => watchCertificates({ ...deps, idps, keys }),
    },
  ];
}
