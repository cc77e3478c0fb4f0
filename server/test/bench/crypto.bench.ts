import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { Cell, Dek, SealedItem, Suite } from '../../platform/crypto/index.ts';
import { maskText } from '../../platform/crypto/index.ts';
import { buildCrypto, type BuiltCrypto } from '../support/build-crypto.ts';
import { processorMs } from './figure.ts';

/** One figure; `ratio` is `value` over `baseline`, both measured in the same run. */
export interface BenchLine {
  name: string;
  value: number;
  unit: string;
  baseline: number;
  ratio: number;
}

/** Records of five fields, sealed with five indexes, and opened, a second of one core; see docs/performance.md. */
const MUST = { sealed: 12_000, opened: 20_000 };
const ROUNDS = 5;
const ROUND_MS = 120;
const CELL: Cell = { table: 'requester', column: 'phone_enc', rowId: '0190a1b2-0000-7000-8000-000000000001' };
const FIELDS = ['name', 'phone', 'id_number', 'card', 'address'];
const VALUES = [
  '王小明',
  '13812345678',
  '11010519491231002X',
  '6222021001116245678',
  '北京市西城区金融大街1号',
];
const MESSAGE =
  '你好，我的银行卡昨天在商场丢了，手机号是13812345678，想马上挂失并且补办一张新的卡，请问要多少钱？';

/**
 * Calls a second of processor time, collecting garbage included: the median of five rounds. Time on the wall would measure
 * the neighbours of a shared machine.
 */
async function perSecond(work: () => unknown, callsPerWork = 1): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [startedMs, usedMs] = [performance.now(), processorMs()];
    let calls = 0;
    do {
      const result = work();
      if (result instanceof Promise) await result;
      calls += callsPerWork;
    } while (performance.now() - startedMs < ROUND_MS);
    rates.push((calls * 1000) / (processorMs() - usedMs));
  }
  return rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
}

function line(name: string, value: number, baseline: number): BenchLine {
  return {
    name,
    value: Math.round(value),
    unit: '1/s',
    baseline: Math.round(baseline),
    ratio: round(value / baseline),
  };
}

function round(ratio: number): number {
  return Math.round(ratio * 1000) / 1000;
}

/** AES-256-GCM as a program would call it without any of our frame: fresh random iv, no authenticated data. */
function rawSeal(key: Buffer, plain: Buffer): Buffer {
  const iv = randomFillSync(Buffer.allocUnsafe(12));
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function rawOpen(key: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}

function sealRecord(built: BuiltCrypto, dek: Dek): Buffer[] {
  return FIELDS.map((column, i) => {
    const value = VALUES[i] ?? '';
    built.crypto.blindIndex(`requester.${column}`, value);
    return dek.seal({ ...CELL, column }, value);
  });
}

async function* sizes(built: BuiltCrypto, dek: Dek, suite: Suite): AsyncGenerator<BenchLine> {
  const key = Buffer.alloc(32, 1);
  for (const bytes of [32, 256, 4096]) {
    const plain = Buffer.alloc(bytes, 0x41);
    const sealed = rawSeal(key, plain);
    const envelope = dek.seal(CELL, plain);
    yield line(
      `crypto.${suite}.seal_${bytes}`,
      await perSecond(() => dek.seal(CELL, plain)),
      await perSecond(() => rawSeal(key, plain)),
    );
    const batch: SealedItem[] = Array.from({ length: 50 }, () => ({ cell: CELL, envelope }));
    yield line(
      `crypto.${suite}.open_${bytes}`,
      await perSecond(() => built.crypto.openMany(batch), batch.length),
      await perSecond(() => rawOpen(key, sealed)),
    );
  }
}

/** Sealing and opening against bare AES-256-GCM, whole records (5 fields, 5 indexes), search tokens, and masking. */
export async function* run(): AsyncGenerator<BenchLine> {
  const key = Buffer.alloc(32, 1);
  for (const suite of ['intl', 'gm'] as const) {
    const built = await buildCrypto({ suite });
    const { dek } = await built.crypto.newDek('requester', 'bench');
    yield* sizes(built, dek, suite);
    const plains = VALUES.map((value) => Buffer.from(value));
    const rawRecords = await perSecond(() => plains.forEach((plain) => rawSeal(key, plain)));
    const sealed = await perSecond(() => sealRecord(built, dek));
    yield line(`crypto.${suite}.records_sealed`, sealed, rawRecords);
    yield line(`crypto.${suite}.records_sealed_to_must`, sealed, MUST.sealed);
    const record = sealRecord(built, dek).map((envelope, i) => ({
      cell: { ...CELL, column: FIELDS[i] ?? '' },
      envelope,
    }));
    const page = Array.from({ length: 50 }, () => record).flat();
    const rawSealed = plains.map((plain) => rawSeal(key, plain));
    const opened = await perSecond(() => built.crypto.openMany(page), 50);
    const rawOpened = await perSecond(() => rawSealed.forEach((one) => rawOpen(key, one)));
    yield line(`crypto.${suite}.records_opened`, opened, rawOpened);
    yield line(`crypto.${suite}.records_opened_to_must`, opened, MUST.opened);
    if (suite === 'intl') yield* texts(built);
    await built.dispose();
  }
}

/** Token and masking figures are compared with plain NFKC normalisation of the same text. */
async function* texts(built: BuiltCrypto): AsyncGenerator<BenchLine> {
  const plain = await perSecond(() => MESSAGE.normalize('NFKC').toLowerCase());
  yield line(
    'crypto.message_tokens',
    await perSecond(() => built.crypto.wordTokens('message.words', MESSAGE)),
    plain,
  );
  yield line('crypto.message_masked', await perSecond(() => maskText(MESSAGE)), plain);
}
