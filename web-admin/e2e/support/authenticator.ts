import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MS = 30_000;
const CODE_VALUES = 1_000_000;

/** The six digits that an authenticator shows for a secret, now or some steps of 30 s from now (RFC 6238). */
export function codeOf(secret: string, stepsAhead = 0): string {
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = (bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + stepsAhead));
  const mac = createHmac('sha1', Buffer.from(bytes)).update(step).digest();
  const start = (mac.at(-1) ?? 0) & 0xf;
  const number = (mac.readUInt32BE(start) & 0x7fff_ffff) % CODE_VALUES;
  return String(number).padStart(6, '0');
}
