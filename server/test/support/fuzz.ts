import process from 'node:process';
import fc from 'fast-check';
import { ScimFault, SsoRefusal } from '../../../sso/index.ts';
import { AppError } from '../../kernel/index.ts';

/** Inputs of one target: a million over all of them in the long suite. */
export const FUZZ_INPUTS = process.env['VAULTDESK_TEST_LONG'] === '1' ? 67_000 : 200;
/** How long they may take, in milliseconds. */
export const FUZZ_TIMEOUT_MS = FUZZ_INPUTS > 200 ? 4 * 3_600_000 : 60_000;
/** Pieces that JSON is made of, and some that it must not be made of. */
export const JSON_TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '[[[[[[[[[[',
    '{"a":',
    '"',
    '\\',
    '\\u0000',
    '\\ud800',
    ',',
    ':',
    'null',
    '-',
    '1e999',
  ],
  ...['"__proto__":1,', '12345678901234567890', 'true', '\ufeff', '\u0000'],
];

/** A parser and what it is tried with. */
export interface FuzzTarget {
  name: string;
  /** Well-formed inputs that the others are made from. */
  seeds: readonly (Buffer | string)[];
  /** Pieces that mean something to the parser. */
  tokens: readonly string[];
  /** Parses; throws nothing but a refusal of ours. */
  take(input: Buffer): unknown;
}

/** Largest input; every parser has its own limit below or near it. */
const INPUT_BYTES_MAX = 300_000;
const CHANGES_MAX = 6;
const REPEATS_MAX = 400;
/** Processor time for one input. What a collection of garbage or a compiler takes is not the parser's. */
const INPUT_MS_MAX = 100;
const AGAIN_TIMES = 3;
const PROGRESS_MS = 10_000;

type Change =
  | { kind: 'byte'; at: number; byte: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'token'; at: number; token: number }
  | { kind: 'cut'; at: number; share: number }
  | { kind: 'repeat'; at: number; share: number; times: number };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const share = fc.double({ min: 0, max: 0.3, noNaN: true });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), at: place, byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ maxLength: 12 }) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('token' as const), at: place, token: fc.nat() }) },
  fc.record({ kind: fc.constant('cut' as const), at: place, share }),
  fc.record({ kind: fc.constant('repeat' as const), at: place, share, times: fc.nat(REPEATS_MAX) }),
);

function changed(bytes: Buffer, made: Change, tokens: readonly string[]): Buffer {
  const at = Math.floor(made.at * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (made.kind === 'byte') return Buffer.concat([before, Buffer.of(made.byte), after.subarray(1)]);
  if (made.kind === 'insert') return Buffer.concat([before, made.bytes, after]);
  if (made.kind === 'token') {
    return Buffer.concat([before, Buffer.from(tokens[made.token % tokens.length] ?? ''), after]);
  }
  const length = Math.ceil(made.share * bytes.length);
  if (made.kind === 'cut') return Buffer.concat([before, after.subarray(length)]);
  const piece = after.subarray(0, length);
  const room = Math.max(0, INPUT_BYTES_MAX - bytes.length);
  const times = Math.min(made.times, Math.floor(room / Math.max(1, piece.length)));
  return Buffer.concat([before, ...Array.from({ length: times }, () => piece), after]);
}

function inputsOf({ seeds, tokens }: FuzzTarget): fc.Arbitrary<Buffer> {
  return fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: CHANGES_MAX }))
        .map(([seed, changes]) =>
          changes.reduce<Buffer>((bytes, made) => changed(bytes, made, tokens), Buffer.from(seed as string)),
        ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );
}

function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError || error instanceof SsoRefusal || error instanceof ScimFault;
}

/** Several parsers, each with the same input: one that refuses does not keep the next from it. */
export async function takeEach(...works: readonly (() => unknown)[]): Promise<void> {
  for (const work of works) {
    try {
      await work();
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
}

async function msOf(target: FuzzTarget, input: Buffer): Promise<number> {
  const start = process.cpuUsage();
  try {
    await target.take(input);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  return processorMs(start);
}

/** Tries a parser; throws with a seed to repeat it by for a crash, or for an input that takes over 100 ms. */
export async function fuzz(target: FuzzTarget, count: number): Promise<void> {
  let done = 0;
  let shownMs = Date.now();
  await fc.assert(
    fc.asyncProperty(inputsOf(target), async (input) => {
      let ms = await msOf(target, input);
      for (let again = 0; ms > INPUT_MS_MAX && again < AGAIN_TIMES; again += 1) {
        ms = Math.min(ms, await msOf(target, input));
      }
      if (ms > INPUT_MS_MAX) throw new Error(`${input.length} bytes took ${Math.round(ms)} ms.`);
      done += 1;
      if (Date.now() - shownMs < PROGRESS_MS) return;
      shownMs = Date.now();
      process.stderr.write(`      ${target.name}: ${done} of ${count}\n`);
    }),
    { numRuns: count },
  );
}
