import { expect } from 'chai';
import { ROBOT_ACTOR, ROOT_UNIT_ID } from '../../kernel/index.ts';
import { portable } from '../../platform/persistence/index.ts';
import { buildDesk, GROUPS, PEOPLE, type Desk, type Person } from '../test/build-desk.ts';
import type { TicketItem } from './ticket.view.ts';

interface Created {
  id: string;
  number: number;
  state: string;
  version: number;
}
interface Detail extends TicketItem {
  description: string;
  comments: { text: string; isInternal: boolean; author: { displayName: string } }[];
  history: { action: string; from?: string; to?: string; actor: { displayName: string } }[];
  allowedTransitions: string[];
}
interface Listed {
  items: TicketItem[];
  nextCursor?: string;
}

const EVENTS = portable<{ eventKey: string }, { type: string; payload: string }>(
  'spec.ticket_events',
  'SELECT type, payload FROM outbox_event WHERE event_key = :eventKey ORDER BY position',
  { params: { eventKey: 'text' }, result: { type: 'text', payload: 'text' } },
);
const SEALED = portable<{ id: string }, { subjectEnc: Buffer; dekId: number; ownerId: string }>(
  'spec.ticket_sealed',
  `SELECT t.subject_enc, t.dek_id, k.owner_id FROM ticket t JOIN crypto_dek k ON k.id = t.dek_id WHERE t.id = :id`,
  { params: { id: 'uuid' }, result: { subjectEnc: 'sealed', dekId: 'int', ownerId: 'text' } },
);
const PHONE = '13812345678';

describe('tickets over the route table', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());

  const create = (body: object = {}, person: Person = 'lin') =>
    desk.call(person, 'POST /tickets', {
      body: { subject: '卡片丢失', description: '客户要求挂失', ...body },
    }) as Promise<Created>;
  const get = (id: string, person: Person = 'lin') =>
    desk.call(person, 'GET /tickets/:id', { params: { id } }) as Promise<Detail>;
  const move = (id: string, version: number, body: { to: string; comment?: string }) =>
    desk.call('lin', 'POST /tickets/:id/transitions', { params: { id }, version, body }) as Promise<Detail>;
  const patch = (id: string, version: number, body: object, person: Person = 'lin') =>
    desk.call(person, 'PATCH /tickets/:id', {
      params: { id },
      version,
      body: { ...body },
    }) as Promise<Detail>;
  const comment = (id: string, body: { text: string; internal?: boolean }) =>
    desk.call('lin', 'POST /tickets/:id/comments', { params: { id }, body });
  const list = (query: object, person: Person = 'lin') =>
    desk.call(person, 'GET /tickets', { query: { ...query } }) as Promise<Listed>;
  const idsOf = async (query: object, person: Person = 'lin') =>
    (await list(query, person)).items.map(({ id }) => id);
  const groupTicket = async () => {
    const { id } = await desk.buildConversation({ skillGroupId: GROUPS.loans.id });
    return create({ conversationId: id }, 'zhao');
  };

  it('are made new, at version 1, with numbers that no two share', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => create()));
    expect(made[0]).to.include({ state: 'new', version: 1 });
    expect(new Set(made.map(({ number }) => number)).size).to.equal(8);
  });

  it('seal their words under a requester of their own when they name nobody', async () => {
    const { id } = await create({ subject: '匿名来电' });
    const sealed = await desk.core.uow.read((db) => db.one(SEALED, { id }));
    const shown = await get(id);
    expect(sealed?.ownerId).to.equal(shown.requester.id);
    expect(sealed?.subjectEnc[0]).to.equal(0xe1);
    expect(shown.requester.nameMasked).to.equal(null);
  });

  it('take the requester and the group of their conversation', async () => {
    const row = await desk.buildConversation({ profile: { name: '王小明' }, skillGroupId: GROUPS.cards.id });
    await desk.service.requestHandover({ actor: ROBOT_ACTOR }, row.id, 'unsure');
    const { id } = await create({ conversationId: row.id });
    expect((await get(id)).requester).to.deep.equal({ id: row.requesterId, nameMasked: '王*明' });
    const detail = (await desk.call('zhao', 'GET /conversations/:id', { params: { id: row.id } })) as {
      ticketIds: string[];
    };
    expect(detail.ticketIds).to.deep.equal([id]);
  });

  it('refuse unknown requesters, conversations one may not see, and two that do not belong together', async () => {
    const loans = await desk.buildConversation({ skillGroupId: GROUPS.loans.id });
    const { row } = await desk.buildRequester();
    for (const body of [
      { requesterId: desk.core.ids.next() },
      { conversationId: desk.core.ids.next() },
      { conversationId: loans.id },
    ]) {
      expect(await desk.codeOf(create(body))).to.equal('ticket.requester_unknown');
    }
    const mixed = create({ conversationId: loans.id, requesterId: row.id }, 'zhao');
    expect(await desk.codeOf(mixed)).to.equal('ticket.requester_unknown');
  });

  it('mask numbers in subject, description, and comments', async () => {
    const { row } = await desk.buildRequester({ name: '李雷' });
    const { id } = await create({
      requesterId: row.id,
      subject: `回电${PHONE}`,
      description: `号码${PHONE}`,
    });
    await comment(id, { text: `已拨${PHONE}`, internal: true });
    const shown = await get(id);
    expect(shown.comments[0]).to.deep.include({
      text: '已拨138****5678',
      isInternal: true,
      author: PEOPLE.lin,
    });
    expect(JSON.stringify([shown, await list({}), await list({ q: '回电' })])).to.not.include(PHONE);
  });

  it('walk through their states, with history and events that hold no words', async () => {
    const { id } = await create({ description: '不应出现在事件里' });
    await move(id, 1, { to: 'open' });
    const solved = await move(id, 2, { to: 'solved', comment: '已为客户补卡' });
    expect(solved).to.include({ state: 'solved', version: 3 });
    expect(solved.allowedTransitions).to.deep.equal(['open', 'closed']);
    expect(solved.history.map(({ action, from, to }) => [action, from, to])).to.deep.equal([
      ['created', undefined, 'new'],
      ['state', 'new', 'open'],
      ['state', 'open', 'solved'],
    ]);
    expect(solved.history[0]?.actor.displayName).to.equal(PEOPLE.lin.displayName);
    expect(solved.comments).to.have.length(1);
    expect(solved.comments[0], 'what is said of a move is for colleagues').to.include({ isInternal: true });
    const events = await desk.core.uow.read((db) => db.all(EVENTS, { eventKey: id }));
    expect(events.map(({ type }) => type)).to.deep.equal([
      'ticket.created',
      'ticket.transitioned',
      'ticket.commented',
      'ticket.transitioned',
    ]);
    expect(JSON.stringify(events)).to.not.include('补卡').and.not.include('出现');
  });

  it('refuse a move the table does not have, and a stale version first', async () => {
    const { id } = await create();
    expect(await desk.codeOf(move(id, 1, { to: 'closed' }))).to.equal('ticket.transition_refused');
    expect(await desk.codeOf(move(id, 1, { to: 'new' }))).to.equal('ticket.transition_refused');
    expect(await desk.codeOf(move(id, 2, { to: 'closed' }))).to.equal('request.version_stale');
    expect((await get(id)).version).to.equal(1);
  });

  it('let one of several changes at once win', async () => {
    const { id } = await create();
    const codes = await Promise.all([
      ...(['open', 'pending', 'solved'] as const).map((to) => desk.codeOf(move(id, 1, { to }))),
      desk.codeOf(patch(id, 1, { priority: 'high' })),
    ]);
    expect(codes.filter((code) => code === 'none')).to.have.length(1);
    expect(codes.filter((code) => code === 'request.version_stale')).to.have.length(3);
    expect((await get(id)).version).to.equal(2);
    expect((await get(id)).history).to.have.length(2);
  });

  it('take comments until they are closed, without a new version', async () => {
    const { id } = await create();
    await comment(id, { text: '等待材料' });
    expect((await get(id)).version).to.equal(1);
    await move(id, 1, { to: 'solved' });
    await move(id, 2, { to: 'closed' });
    expect(await desk.codeOf(comment(id, { text: '太晚了' }))).to.equal('ticket.closed');
    expect((await get(id)).comments).to.have.length(1);
  });

  it('never take a comment after the closing, when both come at once', async () => {
    const { id } = await create();
    await move(id, 1, { to: 'solved' });
    const [closing] = await Promise.all([
      desk.codeOf(move(id, 2, { to: 'closed' })),
      ...['一', '二', '三'].map((text) => desk.codeOf(comment(id, { text }))),
    ]);
    expect(closing).to.equal('none');
    expect(await desk.codeOf(comment(id, { text: '四' }))).to.equal('ticket.closed');
  });

  it('are taken and given back by agents, and given to others by supervisors', async () => {
    const { id } = await create();
    const lin = await patch(id, 1, { assigneeId: PEOPLE.lin.id, priority: 'urgent' });
    expect(lin).to.deep.include({ assignee: PEOPLE.lin, priority: 'urgent', version: 2 });
    expect(await desk.codeOf(patch(id, 2, { assigneeId: PEOPLE.chen.id }))).to.equal('access.refused');
    expect(await desk.codeOf(patch(id, 2, { assigneeId: PEOPLE.chen.id }, 'chen'))).to.equal(
      'access.refused',
    );
    const chen = await patch(id, 2, { assigneeId: PEOPLE.chen.id }, 'zhao');
    expect(chen.history.at(-1)).to.include({
      action: 'assignee',
      from: PEOPLE.lin.displayName,
      to: PEOPLE.chen.displayName,
    });
    expect(await desk.codeOf(patch(id, 3, { assigneeId: PEOPLE.song.id }, 'zhao'))).to.equal(
      'request.invalid',
    );
    expect((await patch(id, 3, { assigneeId: null }, 'chen')).assignee).to.equal(null);
  });

  it('go to another unit by who assigns, or by the agent who has them; closed ones stay', async () => {
    const SOUTH = '01900000-0000-7000-8000-00000000e002';
    await desk.core.sql(
      `INSERT INTO org_unit (id, parent_id, kind, name, name_key, code, state, depth, created_at, version)
        VALUES ($1, $2, 'branch', 'south', 'south', 'SOUTH', 'active', 1, $3, 1)`,
      [SOUTH, ROOT_UNIT_ID, new Date('2026-01-01T00:00:00.000Z')],
    );
    for (const [ancestorId, depth] of [
      [SOUTH, 0],
      [ROOT_UNIT_ID, 1],
    ] as const) {
      await desk.core.sql('INSERT INTO unit_closure (ancestor_id, unit_id, depth) VALUES ($1, $2, $3)', [
        ...[ancestorId, SOUTH, depth],
      ]);
    }
    const give = (id: string, version: number, person: Person) =>
      desk.call(person, 'POST /tickets/:id/transfer', { params: { id }, version, body: { unitId: SOUTH } });
    const { id } = await create();
    await patch(id, 1, { assigneeId: PEOPLE.chen.id }, 'zhao');
    expect(await desk.codeOf(give(id, 2, 'lin'))).to.equal('access.refused');
    expect(await desk.codeOf(give(id, 1, 'zhao'))).to.equal('request.version_stale');
    expect(await give(id, 2, 'chen')).to.deep.include({ id, version: 3 });
    const seen = await get(id, 'zhao');
    expect(seen).to.deep.include({ assignee: null, unit: { id: SOUTH, name: '机构002' } });
    expect(seen.history.slice(-2).map(({ action }) => action)).to.have.members(['unit', 'assignee']);
    const { id: over } = await create();
    await move(over, 1, { to: 'solved' });
    await move(over, 2, { to: 'closed' });
    expect(await desk.codeOf(give(over, 3, 'zhao'))).to.equal('ticket.closed');
  });

  it('hide from agents of other groups, whatever these ask for', async () => {
    const { id } = await groupTicket();
    expect((await get(id, 'chen')).id).to.equal(id);
    expect(await desk.codeOf(get(id))).to.equal('request.not_found');
    expect(await desk.codeOf(move(id, 1, { to: 'open' }))).to.equal('request.not_found');
    expect(await desk.codeOf(patch(id, 1, { priority: 'low' }))).to.equal('request.not_found');
    expect(await desk.codeOf(comment(id, { text: 'x' }))).to.equal('request.not_found');
    expect(await idsOf({})).to.not.include(id);
    expect(await idsOf({ q: '卡片丢失', limit: 200 })).to.not.include(id);
    expect(await idsOf({}, 'zhao')).to.include(id);
    expect(await desk.codeOf(list({}, 'song'))).to.equal('access.refused');
  });

  it('are listed by state, assignee, and requester, page by page', async () => {
    const { row } = await desk.buildRequester();
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.push((await create({ requesterId: row.id })).id);
    const [first = '', second = ''] = made;
    await patch(first, 1, { assigneeId: PEOPLE.lin.id });
    await move(second, 1, { to: 'pending' });
    const of = (query: object) => idsOf({ requesterId: row.id, ...query });
    expect(await of({})).to.deep.equal([...made].reverse());
    expect(await of({ assignee: 'me' })).to.deep.equal([first]);
    expect(await of({ assignee: PEOPLE.lin.id })).to.deep.equal([first]);
    expect(await of({ assignee: 'none' })).to.deep.equal(made.slice(1).reverse());
    expect(await of({ state: 'pending' })).to.deep.equal([second]);
    expect(await of({ state: 'pending', assignee: 'me' })).to.deep.equal([]);
    const page = await list({ requesterId: row.id, limit: 2 });
    expect(await of({ limit: 200, cursor: page.nextCursor })).to.deep.equal(made.slice(0, 3).reverse());
    expect(await desk.codeOf(list({ cursor: 'W10' }))).to.equal('request.cursor_invalid');
  });

  describe('are found', () => {
    let id: string;
    let number: number;
    before(async () => {
      ({ id, number } = await create({
        subject: '信用卡年费争议',
        description: 'Fee dispute，要求退还２０２６年费',
      }));
      for (const subject of ['费年卡用信', '年费', '信用卡']) await create({ subject });
    });
    const found = ['信用卡年费', '年费 争议', 'FEE', 'dispute', '2026', '信用卡 退还'];
    for (const q of found) it(`by ${q}`, async () => expect(await idsOf({ q })).to.deep.equal([id]));
    for (const q of ['年费信用', '不存在', 'fees', '？']) {
      it(`not by ${q}`, async () => expect(await idsOf({ q })).to.not.include(id));
    }
    it('by their number', async () => expect(await idsOf({ q: `#${number}` })).to.deep.equal([id]));
    it('within the other filters', async () => {
      expect(await idsOf({ q: '争议', state: 'new' })).to.include(id);
      expect(await idsOf({ q: '争议', state: 'solved' })).to.deep.equal([]);
    });
    it('by a new subject, no longer by the old one', async () => {
      await patch(id, 1, { subject: '账单分期咨询' });
      expect(await idsOf({ q: '账单分期' })).to.deep.equal([id]);
      expect(await idsOf({ q: '年费争议' })).to.deep.equal([]);
      expect(await idsOf({ q: '要求退还' })).to.deep.equal([id]);
    });
  });

  it('are found page by page, without gaps or repeats', async () => {
    const made: string[] = [];
    // More than a page and its spare candidates, so that the first pages come from the newest, the last ones from the index.
    for (let index = 0; index < 16; index += 1) {
      made.push((await create({ subject: '批量理赔' })).id);
      await create({ subject: '批量咨询' });
    }
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ q: '批量理赔', limit: 2, ...(cursor ? { cursor } : {}) });
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).to.deep.equal([...made].reverse());
  });

  it('leave a trail of every look, never of what was searched', async () => {
    const { id } = await create({ subject: '密语甲乙丙' });
    await list({ q: '密语甲乙丙' });
    const [search] = await desk.audit();
    expect(search?.action).to.equal('ticket.search');
    expect(search?.body).to.include(id);
    expect(search?.body).to.not.include('密语');
    await get(id);
    expect((await desk.audit())[0]?.action).to.equal('ticket.view');
  });
});
