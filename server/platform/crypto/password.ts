import { scrypt } from 'node:crypto';
import { randomBytes, timingSafeEqual } from './random.ts';

/** Cost of a password hash: N = 2^15, r = 8, p = 1 takes 32 MiB and about 60 ms. */
export const SCRYPT_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 1 };
/** Longer input is refused before any work is done. */
export const PASSWORD_CHARACTERS_MAX = 256;

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const SCRYPT_N_MAX = 2 ** 20;
const SCRYPT_R_MAX = 32;
const SCRYPT_P_MAX = 16;

/** Parameters of scrypt (RFC 7914 §2). */
export interface ScryptCost {
  N: number;
  r: number;
  p: number;
}

/** Makes a key of `length` bytes from a passphrase on the thread pool (RFC 7914). */
export function scryptKey(
  passphrase: string,
  salt: Uint8Array,
  cost: ScryptCost,
  length: number,
): Promise<Buffer> {
  const options = { ...cost, maxmem: 128 * cost.N * cost.r + 128 * cost.r * cost.p + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, length, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** Hashes a password as `scrypt$N$r$p$salt$hash`, the last two base64url. The text is NFKC-normalised before. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length > PASSWORD_CHARACTERS_MAX) throw new RangeError('the password is too long');
  const salt = randomBytes(SALT_BYTES);
  const hash = await scryptKey(password, salt, SCRYPT_COST, HASH_BYTES);
  const { N, r, p } = SCRYPT_COST;
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * Tells whether the password belongs to the stored hash. Pass undefined for an account that does not exist: the same
 * work is done and the answer is false, so that the time does not tell which accounts exist.
 */
export async function verifyPassword(password: string, encoded: string | undefined): Promise<boolean> {
  const stored = encoded === undefined ? undefined : parseHash(encoded);
  if (password.length > PASSWORD_CHARACTERS_MAX) return false;
  const salt = stored?.salt ?? Buffer.alloc(SALT_BYTES);
  const made = await scryptKey(password, salt, stored?.cost ?? SCRYPT_COST, HASH_BYTES);
  return stored !== undefined && timingSafeEqual(made, stored.hash);
}

/** Tells whether a stored hash was made with another cost than today's; hash again at the next sign-in. */
export function isPasswordHashOutdated(encoded: string): boolean {
  const cost = parseHash(encoded)?.cost;
  return cost?.N !== SCRYPT_COST.N || cost.r !== SCRYPT_COST.r || cost.p !== SCRYPT_COST.p;
}

function parseHash(encoded: string): { cost: ScryptCost; salt: Buffer; hash: Buffer } | undefined {
  const [scheme, n, r, p, salt, hash, ...rest] = encoded.split('$');
  if (scheme !== 'scrypt' || hash === undefined || salt === undefined || rest.length > 0) return undefined;
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const isPowerOfTwo = Number.isInteger(Math.log2(cost.N)) && cost.N >= 2 && cost.N <= SCRYPT_N_MAX;
  if (!isPowerOfTwo || !isBetween(cost.r, SCRYPT_R_MAX) || !isBetween(cost.p, SCRYPT_P_MAX)) return undefined;
  const parsed = { cost, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') };
  return parsed.hash.length === HASH_BYTES && parsed.salt.length >= SALT_BYTES ? parsed : undefined;
}

function isBetween(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
