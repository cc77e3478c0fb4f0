import {
  applyMap,
  decodeBase64,
  decodeUtf8,
  inspectMessage,
  readPastedAssertion,
  SSO_TIMES,
  SsoRefusal,
  type Inspected,
} from '../../../sso/index.ts';
import { AppError } from '../../kernel/index.ts';
import type { KnownIdp } from './idp.service.ts';
import { areRolesCompatible } from '../roles/role.rules.ts';

/** What an administrator sees of a message: how it would be judged, both clocks, and what certificates were tried. */
export interface Examined {
  /** Code of the first check that would refuse it; absent when all of these passed. */
  code?: string;
  why?: string;
  clocks: { idp: string | null; here: string };
  fingerprints: { tried: string[]; named: string[]; verified: string | null };
}

/** Puts what a message says of itself beside what is known of its identity provider. */
export function examine(known: KnownIdp, text: string, now: Date): Examined {
  const inForce = known.certificates.filter(({ notAfter }) => notAfter > now);
  const base = {
    clocks: { idp: null as string | null, here: now.toISOString() },
    fingerprints: {
      tried: inForce.map(({ fingerprint }) => fingerprint),
      named: [] as string[],
      verified: null as string | null,
    },
  };
  try {
    const pems = inForce.map(({ pem }) => pem);
    const seen = inspectMessage(text, pems);
    base.clocks.idp = seen.issuedAt?.toISOString() ?? null;
    base.fingerprints.named = [...seen.named];
    base.fingerprints.verified = seen.verifiedBy ?? null;
    return { ...base, ...faultOf(known, seen, now) };
  } catch (error) {
    if (!(error instanceof SsoRefusal)) throw error;
    return { ...base, code: error.code, why: error.why };
  }
}

/** In the order in which a sign-in would be refused. */
function faultOf(known: KnownIdp, seen: Inspected, now: Date): { code?: string; why?: string } {
  if (seen.issuer !== undefined && seen.issuer !== known.idp.entityId) return fault('sso.issuer', 'issuer');
  if (!seen.isSigned) return fault('sso.signature', 'unsigned');
  if (seen.verifiedBy === undefined) return fault('sso.signature', 'unverified');
  const ageMs = now.getTime() - (seen.issuedAt?.getTime() ?? Number.NaN);
  if (ageMs > SSO_TIMES.messageAgeMs + SSO_TIMES.skewMs) return fault('sso.expired', 'issue-instant');
  if (ageMs < -SSO_TIMES.skewMs) return fault('sso.not_yet', 'issue-instant');
  return {};
}

const fault = (code: string, why: string) => ({ code, why });

/**
 * Applies the map to a pasted assertion or response. Nobody is signed in by it, so a missing signature or an old one is
 * said and does not stop it: people paste what their log kept. Throws `idp.invalid` for what holds no readable assertion.
 */
export function tryMap(known: KnownIdp, pasted: string, now: Date): Record<string, unknown> {
  try {
    const isXml = pasted.trimStart().startsWith('<');
    const text = isXml ? pasted : decodeUtf8(decodeBase64(pasted));
    const assertion = readPastedAssertion(text);
    const examined = examine(known, text, now);
    const shown = { nameId: assertion.nameId, attributes: [...assertion.attributes.keys()].sort() };
    return { ...examined, ...shown, ...mapped(known, assertion, examined) };
  } catch (error) {
    if (!(error instanceof SsoRefusal)) throw error;
    throw new AppError('idp.invalid', { details: { part: 'assertion', faults: error.why }, cause: error });
  }
}

function mapped(known: KnownIdp, assertion: Parameters<typeof applyMap>[1], before: Examined) {
  try {
    const person = applyMap(known.map, assertion);
    const { username, displayName, mail, department, groups, roles, unit, skillGroups } = person;
    const isFit = roles.length > 0 && areRolesCompatible(roles, []);
    const refused = isFit ? {} : fault('sso.no_role', roles.length === 0 ? 'no-rule-fits' : 'exclusive');
    return {
      ...{ username, displayName, mail, department, groups, roles, unit, skillGroups },
      ...(before.code === undefined ? refused : {}),
    };
  } catch (error) {
    if (!(error instanceof SsoRefusal)) throw error;
    return before.code === undefined ? fault(error.code, error.why) : {};
  }
}
