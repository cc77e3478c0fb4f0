import { createHmac } from 'node:crypto';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { randomBytes, timingSafeEqual } from './random.ts';

const STEP_SECONDS = 30;
const DIGITS = 6;
const SECRET_BYTES_MIN = 16;
/** A code of the step before or after is accepted, for clocks that are 30 s apart (RFC 6238 §5.2). */
const STEPS_AROUND = 1;

/** The hash of a code; SHA-256 where the bank's authenticators know it. */
export type TotpHash = 'sha1' | 'sha256';

/** Bytes of a new secret: RFC 4226 §4 asks for 160 bits, RFC 6238 for as many as the hash has. */
const SECRET_BYTES: Readonly<Record<TotpHash, number>> = { sha1: 20, sha256: 32 };
/** How a secret says that its codes are made with SHA-256; without it they are made with SHA-1. */
const SHA256_MARK = 'sha256:';

/** A code to check. */
export interface TotpCheck {
  /** The account's secret: base32, behind `sha256:` when its codes are made with that. */
  secret: string;
  code: string;
  at: Date;
  /** The step of the last accepted code; this and earlier steps are refused, so that no code works twice. */
  lastStep?: number;
}

/** What an authenticator program needs. */
export interface TotpUri {
  secret: string;
  issuer: string;
  account: string;
}

/** Time-based one-time codes (RFC 6238): HMAC-SHA-1 or HMAC-SHA-256, six digits, 30 s. */
export const totp = {
  /** A new secret: 160 bits in base32, or 256 bits behind `sha256:`. */
  createSecret(hash: TotpHash = 'sha1'): string {
    const text = encodeBase32(randomBytes(SECRET_BYTES[hash]));
    return hash === 'sha256' ? `${SHA256_MARK}${text}` : text;
  },

  /** The code that is valid at an instant. Throws for a secret that is not base32 of at least 16 bytes. */
  code: (secret: string, at: Date): string => codeOf(keyOf(secret), stepOf(at)),

  /** The step a right code belongs to, to be stored as `lastStep`; undefined for a wrong or used one. */
  verify({ secret, code, at, lastStep }: TotpCheck): number | undefined {
    const key = keyOf(secret);
    const now = stepOf(at);
    let matched: number | undefined;
    for (let step = Math.max(0, now - STEPS_AROUND); step <= now + STEPS_AROUND; step += 1) {
      if (timingSafeEqual(codeOf(key, step), code)) matched ??= step > (lastStep ?? -1) ? step : undefined;
    }
    return matched;
  },

  /** The `otpauth://` address a QR code shows. */
  uri({ secret, issuer, account }: TotpUri): string {
    const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
    const { hash, text } = partsOf(secret);
    const query = `secret=${text}&issuer=${encodeURIComponent(issuer)}`;
    return `otpauth://totp/${label}?${query}&algorithm=${hash.toUpperCase()}&digits=${DIGITS}&period=${STEP_SECONDS}`;
  },
} as const;

interface Key {
  hash: TotpHash;
  bytes: Buffer;
}

function partsOf(secret: string): { hash: TotpHash; text: string } {
  const isSha256 = secret.startsWith(SHA256_MARK);
  return isSha256
    ? { hash: 'sha256', text: secret.slice(SHA256_MARK.length) }
    : { hash: 'sha1', text: secret };
}

function keyOf(secret: string): Key {
  const { hash, text } = partsOf(secret);
  const bytes = decodeBase32(text);
  if (bytes === undefined || bytes.length < SECRET_BYTES_MIN)
    throw new TypeError('not a secret for one-time codes');
  return { hash, bytes };
}

function stepOf(at: Date): number {
  return Math.floor(at.getTime() / 1000 / STEP_SECONDS);
}

/** Dynamic truncation of RFC 4226 §5.3. */
function codeOf({ hash, bytes }: Key, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac(hash, bytes).update(counter).digest();
  const offset = (mac[mac.length - 1] ?? 0) & 0x0f;
  const truncated = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(truncated % 10 ** DIGITS).padStart(DIGITS, '0');
}
