import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readAnchors, writeExport, type VerifyResult } from '../../../audit/index.ts';
import {
  ENTRY_ATTACKS,
  expectedPlace,
  LEDGER_ATTACKS,
  leafOrder,
  type Attack,
} from '../../../audit/test/attacks.ts';
import { buildLedger, createChance, type Ledger } from '../../../audit/test/ledger.ts';
import { figure, isFull, say, type Figure } from './figure.ts';

const VERIFIER = fileURLToPath(new URL('../../../audit/audit-verify.mjs', import.meta.url));
const LEDGERS = 3;
const WHOLE_LEDGERS = isFull() ? 300 : 60;
/** What has to be reached, in per cent. */
const MUST = { found: 100, located: 95 };

interface Tally {
  tried: number;
  found: number;
  located: number;
}

/**
 * The attacks on three random ledgers and on their exports: how many are found, and how many at the place of the attack;
 * and how many whole ledgers are called anything but whole.
 */
export async function* run(): AsyncGenerator<Figure> {
  const seed = Date.now() % 1_000_000;
  say(`seed ${seed}`);
  const tally: Tally = { tried: 0, found: 0, located: 0 };
  for (let i = 0; i < LEDGERS; i += 1) {
    for (const attack of ENTRY_ATTACKS)
      for (const part of [0, 0.5, 1]) await attackLedger(tally, seed + i, attack, part);
    for (const attack of LEDGER_ATTACKS) await attackLedger(tally, seed + i, attack, 0.4);
    await attackExports(tally, seed + i);
  }
  let alarms = 0;
  for (let i = 0; i < WHOLE_LEDGERS; i += 1) {
    const ledger = await buildLedger(seed + 1_000 + i);
    if ((await ledger.verify()).status !== 'whole') alarms += 1;
    await ledger.remove();
  }
  yield figure('audit-tamper.found', (100 * tally.found) / tally.tried, '%', MUST.found);
  yield figure('audit-tamper.located', (100 * tally.located) / tally.tried, '%', MUST.located);
  yield figure('audit-tamper.tried', tally.tried, 'attacks', LEDGERS);
  yield figure('audit-tamper.false_alarms', alarms, 'ledgers', WHOLE_LEDGERS);
}

async function attackLedger(
  tally: Tally,
  seed: number,
  [name, attack]: [string, Attack],
  part: number,
): Promise<void> {
  const ledger = await buildLedger(seed);
  try {
    const order = leafOrder(ledger);
    const index = Math.round(part * (order.length - 2));
    const place = { row: order[index]!, index, order };
    const expected = expectedPlace(name, ledger, place);
    await attack(ledger, place);
    count(tally, name, await ledger.verify(), expected);
  } finally {
    await ledger.remove();
  }
}

function count(
  tally: Tally,
  name: string,
  { status, firstBad }: Pick<VerifyResult, 'status' | 'firstBad'>,
  [from, to]: readonly [number, number],
): void {
  tally.tried += 1;
  const isFound = status === 'tampered';
  const at = firstBad?.index ?? -1;
  const isLocated = isFound && from <= at && at <= to;
  if (isFound) tally.found += 1;
  if (isLocated) tally.located += 1;
  if (!isLocated) say(`${name}: ${status} ${JSON.stringify(firstBad)}, expected ${from} to ${to}`);
}

type LineAttack = (lines: string[], at: number) => void;

const EXPORT_ATTACKS: [name: string, attack: LineAttack][] = [
  [
    'export: a byte',
    (lines, at) => void (lines[at] = lines[at]!.replace('"outcome":"ok"', '"outcome":"oK"')),
  ],
  ['export: a space', (lines, at) => void (lines[at] = lines[at]!.replace(',', ', '))],
  ['export: a line dropped', (lines, at) => void lines.splice(at, 1)],
  ['export: two lines swapped', (lines, at) => void lines.splice(at, 2, lines[at + 1]!, lines[at]!)],
  ['export: a line doubled', (lines, at) => void lines.splice(at, 0, lines[at]!)],
  ['export: the rest cut', (lines, at) => void lines.splice(at, lines.length - at - 1)],
  ['export: half a line', (lines, at) => void lines.splice(at, lines.length - at, lines[at]!.slice(0, 40))],
];

/** The single file on exports of which lines were changed; a doubled line shows where the next one should be. */
async function attackExports(tally: Tally, seed: number): Promise<void> {
  const ledger: Ledger = await buildLedger(seed);
  const home = await mkdtemp(join(tmpdir(), 'vaultdesk-tamper-'));
  try {
    const original = join(home, 'export');
    const { store: source, keyFile } = ledger;
    await writeExport(original, { source, keyFile, anchors: readAnchors(ledger.anchors) });
    const lines = (await readFile(join(original, 'events.jsonl'), 'utf8')).split('\n');
    const at = 1 + createChance(seed).below(lines.length - 4);
    for (const [i, [name, attack]] of EXPORT_ATTACKS.entries()) {
      const folder = join(home, String(i));
      await cp(original, folder, { recursive: true });
      const changed = [...lines];
      attack(changed, at);
      await writeFile(join(folder, 'events.jsonl'), changed.join('\n'));
      const { stdout } = spawnSync(process.execPath, [VERIFIER, folder, '--json'], { encoding: 'utf8' });
      count(tally, name, JSON.parse(stdout) as VerifyResult, [at, at + 1]);
    }
  } finally {
    await rm(home, { recursive: true });
    await ledger.remove();
  }
}
