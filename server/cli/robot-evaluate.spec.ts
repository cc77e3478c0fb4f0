import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { buildEntries, buildQuestions } from '../robot/engine/test/synthetic.ts';
import { evaluateCommand } from './robot-evaluate.ts';

async function run(args: string[], input: string) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const out = text(stdout);
  const err = text(stderr);
  const code = await evaluateCommand(args, { stdin: Readable.from([input]), stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}

const jsonLines = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n') + '\n';

describe('vaultdesk robot evaluate', () => {
  let folder: string;
  let knowledge: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'evaluate-'));
    knowledge = join(folder, 'kb.jsonl');
    const rows = buildEntries('zh', 12).map(({ id, question, similar }) => ({ faq: id, question, similar }));
    writeFileSync(knowledge, jsonLines(rows));
  });
  after(() => rmSync(folder, { recursive: true }));

  const queries = jsonLines(
    buildQuestions('zh', 30, 3).map(({ text: question }, i) => ({ id: `q${i}`, text: question })),
  );

  it('answers every query in order, with at most ten distinct candidates, and reports the training', async () => {
    const { code, out, err } = await run(['--knowledge', knowledge, '--lang', 'zh'], queries);
    expect(code).to.equal(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ id }) => id)).to.deep.equal(Array.from({ length: 30 }, (_, i) => `q${i}`));
    for (const line of lines) {
      expect(line).to.have.all.keys('id', 'outcome', 'confidence', 'candidates', 'ms');
      const ids = (line.candidates as { id: string }[]).map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length).and.to.be.within(1, 10);
    }
    expect(JSON.parse(err)).to.include({ entries: 8 }).and.to.include.keys('trainingSeconds', 'residentMb');
  });

  it('gives the same output twice, apart from the time', async () => {
    const plain = (out: string) => out.replace(/"ms":[^}]*/g, '');
    const first = await run(['--knowledge', knowledge, '--lang', 'zh'], queries);
    const second = await run(['--knowledge', knowledge, '--lang', 'zh'], queries);
    expect(plain(second.out)).to.equal(plain(first.out));
  });

  it('learns from unlabelled chats on the first day', async () => {
    const cold = join(folder, 'cold.jsonl');
    const chats = join(folder, 'chats.jsonl');
    writeFileSync(
      cold,
      jsonLines(buildEntries('zh', 0).map(({ id, question }) => ({ faq: id, question, similar: [] }))),
    );
    writeFileSync(
      chats,
      jsonLines(buildQuestions('zh', 400, 77).map(({ text: question }) => ({ text: question }))),
    );
    const gold = buildQuestions('zh', 200, 78);
    const input = jsonLines(gold.map(({ text: question }, i) => ({ id: i, text: question })));
    const right = (out: string) =>
      out
        .trim()
        .split('\n')
        .filter((line, i) => {
          const { candidates } = JSON.parse(line) as { candidates: { id: string }[] };
          return candidates[0]?.id === gold[i]!.id;
        }).length;
    const before = await run(['--knowledge', cold, '--lang', 'zh'], input);
    const taught = await run(['--knowledge', cold, '--lang', 'zh', '--chats', chats], input);
    expect(right(taught.out)).to.be.above(right(before.out) - 1);
    expect(right(taught.out) / gold.length).to.be.above(0.85);
  });

  it('answers a query without text by handing over', async () => {
    const { out } = await run(
      ['--knowledge', knowledge, '--lang', 'zh'],
      '{"id":"a"}\n\n{"id":"b","text":""}\n',
    );
    for (const line of out.trim().split('\n')) expect(JSON.parse(line)).to.include({ outcome: 'handoff' });
  });

  it('refuses bad use with 2 and bad input with 1 and one clear line', async () => {
    expect((await run([], '')).code).to.equal(2);
    expect((await run(['--knowledge', knowledge, '--lang', 'fr'], '')).code).to.equal(2);
    expect((await run(['--knowledge', knowledge, '--lang', 'zh', '--colour', 'red'], '')).code).to.equal(2);
    const missing = await run(['--knowledge', join(folder, 'none.jsonl'), '--lang', 'zh'], '');
    expect(missing).to.include({ code: 1 });
    const double = join(folder, 'double.jsonl');
    writeFileSync(
      double,
      jsonLines([
        { faq: 'a', question: 'x', similar: [] },
        { faq: 'a', question: 'y', similar: [] },
      ]),
    );
    const refused = await run(['--knowledge', double, '--lang', 'zh'], '');
    expect(refused).to.include({ code: 1, err: 'vaultdesk robot evaluate: knowledge.duplicate_id: a\n' });
    const broken = await run(['--knowledge', knowledge, '--lang', 'zh'], 'not json\n');
    expect(broken.code).to.equal(1);
    expect(broken.err).to.include('stdin:1');
  });
});
