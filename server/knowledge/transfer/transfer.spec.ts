import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { createJsonl, createXlsx } from '../../platform/documents/index.ts';
import type { JobContext, JobQueue } from '../../platform/jobs/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { ArticleService } from '../articles/article.service.ts';
import { APPROVER, AUTHOR, buildArticle } from '../test/build-article.ts';
import { readTransferFile } from './read-file.ts';
import { transferExport } from './transfer.export.ts';
import { listRows } from './transfer.repo.ts';
import { parseRow, type TransferFormat } from './transfer.rules.ts';
import { TransferService } from './transfer.service.ts';

const HEAD = 'id,locale,category,question,similar,answer,riskLevel\n';
const csv = (text: string) => readTransferFile(Buffer.from(HEAD + text), 'csv');

describe('files of articles', function () {
  this.timeout(60_000);
  let core: Core;
  let service: ArticleService;
  let transfer: TransferService;
  const waiting: { kind: string; id: string }[] = [];
  before(async () => {
    core = await buildCore();
    service = new ArticleService(core);
    const enqueue = async (_tx: unknown, kind: string, params: { id: string }) => {
      waiting.push({ kind, id: params.id });
      return params.id;
    };
    const queue = { enqueue } as unknown as JobQueue;
    transfer = new TransferService({ ...core, service, queue });
  });
  after(() => core.close());

  /** Does the background work that was asked for; `dieAfter` ends it at that checkpoint, as a kill would. */
  async function work(dieAfter = Infinity) {
    const { kind, id } = waiting.at(-1)!;
    let checkpoints = 0;
    const checkpoint = async () => {
      checkpoints += 1;
      if (checkpoints >= dieAfter) throw new Error('killed');
    };
    const job = transfer.jobKinds().find((each) => each.kind === kind)!;
    await job.run({ checkpoint } as unknown as JobContext, { id });
    return core.uow.read((db) => transfer.get(db, id, AUTHOR.id));
  }
  async function receive(rows: ReturnType<typeof csv>, format: TransferFormat = 'csv') {
    const file = { format, fileHash: '0'.repeat(64), rows };
    const { id } = await core.uow.run({ actor: AUTHOR }, (tx) => transfer.receive(tx, file));
    return id;
  }
  const rowsOf = (importId: string) =>
    core.uow.read((db) => listRows(db, { importId, afterLine: 0, limit: 500 }));
  const apply = (id: string, version: number) =>
    core.uow.run({ actor: AUTHOR }, (tx) => transfer.apply(tx, id, version));

  it('say what would be new, changed, in conflict, and what is wrong, with lines, and change nothing', async () => {
    const known = await buildArticle({ uow: core.uow, service }, { input: { question: '卡丢了怎么办？' } });
    const retired = await buildArticle({ uow: core.uow, service });
    await core.uow.run({ actor: AUTHOR }, (tx) => service.retire(tx, retired.id, 'old'));
    const draft = await buildArticle({ uow: core.uow, service }, { state: 'draft' });
    const id = await receive(
      csv(
        [
          'a-1,zh-CN,card,怎么开卡？,"去哪开卡\n开卡要什么",带身份证到网点。,normal',
          `${known.id},,card,卡丢了怎么办？,,请立即挂失。,`,
          'a-1,zh-CN,card,另一个问题,,答,normal',
          'a-2,zh-CN,card,卡丢了怎么办,,抢别人的问法。,',
          `${retired.id},,card,旧的,,旧的答案。,`,
          `${draft.id},,card,在写的,,另一个答案。,`,
          'a-3,fr,card,Comment?,,Non.,',
          'a-4,,card,没有答案,,,',
          'a-5,,card,电话138****5678打不通,,请拨95588。,',
          'a-6,,card,去哪开卡,,文件里重复的问法。,',
          'a-7,,card,🙂,,表情。,',
          'a-8,,card,很多问法,第一种…[cut],答。,',
        ].join('\n'),
      ),
    );
    const checked = await work();
    expect(checked).to.include({
      state: 'checked',
      rowCount: 12,
      doneCount: 12,
      newCount: 1,
      changedCount: 1,
    });
    const rows = await rowsOf(id);
    const found = rows.map(({ line, outcome, code, columnName, otherLine }) => [
      ...[line, outcome, code, columnName, otherLine],
    ]);
    expect(found).to.deep.equal([
      [2, 'new', null, null, null],
      [4, 'changed', null, null, null],
      [5, 'faulty', 'id_repeated', 'id', 2],
      [6, 'conflict', 'wording_repeated', null, 4],
      [7, 'conflict', 'retired', null, null],
      [8, 'conflict', 'open_draft', null, null],
      [9, 'faulty', 'locale_unknown', 'locale', null],
      [10, 'faulty', 'empty', 'answer', null],
      [11, 'faulty', 'masked', 'question', null],
      [12, 'conflict', 'wording_repeated', null, 2],
      [13, 'faulty', 'no_letter', 'question', null],
      [14, 'faulty', 'too_long', 'similar', null],
    ]);
    expect((await core.uow.read((db) => service.get(db, known.id))).versions).to.have.length(1);
  });

  it('bring in what is new and changed for another person to approve, once, over a kill', async () => {
    const rows = Array.from(
      { length: 230 },
      (_, place) => `b-${place},zh-CN,bulk,批量问题${place}？,,答案${place}。,`,
    );
    const id = await receive(csv(rows.join('\n')));
    const failed = await work(1).catch(String);
    expect(failed).to.contain('killed');
    const checked = await work();
    expect(checked).to.include({ state: 'checked', newCount: 230, faultyCount: 0 });
    await apply(id, checked.version);
    await work(2).catch(() => undefined);
    const half = await core.uow.read((db) => transfer.get(db, id, AUTHOR.id));
    expect(half).to.include({ state: 'applying', appliedCount: 200, doneCount: 200 });
    expect(await work()).to.include({ state: 'done', appliedCount: 230, doneCount: 230 });
    const [first] = await rowsOf(id);
    const { article, versions } = await core.uow.read((db) => service.get(db, first!.articleId!));
    expect(article).to.include({ state: 'review', ownerId: AUTHOR.id, publishedVersion: null });
    expect(versions).to.have.length(1);
    await core.uow.run({ actor: APPROVER }, (tx) => service.approve(tx, article.id));
    const again = await receive(csv(rows.slice(0, 3).join('\n')));
    expect(await work(), 'the same file again').to.include({ unchangedCount: 3, newCount: 0 });
    const error = await apply(
      again,
      (await core.uow.read((db) => transfer.get(db, again, AUTHOR.id))).version,
    ).catch((thrown: AppError) => thrown.code);
    expect(error).to.equal('article_import.state_refused');
  });

  it('refuse a row whose article changed between the check and the import', async () => {
    const article = await buildArticle({ uow: core.uow, service });
    const id = await receive(csv(`${article.id},,card,改了的问题,,改了的答案。,`));
    const checked = await work();
    expect(checked.changedCount).to.equal(1);
    const input = { category: 'card', question: '同事先改了', similar: [], answer: '同事的。', reason: 'x' };
    await core.uow.run({ actor: APPROVER }, (tx) => service.revise(tx, article.id, input));
    await apply(id, checked.version);
    expect(await work()).to.include({ state: 'done', appliedCount: 0 });
    expect((await rowsOf(id))[0]).to.include({ outcome: 'refused', code: 'open_draft' });
  });

  it('leave as it is what the file has no column for', async () => {
    const input = { similar: ['问法甲乙'], category: 'keep', riskLevel: 'high' as const };
    const article = await buildArticle({ uow: core.uow, service }, { input });
    const rows = readTransferFile(
      Buffer.from(JSON.stringify({ id: article.id, question: article.question, answer: '只改答案。' })),
      'jsonl',
    );
    const id = await receive(rows, 'jsonl');
    await apply(id, (await work()).version);
    await work();
    const { versions } = await core.uow.read((db) => service.get(db, article.id));
    expect(versions[0]).to.include({
      answer: '只改答案。',
      category: 'keep',
      riskLevel: 'high',
      state: 'review',
    });
    expect(versions[0]!.similarTexts).to.deep.equal(['问法甲乙']);
  });

  it('come back unchanged from each format of the export, and masked', async () => {
    const secret = { question: '打13812345678问什么？', similar: ['=怎么\n问'.replace('\n', ''), '再问'] };
    await buildArticle({ uow: core.uow, service }, { input: { ...secret, category: 'round' } });
    const plain = {
      question: '=1+1 怎么算？',
      similar: ['"引号", 逗号', '第二行问法'],
      answer: '第一行\n第二行',
    };
    await buildArticle({ uow: core.uow, service }, { input: { ...plain, category: 'round' } });
    const kind = transferExport();
    const query = { params: { category: 'round' }, cursor: null, limit: 50, lang: 'zh-CN' as const };
    const page = await core.uow.read((db) =>
      kind.page(db, { ...query, isUnmasked: false, reader: {} as never }),
    );
    expect(JSON.stringify(page.rows)).to.not.contain('13812345678');
    const columns = kind.columns.map(({ key, type, width }) => ({ key, title: key, type, width }));
    const origin = { account: 'editor', at: core.clock.now(), offsetMinutes: 480 };
    const document = { title: 'T', lang: 'zh-CN' as const, origin, columns, notes: [] };
    for (const [format, create] of [
      ['xlsx', createXlsx],
      ['jsonl', createJsonl],
    ] as const) {
      const writer = create(document);
      const bytes = Buffer.concat([writer.rows(page.rows), writer.close()]);
      await receive(readTransferFile(bytes, format), format);
      // The one whose number is masked in the file may not overwrite the number that stands there.
      expect(await work(), format).to.include({ unchangedCount: 1, faultyCount: 1, rowCount: 2 });
    }
  });

  it('are refused whole when they cannot be read', () => {
    const codeOf = (bytes: Buffer, format: TransferFormat) => {
      try {
        readTransferFile(bytes, format);
        return 'none';
      } catch (error) {
        return error instanceof AppError ? error.code : String(error);
      }
    };
    expect(codeOf(Buffer.from('no workbook'), 'xlsx')).to.equal('article_import.unreadable');
    expect(codeOf(Buffer.from([0xff, 0xfe, 0x80]), 'jsonl')).to.equal('article_import.unreadable');
    expect(codeOf(Buffer.from('{"question":'), 'jsonl')).to.equal('article_import.unreadable');
    expect(codeOf(Buffer.from('question\nx'), 'csv')).to.equal('article_import.header');
    expect(codeOf(Buffer.from('question,answer,question\nx,y,z'), 'csv')).to.equal('article_import.header');
    expect(codeOf(Buffer.from('question,answer\n'), 'csv')).to.equal('article_import.empty');
    expect(codeOf(Buffer.from('question,answer\n' + 'x,y\n'.repeat(10_001)), 'csv')).to.equal(
      'article_import.too_many_rows',
    );
    const odd = readTransferFile(
      Buffer.from('[1]\n{"question":1}\n{"question":"q","answer":"a","similar":[2]}'),
      'jsonl',
    );
    expect(odd.map((row) => (parseRow(row) as { fault: { code: string } }).fault.code)).to.deep.equal([
      'not_an_object',
      'not_a_text',
      'not_a_text',
    ]);
  });
});
