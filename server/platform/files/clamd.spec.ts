import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connectLocal } from '../egress/index.ts';
import { buildEgress } from '../../test/support/build-egress.ts';
import { createClamdScanner } from './clamd.ts';
import { retryAfterMs, SCANNER_AWAY_TOLD_MS } from './file-checker.ts';
import { buildFiles, type BuiltFiles } from './test/build-files.ts';

type Mode = 'honest' | 'hang' | 'early' | 'garbage' | 'die' | 'silent-close';

const STAND_IN = fileURLToPath(new URL('./test/clamd-stand-in.mjs', import.meta.url));
/** The test file every scanner knows, in two parts so that no scanner takes this one for it. */
const EICAR = Buffer.from(
  ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''),
);
const TEXT = Buffer.from('nothing harmful\n'.repeat(10_000));

describe('the virus scanner', () => {
  let folder: string;
  let socketPath: string;
  let clamd: ChildProcess | undefined;
  let files: BuiltFiles;
  let told: string[];

  async function startClamd(mode: Mode, place = socketPath): Promise<string> {
    clamd = spawn(process.execPath, [STAND_IN, place, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(clamd.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    return line.toString().trim();
  }
  async function stopClamd(): Promise<void> {
    if (clamd === undefined || clamd.exitCode !== null || clamd.signalCode !== null) return;
    const ended = once(clamd, 'exit');
    clamd.kill('SIGKILL');
    await ended;
  }
  const stateOf = async (id: string) => (await files.served.ask('ann', `/api/v1/uploads/${id}`)).json.state;
  const download = (id: string) => files.served.ask('ann', `/api/v1/files/${id}`);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vd-clamd-'));
    socketPath = join(folder, 'clamd.ctl');
    const connect = () => connectLocal(socketPath, { timeoutMs: 1_000 });
    told = [];
    const tell = {
      quarantined: async (_tx: unknown, fileId: string) => void told.push(`quarantined ${fileId}`),
      scannerAway: async (minutes: number) => void told.push(`away ${minutes}`),
    };
    files = await buildFiles({ scanner: createClamdScanner({ connect, timeoutMs: 500 }), tell });
  });
  afterEach(async () => {
    await files.close();
    await stopClamd();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets a clean file through and locks the test virus away for good', async () => {
    await startClamd('honest');
    const clean = await files.upload('a.txt', TEXT);
    const virus = await files.upload('b.txt', EICAR);
    await files.checker.drain();
    expect([await stateOf(clean.id), await stateOf(virus.id)]).to.deep.equal(['ready', 'quarantined']);
    expect((await download(clean.id)).text).to.equal(TEXT.toString());
    const refused = await download(virus.id);
    expect([refused.status, refused.json.code]).to.deep.equal([410, 'file.quarantined']);
    expect(told).to.deep.equal([`quarantined ${virus.id}`]);
  });

  for (const mode of ['hang', 'early', 'garbage', 'die', 'silent-close'] as const) {
    it(`keeps a file waiting when the scanner does this: ${mode}`, async () => {
      await startClamd(mode);
      const { id } = await files.upload('a.txt', Buffer.concat(Array<Buffer>(20).fill(TEXT)));
      await files.checker.drain();
      expect(await stateOf(id)).to.equal('waiting');
      const early = await download(id);
      expect([early.status, early.json.code]).to.deep.equal([409, 'file.waiting']);
    });
  }

  it('waits with growing pauses while nobody answers, and goes on by itself', async () => {
    const { id } = await files.upload('a.txt', TEXT);
    await files.checker.drain();
    expect(await stateOf(id)).to.equal('waiting');
    await startClamd('honest');
    files.clock.advance(retryAfterMs(0) - 1);
    await files.checker.drain();
    expect(await stateOf(id), 'too early').to.equal('waiting');
    files.clock.advance(1);
    await files.checker.drain();
    expect(await stateOf(id)).to.equal('ready');
    expect([0, 1, 2, 20].map(retryAfterMs)).to.deep.equal([5_000, 10_000, 20_000, 300_000]);
  });

  it('tells people once when there was no verdict for long, and again after it was there', async () => {
    const lookAfter = async (ms: number) => {
      files.clock.advance(ms);
      await files.checker.drain();
    };
    await files.upload('a.txt', TEXT);
    await lookAfter(0);
    expect(files.checker.status()).to.deep.equal({
      scanner: 'clamd',
      noVerdictSince: files.clock.now().toISOString(),
    });
    await lookAfter(SCANNER_AWAY_TOLD_MS - 1);
    expect(told, 'too early').to.deep.equal([]);
    await lookAfter(SCANNER_AWAY_TOLD_MS);
    await lookAfter(SCANNER_AWAY_TOLD_MS);
    expect(told).to.deep.equal(['away 19']);
    await startClamd('honest');
    await lookAfter(SCANNER_AWAY_TOLD_MS);
    expect(files.checker.status().noVerdictSince).to.equal(null);
    await stopClamd();
    await files.upload('b.txt', TEXT);
    await lookAfter(0);
    await lookAfter(SCANNER_AWAY_TOLD_MS);
    expect(told).to.deep.equal(['away 19', 'away 10']);
  });

  it('reaches a scanner on the network through the one way out, and only where a rule says so', async () => {
    const port = Number(await startClamd('honest', '0'));
    const use = { owner: 'files:clamd', protocol: 'clamd' } as const;
    const scan = (allow: string[]) => {
      const { egress } = buildEgress(files.core, { allow });
      const connect = () => egress.connect(use, { host: '127.0.0.1', port }, { timeoutMs: 1_000 });
      async function* whole() {
        yield EICAR;
      }
      const source = { sizeBytes: EICAR.length, read: whole, pass: whole };
      return createClamdScanner({ connect })
        .scan(source, new AbortController().signal)
        .finally(() => egress.close());
    };
    expect(await scan([`files:clamd clamd 127.0.0.1:${port}`])).to.deep.equal({
      isClean: false,
      finding: 'Eicar-Signature',
    });
    const refused = await scan([]).catch((error: { code: string }) => error.code);
    expect(refused).to.equal('egress.refused');
  });
});
