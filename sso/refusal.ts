/**
 * Why a message was refused. Codes are permanent; whoever signs in sees none of them, only a reference id. The trail
 * and an administrator's test page show the code, and `docs/operations/sso.md` says what to do about each.
 */
export const SSO_CODES = [
  'sso.malformed',
  'sso.no_pending',
  'sso.destination',
  'sso.issuer',
  'sso.status',
  'sso.algorithm',
  'sso.signature',
  'sso.decryption',
  'sso.subject',
  'sso.recipient',
  'sso.audience',
  'sso.expired',
  'sso.not_yet',
  'sso.context',
  'sso.replay',
  'sso.attributes',
  'sso.no_role',
  'sso.no_account',
  'sso.disabled',
  'sso.metadata',
] as const;

/** One of the codes. */
export type SsoCode = (typeof SSO_CODES)[number];

/** A refused message. `why` names the check, in words that hold nothing of the message. */
export class SsoRefusal extends Error {
  readonly code: SsoCode;
  readonly why: string;
  constructor(code: SsoCode, why: string, cause?: unknown) {
    super(`${code}: ${why}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.why = why;
  }
}

/** Refuses unless a condition holds. */
export function demand(condition: boolean, code: SsoCode, why: string): asserts condition {
  if (!condition) throw new SsoRefusal(code, why);
}
