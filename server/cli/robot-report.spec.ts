import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { buildEntries, buildQuestions } from '../robot/engine/test/synthetic.ts';
import { evaluateCommand } from './robot-evaluate.ts';
import type { CommandIo } from './robot-files.ts';
import { reportCommand } from './robot-report.ts';
import { sentimentCommand } from './robot-sentiment.ts';

async function run(command: (args: string[], io: CommandIo) => Promise<number>, args: string[], input = '') {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const out = text(stdout);
  const err = text(stderr);
  const code = await command(args, { stdin: Readable.from([input]), stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}

const jsonLines = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n') + '\n';
const parseLines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("the robot's verbs", () => {
  let folder: string;
  const inFolder = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'robot-report-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  describe('report', () => {
    let knowledge: string;
    before(() => {
      const rows = buildEntries('zh', 6).map(({ id, question, similar }) => ({ faq: id, question, similar }));
      knowledge = inFolder('kb.jsonl', jsonLines(rows));
    });

    const report = (queries: unknown[]) => {
      const path = inFolder('judged.jsonl', jsonLines(queries));
      const out = join(folder, 'report.html');
      return run(reportCommand, ['--knowledge', knowledge, '--queries', path, '--lang', 'zh', '--out', out]);
    };

    it('writes a page with figures and plots that loads nothing, and prints the figures', async () => {
      const queries = [
        ...buildQuestions('zh', 60, 3).map((row) => ({ text: row.text, faq: row.id })),
        { text: '红烧肉要炖多久', faq: null, kind: 'general' },
        { text: '今天上海下雨吗', faq: null, kind: 'general' },
      ];
      const { code, out } = await report(queries);
      expect(code).to.equal(0);
      const { figures } = JSON.parse(out) as { figures: { inScope: number; first: { value: number } } };
      expect(figures.inScope).to.equal(60);
      expect(figures.first.value).to.be.above(0.8);
      const page = readFileSync(join(folder, 'report.html'), 'utf8');
      expect(page.match(/<svg /g)).to.have.length(4);
      expect(page).to.contain("default-src 'none'").and.to.contain('general');
      expect(page).not.to.match(/https?:|<script|url\(/);
    });

    it('escapes what customers wrote', async () => {
      const { code } = await report([{ text: '<img src=x onerror=alert(1)>转账手续费怎么收？', faq: null }]);
      expect(code).to.equal(0);
      expect(readFileSync(join(folder, 'report.html'), 'utf8')).not.to.contain('<img');
    });

    it('refuses bad use with 2, and with 1 and one clear line what it cannot judge', async () => {
      expect((await run(reportCommand, ['--knowledge', knowledge])).code).to.equal(2);
      for (const [query, fault] of [
        [{ text: 'x' }, 'needs "text" and "faq"'],
        [{ text: 'x', faq: 'unknown' }, 'no article has the id unknown'],
      ] as const) {
        const { code, err } = await report([query]);
        expect(code).to.equal(1);
        expect(err)
          .to.contain(fault)
          .and.to.match(/^[^\n]+\n$/);
      }
    });
  });

  describe('sentiment', () => {
    const lines = (texts: string[]) => jsonLines(texts.map((value, i) => ({ id: `t${i}`, text: value })));

    it('tells praise from blame in both languages, in order', async () => {
      const chinese = await run(
        sentimentCommand,
        ['--lang', 'zh'],
        lines(['味道很好，送餐快', '太难吃了，又慢又凉']),
      );
      expect(parseLines(chinese.out).map(({ id, polarity }) => [id, polarity])).to.deep.equal([
        ['t0', 1],
        ['t1', 0],
      ]);
      const english = await run(
        sentimentCommand,
        ['--lang', 'en'],
        lines(['great, thank you', 'terrible and rude']),
      );
      expect(parseLines(english.out).map(({ polarity }) => polarity)).to.deep.equal([1, 0]);
      for (const { score } of parseLines(english.out)) expect(score).to.be.within(0, 1);
    });

    it('takes nothing, emoji, ten megabytes, and a line without text', async () => {
      const input = `${lines(['', '😀😀', '好'.repeat(3_400_000), '<b>\u0000'])}{"id":"last"}\n`;
      const { code, out } = await run(sentimentCommand, ['--lang', 'zh'], input);
      expect(code).to.equal(0);
      expect(parseLines(out)).to.have.length(5);
    });

    it('learns from texts the bank has judged', async () => {
      const judged = buildQuestions('zh', 120, 4).map(({ text: value, id }) => ({
        text: value,
        label: ['fee', 'limit', 'branch', 'rate'].includes(id) ? 1 : 0,
      }));
      const model = join(folder, 'model.json');
      const train = inFolder('judged-texts.jsonl', jsonLines(judged));
      const trained = await run(sentimentCommand, ['--lang', 'zh', '--train', train, '--out', model]);
      expect(trained.code).to.equal(0);
      const asked = lines(['网点周末上班吗', '房贷可以提前还吗']);
      const { out } = await run(sentimentCommand, ['--lang', 'zh', '--model', model], asked);
      expect(parseLines(out).map(({ polarity }) => polarity)).to.deep.equal([1, 0]);
    });

    it('refuses bad use with 2 and a file it cannot use with 1', async () => {
      expect((await run(sentimentCommand, ['--lang', 'fr'])).code).to.equal(2);
      expect((await run(sentimentCommand, ['--lang', 'zh', '--train', 'x'])).code).to.equal(2);
      const foreign = inFolder('foreign.json', '{"kind":"other"}');
      expect((await run(sentimentCommand, ['--lang', 'zh', '--model', foreign])).code).to.equal(1);
      const oneKind = inFolder('one-kind.jsonl', jsonLines([{ text: '好', label: 1 }]));
      const refused = await run(sentimentCommand, [
        '--lang',
        'zh',
        '--train',
        oneKind,
        '--out',
        join(folder, 'm'),
      ]);
      expect(refused.code).to.equal(1);
      expect(refused.err).to.contain('praise and blame are both needed');
    });
  });

  describe('evaluate with documents', () => {
    const documents = [
      { docid: 'd1', text: '住房公积金提取办法。租房提取每月不超过1500元。' },
      { docid: 'd2', text: '养老保险参保指南。累计缴费满15年可以领取。' },
    ];

    it('names the best document and a verbatim piece of it', async () => {
      const path = inFolder('documents.jsonl', jsonLines(documents));
      const knowledge = inFolder('empty.jsonl', '');
      const args = ['--knowledge', knowledge, '--lang', 'zh', '--documents', path];
      const { code, out } = await run(
        evaluateCommand,
        args,
        jsonLines([{ id: 1, text: '租房能提取多少公积金' }]),
      );
      expect(code).to.equal(0);
      const [line] = parseLines(out);
      expect(line).to.include({ id: 1, docid: 'd1', outcome: 'handoff' });
      expect(documents[0]!.text).to.contain(line!.span as string);
    });

    it('refuses an id twice and a document without text', async () => {
      const knowledge = inFolder('empty.jsonl', '');
      for (const rows of [[documents[0], documents[0]], [{ docid: 'x' }]]) {
        const path = inFolder('bad.jsonl', jsonLines(rows));
        const args = ['--knowledge', knowledge, '--lang', 'zh', '--documents', path];
        expect((await run(evaluateCommand, args)).code).to.equal(1);
      }
    });
  });
});
