import { expect } from 'chai';
import { openTimeZone } from '../../kernel/index.ts';
import { buildDesk, PEOPLE, type Desk } from '../test/build-desk.ts';
import { isOutOfHours, type RevealRules } from './reveal.rules.ts';

const PROFILE = { name: '欧阳娜娜', phone: '+86 138-1234-5678' };
const BODY = { fields: ['phone'], purpose: '回访客户' };

interface Revealed {
  values: Record<string, string | null>;
  untilMs: number;
}

describe('looking at clear values', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await buildDesk();
  });
  afterEach(() => desk.close());

  const reveal = (id: string, body: object, person: 'lin' | 'chen' = 'lin') =>
    desk.call(person, 'POST /requesters/:id/reveal', { params: { id }, body: { ...body } });
  async function makeCase(): Promise<{ id: string; conversationId: string }> {
    const { id: conversationId, requesterId: id } = await desk.buildConversation({ profile: PROFILE });
    return { id, conversationId };
  }

  it('shows the named fields alone, for a minute, with purpose and case in the trail', async () => {
    const { id, conversationId } = await makeCase();
    const beforeMs = Date.now();
    const body = { fields: ['phone', 'name'], purpose: ' 回访客户 ', conversationId };
    const { values, untilMs } = (await reveal(id, body)) as Revealed;
    expect(values).to.deep.equal({ phone: PROFILE.phone, name: PROFILE.name });
    expect(untilMs).to.be.within(beforeMs + 60_000, Date.now() + 60_000);
    const [entry] = await desk.audit();
    expect(entry?.action).to.equal('requester.reveal');
    expect(entry?.body).to.include('回访客户').and.include(conversationId).and.include(PEOPLE.lin.id);
    // Ids are random digits, in which the number's may stand by chance.
    expect(entry?.body?.replaceAll(/[0-9a-f-]{20,}/g, '')).to.not.include('1234');
  });

  it('takes a ticket of the requester as the case', async () => {
    const { id } = await makeCase();
    const body = { subject: '补卡', description: '客户要求补卡', requesterId: id };
    const { id: ticketId } = (await desk.call('lin', 'POST /tickets', { body })) as { id: string };
    expect(((await reveal(id, { ...BODY, ticketId })) as Revealed).values).to.deep.equal({
      phone: PROFILE.phone,
    });
    expect((await desk.audit())[0]?.body).to.include(ticketId);
  });

  it('refuses without a case, with two, and with the case of somebody else', async () => {
    const { id, conversationId } = await makeCase();
    const other = await makeCase();
    const strangers = [{}, { conversationId: other.conversationId }, { ticketId: desk.core.ids.next() }];
    for (const given of [...strangers, { conversationId, ticketId: desk.core.ids.next() }]) {
      expect(await desk.codeOf(reveal(id, { ...BODY, ...given }))).to.equal('requester.reveal_case');
    }
  });

  for (const purpose of ['', '  ', 'x', '打给13812345678']) {
    it(`refuses the purpose ${JSON.stringify(purpose)}`, async () => {
      const { id, conversationId } = await makeCase();
      const work = reveal(id, { fields: ['phone'], purpose, conversationId });
      expect(await desk.codeOf(work)).to.equal('requester.reveal_purpose');
    });
  }

  it('tells the officer of many customers in a short time, not of many looks at one', async () => {
    const first = await makeCase();
    for (let i = 0; i < 3; i += 1) await reveal(first.id, { ...BODY, conversationId: first.conversationId });
    expect(desk.alarms).to.deep.equal([]);
    for (let i = 0; i < 2; i += 1) {
      const { id, conversationId } = await makeCase();
      await reveal(id, { ...BODY, conversationId });
    }
    expect(desk.alarms).to.deep.equal([{ kind: 'burst', accountId: PEOPLE.lin.id, count: 3, minutes: 10 }]);
  });

  it('refuses more than the cap of an hour, records it, and leaves others alone', async () => {
    const { id, conversationId } = await makeCase();
    const body = { ...BODY, conversationId };
    for (let i = 0; i < 6; i += 1) expect(await reveal(id, body)).to.have.property('values');
    expect(await reveal(id, body)).to.have.nested.property('error.code', 'requester.reveal_limit');
    const [entry] = await desk.audit();
    expect(entry?.action).to.equal('requester.reveal');
    expect(entry?.body).to.include('"outcome":"refused"');
    expect(await reveal(id, body, 'chen')).to.have.property('values');
  });
});

describe('passwords and codes', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());

  it('never reach a message, and the same text with the same id is still the same message', async () => {
    const { id: conversationId, requesterId } = await desk.buildConversation();
    const message = { conversationId, id: desk.core.ids.next(), text: '我的密码是 Abc12345' };
    const by = { actor: { type: 'requester' as const, id: requesterId } };
    const first = await desk.service.receive(by, message);
    expect(await desk.service.receive(by, message)).to.include({ seq: first.seq, isNew: false });
    const row = await desk.service.get(conversationId);
    const [stored] = await desk.core.uow.read((db) => desk.service.history(db, row, 0));
    expect(stored?.text).to.equal('我的密码是 ******');
  });

  it('never reach a ticket, a comment, or a note', async () => {
    const text = '验证码：482913';
    const body = { subject: text, description: text };
    const { id } = (await desk.call('lin', 'POST /tickets', { body })) as { id: string };
    await desk.call('lin', 'POST /tickets/:id/comments', { params: { id }, body: { text } });
    const shown = JSON.stringify(await desk.call('lin', 'GET /tickets/:id', { params: { id } }));
    expect(shown).to.include('验证码：******').and.not.include('482913');
    const conversation = await desk.buildConversation();
    const context = { actor: { type: 'account' as const, id: PEOPLE.lin.id } };
    const note = await desk.core.uow.run(context, (tx) => desk.notes.add(tx, conversation, { text }));
    expect(note.text).to.equal('验证码：******');
  });
});

describe('working hours', () => {
  const rules: RevealRules = {
    ...{ perHourMax: 1, burstCount: 2, workFromHour: 8, workToHour: 20 },
    workDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  };
  const zone = openTimeZone('Asia/Shanghai');
  const cases: [string, boolean][] = [
    ['2026-11-20T00:00:00Z', false],
    ['2026-11-19T23:59:59Z', true],
    ['2026-11-20T11:59:59Z', false],
    ['2026-11-20T12:00:00Z', true],
    ['2026-11-21T04:00:00Z', true],
    ['2026-11-22T16:30:00Z', true],
  ];
  for (const [at, isOut] of cases) {
    it(`${at} is ${isOut ? 'outside' : 'inside'}`, () => {
      expect(isOutOfHours(new Date(at), zone, rules)).to.equal(isOut);
    });
  }
});
