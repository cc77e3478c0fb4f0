import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readAnchors } from './anchors.ts';
import { runAuditCli } from './cli.ts';
import { writeExport } from './export.ts';
import { addKey, parseKeyFile } from './keys.ts';
import { createCosigner, createNoteSigner, generateSealKey } from './note.ts';
import { proveEntry, writeProof } from './proof.ts';
import { buildLedger, type Ledger } from './test/ledger.ts';

const VERIFIER = fileURLToPath(new URL('./audit-verify.mjs', import.meta.url));
/** A verifier that kept a file in memory would need more than this. */
const HEAP_MIB = 96;
const HUGE_BYTES = 10_000_000_000;
const BOM = '\ufeff';

interface Answer {
  exit: number;
  text: string;
}

/** The single file with a small heap, as an examiner's machine may be. */
function runFile(...args: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const options = [`--max-old-space-size=${HEAP_MIB}`, VERIFIER, ...args];
    execFile(process.execPath, options, { env: {} }, (error, stdout, stderr) =>
      resolve({ exit: error === null ? 0 : Number(error.code), text: stdout + stderr }),
    );
  });
}

async function runLibrary(...args: string[]): Promise<Answer> {
  let text = '';
  const write = (piece: string) => void (text += piece);
  const none = () => Promise.reject(new Error('no database here'));
  const places = { defaultAnchors: '/nonexistent', defaultKeys: '/nonexistent' };
  return { exit: await runAuditCli(args, { openSource: none, ...places, write, writeError: write }), text };
}

describe('what no verifier may stumble over', () => {
  let ledger: Ledger;
  let original: string;
  let copies = 0;

  before(async () => {
    ledger = await buildLedger(77, 45);
    original = join(ledger.folder, 'export');
    const { store: source, keyFile } = ledger;
    await writeExport(original, { source, keyFile, anchors: readAnchors(ledger.anchors) });
  });
  after(() => ledger.remove());

  async function damaged(file: string, change: (text: string) => string): Promise<string> {
    copies += 1;
    const folder = join(ledger.folder, `damaged-${copies}`);
    await cp(original, folder, { recursive: true });
    const path = join(folder, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
    return folder;
  }

  /** Both refuse with the same code, 1 or 3, and say why in a line or in their answer; never by a stack. */
  async function expectRefusal(folder: string, what: string): Promise<void> {
    const [file, library] = [
      await runFile(folder, '--json'),
      await runLibrary('verify', '--export', folder, '--json'),
    ];
    expect(file.exit, `${what}: ${file.text}`).to.be.oneOf([1, 3]);
    expect(library.exit, `${what}: ${library.text}`).to.equal(file.exit);
    for (const { text } of [file, library]) {
      expect(text, what).to.not.match(/\n\s+at |node:internal|Error:/);
      expect(text.trim().split('\n'), what).to.have.length(1);
      expect(text.length, what).to.be.greaterThan(10);
    }
    await rm(folder, { recursive: true });
  }

  const CANONICAL = ['manifest.json', 'keys/audit-keys.json', 'consistency.json'];
  const LINES = ['events.jsonl', 'seals.jsonl'];
  const CHANGES: [what: string, change: (text: string) => string][] = [
    ['a byte order mark', (text) => BOM + text],
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['a key twice', (text) => text.replace(/^\{("\w+":)/, '{$10,$1')],
    ['an unknown version', (text) => text.replace(/"v":1(?=[,}])/, '"v":2')],
    ['half of it', (text) => text.slice(0, text.length / 2)],
    ['NUL', (text) => `\0${text}`],
  ];
  for (const file of [...CANONICAL, ...LINES]) {
    it(`${file} with a byte order mark, CRLF, a key twice, an unknown version, cut, or with NUL`, async () => {
      for (const [what, change] of CHANGES) {
        // The statement of a seal stands in a text of its own.
        if (file === 'seals.jsonl' && what === 'an unknown version') continue;
        const folder = await damaged(file, change);
        expect(await readFile(join(folder, file), 'utf8'), what).to.not.equal(
          await readFile(join(original, file), 'utf8'),
        );
        await expectRefusal(folder, `${file}: ${what}`);
      }
    });
  }

  it('a seal of an unknown version, an anchor that is none, and a file too many', async () => {
    const seal = (text: string) => text.replace('\\"v\\":1', '\\"v\\":2');
    await expectRefusal(await damaged('seals.jsonl', seal), 'a seal of version 2');
    const day = (await readdir(ledger.anchors))[0]!;
    await expectRefusal(await damaged(`anchors/${day}`, (text) => `no head\n\n\n${text}`), 'no head');
    const folder = await damaged('checkpoint', (text) => text);
    await writeFile(join(folder, 'readme.txt'), 'hello');
    await expectRefusal(folder, 'an extra file');
  });

  it('a key that the one before it did not sign', async () => {
    const [next, thief] = [generateSealKey(), createNoteSigner(ledger.signer.name, generateSealKey())];
    const whole = addKey(ledger.keyFile, ledger.signer, { key: next, fromSeal: 1_000 });
    const other = createNoteSigner(ledger.signer.name, next);
    const note = (JSON.parse(whole) as { keys: { note?: string }[] }).keys[1]!.note!;
    const forged = thief.sign(note.slice(0, note.indexOf('\n\n') + 1));
    const text = whole.replace(JSON.stringify(note).slice(1, -1), JSON.stringify(forged).slice(1, -1));
    expect(text).to.not.equal(whole);
    expect(text).to.contain(other.verifierKey);
    const folder = await damaged('keys/audit-keys.json', () => text);
    const answer = await runFile(folder, '--json');
    expect(answer).to.deep.equal({
      exit: 1,
      text: 'audit-verify: a key is not signed by the one before it\n',
    });
    await expectRefusal(folder, 'a key of a thief');
  });

  const FILES = [
    'manifest.json',
    'events.jsonl',
    'stubs.jsonl',
    'seals.jsonl',
    'leaves.bin',
    'keys/audit-keys.json',
  ];
  it('a line of ten gigabytes in any file, with a heap of 96 MiB', async () => {
    const day = (await readdir(ledger.anchors))[0]!;
    for (const file of [...FILES, 'consistency.json', 'checkpoint', 'report.csv', `anchors/${day}`]) {
      const folder = await damaged(file, (text) => `${text}x`);
      // Only its size is ten gigabytes: the rest of the file is a hole.
      await truncate(join(folder, file), HUGE_BYTES);
      const usedBefore = process.memoryUsage().rss;
      await expectRefusal(folder, file);
      expect(process.memoryUsage().rss - usedBefore, file).to.be.lessThan(128 * 1024 * 1024);
    }
    const witnessed = await damaged('manifest.json', (text) => text);
    const { verifierKey } = createCosigner('vaultdesk.example/witness', generateSealKey());
    for (const [file, text] of [
      ['keys/witnesses.txt', `${verifierKey}\n`],
      ['anchors/cosigned-2026-03-02.jsonl', '{'],
    ] as const) {
      await writeFile(join(witnessed, file), text);
      if (file.endsWith('.jsonl')) await truncate(join(witnessed, file), HUGE_BYTES);
    }
    await expectRefusal(witnessed, 'heads of witnesses');
    const huge = join(ledger.folder, 'huge');
    await writeFile(huge, 'x');
    await truncate(huge, HUGE_BYTES);
    const keys = join(original, 'keys/audit-keys.json');
    expect((await runFile('--proof', huge, '--keys', keys)).exit).to.equal(1);
    expect((await runFile(original, '--keys', huge)).exit).to.equal(3);
    expect((await runLibrary('verify-proof', huge, '--keys', keys)).exit).to.equal(3);
  });

  it('an entry that would turn a terminal', async () => {
    const row = ledger.store.events.find(({ body }) => body.includes('\u202e'))!;
    const proof = (await proveEntry(ledger.store, row))!;
    const [path, keys] = [join(ledger.folder, 'one.tlog-proof'), join(original, 'keys/audit-keys.json')];
    await writeFile(path, writeProof(proof, row.body));
    expect(parseKeyFile(ledger.keyFile).keys).to.have.length(1);
    for (const { exit, text } of [
      await runFile('--proof', path, '--keys', keys),
      await runLibrary('verify-proof', path, '--keys', keys),
    ]) {
      expect(exit, text).to.equal(0);
      expect(text)
        .to.contain('\\u{202e}')
        .and.not.match(/[\u202e\u001b]/);
    }
    const hostile = await runFile('\u001b[2J\u202e');
    expect(hostile.exit).to.equal(3);
    expect(hostile.text).to.not.match(/[\u202e\u001b]/);
    expect((await runLibrary('\u001b[2J')).text).to.not.match(/\u001b/);
  });
});
