import { expect } from 'chai';
import type { JobContext } from '../../platform/jobs/index.ts';
import { QUIET_LOG } from '../../test/support/core.ts';
import { buildDesk, GROUPS, PEOPLE, type Desk, type Person } from '../test/build-desk.ts';
import { catchUpJob, MessageIndexer } from './message-indexer.ts';
import type { MessageHit } from './message-search.view.ts';
import { snippetOf } from './snippet.ts';

describe('messages by their words', () => {
  let desk: Desk;
  let indexer: MessageIndexer;
  beforeEach(async () => {
    desk = await buildDesk();
    const { crypto, clock, database } = desk.core;
    const withDb = database.read.bind(database);
    indexer = new MessageIndexer({ owners: desk.owners, crypto, clock, withDb, log: QUIET_LOG });
  });
  afterEach(() => desk.close());

  const find = async (q: string, query: object = {}, person: Person = 'zhao') =>
    (await desk.call(person, 'GET /messages', { query: { q, ...query } })) as {
      items: MessageHit[];
      nextCursor?: string;
    };
  const textsOf = async (q: string, person: Person = 'zhao') =>
    (await find(q, {}, person)).items.map(({ snippet }) => snippet);
  const jobContext = (): JobContext => ({
    ...{ jobId: 'j', actor: { type: 'system', id: 'system' }, signal: new AbortController().signal },
    ...{ state: undefined, checkpoint: async () => undefined, now: () => desk.core.clock.now() },
  });
  const catchUp = () => {
    const { crypto, database } = desk.core;
    const job = catchUpJob({ indexer, crypto, withDb: database.read.bind(database) });
    return job.run(jobContext() as never, {});
  };

  it('finds what was just said once the indexer has run, in any spelling', async () => {
    await desk.buildConversation({ texts: ['我的信用卡昨天丢了', 'My CARD was stolen', '信用額度是多少'] });
    expect(indexer.status().waiting).to.equal(3);
    await indexer.drain();
    expect(indexer.status()).to.include({ waiting: 0, indexed: 3, dropped: 0 });
    expect(await textsOf('信用')).to.deep.equal(['信用額度是多少', '我的信用卡昨天丢了']);
    expect(await textsOf('信用额度')).to.deep.equal(['信用額度是多少']);
    expect(await textsOf('ｃａｒｄ stolen')).to.deep.equal(['My CARD was stolen']);
    expect(await textsOf('卡信')).to.deep.equal([]);
    expect(await textsOf('!!')).to.deep.equal([]);
  });

  it('masks what it shows, and records ids, never the words', async () => {
    const { id } = await desk.buildConversation({
      profile: { name: '王小明' },
      texts: ['请打我的手机13812345678谢谢'],
    });
    await indexer.drain();
    const [hit] = (await find('手机')).items;
    expect(hit).to.deep.include({ conversationId: id, seq: 1, from: 'requester', state: 'robot' });
    expect(hit?.snippet).to.equal('请打我的手机138****5678谢谢');
    expect(hit?.requester.nameMasked).to.equal('王*明');
    const [entry] = await desk.audit();
    expect(entry?.action).to.equal('message.search');
    expect(entry?.body).to.include(`${id}/1`).and.not.include('手机');
  });

  it('shows an agent the own conversations and the own queue alone', async () => {
    const mine = await desk.buildConversation({ skillGroupId: GROUPS.cards.id, texts: ['挂失补卡一'] });
    const queued = await desk.buildConversation({ skillGroupId: GROUPS.cards.id, texts: ['挂失补卡二'] });
    const others = await desk.buildConversation({ skillGroupId: GROUPS.loans.id, texts: ['挂失补卡三'] });
    await desk.buildConversation({ skillGroupId: GROUPS.cards.id, texts: ['挂失补卡四'] });
    const by = { actor: { type: 'system' as const, id: 'system' } };
    for (const { id } of [mine, queued, others]) await desk.service.requestHandover(by, id, 'asked');
    await desk.service.accept({ actor: { type: 'account', id: PEOPLE.lin.id } }, mine.id);
    await indexer.drain();
    expect(await textsOf('挂失', 'lin')).to.deep.equal(['挂失补卡二', '挂失补卡一']);
    expect(await textsOf('挂失')).to.have.lengthOf(4);
    expect(await desk.codeOf(find('挂失', {}, 'song'))).to.equal('none');
  });

  it('goes through pages by their key without a gap or a repetition', async () => {
    await desk.buildConversation({ texts: Array.from({ length: 7 }, (_, i) => `转账失败${i}`) });
    await indexer.drain();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await find('转账', { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map(({ snippet }) => snippet));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).to.deep.equal([6, 5, 4, 3, 2, 1, 0].map((i) => `转账失败${i}`));
  });

  it('catches up on what a killed process left, and a second walk finds nothing to do', async () => {
    await desk.buildConversation({ texts: ['贷款利率', '提前还款'] });
    expect(await textsOf('利率')).to.deep.equal([]);
    expect(await catchUp()).to.deep.equal({ indexed: 2 });
    expect(await textsOf('利率')).to.deep.equal(['贷款利率']);
    expect(await catchUp()).to.deep.equal({ indexed: 0 });
    await indexer.drain();
    expect(await textsOf('还款'), 'indexed twice, found once').to.deep.equal(['提前还款']);
  });

  it('keeps no word in clear, and leaves out what cannot be read', async () => {
    const { id } = await desk.buildConversation({ texts: ['这是很特别的词语'] });
    await indexer.drain();
    const rows = await desk.core.sql('SELECT * FROM message_token');
    expect(JSON.stringify(rows)).to.not.include('特别');
    await desk.tamper('UPDATE message SET body_enc = $1 WHERE conversation_id = $2', [
      Buffer.from('e101e101', 'hex'),
      id,
    ]);
    expect(await textsOf('特别')).to.deep.equal([]);
  });
});

describe('snippets', () => {
  it('show the words around the place, or the beginning', () => {
    const text = `${'前'.repeat(60)}信用卡${'后'.repeat(100)}`;
    expect(snippetOf(text, '信用')).to.equal(`…${'前'.repeat(20)}信用卡${'后'.repeat(57)}…`);
    expect(snippetOf('短 \n 文', '没有')).to.equal('短 文');
    expect(snippetOf('我的 CARD 丢了', 'card')).to.equal('我的 CARD 丢了');
  });
});
