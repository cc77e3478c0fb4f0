import type { Clock } from './clock.ts';

/** Makes row ids: UUID version 7 (RFC 9562 §5.7), lower-case text, increasing within one process. */
export interface Ids {
  next(): string;
}

/** Fills `length` bytes with randomness; platform/crypto supplies the real one. */
export type RandomBytes = (length: number) => Uint8Array;

const UUID_BYTES = 16;
const RANDOM_BYTES = 10;
/** Random bytes are asked for in this many at a time: a call costs more than the bytes do. */
const RANDOM_POOL_BYTES = 400 * RANDOM_BYTES;
/** Character codes of the hexadecimal digits. */
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const DASH = '-'.charCodeAt(0);
/** Joining pieces would leave a tree of strings behind for each id; characters in a buffer make one flat text. */
const scratch = Buffer.alloc(36);
const COUNTER_MAX = 0xfff;
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Tells whether a text is a UUID in the one form we store: lower case, with dashes. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID_PATTERN.test(text);
}

/** Lays 16 bytes out as UUID text. */
export function formatUuid(bytes: Uint8Array): string {
  let at = 0;
  for (let index = 0; index < UUID_BYTES; index += 1) {
    const byte = bytes[index] ?? 0;
    scratch[at] = DIGITS[byte >> 4] as number;
    scratch[at + 1] = DIGITS[byte & 0x0f] as number;
    at += 2;
    if (index === 3 || index === 5 || index === 7 || index === 9) {
      scratch[at] = DASH;
      at += 1;
    }
  }
  return scratch.toString('latin1');
}

/**
 * Ids that sort by creation time. The 12 bits after the time are a counter that starts at a random value below
 * half each millisecond, so ids of one process increase even when the clock stands still or steps back.
 */
export function createIds(deps: { clock: Clock; randomBytes: RandomBytes }): Ids {
  let lastMs = 0;
  let counter = 0;
  let pool: Uint8Array = new Uint8Array(0);
  let poolAt = 0;
  return {
    next() {
      const nowMs = deps.clock.now().getTime();
      if (poolAt === pool.length) {
        pool = deps.randomBytes(RANDOM_POOL_BYTES);
        poolAt = 0;
      }
      const random = pool.subarray(poolAt, poolAt + RANDOM_BYTES);
      poolAt += RANDOM_BYTES;
      if (nowMs > lastMs) {
        lastMs = nowMs;
        counter = (((random[8] ?? 0) << 8) | (random[9] ?? 0)) & (COUNTER_MAX >> 1);
      } else {
        counter += 1;
        if (counter > COUNTER_MAX) {
          lastMs += 1;
          counter = 0;
        }
      }
      return formatUuid(layOut(lastMs, counter, random));
    },
  };
}

function layOut(atMs: number, counter: number, random: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0, rest = atMs; i < 6; i += 1) {
    bytes[5 - i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | (counter >> 8);
  bytes[7] = counter & 0xff;
  bytes.set(random.subarray(0, 8), 8);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes;
}
