import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { converseCommand } from './robot-converse.ts';

const FLOWS = fileURLToPath(new URL('../robot/flows/presets/bank-retail.zh.json', import.meta.url));

async function run(args: string[], turns: object[] | string) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const [out, err] = [text(stdout), text(stderr)];
  const input = typeof turns === 'string' ? turns : turns.map((turn) => JSON.stringify(turn)).join('\n');
  const code = await converseCommand(args, { stdin: Readable.from([input]), stdout, stderr });
  stdout.end();
  stderr.end();
  const lines = (await out).trim().split('\n').filter(Boolean);
  return { code, err: await err, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('vaultdesk robot converse', () => {
  const base = ['--flows', FLOWS, '--today', '2026-05-13'];

  it('plays mixed dialogues, one line a turn, and says when one is over', async () => {
    const { code, lines } = await run(base, [
      { dialogue: 'a', text: '调整转账限额' },
      { dialogue: 'b', text: '查账单' },
      { dialogue: 'a', text: '手机银行，3万' },
      { dialogue: 'b', text: '上个月' },
      { dialogue: 'a', text: '1234' },
      { dialogue: 'b', text: '5678' },
      { dialogue: 'a', text: '对' },
      { dialogue: 'c', text: '转人工' },
    ]);
    expect(code).to.equal(0);
    expect(lines.map(({ dialogue, done }) => [dialogue, done])).to.deep.equal([
      ...[
        ['a', false],
        ['b', false],
        ['a', false],
        ['b', false],
        ['a', false],
      ],
      ...[
        ['b', true],
        ['a', true],
        ['c', true],
      ],
    ]);
    expect(lines[5]).to.deep.include({
      slots: { month: '2026-04', tail: '5678' },
      end: 'completed',
      flow: 'bill',
    });
    expect(lines[6]).to.deep.include({ slots: { channel: 'mobile', amount: 30_000, tail: '1234' } });
    expect(lines[7]).to.include({ end: 'handoff' });
    for (const { reply } of lines) expect(reply).to.be.a('string').and.not.equal('');
  });

  it('gives the same output for the same input', async () => {
    const turns = [
      { dialogue: 1, text: '我要预约' },
      { dialogue: 1, text: '后天去总行开户' },
    ];
    expect((await run(base, turns)).lines).to.deep.equal((await run(base, turns)).lines);
  });

  it('answers a turn without text, and any text', async () => {
    const turns = ['', '😀', '\u0000', '<script>', 'x'.repeat(50_000)].map((one) => ({
      dialogue: 'a',
      text: one,
    }));
    const { code, lines } = await run(base, [{ dialogue: 'a' }, ...turns]);
    expect(code).to.equal(0);
    expect(lines).to.have.length(6);
  });

  it('answers questions beside the flow from a knowledge file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'converse-'));
    try {
      const knowledge = join(folder, 'kb.jsonl');
      const rows = [
        { faq: 'fee', question: '转账要手续费吗', similar: ['手续费是多少', '转账收费吗'], answer: '免费。' },
        { faq: 'open', question: '网点几点开门', similar: ['营业时间', '周末上班吗'], answer: '九点。' },
      ];
      writeFileSync(knowledge, rows.map((row) => JSON.stringify(row)).join('\n'));
      const turns = ['调整转账限额', '网银', '手续费是多少'].map((one) => ({ dialogue: 'a', text: one }));
      const { lines } = await run([...base, '--knowledge', knowledge], turns);
      expect(lines.at(-1)?.reply).to.equal('免费。\n您希望每日限额是多少元？');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses bad use with 2 and bad input with 1 and one clear line', async () => {
    expect((await run([], '')).code).to.equal(2);
    expect((await run([...base, '--colour', 'red'], '')).code).to.equal(2);
    expect((await run(['--flows', FLOWS, '--today', 'monday'], '')).code).to.equal(2);
    expect(await run(['--flows', '/nowhere.json'], '')).to.include({ code: 1 });
    const other = await run(['--flows', fileURLToPath(import.meta.url)], '');
    expect(other.err).to.match(/^vaultdesk robot converse: flow\.invalid: .*not JSON.*\n$/u);
    const broken = await run(base, 'not json\n');
    expect(broken).to.include({ code: 1, err: 'vaultdesk robot converse: stdin:1: not a JSON object\n' });
    expect((await run(base, [{ text: 'x' }])).err).to.include('turn 1 needs "dialogue"');
  });
});
