import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Peer } from '../../web-admin/widget/test/peer.ts';
import { createServerCertificate } from '../platform/crypto/index.ts';
import { compareMessages } from './replay/check.ts';
import { computePercentiles } from './replay/figures.ts';
import { hashText, readLedger } from './replay/ledger.ts';
import { replay } from './replay.ts';

/** Runs the program; its output parsed when it is JSON. */
async function run(...argv: string[]) {
  let out = '';
  let err = '';
  const code = await replay(argv, {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  });
  return {
    code,
    out,
    err,
    json: () => JSON.parse(out) as Record<string, never> & { outcomes: Record<string, number> },
  };
}

describe('demo:replay', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'vaultdesk-replay-'));
  const at = (name: string) => join(folder, name);
  let peer: Peer;
  let url: string;

  before(() => {
    const lines = Array.from({ length: 40 }, (_, i) => ({ text: `问题 ${i}`, faq: 'ignored', kind: null }));
    const special = [
      { text: '人工' },
      { text: '卡' },
      { text: 'card' },
      { other: 1 },
      { text: ' ' },
      { text: 'x\ud800' },
    ];
    writeFileSync(
      at('questions.jsonl'),
      `${[...lines, ...special].map((line) => JSON.stringify(line)).join('\n')}\n\n`,
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    peer = new Peer();
    url = await peer.listen();
  });
  afterEach(() => peer.close());

  it('plays every question over real sockets and counts what the robot did', async () => {
    const result = await run(at('questions.jsonl'), '--url', url, '--parallel', '4', '--json');
    expect(result.err).to.match(/44\/44 100 %/);
    expect(result.code).to.equal(0);
    const figures = result.json();
    expect(figures.outcomes).to.deep.equal({
      answered: 41,
      clarified: 2,
      'handed-off': 1,
      unanswered: 0,
      refused: 0,
      lost: 0,
    });
    expect(figures).to.include({ questions: 44 });
    expect(figures).to.have.nested.property('ackMs.p99').that.is.greaterThan(0);
    const said = [...peer.conversations.values()].flatMap(({ log }) => log.filter(({ id }) => id));
    expect(said).to.have.length(44);
    expect(new Set(said.map(({ id }) => id)).size).to.equal(44);
  });

  it('keeps to the limit and writes the summary in either language', async () => {
    const zh = await run(at('questions.jsonl'), '--url', url, '--limit', '3', '--lang', 'zh');
    expect(zh.out).to.match(/已回放 3 .*\n {2}已回答: 3 \(100\.0 %\)/);
    const en = await run(at('questions.jsonl'), '--url', url, '--limit', '2');
    expect(en.out).to.match(/played 2 .*\n {2}answered: 2 \(100\.0 %\)/);
    expect(en.out).to.match(/acknowledgement: p50 .* p95 .* p99/);
  });

  it('loses and doubles nothing when the server is killed between commits and acknowledgements', async () => {
    let takenCount = 0;
    let killCount = 0;
    peer.onTaken = () => {
      takenCount += 1;
      if (takenCount % 10 !== 0) return;
      killCount += 1;
      peer.isDown = true;
      peer.dropSockets();
      setTimeout(() => (peer.isDown = false), 100);
    };
    const ledger = at('killed');
    const file = at('questions.jsonl');
    const result = await run(file, '--url', url, '--parallel', '4', '--ledger', ledger, '--json');
    expect(killCount).to.be.greaterThan(3);
    expect(result.code).to.equal(0);
    expect(result.json().outcomes.lost).to.equal(0);
    peer.onTaken = () => undefined;
    peer.isDown = false;
    const check = await run('--check', ledger, '--url', url, '--json');
    expect(check.json()).to.include({ acknowledged: 44, isWhole: true });
    expect(check.code).to.equal(0);
  });

  it('finds what is missing, doubled, out of place, or changed', async () => {
    await run(
      at('questions.jsonl'),
      '--url',
      url,
      '--limit',
      '5',
      '--parallel',
      '1',
      '--ledger',
      at('tampered'),
    );
    const { log } = peer.last;
    const [first, second, third] = log.filter(({ id }) => id);
    log.splice(log.indexOf(first!), 1);
    second!.text += '!';
    log.push({ ...third!, seq: 99 });
    const check = await run('--check', at('tampered'), '--url', url, '--json');
    expect(check.code).to.equal(1);
    expect(check.json()).to.include({ missing: 1, changed: 1, doubled: 1, isWhole: false });
    expect(check.json().misplaced).to.be.greaterThan(0);
    const plain = await run('--check', at('tampered'), '--url', url, '--lang', 'zh');
    expect(plain.out).to.contain('并非每条');
  });

  it('keeps no text in the ledger, and the ledger for its owner', async () => {
    await run(at('questions.jsonl'), '--url', url, '--limit', '5', '--ledger', at('private'));
    const text = readFileSync(at('private'), 'utf8');
    expect(text).to.not.contain('问题');
    expect(statSync(at('private')).mode & 0o077).to.equal(0);
  });

  it('reads a ledger whose last line was cut, and refuses one that is damaged elsewhere', async () => {
    const session = { kind: 'session', conversationId: 'c', token: 't', resumeToken: 'r' };
    const ack = { kind: 'ack', conversation: 'c', id: 'i', seq: 1, textSha256: '', at: '' };
    writeFileSync(at('cut'), `${JSON.stringify(session)}\n${JSON.stringify(ack)}\n{"kind":"ack","conv`);
    const [conversation] = await readLedger(at('cut'));
    expect(conversation?.acks).to.have.length(1);
    writeFileSync(at('damaged'), `{"kind":\n${JSON.stringify(session)}\n`);
    const result = await run('--check', at('damaged'), '--url', url);
    expect(result).to.include({ code: 4 });
    expect(result.err).to.contain('line 1');
  });

  it('believes the certificate it is given, and no other', async () => {
    const { certificate, privateKey } = await createServerCertificate({ now: new Date() });
    const secure = new Peer({ tls: { key: privateKey, cert: certificate } });
    const secureUrl = await secure.listen();
    writeFileSync(at('server.crt'), certificate);
    const good = await run(
      at('questions.jsonl'),
      '--url',
      secureUrl,
      '--limit',
      '2',
      '--ca',
      at('server.crt'),
    );
    expect(good.code).to.equal(0);
    const other = await createServerCertificate({ now: new Date() });
    writeFileSync(at('other.crt'), other.certificate);
    const bad = await run(at('questions.jsonl'), '--url', secureUrl, '--limit', '2', '--ca', at('other.crt'));
    expect(bad.code).to.equal(4);
    expect(bad.err).to.match(/tls\./);
    await secure.close();
  });

  it('says what is wrong with its use or its input', async () => {
    const cases: [string[], number, RegExp][] = [
      [[], 2, /name one FILE/],
      [['a', 'b'], 2, /name one FILE/],
      [['a', '--check', 'b'], 2, /name one FILE/],
      [['a', '--nonsense'], 2, /nonsense/],
      [['a', '--parallel', '0'], 2, /--parallel must be/],
      [['a', '--limit', '1.5'], 2, /--limit must be/],
      [['a', '--lang', 'fr'], 2, /--lang must be/],
      [['a', '--url', 'ftp://x'], 2, /--url must be/],
      [[at('questions.jsonl'), '--url', 'https://127.0.0.1:1', '--ca', at('absent')], 2, /there is no file/],
      [[at('absent')], 4, /ENOENT/],
      [[at('questions.jsonl'), '--url', url, '--site', 'nowhere'], 4, /site\.unknown/],
    ];
    for (const [argv, code, message] of cases) {
      const result = await run(...argv);
      expect(result.code, argv.join(' ')).to.equal(code);
      expect(result.err).to.match(message);
    }
    writeFileSync(at('empty'), '');
    const empty = await run('--check', at('empty'), '--url', url);
    expect(empty.code).to.equal(4);
    expect(empty.err).to.contain('no acknowledged message');
    writeFileSync(at('wrong.jsonl'), '{"text":"a"}\n{"text"\n');
    const wrong = await run(at('wrong.jsonl'), '--url', url);
    expect(wrong.code).to.equal(4);
    expect(wrong.err).to.contain('line 2 is not JSON');
  });

  it('computes percentiles by nearest rank', () => {
    expect(computePercentiles([])).to.equal(null);
    expect(computePercentiles([5])).to.deep.equal({ p50: 5, p95: 5, p99: 5 });
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(computePercentiles(hundred)).to.deep.equal({ p50: 50, p95: 95, p99: 99 });
  });

  it('takes a conversation that begins at 1 and has each message where it was promised', () => {
    const messages = [
      { seq: 1, from: 'requester' as const, kind: 'text', text: 'a', at: '', id: 'i' },
      { seq: 2, from: 'robot' as const, kind: 'text', text: 'b', at: '' },
    ];
    const ack = {
      kind: 'ack' as const,
      conversation: 'c',
      id: 'i',
      seq: 1,
      textSha256: hashText('a'),
      at: '',
    };
    expect(compareMessages([ack], messages)).to.include({ missing: 0, doubled: 0, misplaced: 0, changed: 0 });
    expect(compareMessages([{ ...ack, seq: 2 }], messages)).to.include({ misplaced: 1 });
    expect(compareMessages([ack], messages.slice(1))).to.include({ missing: 1 });
    expect(compareMessages([ack], [...messages, ...messages])).to.include({ doubled: 1 });
  });
});
