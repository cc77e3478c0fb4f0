import { expect } from 'chai';
import { createFakeClock, type FakeClock } from '../kernel/index.ts';
import { DatabaseConflict } from '../platform/persistence/index.ts';
import { buildCore, type Core } from '../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../test/support/serve-routes.ts';
import { AGENT_ID, buildQa, INSPECTOR_ID, type BuiltQa, type Line } from './test/build-qa.ts';

/** The trail refuses entries ahead of the system's clock, so the clock of the spec begins a day behind it. */
const DAY_MS = 86_400_000;

const CALLERS = {
  inspector: {
    actor: { type: 'account' as const, id: INSPECTOR_ID },
    permissions: ['qa:read', 'qa:score', 'qa:configure'],
  },
  supervisor: { actor: { type: 'account' as const, id: AGENT_ID }, permissions: ['qa:read'] },
  agent: { actor: { type: 'account' as const, id: AGENT_ID }, permissions: ['conversation:work'] },
};

const GOOD: Line[] = [
  ['requester', 0, '我的卡丢了'],
  ['agent', 20, '您好，我来处理'],
  ['requester', 5, '好的'],
  ['agent', 30, '已挂失，请问还有什么可以帮您？'],
];
const RUDE: Line[] = [
  ['requester', 0, '我的电话是13812345678，怎么还没到账'],
  ['agent', 200, '发到zhang.wei@example.com就行，我不知道'],
  ['requester', 5, '垃圾'],
];

describe('quality inspection', () => {
  let core: Core & { clock: FakeClock };
  let built: BuiltQa;
  let http: ServedRoutes<keyof typeof CALLERS>;

  before(async () => {
    const clock = createFakeClock(new Date(Date.now() - DAY_MS));
    core = { ...(await buildCore({ clock })), clock };
    built = buildQa(core);
    http = await serveRoutes(core, built.qa.routes, CALLERS);
  });
  after(async () => {
    await http.stop();
    await built.writer.close();
    await core.close();
  });

  /** Holds, closes, and judges a conversation; gives its list row. */
  async function judged(lines: readonly Line[]) {
    const conversation = await built.hold(lines);
    await built.evaluate(conversation.id);
    const { json } = await http.ask('inspector', '/api/v1/evaluations?limit=200');
    const item = json.items.find(
      (each: { conversationId: string }) => each.conversationId === conversation.id,
    );
    return { conversation, item };
  }
  const detail = async (id: string) => (await http.ask('inspector', `/api/v1/evaluations/${id}`)).json;
  const rescore = (id: string, body: unknown, version?: number) =>
    http.ask('inspector', `/api/v1/evaluations/${id}/rescore`, {
      method: 'POST',
      body,
      headers: version === undefined ? {} : { 'If-Match': `"${version}"` },
    });
  const criterionOf = (evaluation: { criteria: { id: string }[] }, id: string) =>
    evaluation.criteria.find((criterion) => criterion.id === id);

  describe('judging closed conversations', () => {
    it('gives full marks where nothing is wrong, and names the agent', async () => {
      const { item } = await judged(GOOD);
      expect(item).to.include({
        score: 100,
        state: 'automatic',
        isFatal: false,
        findingsCount: 0,
        version: 1,
      });
      expect(item.agent).to.deep.equal({ id: AGENT_ID, displayName: '林坐席' });
    });

    it('judges a conversation of the robot alone, without an agent', async () => {
      const { item } = await judged([
        ['requester', 0, '怎么开户'],
        ['robot', 1, '请携带身份证到网点办理'],
      ]);
      expect(item).to.include({ score: 100, findingsCount: 0 });
      expect(item).not.to.have.property('agent');
      const { criteria } = await detail(item.id);
      const applied = criteria.filter(({ points }: { points: number | null }) => points !== null);
      expect(applied.map(({ id }: { id: string }) => id)).to.deep.equal(['promises', 'mood-at-end']);
    });

    it('has one evaluation a conversation, however often the event comes, also at once', async () => {
      const { conversation, item } = await judged(GOOD);
      const again = await Promise.allSettled([
        built.evaluate(conversation.id),
        built.evaluate(conversation.id),
      ]);
      expect(again.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled']);
      const other = await built.hold(GOOD);
      const race = await Promise.allSettled([built.evaluate(other.id), built.evaluate(other.id)]);
      const faults = race.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect(faults.every((fault) => fault instanceof DatabaseConflict)).to.equal(true);
      const { json } = await http.ask('inspector', '/api/v1/evaluations?limit=200');
      const conversationIds = json.items.map((each: { conversationId: string }) => each.conversationId);
      expect(new Set(conversationIds).size).to.equal(conversationIds.length);
      expect((await detail(item.id)).version).to.equal(1);
    });

    it('leaves a conversation alone that is not closed', async () => {
      const open = await built.hold(GOOD, { isLeftOpen: true });
      const count = (await built.trailOf('evaluation.create')).length;
      await built.evaluate(open.id);
      expect(await built.trailOf('evaluation.create')).to.have.length(count);
    });

    it('records who was concerned and what failed, but no text', async () => {
      const { conversation } = await judged(RUDE);
      const entry = (await built.trailOf('evaluation.create')).at(-1) as unknown as {
        customer: string;
        details: { failed: string[]; score: number };
      };
      expect(entry.customer).to.equal(conversation.requesterId);
      expect(entry.details.failed).to.deep.equal([
        'greeting',
        'response-time',
        'manners',
        'mood-at-end',
        'closing',
      ]);
      expect(JSON.stringify(entry)).not.to.match(/不知道|13812345678|垃圾/);
    });
  });

  describe('the page of an evaluation', () => {
    it('quotes the place that failed, masked, at its position in the masked message', async () => {
      const { item } = await judged(RUDE);
      const evaluation = await detail(item.id);
      const manners = criterionOf(evaluation, 'manners') as never as {
        points: number;
        pointsMax: number;
        evidence: { seq: number; start: number; end: number; quote: string }[];
      };
      expect(manners).to.include({ points: 0, pointsMax: 20, isMet: false });
      const [{ seq, start, end, quote }] = manners.evidence as [(typeof manners.evidence)[0]];
      expect(quote).to.equal('不知道');
      const message = evaluation.messages.find((each: { seq: number }) => each.seq === seq);
      expect(message.text.slice(start, end)).to.equal('不知道');
      expect(message.agentName).to.equal('林坐席');
      expect(JSON.stringify(evaluation)).not.to.include('13812345678').and.not.to.include('zhang.wei@');
    });

    it('is recorded as a read of the customer', async () => {
      const { conversation, item } = await judged(GOOD);
      await detail(item.id);
      const entry = (await built.trailOf('evaluation.view')).at(-1) as unknown as Record<string, unknown>;
      expect(entry).to.include({ customer: conversation.requesterId });
      expect(entry['target']).to.deep.equal({ type: 'evaluation', id: item.id });
    });

    it('keeps the points and loses the texts when the customer is erased', async () => {
      const { conversation, item } = await judged(RUDE);
      await built.forget(conversation.dekId);
      const evaluation = await detail(item.id);
      expect(evaluation.score).to.equal(item.score);
      expect(criterionOf(evaluation, 'manners')).to.have.nested.property('evidence[0].quote', '');
      expect(
        (await rescore(item.id, { criteria: [{ id: 'solution', points: 1 }], reason: 'r' }, 1)).status,
      ).to.equal(503);
    });

    it('is 404 for an unknown id and refused without the right', async () => {
      expect((await http.ask('inspector', `/api/v1/evaluations/${core.ids.next()}`)).status).to.equal(404);
      expect((await http.ask('agent', '/api/v1/evaluations')).status).to.equal(403);
      expect((await http.ask(undefined, '/api/v1/evaluations')).status).to.equal(401);
    });
  });

  describe('the list', () => {
    it('is narrowed by state, score, and agent, and paged without gaps', async () => {
      const bad = await judged(RUDE);
      const good = await judged(GOOD);
      const idsOf = async (query: string) =>
        (await http.ask('inspector', `/api/v1/evaluations?${query}`)).json.items.map(
          (each: { id: string }) => each.id,
        );
      expect(await idsOf('scoreBelow=60&limit=200'))
        .to.include(bad.item.id)
        .and.not.to.include(good.item.id);
      expect(await idsOf(`agent=${AGENT_ID}&limit=200`)).to.include(good.item.id);
      expect(await idsOf(`agent=${INSPECTOR_ID}`)).to.deep.equal([]);
      expect(await idsOf('state=automatic&limit=200')).to.include(good.item.id);
      const all = await idsOf('limit=200');
      const paged: string[] = [];
      let cursor = '';
      for (let page = 0; page < 50; page += 1) {
        const { json } = await http.ask(
          'inspector',
          `/api/v1/evaluations?limit=2${cursor && `&cursor=${cursor}`}`,
        );
        paged.push(...json.items.map((each: { id: string }) => each.id));
        if (json.nextCursor === undefined) break;
        cursor = json.nextCursor;
      }
      expect(paged).to.deep.equal(all);
    });

    it('refuses a cursor, a state, and a property it does not know', async () => {
      for (const query of ['cursor=x', 'state=new', 'sort=score', 'limit=201', 'agent=A1']) {
        expect((await http.ask('inspector', `/api/v1/evaluations?${query}`)).status, query).to.equal(400);
      }
    });
  });

  describe('scoring again', () => {
    it('adds the card up anew, keeps the reason sealed, and records both scores', async () => {
      const { item } = await judged(RUDE);
      const reason = '客户张伟要求先查账';
      const body = {
        criteria: [
          { id: 'manners', points: 20, remark: '语境合理' },
          { id: 'solution', points: 10 },
        ],
        reason,
      };
      const { status, json } = await rescore(item.id, body, 1);
      expect(status).to.equal(200);
      expect(json).to.include({ state: 'manual', version: 2, reason, isFatal: false });
      expect(json.rescoredBy).to.deep.equal({ id: INSPECTOR_ID, displayName: '宋质检' });
      // promises 20 and secrets 20 were met; now manners 20 and solution 10 of 130 points that applied.
      expect(json.score).to.equal(Math.round((100 * 70) / 130));
      expect(criterionOf(json, 'manners')).to.include({ points: 20, isMet: true, remark: '语境合理' });
      const entry = (await built.trailOf('evaluation.rescore')).at(-1) as unknown as { details: object };
      expect(entry.details).to.include({ scoreBefore: item.score, scoreAfter: json.score });
      expect(JSON.stringify(entry)).not.to.include('张伟');
    });

    it('asks for the version that was read, once', async () => {
      const { item } = await judged(GOOD);
      const body = { criteria: [{ id: 'solution', points: 20 }], reason: '抽检' };
      expect((await rescore(item.id, body)).status).to.equal(428);
      expect((await rescore(item.id, body, 1)).status).to.equal(200);
      expect((await rescore(item.id, body, 1)).status).to.equal(412);
      expect((await detail(item.id)).version).to.equal(2);
    });

    it('refuses points a criterion cannot give, and leaves everything as it was', async () => {
      const { item } = await judged(GOOD);
      const cases = [
        [{ id: 'solution', points: 21 }],
        [{ id: 'promises', points: 10 }],
        [{ id: 'nobody', points: 1 }],
        [
          { id: 'solution', points: 1 },
          { id: 'solution', points: 2 },
        ],
        [],
        [{ id: 'solution', points: 1.5 }],
      ];
      for (const criteria of cases) {
        const { status } = await rescore(item.id, { criteria, reason: 'r' }, 1);
        expect(status, JSON.stringify(criteria)).to.equal(400);
      }
      expect((await rescore(item.id, { criteria: [{ id: 'solution', points: 1 }] }, 1)).status).to.equal(400);
      expect(await detail(item.id)).to.include({ version: 1, state: 'automatic', score: 100 });
    });

    it('makes the score 0 when a fatal criterion is taken, and gives it back', async () => {
      const { item } = await judged(GOOD);
      const taken = await rescore(item.id, { criteria: [{ id: 'promises', points: 0 }], reason: 'r' }, 1);
      expect(taken.json).to.include({ score: 0, isFatal: true, findingsCount: 1 });
      const back = await rescore(item.id, { criteria: [{ id: 'promises', points: 20 }], reason: 'r' }, 2);
      expect(back.json).to.include({ score: 100, isFatal: false, findingsCount: 0 });
    });

    it('is refused to those who only read', async () => {
      const { item } = await judged(GOOD);
      const path = `/api/v1/evaluations/${item.id}/rescore`;
      const body = { criteria: [{ id: 'solution', points: 1 }], reason: 'r' };
      const headers = { 'If-Match': '"1"' };
      expect((await http.ask('supervisor', path, { method: 'POST', body, headers })).status).to.equal(403);
    });
  });

  describe('score cards', () => {
    const put = (id: string, body: unknown, version: number) =>
      http.ask('inspector', `/api/v1/score-cards/${id}`, {
        method: 'PUT',
        body,
        headers: { 'If-Match': `"${version}"` },
      });
    const current = async () => (await http.ask('supervisor', '/api/v1/score-cards')).json.items[0];

    it('begin with the delivered card, made once', async () => {
      const ensure = () =>
        core.uow.run({ actor: CALLERS.inspector.actor }, (tx) => built.qa.ensureDefaultScoreCard(tx));
      await ensure();
      await ensure();
      const { json } = await http.ask('supervisor', '/api/v1/score-cards');
      expect(json.items).to.have.length(1);
      expect(json.items[0].criteria).to.have.length(8);
    });

    it('are replaced by a new version; what was judged keeps the old one', async () => {
      const before = await judged(GOOD);
      const card = await current();
      const criteria = card.criteria.filter(({ id }: { id: string }) => id === 'greeting');
      const { status, json } = await put(card.id, { name: '新表', criteria }, card.version);
      expect(status).to.equal(200);
      expect(json).to.include({ version: card.version + 1, name: '新表', state: 'active' });
      const after = await judged(GOOD);
      expect((await detail(before.item.id)).scoreCardVersion).to.equal(card.version);
      expect((await detail(before.item.id)).criteria).to.have.length(card.criteria.length);
      const evaluation = await detail(after.item.id);
      expect(evaluation).to.include({
        scoreCardVersion: card.version + 1,
        scoreCardName: '新表',
        score: 100,
      });
      expect(evaluation.criteria).to.have.length(1);
      const robotOnly = await judged([['requester', 0, '在吗']]);
      expect(robotOnly.item.score).to.equal(null);
      expect(
        (await put(card.id, { name: card.name, criteria: card.criteria }, card.version + 1)).status,
      ).to.equal(200);
    });

    it('refuse a stale version, a broken pattern, and a form they do not know', async () => {
      const card = await current();
      const { name, criteria, version } = card;
      expect((await put(card.id, { name, criteria }, version - 1)).status).to.equal(412);
      expect((await put(core.ids.next(), { name, criteria }, 1)).status).to.equal(404);
      const pattern = { ...criteria[2], config: { by: 'agent', words: [], patterns: ['('] } };
      const broken = await put(card.id, { name, criteria: [pattern] }, version);
      expect(broken.status).to.equal(422);
      expect(broken.json).to.include({ code: 'score_card.invalid' });
      const forms = [
        [],
        [{ ...criteria[0], weight: 0 }],
        [{ ...criteria[0], kind: 'magic' }],
        [{ ...criteria[0], config: {} }],
        [{ ...criteria[0], id: 'Upper' }],
        [{ ...pattern, config: { by: 'agent', words: [], patterns: ['a'.repeat(201)] } }],
      ];
      for (const each of forms) {
        expect((await put(card.id, { name, criteria: each }, version)).status, JSON.stringify(each)).to.equal(
          400,
        );
      }
      expect((await current()).version).to.equal(version);
    });
  });
});
