import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { appendFile, cp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readAnchors } from './anchors.ts';
import { writeExport, type ExportInput } from './export.ts';
import { KeyFileError, parseKeyFile } from './keys.ts';
import { buildLedger, createChance, type Ledger } from './test/ledger.ts';
import { startSecondVerifier, type SecondVerifier } from './test/second-verifier.ts';
import { createExportReader } from './verify-export.ts';
import { NotProvableError } from './verify-result.ts';
import { exitCodeOf, type VerifyResult } from './verify-result.ts';
import { verifyTrail } from './verify.ts';

const VERIFIER = fileURLToPath(new URL('./audit-verify.mjs', import.meta.url));
/** The full count runs in `npm run test:long`. */
const MUTATION_COUNT = process.env.VAULTDESK_TEST_LONG === '1' ? 1_000 : 100;
const MUTATED_FILES = [
  'events.jsonl',
  'seals.jsonl',
  'stubs.jsonl',
  'leaves.bin',
  'checkpoint',
  'keys/audit-keys.json',
  'consistency.json',
];

type Answer = Pick<VerifyResult, 'status' | 'firstBad'> & { exit: number };

/** What the library says of an export. */
async function verifyByLibrary(folder: string, anchors = join(folder, 'anchors')): Promise<Answer> {
  try {
    const keys = parseKeyFile(await readFile(join(folder, 'keys', 'audit-keys.json'), 'utf8'));
    const result = await verifyTrail(await createExportReader(folder, keys.origin), {
      keys,
      anchors: [readAnchors(anchors)],
    });
    return { status: result.status, firstBad: result.firstBad, exit: exitCodeOf(result) };
  } catch (error) {
    const isKnown = error instanceof NotProvableError || error instanceof KeyFileError;
    if (!isKnown && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const isChain = error instanceof KeyFileError && error.kind === 'chain';
    return { status: 'not-provable', firstBad: null, exit: isChain ? 1 : 3 };
  }
}

/** What the single file says of it, run as an examiner would. */
function verifyByFile(...args: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [VERIFIER, ...args], { env: {} }, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function exportOf(ledger: Ledger, name: string, input: Partial<ExportInput> = {}): Promise<string> {
  const folder = join(ledger.folder, name);
  const anchors = readAnchors(ledger.anchors);
  await writeExport(folder, { source: ledger.store, keyFile: ledger.keyFile, anchors, ...input });
  return folder;
}

const onlyPersonal: ExportInput['filter'] = {
  text: 'customer=q-1',
  keeps: (row) => row.customerRef === 'q-1',
};

describe('an exported trail', () => {
  let ledger: Ledger;
  before(async () => {
    ledger = await buildLedger(11);
  });
  after(() => ledger.remove());

  it('is whole for both verifiers, with the same answer as the database', async () => {
    const folder = await exportOf(ledger, 'whole');
    const expected = await ledger.verify();
    const { exit, stdout } = await verifyByFile(folder, '--json');
    expect(exit).to.equal(0);
    expect((await verifyByLibrary(folder)).exit).to.equal(0);
    const { status, size, root, events, anchors, firstBad } = expected;
    const answer = JSON.parse(stdout) as VerifyResult;
    expect(answer).to.deep.include({ status, size, root, events, anchors, firstBad });
    expect(Object.keys(answer)).to.deep.equal([
      'status',
      'size',
      'root',
      'events',
      'anchors',
      'firstBad',
      'warnings',
    ]);
  });

  it('proves what is in it when entries are left out as stubs', async () => {
    const folder = await exportOf(ledger, 'filtered', { filter: onlyPersonal });
    const events = await readFile(join(folder, 'events.jsonl'), 'utf8');
    expect(events.split('\n').length).to.be.lessThan(ledger.store.events.length / 2);
    expect((await verifyByLibrary(folder)).exit).to.equal(0);
    expect((await verifyByFile(folder)).exit).to.equal(0);
  });

  it('is the same to the byte each time', async () => {
    const [a, b] = [
      await exportOf(ledger, 'again-1', { filter: onlyPersonal }),
      await exportOf(ledger, 'again-2', { filter: onlyPersonal }),
    ];
    for (const name of await readdir(a, { recursive: true })) {
      if (!name.includes('.') && name !== 'checkpoint') continue;
      expect(await readFile(join(a, name)), name).to.deep.equal(await readFile(join(b, name)));
    }
  });

  it('may begin behind a seal, and proves that it goes on from there', async () => {
    const last = ledger.store.seals.length;
    for (const fromSeal of [2, 5, Math.floor(last / 2), last, last + 1]) {
      const folder = await exportOf(ledger, `from-${fromSeal}`, { fromSeal, filter: onlyPersonal });
      expect((await verifyByLibrary(folder)).exit, `library ${fromSeal}`).to.equal(fromSeal > last ? 3 : 0);
      const { exit, stdout } = await verifyByFile(folder, '--json');
      expect(exit, stdout).to.equal(fromSeal > last ? 3 : 0);
      expect(JSON.parse(stdout)).to.include({ size: ledger.store.seals.at(-1)!.size });
      const withAll = await verifyByFile(folder, '--anchors', ledger.anchors, '--json');
      expect(withAll.exit, withAll.stdout).to.equal(0);
      expect(JSON.parse(withAll.stdout).warnings).to.deep.equal([]);
    }
    const tooFar = await exportOf(ledger, 'from-none', { fromSeal: last + 2 }).catch((error: Error) => error);
    expect(tooFar).to.be.instanceOf(Error).with.property('message').that.contains('has no seal');
  });

  it('that begins behind a forged seal is not believed', async () => {
    const edits: [string, (text: string) => string][] = [
      ['a frontier', (text) => text.replace(/"frontier":\["[0-9a-f]{4}/, '"frontier":["0000')],
      ['a lane', (text) => text.replace(/n1\/1\/0\/\d+/, 'n1/1/0/1')],
      ['a signature', (text) => text.replace(/(\u2014 \S+ \S{20})./, '$1!')],
      ['nothing in it', () => ''],
      ['a space', (text) => text.replace(':', ': ')],
    ];
    const original = await exportOf(ledger, 'from-forged', { fromSeal: 6 });
    const path = join(original, 'start.json');
    const text = await readFile(path, 'utf8');
    for (const [name, edit] of edits) {
      await writeFile(path, edit(text));
      const expected = { index: null, id: null, kind: 'start' };
      expect((await verifyByLibrary(original)).firstBad, name).to.deep.equal(expected);
      expect(JSON.parse((await verifyByFile(original, '--json')).stdout).firstBad, name).to.deep.equal(
        expected,
      );
    }
    await rm(path);
    expect((await verifyByLibrary(original)).firstBad?.kind).to.equal('seal-missing');
    expect((await verifyByFile(original)).exit).to.equal(1);
  });

  it('has a table that no cell breaks, and a page without a script', async () => {
    const folder = await exportOf(ledger, 'reports');
    const table = await readFile(join(folder, 'report.csv'), 'utf8');
    const lines = table.split('\r\n');
    expect(table.startsWith('\ufeffindex,')).to.equal(true);
    expect(lines.length).to.equal(ledger.store.events.length + 2);
    expect(table).not.to.match(/[\u202e\u0000]|[^\r]\n/);
    expect(table).to.contain('\\u{202e}').and.contain('查看');
    const page = await readFile(join(folder, 'report.html'), 'utf8');
    expect(page)
      .to.contain("default-src 'none'")
      .and.not.match(/<script|\u202e/);
    expect(page.match(/<tr><td class="n">/g)).to.have.length(ledger.store.events.length);
  });

  it('of an earlier seal is whole too, and its anchors end there', async () => {
    const folder = await exportOf(ledger, 'earlier', { toSeal: 3 });
    expect((await verifyByLibrary(folder)).exit).to.equal(0);
    expect((await verifyByFile(folder)).exit).to.equal(0);
    const withAll = await verifyByFile(folder, '--anchors', ledger.anchors, '--json');
    expect(JSON.parse(withAll.stdout).firstBad.kind).to.equal('tail-cut');
  });

  it('refuses to overwrite a folder, and a trail that lacks an entry', async () => {
    await exportOf(ledger, 'once');
    expect(await exportOf(ledger, 'once').catch((error: NodeJS.ErrnoException) => error.code)).to.equal(
      'EEXIST',
    );
    const broken = await buildLedger(12);
    broken.store.events.splice(5, 1);
    const message = await exportOf(broken, 'broken').catch((error: Error) => error.message);
    expect(message).to.contain('lacks an entry');
    await broken.remove();
  });

  describe('tampered with', () => {
    let original: string;
    let second: SecondVerifier | undefined;
    before(async () => {
      original = await exportOf(ledger, 'original', { filter: onlyPersonal });
      second = startSecondVerifier();
    });
    after(() => second?.stop());

    const edits: [name: string, file: string, edit: (text: string) => string][] = [
      ['a byte', 'events.jsonl', (text) => text.replace('"outcome":"ok"', '"outcome":"no"')],
      ['a space', 'events.jsonl', (text) => text.replace(':', ': ')],
      ['a line dropped', 'events.jsonl', (text) => text.slice(text.indexOf('\n') + 1)],
      ['a line doubled', 'events.jsonl', (text) => text.slice(0, text.indexOf('\n') + 1) + text],
      ['two lines swapped', 'events.jsonl', (text) => swapLines(text)],
      [
        'the last line cut',
        'events.jsonl',
        (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1),
      ],
      ['half a line at the end', 'events.jsonl', (text) => text.slice(0, -20)],
      ['nothing left', 'events.jsonl', () => ''],
      ['CRLF', 'events.jsonl', (text) => text.replaceAll('\n', '\r\n')],
      ['a byte order mark', 'events.jsonl', (text) => `\ufeff${text}`],
      ['a duplicate key', 'events.jsonl', (text) => text.replace('{', '{"v":1,')],
      ['an unknown version', 'events.jsonl', (text) => text.replace('"v":1', '"v":2')],
      ['a seal dropped', 'seals.jsonl', (text) => text.slice(text.indexOf('\n') + 1)],
      ['all seals dropped', 'seals.jsonl', () => ''],
      [
        'a signature',
        'seals.jsonl',
        (text) => text.replace(/(\u2014 \S+ \S{20})(.)/, (_, a, b) => a + (b === 'A' ? 'B' : 'A')),
      ],
      ['a stub', 'stubs.jsonl', (text) => text.replace(/[0-9a-f]{64}/, '0'.repeat(64))],
      ['an anchor', 'anchors/heads-2026-03-02.txt', (text) => text.replace(/\n\d+\n/, '\n999999\n')],
      ['the manifest counts', 'manifest.json', (text) => text.replace(/"events":\d+/, '"events":1')],
      ['the checkpoint', 'checkpoint', (text) => `${text}\n`],
      [
        'the proof of consistency',
        'consistency.json',
        (text) => text.replace(/[0-9a-f]{64}/, '0'.repeat(64)),
      ],
      ['the table', 'report.csv', (text) => text.replace('ok', 'no')],
    ];
    for (const [name, file, edit] of edits) {
      it(`is found by both verifiers at the same place: ${name}`, async () => {
        const folder = join(ledger.folder, 'edited');
        await rm(folder, { recursive: true, force: true });
        await cp(original, folder, { recursive: true });
        await writeFile(join(folder, file), edit(await readFile(join(folder, file), 'utf8')));
        const byLibrary = await verifyByLibrary(folder);
        const byFile = await verifyByFile(folder, '--json');
        expect(byLibrary.exit).to.equal(1);
        expect(byFile.exit).to.equal(1);
        expect((JSON.parse(byFile.stdout) as Answer).firstBad).to.deep.equal(byLibrary.firstBad);
        if (second)
          expect(await second.verify(folder)).to.deep.include({ exit: 1, firstBad: byLibrary.firstBad });
      });
    }

    it('has a second verifier, in Python, that finds the whole ones whole', async function () {
      if (second === undefined) return this.skip();
      expect(await second.verify(original)).to.deep.equal({ exit: 0, status: 'whole', firstBad: null });
      for (const fromSeal of [1, 3, 7]) {
        const folder = await exportOf(ledger, `second-${fromSeal}`, { fromSeal });
        expect(await second.verify(folder)).to.deep.include({ exit: 0, firstBad: null });
      }
    });

    it(`is judged the same by all verifiers in ${MUTATION_COUNT} random mutations`, async function () {
      this.timeout(600_000);
      const chance = createChance(20_261_121);
      const late = await exportOf(ledger, 'original-late', { filter: onlyPersonal, fromSeal: 4 });
      const verdicts = new Map<number, number>();
      for (let i = 0; i < MUTATION_COUNT; i += 1) {
        const folder = join(ledger.folder, 'mutant');
        await rm(folder, { recursive: true, force: true });
        await cp(i % 3 === 0 ? late : original, folder, { recursive: true });
        const what = await mutate(folder, chance);
        const [byLibrary, byFile, bySecond] = await Promise.all([
          verifyByLibrary(folder),
          verifyByFile(folder, '--json'),
          second?.verify(folder),
        ]);
        const answer = byFile.stdout === '' ? { firstBad: null } : (JSON.parse(byFile.stdout) as Answer);
        const context = `mutation ${i}: ${what}; ${JSON.stringify(byLibrary)} ${byFile.stdout}${byFile.stderr}`;
        expect(byFile.exit, context).to.equal(byLibrary.exit);
        expect(answer.firstBad, context).to.deep.equal(byLibrary.firstBad);
        const { exit, firstBad } = bySecond ?? byLibrary;
        expect({ exit, firstBad }, `python: ${context}`).to.deep.equal({
          exit: byLibrary.exit,
          firstBad: byLibrary.firstBad,
        });
        expect(byFile.stderr, context).not.to.contain('internal fault');
        // The words in which the filter is told, and the manifest's last line feed, bind nobody.
        if (byFile.exit === 0) expect(what).to.match(/^manifest.json/);
        verdicts.set(byFile.exit, (verdicts.get(byFile.exit) ?? 0) + 1);
      }
      expect(verdicts.get(1)).to.be.greaterThan(MUTATION_COUNT * 0.7);
    });

    it('by an extra file, or with one missing, is not whole', async () => {
      const folder = join(ledger.folder, 'files');
      await cp(original, folder, { recursive: true });
      await writeFile(join(folder, 'readme.txt'), 'hello');
      expect((await verifyByLibrary(folder)).exit).to.equal(1);
      expect((await verifyByFile(folder)).exit).to.equal(1);
      await rm(join(folder, 'readme.txt'));
      for (const name of ['events.jsonl', 'manifest.json', 'keys/audit-keys.json', 'leaves.bin']) {
        await rename(join(folder, name), join(ledger.folder, 'away'));
        expect((await verifyByLibrary(folder)).exit, name).to.equal(3);
        const { exit, stderr } = await verifyByFile(folder);
        expect(exit, name).to.equal(3);
        expect(stderr.trim().split('\n')).to.have.length(1);
        await rename(join(ledger.folder, 'away'), join(folder, name));
      }
      await rm(join(folder, 'anchors'), { recursive: true });
      expect((await verifyByFile(folder)).exit).to.equal(1);
    });

    it('with an endless line is refused in bounded memory', async () => {
      const folder = join(ledger.folder, 'endless');
      await cp(original, folder, { recursive: true });
      const path = join(folder, 'events.jsonl');
      await appendFile(path, 'x');
      await truncate(path, 3_000_000_000);
      const usedBefore = process.memoryUsage().rss;
      expect((await verifyByLibrary(folder)).exit).to.equal(1);
      expect(process.memoryUsage().rss - usedBefore).to.be.lessThan(128 * 1024 * 1024);
    });
  });

  it('has a usage of its own', async () => {
    for (const args of [[], ['a', 'b'], ['--what'], ['--keys'], ['--proof', 'x']]) {
      const { exit, stderr } = await verifyByFile(...args);
      expect(exit, args.join()).to.equal(2);
      expect(stderr).to.match(/^audit-verify: .+\n$/);
    }
    expect((await verifyByFile('/does/not/exist')).exit).to.equal(3);
  });
});

function swapLines(text: string): string {
  const lines = text.split('\n');
  [lines[2], lines[3]] = [lines[3]!, lines[2]!];
  return lines.join('\n');
}

/** Changes one thing of an export at random; says what. */
async function mutate(folder: string, chance: { below(limit: number): number }): Promise<string> {
  const anchors = (await readdir(join(folder, 'anchors'))).map((name) => `anchors/${name}`);
  const late = (await readdir(folder)).filter((name) => name === 'start.json');
  const names = [...MUTATED_FILES, ...anchors, ...late, 'manifest.json'];
  const name = names[chance.below(names.length)]!;
  const path = join(folder, name);
  const bytes = await readFile(path);
  if (bytes.length === 0) {
    await writeFile(path, 'x\n');
    return `${name}: filled`;
  }
  const at = chance.below(bytes.length);
  switch (chance.below(5)) {
    case 0:
      bytes[at]! ^= 1 << chance.below(8);
      await writeFile(path, bytes);
      return `${name}: bit at ${at}`;
    case 1:
      await writeFile(path, Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]));
      return `${name}: byte ${at} dropped`;
    case 2:
      await writeFile(path, Buffer.concat([bytes.subarray(0, at), Buffer.from(' '), bytes.subarray(at)]));
      return `${name}: space at ${at}`;
    case 3:
      await truncate(path, at);
      return `${name}: cut at ${at}`;
    default: {
      const end = bytes.indexOf(10, at) + 1 || bytes.length;
      const start = bytes.lastIndexOf(10, at - 1) + 1;
      const line = bytes.subarray(start, end);
      await writeFile(path, Buffer.concat([bytes.subarray(0, end), line, bytes.subarray(end)]));
      return `${name}: line at ${at} doubled`;
    }
  }
}
