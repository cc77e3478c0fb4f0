import { createHmac } from 'node:crypto';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { randomBytes, timingSafeEqual } from './random.ts';

const STEP_SECONDS = 30;
const DIGITS = 6;
/** RFC 4226 §4 asks for 160 bits. */
const SECRET_BYTES = 20;
const SECRET_BYTES_MIN = 16;
/** A code of the step before or after is accepted, for clocks that are 30 s apart (RFC 6238 §5.2). */
const STEPS_AROUND = 1;

/** A code to check. */
export interface TotpCheck {
  /** The account's secret, base32. */
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

/** Time-based one-time codes (RFC 6238): HMAC-SHA-1, six digits, 30 s. */
export const totp = {
  /** A new secret of 160 bits, base32. */
  createSecret: (): string => encodeBase32(randomBytes(SECRET_BYTES)),

  /** The code that is valid at an instant. Throws for a secret that is not base32 of at least 16 bytes. */
  code: (secret: string, at: Date): string => codeOf(secretBytes(secret), stepOf(at)),

  /** The step a right code belongs to, to be stored as `lastStep`; undefined for a wrong or used one. */
  verify({ secret, code, at, lastStep }: TotpCheck): number | undefined {
    const key = secretBytes(secret);
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
    const query = `secret=${secret}&issuer=${encodeURIComponent(issuer)}`;
    return `otpauth://totp/${label}?${query}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`;
  },
} as const;

function secretBytes(secret: string): Buffer {
  const bytes = decodeBase32(secret);
  if (bytes === undefined || bytes.length < SECRET_BYTES_MIN)
    throw new TypeError('not a secret for one-time codes');
  return bytes;
}

function stepOf(at: Date): number {
  return Math.floor(at.getTime() / 1000 / STEP_SECONDS);
}

/** Dynamic truncation of RFC 4226 §5.3. */
function codeOf(key: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac[mac.length - 1] ?? 0) & 0x0f;
  const truncated = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(truncated % 10 ** DIGITS).padStart(DIGITS, '0');
}
