import { expect } from 'chai';
import { ROBOT_ACTOR } from '../../kernel/index.ts';
import { buildDesk, GROUPS, PEOPLE, type Desk } from '../test/build-desk.ts';
import type { ConversationItem } from './conversation.view.ts';

interface Listed {
  items: ConversationItem[];
  nextCursor?: string;
}

const PHONE = '13812345678';
const CARD = '6222021234567890128';

describe('conversations over the route table', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());

  const lin = { actor: { type: 'account' as const, id: PEOPLE.lin.id } };
  const list = (person: 'lin' | 'chen' | 'zhao' | 'song', query = {}) =>
    desk.call(person, 'GET /conversations', { query }) as Promise<Listed>;
  const idsOf = (listed: Listed) => listed.items.map(({ id }) => id);
  const queued = async (skillGroupId?: string) => {
    const row = await desk.buildConversation({
      ...(skillGroupId ? { skillGroupId } : {}),
      texts: [`我的手机号是${PHONE}`],
    });
    await desk.service.requestHandover({ actor: ROBOT_ACTOR }, row.id, 'unsure');
    return row;
  };
  const one = (person: 'lin' | 'chen' | 'zhao' | 'song', id: string, rest = '', method = 'GET') =>
    desk.call(person, `${method} /conversations/:id${rest}`, { params: { id } });

  it('shows an agent the own queue and nobody else’s', async () => {
    const cards = await queued(GROUPS.cards.id);
    const loans = await queued(GROUPS.loans.id);
    const anyone = await queued();
    const shown = idsOf(await list('lin', { view: 'queue' }));
    expect(shown).to.include.members([cards.id, anyone.id]).and.not.include(loans.id);
    expect(idsOf(await list('zhao', { view: 'queue' }))).to.include.members([cards.id, loans.id]);
    expect(idsOf(await list('song', { view: 'all' }))).to.include.members([cards.id, loans.id]);
  });

  it('answers "not found" for what another agent has', async () => {
    const row = await queued(GROUPS.cards.id);
    await one('lin', row.id, '/accept', 'POST');
    for (const rest of ['', '/messages', '/notes']) {
      expect(await desk.codeOf(one('chen', row.id, rest))).to.equal('request.not_found');
      expect(await desk.codeOf(one('song', row.id, rest))).to.equal('none');
    }
    for (const rest of ['/accept', '/take', '/close', '/handover']) {
      expect(await desk.codeOf(one('chen', row.id, rest, 'POST')), rest).to.equal('request.not_found');
    }
    expect(await desk.codeOf(one('song', row.id, '/take', 'POST'))).to.equal('access.refused');
    expect(idsOf(await list('chen', { view: 'all' }))).to.not.include(row.id);
  });

  it('answers "not found" for a conversation that does not exist', async () => {
    expect(await desk.codeOf(one('zhao', desk.core.ids.next()))).to.equal('request.not_found');
  });

  it('masks names and numbers in lists and in messages, also for the assignee', async () => {
    const row = await desk.buildConversation({
      profile: { name: '王小明' },
      texts: [`卡号${CARD}，电话${PHONE}`],
    });
    await desk.service.take(lin, row.id);
    await desk.service.send(lin, { conversationId: row.id, id: desk.core.ids.next(), text: `是${PHONE}吗` });
    const { items } = (await one('lin', row.id, '/messages')) as {
      items: { text: string; agentName?: string }[];
    };
    const item = (await list('lin')).items.find(({ id }) => id === row.id);
    const words = JSON.stringify([items, item]);
    expect(item?.requester.nameMasked).to.equal('王*明');
    expect(words).to.include('138****5678');
    for (const clear of [PHONE, CARD, '小明']) expect(words).to.not.include(clear);
    expect(items.at(-1)?.agentName).to.equal(PEOPLE.lin.displayName);
  });

  it('masks before it cuts the last text to 80 characters', async () => {
    const row = await desk.buildConversation({ texts: [`${'字'.repeat(72)}${PHONE}`] });
    const item = (await list('zhao', { view: 'all' })).items.find(({ id }) => id === row.id);
    expect([...(item?.lastText ?? '')]).to.have.length(80);
    expect(item?.lastText).to.match(/138\*\*\*\*5$/);
  });

  it('cuts pages by key, without gaps or repeats', async () => {
    for (let index = 0; index < 3; index += 1) await queued();
    const all = idsOf(await list('zhao', { view: 'queue', limit: 200 }));
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list('zhao', { view: 'queue', limit: 2, ...(cursor ? { cursor } : {}) });
      paged.push(...idsOf(page));
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).to.deep.equal(all);
    expect(await desk.codeOf(list('zhao', { cursor: 'x' }))).to.equal('request.cursor_invalid');
  });

  it('counts what the requester wrote since the assignee read or answered', async () => {
    const row = await desk.buildConversation({ texts: ['一', '二'] });
    await desk.service.take(lin, row.id);
    const unread = async () => (await list('lin')).items.find(({ id }) => id === row.id)?.unread;
    expect(await unread()).to.equal(2);
    await one('lin', row.id, '/messages');
    expect(await unread()).to.equal(0);
    const by = { actor: { type: 'requester' as const, id: row.requesterId } };
    await desk.service.receive(by, { conversationId: row.id, id: desk.core.ids.next(), text: '三' });
    expect(await unread()).to.equal(1);
    await desk.service.send(lin, { conversationId: row.id, id: desk.core.ids.next(), text: '好' });
    expect(await unread()).to.equal(0);
  });

  it('does not count a supervisor’s look as reading', async () => {
    const row = await desk.buildConversation({ texts: ['一'] });
    await desk.service.take(lin, row.id);
    await one('zhao', row.id, '/messages');
    expect((await list('lin')).items.find(({ id }) => id === row.id)?.unread).to.equal(1);
  });

  it('records who looked at which conversations', async () => {
    const row = await queued();
    await list('zhao', { view: 'queue' });
    const [entry] = await desk.audit();
    expect(entry?.action).to.equal('conversation.list');
    expect(entry?.body).to.include(row.id).and.include(PEOPLE.zhao.id);
    await one('zhao', row.id);
    expect((await desk.audit())[0]?.action).to.equal('conversation.view');
  });

  it('gives a queued conversation to one of two agents who accept at once', async () => {
    const row = await queued();
    const codes = await Promise.all(
      (['lin', 'chen'] as const).map((person) => desk.codeOf(one(person, row.id, '/accept', 'POST'))),
    );
    expect(codes).to.include('none');
    expect(codes.filter((code) => code !== 'none')).to.have.length(1);
  });

  it('lets an agent take over from the robot in the own group, and a supervisor anywhere', async () => {
    const cards = await desk.buildConversation({ skillGroupId: GROUPS.cards.id });
    expect(await desk.codeOf(one('chen', cards.id, '/take', 'POST'))).to.equal('request.not_found');
    const item = (await one('lin', cards.id, '/take', 'POST')) as ConversationItem;
    expect(item).to.deep.include({ state: 'assigned', assignee: PEOPLE.lin, skillGroup: GROUPS.cards });
    const taken = (await one('zhao', cards.id, '/take', 'POST')) as ConversationItem;
    expect(taken.assignee).to.deep.equal(PEOPLE.zhao);
  });

  it('hands over to an agent with a note, and refuses nobody, both, and strangers', async () => {
    const row = await desk.buildConversation({ texts: ['你好'] });
    await one('lin', row.id, '/take', 'POST');
    const handover = (body: object) =>
      desk.call('lin', 'POST /conversations/:id/handover', { params: { id: row.id }, body: { ...body } });
    const both = { toAgentId: PEOPLE.chen.id, toSkillGroupId: GROUPS.loans.id };
    expect(await desk.codeOf(handover({}))).to.equal('request.invalid');
    expect(await desk.codeOf(handover(both))).to.equal('request.invalid');
    expect(await desk.codeOf(handover({ toAgentId: desk.core.ids.next() }))).to.equal(
      'conversation.agent_unavailable',
    );
    const item = (await handover({ toAgentId: PEOPLE.chen.id, note: `回电${PHONE}` })) as ConversationItem;
    expect(item.assignee).to.deep.equal(PEOPLE.chen);
    const { items } = (await one('chen', row.id, '/notes')) as { items: object[] };
    expect(items[0]).to.include({ text: '回电138****5678' });
    expect(await desk.codeOf(one('lin', row.id))).to.equal('request.not_found');
  });

  it('closes, and then shows it among the closed ones of its agent alone', async () => {
    const row = await desk.buildConversation();
    await one('lin', row.id, '/take', 'POST');
    const item = (await one('lin', row.id, '/close', 'POST')) as ConversationItem;
    expect(item.state).to.equal('closed');
    expect(idsOf(await list('lin', { view: 'closed' }))).to.include(row.id);
    expect(idsOf(await list('chen', { view: 'closed' }))).to.not.include(row.id);
    expect(idsOf(await list('zhao', { view: 'all' }))).to.not.include(row.id);
  });

  it('gives the context of a handover: the reason, the robot’s candidates, the last questions', async () => {
    const row = await desk.buildConversation({ texts: ['一', '二', '三', `四${PHONE}`] });
    const options = [
      { articleId: desk.core.ids.next(), articleVersion: 2, question: '如何转账', score: 0.4 },
    ];
    const meta = { outcome: 'clarify' as const, options };
    await desk.service.robotSay(row.id, { id: desk.core.ids.next(), text: '您想问', meta, misses: 2 });
    await desk.service.requestHandover({ actor: ROBOT_ACTOR }, row.id, 'unsure');
    const detail = (await one('zhao', row.id)) as Record<string, unknown>;
    expect(detail.robotOutcome).to.equal('clarify');
    expect(detail.context).to.deep.equal({
      reason: 'unsure',
      candidates: [{ articleId: options[0]?.articleId, question: '如何转账', score: 0.4 }],
      lastQuestions: ['二', '三', '四138****5678'],
    });
  });

  it('reads messages behind and before a number', async () => {
    const row = await desk.buildConversation({ texts: ['1', '2', '3', '4', '5'] });
    const seqs = async (query: object) => {
      const read = await desk.call('zhao', 'GET /conversations/:id/messages', {
        params: { id: row.id },
        query: { ...query },
      });
      return (read as { items: { seq: number }[] }).items.map(({ seq }) => seq);
    };
    expect(await seqs({})).to.deep.equal([1, 2, 3, 4, 5]);
    expect(await seqs({ after: 3 })).to.deep.equal([4, 5]);
    expect(await seqs({ before: 3 })).to.deep.equal([1, 2]);
    expect(await seqs({ limit: 2 })).to.deep.equal([4, 5]);
    expect(await seqs({ after: 5 })).to.deep.equal([]);
  });
});

describe('internal notes', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());
  const add = (note: { id?: string; text: string }, row: Awaited<ReturnType<Desk['buildConversation']>>) =>
    desk.core.uow.run({ actor: { type: 'account', id: PEOPLE.lin.id } }, (tx) =>
      desk.notes.add(tx, row, note),
    );

  it('count by themselves, and the same id is one note', async () => {
    const row = await desk.buildConversation({ texts: ['你好'] });
    const id = desk.core.ids.next();
    const heard: string[] = [];
    desk.notes.onNote((note) => heard.push(note.id));
    expect((await add({ id, text: '核实身份' }, row)).seq).to.equal(1);
    expect(await add({ id, text: '核实身份' }, row)).to.include({ seq: 1, isNew: false });
    expect((await add({ text: '第二条' }, row)).seq).to.equal(2);
    expect(heard).to.have.length(2);
    expect(await desk.codeOf(add({ id, text: '别的' }, row))).to.equal('message.id_reused');
    expect((await desk.service.get(row.id)).lastSeq).to.equal(1);
  });

  for (const [text, code] of [
    ['', 'message.text_empty'],
    ['a\0', 'message.text_invalid'],
    ['x'.repeat(8_001), 'message.text_too_long'],
  ] as const) {
    it(`refuse a text of length ${text.length} with ${code}`, async () => {
      expect(await desk.codeOf(add({ text }, await desk.buildConversation()))).to.equal(code);
    });
  }
});
