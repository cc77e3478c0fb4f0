import { readCertificate } from '../../../sso/index.ts';
import { SYSTEM_ACTOR, type Clock } from '../../kernel/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import type { IdpService } from './idp.service.ts';
import type { SpKeys } from './sp-keys.ts';
import { listSpKeys, noteKeyWarned, noteWarned } from './sso.repo.ts';

/** What administrators are told; texts and recipients are the composition's. */
export interface SsoNotice {
  kind:
    | 'sso.certificate-ends'
    | 'sso.certificate-ended'
    | 'sso.own-key-ends'
    | 'sso.metadata-failed'
    | 'sso.break-glass';
  /** What it is about, so that the same is not told twice while it is unread. */
  id: string;
  params: Readonly<Record<string, string | number>>;
  severity: 'warning' | 'alarm';
}

/** Tells administrators, in the unit of work that found it. */
export type Tell = (tx: Tx, notice: SsoNotice) => Promise<void>;

/** Days before the end of a certificate at which people are told, the first of them first; 0: it has ended. */
export const WARN_DAYS: readonly number[] = [60, 30, 14, 7, 1, 0];
const ALARM_DAYS = 7;
const DAY_MS = 86_400_000;
/** A new key of ours is made by itself that long before the last one ends. */
const RENEW_MS = 90 * DAY_MS;

/** Whole days until an instant; 0 and less: it has ended, or ends today. */
export function daysLeft(notAfter: Date, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
}

/** The step of `WARN_DAYS` that a certificate has reached; undefined while there is time. */
export function warnStep(notAfter: Date, now: Date): number | undefined {
  if (notAfter <= now) return 0;
  return WARN_DAYS.findLast((days) => days > 0 && notAfter.getTime() - now.getTime() <= days * DAY_MS);
}

/** What watching needs. */
export interface CertificateWatchDeps {
  uow: UnitOfWork;
  clock: Clock;
  idps: IdpService;
  keys: SpKeys;
  tell: Tell;
}

/** Looks at every certificate once: tells of what comes near its end, and makes a new key of ours in time. */
export async function watchCertificates(deps: CertificateWatchDeps): Promise<Record<string, number>> {
  const { uow, clock, idps, tell } = deps;
  const now = clock.now();
  let told = 0;
  for (const { idp, certificates } of await idps.list()) {
    if (idp.state === 'off') continue;
    for (const certificate of certificates) {
      const step = warnStep(certificate.notAfter, now);
      if (step === undefined || (certificate.warnedDays ?? Number.POSITIVE_INFINITY) <= step) continue;
      const others = certificates.filter(({ notAfter }) => notAfter > certificate.notAfter).length;
      await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        await noteWarned(tx, certificate, step);
        await tell(tx, {
          kind: step === 0 ? 'sso.certificate-ended' : 'sso.certificate-ends',
          id: certificate.fingerprint,
          params: {
            ...{ idp: idp.id, fingerprint: certificate.fingerprint.slice(0, 16), others },
            ...{ days: Math.max(0, daysLeft(certificate.notAfter, now)) },
          },
          severity: step <= ALARM_DAYS ? 'alarm' : 'warning',
        });
        const details = { days: step, fingerprint: certificate.fingerprint };
        tx.record({ action: 'idp.warn', outcome: 'ok', target: { type: 'idp', id: idp.id }, details });
      });
      told += 1;
    }
  }
  const own = await watchOwnKeys(deps, now);
  return { told: told + own.told, made: own.made };
}

/** Our own keys: a new one is made before the last one ends, and people are told to load our metadata anew. */
async function watchOwnKeys(deps: CertificateWatchDeps, now: Date): Promise<{ told: number; made: number }> {
  const { uow, keys, tell } = deps;
  const rows = await uow.read(listSpKeys);
  const lastMs = Math.max(0, ...rows.map(({ notAfter }) => notAfter.getTime()));
  const isDue = rows.length > 0 && lastMs - now.getTime() < RENEW_MS;
  const made = isDue ? await keys.create() : undefined;
  if (made !== undefined) await uow.run({ actor: SYSTEM_ACTOR }, (tx) => keys.add(tx, made));
  let told = 0;
  for (const { id, certificate, notAfter, warnedDays } of rows) {
    const step = warnStep(notAfter, now);
    if (step === undefined || (warnedDays ?? Number.POSITIVE_INFINITY) <= step) continue;
    const { fingerprint } = readCertificate(certificate);
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await noteKeyWarned(tx, id, step);
      const params = { fingerprint: fingerprint.slice(0, 16), days: Math.max(0, daysLeft(notAfter, now)) };
      const severity = step <= ALARM_DAYS ? 'alarm' : 'warning';
      await tell(tx, { kind: 'sso.own-key-ends', id, params, severity });
      tx.record({ action: 'sso.key-warn', outcome: 'ok', target: { type: 'sso-key', id } });
    });
    told += 1;
  }
  return { told, made: made === undefined ? 0 : 1 };
}
