import { createHmac, pbkdf2Sync } from 'node:crypto';
import { randomBytes, timingSafeEqual } from './random.ts';
import { parseShare, shareFault, writeShare, type WordShare } from './word-share.ts';

/** Most shares of one split, as SLIP-0039 numbers them. */
export const SHARES_MAX = 16;

const DIGEST_BYTES = 4;
const SECRET_AT = 255;
const DIGEST_AT = 254;
const ROUNDS = 4;
const ITERATIONS = 10_000;
/** Secrets are random keys: stretching a passphrase that there is not would only cost time. */
const ITERATION_EXPONENT = 0;

/** A point of the polynomial over GF(256). */
interface Point {
  x: number;
  value: Buffer;
}

/** Powers of the generator 3 in GF(256) with the polynomial of AES, and their logarithms. */
const [EXP, LOG] = makeTables();

/**
 * Splits a secret of 16 to 32 bytes (an even number) into `count` shares of which any `threshold` give it back
 * (SLIP-0039, one group, no passphrase). Fewer tell nothing. Each share is a line of words with a checksum.
 */
export function splitSecret(
  secret: Buffer,
  { threshold, count }: { threshold: number; count: number },
): string[] {
  const isSplit = threshold >= 2 && threshold <= count && count <= SHARES_MAX;
  if (!isSplit || secret.length < 16 || secret.length > 32 || secret.length % 2 !== 0) {
    throw new RangeError('2 to 16 shares of 16 to 32 bytes, an even number of them');
  }
  const identifier = randomBytes(2).readUInt16BE() % 2 ** 15;
  const head = { identifier, isExtendable: true, iterationExponent: ITERATION_EXPONENT };
  const encrypted = cipher(secret, '', head, [0, 1, 2, 3]);
  const points = splitPoints(encrypted, threshold, count);
  encrypted.fill(0);
  return points.map(({ x, value }) => {
    const group = { groupIndex: 0, groupThreshold: 1, groupCount: 1 };
    return writeShare({ ...head, ...group, memberIndex: x, memberThreshold: threshold, value });
  });
}

/**
 * Gives the secret of a split back. Throws `crypto.share_invalid`: a wrong word, a checksum that does not fit, shares
 * of different splits, too few (`details.needed`), or shares that were changed together.
 */
export function combineShares(texts: readonly string[], passphrase = ''): Buffer {
  const shares = texts.map(parseShare);
  const [first] = shares;
  if (first === undefined) throw shareFault('too_few', { needed: 1, given: 0 });
  const isOneSplit = shares.every(
    (share) =>
      share.identifier === first.identifier &&
      share.isExtendable === first.isExtendable &&
      share.iterationExponent === first.iterationExponent &&
      share.groupThreshold === first.groupThreshold &&
      share.groupCount === first.groupCount &&
      share.value.length === first.value.length,
  );
  if (!isOneSplit) throw shareFault('set');
  const groups = new Map<number, WordShare[]>();
  for (const share of shares) groups.set(share.groupIndex, [...(groups.get(share.groupIndex) ?? []), share]);
  if (groups.size !== first.groupThreshold) {
    throw shareFault(groups.size < first.groupThreshold ? 'too_few' : 'set', {
      ...{ needed: first.groupThreshold, given: groups.size },
    });
  }
  const points = [...groups].map(([x, members]) => ({ x, value: groupSecret(members) }));
  const encrypted = recover(points, first.groupThreshold);
  return cipher(encrypted, passphrase, first, [3, 2, 1, 0]);
}

function groupSecret(members: readonly WordShare[]): Buffer {
  const needed = (members[0] as WordShare).memberThreshold;
  if (members.some(({ memberThreshold }) => memberThreshold !== needed)) throw shareFault('set');
  const points = new Map(members.map(({ memberIndex, value }) => [memberIndex, value]));
  if (points.size !== members.length) throw shareFault('set');
  if (points.size < needed) throw shareFault('too_few', { needed, given: points.size });
  if (points.size > needed) throw shareFault('set', { needed, given: points.size });
  return recover(
    [...points].map(([x, value]) => ({ x, value })),
    needed,
  );
}

function splitPoints(secret: Buffer, threshold: number, count: number): Point[] {
  const random = (length: number) => randomBytes(length);
  const free = Array.from({ length: threshold - 2 }, (_, x) => ({ x, value: random(secret.length) }));
  const noise = random(secret.length - DIGEST_BYTES);
  const digest = { x: DIGEST_AT, value: Buffer.concat([digestOf(noise, secret), noise]) };
  const base = [...free, digest, { x: SECRET_AT, value: secret }];
  const rest = Array.from({ length: count - free.length }, (_, index) => {
    const x = free.length + index;
    return { x, value: interpolate(base, x) };
  });
  return [...free, ...rest];
}

function recover(points: readonly Point[], threshold: number): Buffer {
  if (threshold === 1) return (points[0] as Point).value;
  const secret = interpolate(points, SECRET_AT);
  const digest = interpolate(points, DIGEST_AT);
  const noise = digest.subarray(DIGEST_BYTES);
  if (!timingSafeEqual(digest.subarray(0, DIGEST_BYTES), digestOf(noise, secret))) throw shareFault('digest');
  return secret;
}

function digestOf(noise: Buffer, secret: Buffer): Buffer {
  return createHmac('sha256', noise).update(secret).digest().subarray(0, DIGEST_BYTES);
}

/** The polynomial through the points at `x`, byte by byte (Lagrange). */
function interpolate(points: readonly Point[], x: number): Buffer {
  const own = points.find((point) => point.x === x);
  if (own !== undefined) return own.value;
  const log = (value: number) => LOG[value] as number;
  const product = points.reduce((sum, point) => sum + log(point.x ^ x), 0);
  const result = Buffer.alloc((points[0] as Point).value.length);
  for (const point of points) {
    const others = points.reduce((sum, other) => sum + (other === point ? 0 : log(point.x ^ other.x)), 0);
    const basis = (((product - log(point.x ^ x) - others) % 255) + 255) % 255;
    point.value.forEach((byte, index) => {
      if (byte !== 0) result[index] = (result[index] as number) ^ (EXP[(log(byte) + basis) % 255] as number);
    });
  }
  return result;
}

/** The four Feistel rounds of SLIP-0039; in falling order they undo what they do in rising order. */
function cipher(
  secret: Buffer,
  passphrase: string,
  head: Pick<WordShare, 'identifier' | 'isExtendable' | 'iterationExponent'>,
  rounds: readonly number[],
): Buffer {
  const { identifier, isExtendable, iterationExponent } = head;
  const salt = isExtendable
    ? Buffer.alloc(0)
    : Buffer.concat([Buffer.from('shamir'), Buffer.of(identifier >> 8, identifier & 255)]);
  const iterations = (ITERATIONS << iterationExponent) / ROUNDS;
  const half = secret.length / 2;
  let [left, right] = [secret.subarray(0, half), secret.subarray(half)];
  for (const round of rounds) {
    const key = Buffer.concat([Buffer.of(round), Buffer.from(passphrase, 'utf8')]);
    const mask = pbkdf2Sync(key, Buffer.concat([salt, right]), iterations, half, 'sha256');
    [left, right] = [right, Buffer.from(left.map((byte, index) => byte ^ (mask[index] as number)))];
  }
  return Buffer.concat([right, left]);
}

function makeTables(): [exp: Uint8Array, log: Uint8Array] {
  const [exp, log] = [new Uint8Array(255), new Uint8Array(256)];
  let value = 1;
  for (let power = 0; power < 255; power += 1) {
    exp[power] = value;
    log[value] = power;
    value ^= value << 1;
    if (value & 0x100) value ^= 0x11b;
  }
  return [exp, log];
}
