import { createPublicKey, verify, type KeyObject } from 'node:crypto';

/** Longest token that is looked at. */
export const JWT_CHARACTERS_MAX = 8 * 1024;
const RSA_BITS_MIN = 2_048;
const SKEW_SECONDS = 60;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** Algorithms a site may sign with (RFC 7518 §3.1, RFC 8037 §3.1). No shared secrets, never `none`. */
export type JwtAlgorithm = 'RS256' | 'ES256' | 'EdDSA';

/** What a token must fulfil. */
export interface JwtRules {
  /** The site's public key: PEM, SubjectPublicKeyInfo. A private key is refused. */
  publicKey: string;
  /** The algorithms allowed for this key; the token's own word is not enough. */
  algorithms: readonly JwtAlgorithm[];
  audience: string;
  issuer?: string;
  now: Date;
  /** Longest time from now to `exp`; a token that never ends is a password. */
  lifetimeSecondsMax?: number;
}

/** Why a token was refused; for the log, never for the sender. */
export type JwtFault =
  | 'size'
  | 'malformed'
  | 'algorithm'
  | 'key'
  | 'signature'
  | 'expired'
  | 'not_yet'
  | 'lifetime'
  | 'audience'
  | 'issuer';

/** The claims of a good token. */
export type JwtResult = { ok: true; claims: Record<string, unknown> } | { ok: false; fault: JwtFault };

/**
 * Checks a signed token (RFC 7519, compact form) and returns its claims. `exp` and `aud` are required, `nbf` and
 * `iss` checked when present or asked for; clocks may differ by 60 s. Never throws for a bad token.
 */
export function verifyJwt(token: string, rules: JwtRules): JwtResult {
  const refuse = (fault: JwtFault): JwtResult => ({ ok: false, fault });
  if (token.length > JWT_CHARACTERS_MAX) return refuse('size');
  const [headerPart, claimsPart, signaturePart, ...rest] = token.split('.');
  if (!headerPart || !claimsPart || !signaturePart || rest.length > 0) return refuse('malformed');
  const header = decodeObject(headerPart);
  const signature = decodePart(signaturePart);
  if (header === undefined || signature === undefined || 'crit' in header) return refuse('malformed');
  const algorithm = rules.algorithms.find((one) => one === header['alg']);
  if (algorithm === undefined) return refuse('algorithm');
  const key = keyFor(algorithm, rules.publicKey);
  if (key === undefined) return refuse('key');
  const signed = Buffer.from(`${headerPart}.${claimsPart}`, 'ascii');
  if (!isSigned(algorithm, key, signed, signature)) return refuse('signature');
  const claims = decodeObject(claimsPart);
  if (claims === undefined) return refuse('malformed');
  const fault = claimsFault(claims, rules);
  return fault === undefined ? { ok: true, claims } : refuse(fault);
}

function claimsFault(claims: Record<string, unknown>, rules: JwtRules): JwtFault | undefined {
  const nowSeconds = rules.now.getTime() / 1000;
  const { exp, nbf, iss, aud } = claims;
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return 'malformed';
  if (exp + SKEW_SECONDS <= nowSeconds) return 'expired';
  if (nbf !== undefined && (typeof nbf !== 'number' || !Number.isFinite(nbf))) return 'malformed';
  if (nbf !== undefined && nbf - SKEW_SECONDS > nowSeconds) return 'not_yet';
  const { lifetimeSecondsMax } = rules;
  if (lifetimeSecondsMax !== undefined && exp - nowSeconds > lifetimeSecondsMax + SKEW_SECONDS)
    return 'lifetime';
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(rules.audience)) return 'audience';
  return rules.issuer !== undefined && iss !== rules.issuer ? 'issuer' : undefined;
}

/** The key, when it is of the kind the algorithm signs with: an RSA key must never check an EC signature. */
function keyFor(algorithm: JwtAlgorithm, pem: string): KeyObject | undefined {
  if (pem.includes('PRIVATE KEY')) return undefined;
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return undefined;
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  const fits = {
    RS256: asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS_MIN,
    ES256: asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1',
    EdDSA: asymmetricKeyType === 'ed25519',
  };
  return fits[algorithm] ? key : undefined;
}

function isSigned(algorithm: JwtAlgorithm, key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  if (algorithm === 'EdDSA') return verify(null, signed, key, signature);
  return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function decodePart(part: string): Buffer | undefined {
  if (!BASE64URL.test(part)) return undefined;
  const bytes = Buffer.from(part, 'base64url');
  // Two spellings of the same bytes would be two tokens with one signature.
  return bytes.toString('base64url') === part ? bytes : undefined;
}

function decodeObject(part: string): Record<string, unknown> | undefined {
  const bytes = decodePart(part);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
