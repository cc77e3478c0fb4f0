import { expect } from 'chai';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runAuditCli, type AuditCliPorts } from './cli.ts';
import { buildLedger, type Ledger } from './test/ledger.ts';

describe('vaultdesk audit', () => {
  let ledger: Ledger;
  let keys: string;
  beforeEach(async () => {
    ledger = await buildLedger(31, 30);
    keys = join(ledger.folder, 'audit-keys.json');
    await writeFile(keys, ledger.keyFile);
  });
  afterEach(() => ledger.remove());

  async function run(...args: string[]) {
    const out: string[] = [];
    const errors: string[] = [];
    const recorded: string[] = [];
    const ports: AuditCliPorts = {
      openSource: async (url) => {
        if (url === 'postgres://down')
          throw Object.assign(new Error('the database cannot be reached'), { code: 'ECONN' });
        return { source: ledger.store, close: async () => undefined };
      },
      defaultAnchors: ledger.anchors,
      defaultKeys: keys,
      write: (text) => void out.push(text),
      writeError: (text) => void errors.push(text),
      record: async ({ action }) => void recorded.push(action),
    };
    const exit = await runAuditCli(args, ports);
    return { exit, out: out.join(''), errors: errors.join(''), recorded };
  }

  it('verify: 0 for a whole trail, with exactly the fields of the contract', async () => {
    const { exit, out, recorded } = await run('verify', '--json');
    expect(exit).to.equal(0);
    const answer = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(answer)).to.deep.equal([
      'status',
      'size',
      'root',
      'events',
      'anchors',
      'firstBad',
      'warnings',
    ]);
    expect(answer).to.include({ status: 'whole', size: ledger.store.events.length, firstBad: null });
    expect(recorded).to.deep.equal(['audit.verify']);
  });

  it('verify: 1 and the place when a byte of a row was changed', async () => {
    const row = ledger.store.events[4]!;
    row.body = row.body.replace('"outcome":"ok"', '"outcome":"on"');
    const { exit, out } = await run('verify', '--json');
    expect(exit).to.equal(1);
    expect((JSON.parse(out) as { firstBad: unknown }).firstBad).to.deep.include({ id: row.id, kind: 'leaf' });
    expect((await run('verify')).out).to.match(/finding: leaf at index \d+ id/);
  });

  it('verify: 2 for bad use, 3 without anchors or keys, 4 when the database is down', async () => {
    for (const args of [[], ['what'], ['verify', 'x'], ['verify', '--db'], ['verify', '--nope', '1']]) {
      const { exit, errors } = await run(...args);
      expect(exit, args.join(' ')).to.equal(2);
      expect(errors).to.contain('vaultdesk audit verify');
    }
    expect((await run('verify', '--db', 'a', '--export', 'b')).exit).to.equal(2);
    expect((await run('verify', '--keys', '/none')).exit).to.equal(3);
    expect((await run('verify', '--anchors', '/none')).exit).to.equal(3);
    expect((await run('verify', '--export', '/none')).exit).to.equal(3);
    const down = await run('verify', '--db', 'postgres://down');
    expect(down.exit).to.equal(4);
    expect(down.errors).to.equal('vaultdesk audit: the database cannot be reached\n');
  });

  it('hold, review, and rotate-key: 2 for bad use, and away from an installation', async () => {
    for (const [args, word] of [
      [['hold'], 'arguments'],
      [['hold', 'drop'], 'installation'],
      [['hold', 'add', '--reason', 'x', '--authority', 'y'], 'installation'],
      [['review', 'x'], 'arguments'],
      [['review'], 'installation'],
      [['rotate-key', '--fast', 'x'], 'no option'],
      [['rotate-key'], 'installation'],
    ] as const) {
      const { exit, errors } = await run(...args);
      expect(exit, args.join(' ')).to.equal(2);
      expect(errors.split('\n')[0]).to.contain(word);
    }
  });

  it('export writes a folder that verify takes', async () => {
    const out = join(ledger.folder, 'out');
    const { exit, recorded } = await run('export', '--out', out, '--customer', 'q-1');
    expect(exit).to.equal(0);
    expect(recorded).to.deep.equal(['audit.export']);
    expect((await readdir(out)).sort()).to.deep.equal([
      'anchors',
      'checkpoint',
      'consistency.json',
      'events.jsonl',
      'keys',
      'leaves.bin',
      'manifest.json',
      'report.csv',
      'report.html',
      'seals.jsonl',
      'stubs.jsonl',
    ]);
    expect((await run('verify', '--export', out)).exit).to.equal(0);
    expect(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'))).to.include({
      filter: 'customer=q-1',
    });
    expect((await run('export')).exit).to.equal(2);
    expect((await run('export', '--out', out)).exit).to.equal(4);
    const late = join(ledger.folder, 'late');
    expect((await run('export', '--out', late, '--from-seal', '3', '--to-seal', '5')).exit).to.equal(0);
    expect((await run('verify', '--export', late)).exit).to.equal(0);
    expect((await run('export', '--out', `${late}2`, '--from-seal', '5', '--to-seal', '3')).exit).to.equal(2);
    expect((await run('export', '--out', `${late}2`, '--from-seal', 'x')).exit).to.equal(2);
  });

  it('prove writes a proof that verify-proof takes; 3 for an unknown entry', async () => {
    const file = join(ledger.folder, 'one.tlog-proof');
    const { id } = ledger.store.events[2]!;
    expect((await run('prove', id, '--out', file)).exit).to.equal(0);
    expect((await run('prove', id)).out).to.equal(await readFile(file, 'utf8'));
    const { exit, out } = await run('verify-proof', file, '--json');
    expect(exit).to.equal(0);
    expect(JSON.parse((JSON.parse(out) as { body: string }).body)).to.include({ id });
    await writeFile(file, (await readFile(file, 'utf8')).replace('index ', 'index 1'));
    expect((await run('verify-proof', file)).exit).to.equal(1);
    expect((await run('prove', '01950000-0000-7000-8000-ffffffffffff')).exit).to.equal(3);
  });

  it('consistency compares two checkpoints', async () => {
    const paths = await Promise.all(
      [2, ledger.store.seals.length - 1].map(async (i) => {
        const path = join(ledger.folder, `head-${i}`);
        await writeFile(path, ledger.store.seals[i]!.checkpoint);
        return path;
      }),
    );
    expect((await run('consistency', ...paths)).exit).to.equal(0);
    expect((await run('consistency', ...paths.reverse())).exit).to.equal(1);
    expect((await run('consistency', keys, keys)).exit).to.equal(3);
  });

  it('anchor list and status show where the trail is', async () => {
    const { out } = await run('anchor', 'list', '--json');
    const lines = out.trim().split('\n');
    expect(lines).to.have.length(ledger.store.seals.length);
    const status = JSON.parse((await run('status', '--json')).out) as Record<string, unknown>;
    expect(status).to.include({ seal: lines.length, anchoredSeal: lines.length, unsealed: 0 });
    expect((await run('anchor', 'now')).exit).to.equal(2);
    await rm(ledger.anchors, { recursive: true });
    expect((await run('anchor', 'list')).exit).to.equal(3);
  });
});
