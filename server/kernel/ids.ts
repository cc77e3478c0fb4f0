import type { Clock } from './clock.ts';

/** Makes row ids: UUID version 7 (RFC 9562 §5.7), lower-case text, increasing within one process. */
export interface Ids {
  next(): string;
}

/** Fills `length` bytes with randomness; platform/crypto supplies the real one. */
export type RandomBytes = (length: number) => Uint8Array;

const COUNTER_MAX = 0xfff;
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Tells whether a text is a UUID in the one form we store: lower case, with dashes. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID_PATTERN.test(text);
}

/** Lays 16 bytes out as UUID text. */
export function formatUuid(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * Ids that sort by creation time. The 12 bits after the time are a counter that starts at a random value below
 * half each millisecond, so ids of one process increase even when the clock stands still or steps back.
 */
export function createIds(deps: { clock: Clock; randomBytes: RandomBytes }): Ids {
  let lastMs = 0;
  let counter = 0;
  return {
    next() {
      const nowMs = deps.clock.now().getTime();
      const random = deps.randomBytes(10);
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
