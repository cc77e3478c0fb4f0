import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { createFakeClock, SCOPE_ALL, type Actor } from '../../kernel/index.ts';
import type { AnyRoute, RequestContext } from '../../platform/http/index.ts';
import { outboxEventEntity, select, toDomainEvent, type Tx } from '../../platform/persistence/index.ts';
import { buildCore, skipOnStandIn, type Core } from '../../test/support/core.ts';
import type { Looked } from '../index.ts';
import { APPROVER, AUTHOR, AGENT, buildRobot, type BuiltRobot } from '../test/build-robot.ts';
import { parseFlowFile } from './flow-file.ts';
import type { FlowDefinition } from './flow.types.ts';
import { FLOW_IDLE_MS } from './flow-run.ts';

const EVENTS = select(outboxEventEntity, {
  name: 'spec.flow_events',
  where: ['eventKey', 'type'],
  orderBy: [['position', 'asc']],
});

const PRESETS = parseFlowFile(
  readFileSync(new URL('./presets/bank-retail.zh.json', import.meta.url), 'utf8'),
);
const presetOf = (key: string) => PRESETS.find((flow) => flow.key === key) as FlowDefinition;

interface Shown {
  id: string;
  state: string;
  publishedVersion?: number;
  versions: { version: number; state: string; approver?: string }[];
  failures: object[];
}

describe('flows in conversations', function () {
  this.timeout(60_000);
  const clock = createFakeClock(new Date('2026-05-13T02:00:00.000Z'));
  let core: Core;
  let built: BuiltRobot;
  let looked: Looked = { kind: 'unavailable' };
  const tickets: { subject: string; description: string; priority: string }[] = [];
  const flowIds = new Map<string, string>();

  async function call<T = Shown>(
    actor: Actor,
    route: string,
    input: { id?: string; body?: object } = {},
  ): Promise<T> {
    const [method, path] = route.split(' ') as [string, string];
    const found = built.robot.routes.find((row) => row.method === method && row.path === `/api/v1${path}`);
    const parts = {
      params: { id: input.id },
      query: {},
      body: input.body ?? {},
      version: 0,
      prepared: undefined,
    };
    return core.uow.run({ actor }, (tx) =>
      (found as AnyRoute).handler(tx, parts, { actor, permissions: new Set() } as unknown as RequestContext),
    ) as Promise<T>;
  }
  const agent: Actor = { ...AGENT, scope: SCOPE_ALL };
  const codeOf = (error: { code?: string }) => error.code;
  const draft = (definition: object) => call(AUTHOR, 'POST /flows', { body: { definition } });
  async function publish(id: string): Promise<Shown> {
    await call(AUTHOR, 'POST /flows/:id/submit', { id });
    await call(APPROVER, 'POST /flows/:id/approve', { id });
    return call(APPROVER, 'POST /flows/:id/publish', { id });
  }

  before(async () => {
    core = await buildCore({ clock });
    built = await buildRobot(core, {
      lookUp: async (_who, operation) => (operation === 'bill.list' ? looked : undefined),
      openTicket: async (_tx: Tx, ticket) => void tickets.push(ticket),
    });
    for (const key of ['transfer-limit', 'bill', 'lost-card']) {
      const { id } = await draft(presetOf(key));
      flowIds.set(key, (await publish(id)).id);
    }
    await built.publish('zh-CN', '转账要手续费吗？', ['转账手续费是多少', '转账收费吗', '转钱收手续费吗']);
    await built.publish('zh-CN', '网点几点上班？', ['营业时间', '柜台几点开门', '周末开门吗']);
    await built.robot.refresh();
    await built.relay.drain();
  });
  after(async () => {
    await built.close();
    await core.close();
  });

  const handler = () => built.robot.handlers.find(({ name }) => name === 'robot.reply')!;
  async function talk(conversation: Awaited<ReturnType<typeof built.open>>, ...texts: string[]) {
    for (const text of texts) {
      await built.ask(conversation, text);
      await built.relay.drain();
    }
    return built.history(conversation);
  }
  const stateOf = async (id: string) => (await built.conversations.get(id)).state;
  const rows = <T>(text: string, values: unknown[]) => core.sql(text, values) as Promise<T[]>;

  it('ask, take corrections, and end with one ticket', async () => {
    const conversation = await built.open('zh-demo');
    const said = await talk(conversation, '调整转账限额', '手机银行', '5万', '1234', '不对，是3万', '对');
    expect(said.at(-2)?.text).to.equal('对');
    expect(said.at(-1)?.text).to.match(/^已提交：尾号 1234，手机银行每日限额 30,000 元/u);
    expect(said.at(-1)?.meta).to.include({ outcome: 'answer', reason: 'flow.transfer-limit' });
    expect(tickets).to.deep.equal([
      {
        conversationId: conversation.id,
        ...{
          subject: '调整转账限额',
          description: '渠道: 手机银行\n每日限额: 30,000\n尾号: 1234',
          priority: 'normal',
        },
      },
    ]);
    expect(await stateOf(conversation.id)).to.equal('robot');
  });

  it('answer from knowledge in between, with the article named, and go on', async () => {
    const conversation = await built.open('zh-demo');
    const said = await talk(conversation, '调整转账限额', '网银', '转账要手续费吗？');
    expect(said.at(-1)?.text).to.equal('Answer to: 转账要手续费吗？\n您希望每日限额是多少元？');
    expect(said.at(-1)?.meta).to.include({ outcome: 'answer' }).and.to.have.property('articleId');
  });

  it('survive a restart at any point: the same words once, and one ticket', async () => {
    const conversation = await built.open('zh-demo');
    await talk(conversation, '调整转账限额', '手机银行', '5万', '1234');
    const before = tickets.length;
    await built.ask(conversation, '对');
    const [event] = (
      await core.uow.read((db) => db.all(EVENTS, { eventKey: conversation.id, type: 'message.received' }))
    )
      .map(toDomainEvent)
      .slice(-1);
    await handler().handle(event!);
    const other = built.rebuild();
    await other.start();
    const again = other.handlers.find(({ name }) => name === 'robot.reply')!;
    // As when the process died after the state was kept and before anything was said of it.
    await rows('DELETE FROM robot_turn WHERE conversation_id = $1', [conversation.id]);
    await again.handle(event!);
    await other.stop();
    const said = await built.history(conversation);
    expect(said.filter(({ text }) => text.startsWith('已提交'))).to.have.length(1);
    expect(tickets.length - before).to.equal(1);
    await built.relay.drain();
    expect(await built.history(conversation)).to.have.length(said.length);
  });

  it('keep what was said sealed, and nothing of it anywhere else', async () => {
    const conversation = await built.open('zh-demo');
    await talk(conversation, '我要查账单', '上个月');
    const [run] = await rows<{ state_enc: Buffer; is_active: number }>(
      'SELECT state_enc, is_active FROM flow_run WHERE conversation_id = $1',
      [conversation.id],
    );
    expect(run?.is_active).to.equal(1);
    expect(run?.state_enc[0]).to.equal(0xe1);
    expect(run?.state_enc.toString('latin1')).not.to.include('2026-');
    const ends = await rows<object>('SELECT * FROM flow_end', []);
    expect(JSON.stringify(ends)).not.to.match(/1234|手机/u);
  });

  it('forget a flow that nobody went on with', async () => {
    const conversation = await built.open('zh-demo');
    await talk(conversation, '我要查账单');
    clock.advance(FLOW_IDLE_MS);
    const said = await talk(conversation, '上个月');
    expect(said.at(-1)?.text).not.to.include('后四位');
  });

  it('ask another system, and hand over with what they know when it is away', async () => {
    looked = {
      kind: 'records',
      rows: [[{ title: { zh: '应还', en: 'due' }, value: '120.00' }]],
      isStale: false,
    };
    const first = await built.open('zh-demo');
    expect((await talk(first, '我要查账单', '上个月', '1234')).at(-1)?.text).to.include('应还：120.00');
    looked = { kind: 'unavailable' };
    const second = await built.open('zh-demo');
    const said = await talk(second, '我要查账单', '上个月', '5678');
    expect(await stateOf(second.id)).to.equal('queued');
    expect((await built.conversations.get(second.id)).handoverReason).to.equal('connector_error');
    expect(said.slice(-2).map(({ from }) => from)).to.deep.equal(['robot', 'system']);
  });

  it('queue a lost card at once, collect its details meanwhile, and keep the place', async () => {
    const conversation = await built.open('zh-demo');
    const said = await talk(conversation, '我的信用卡丢了');
    const { state, queuedAt, handoverReason } = await built.conversations.get(conversation.id);
    expect({ state, handoverReason }).to.deep.equal({ state: 'queued', handoverReason: 'lost_card' });
    expect(said.slice(-2).map(({ from }) => from)).to.deep.equal(['system', 'robot']);
    expect(said.at(-1)?.text).to.include('后四位');
    await talk(conversation, '1234', '昨天', '13800138000', '对');
    const after = await built.conversations.get(conversation.id);
    expect({ state: after.state, queuedAt: after.queuedAt }).to.deep.equal({ state: 'queued', queuedAt });
    const context = await core.uow.read((db) => built.robot.contextOf(db, conversation.id));
    expect(context?.flow?.slots).to.deep.include({ name: 'tail', title: '尾号', value: '1234' });
    const shown = await call<{ title: string; slots: object[] }>(agent, 'GET /conversations/:id/collected', {
      id: conversation.id,
    });
    expect(shown.title).to.equal('银行卡挂失');
    expect(shown.slots).to.deep.include({ title: '卡种', value: '信用卡' });
    expect(JSON.stringify(shown)).not.to.include('13800138000');
    await built.conversations.take({ actor: APPROVER }, conversation.id);
    const other = await call(agent, 'GET /conversations/:id/collected', { id: conversation.id }).catch(
      codeOf,
    );
    expect(other).to.equal('request.not_found');
  });

  it('let the robot answer who waits, where it is sure, and say nothing else', async () => {
    const conversation = await built.open('zh-demo');
    await talk(conversation, '转人工');
    const { queuedAt } = await built.conversations.get(conversation.id);
    const said = await talk(conversation, '转账要手续费吗？');
    expect(said.at(-1)).to.include({ from: 'robot', text: 'Answer to: 转账要手续费吗？' });
    const silent = await talk(conversation, '今天天气真好呀');
    expect(silent.at(-1)?.from).to.equal('requester');
    const after = await built.conversations.get(conversation.id);
    expect({ state: after.state, queuedAt: after.queuedAt }).to.deep.equal({ state: 'queued', queuedAt });
  });

  it('hand over who is upset', async () => {
    const conversation = await built.open('zh-demo');
    await talk(conversation, '你们太差劲了，气死我了');
    expect((await built.conversations.get(conversation.id)).handoverReason).to.equal('upset');
  });

  it('fall silent when an agent has the conversation', async () => {
    const conversation = await built.open('zh-demo');
    await talk(conversation, '我的信用卡丢了');
    await built.conversations.take({ actor: AGENT }, conversation.id);
    const said = await talk(conversation, '1234');
    expect(said.at(-1)?.from).to.equal('requester');
  });

  it('go on with a newer version, and end with one that is taken off', async () => {
    const conversation = await built.open('zh-demo');
    await talk(conversation, '调整转账限额', '手机银行');
    const id = flowIds.get('transfer-limit')!;
    const definition = presetOf('transfer-limit');
    const slots = definition.slots.map((slot) =>
      slot.name === 'tail' ? { ...slot, ask: '卡号最后四位是？' } : slot,
    );
    await call(AUTHOR, 'POST /flows/:id/versions', {
      id,
      body: { definition: { ...definition, slots }, reason: '更短' },
    });
    await publish(id);
    expect((await talk(conversation, '5万')).at(-1)?.text).to.equal('卡号最后四位是？');
    const back = await call(APPROVER, 'POST /flows/:id/roll-back', {
      id,
      body: { version: 1, reason: '说法不好' },
    });
    expect(back).to.include({ state: 'published', publishedVersion: 1 });
    const next = await built.open('zh-demo');
    expect((await talk(next, '调整转账限额', '手机银行', '5万')).at(-1)?.text).to.equal(
      '请告诉我卡号的后四位。',
    );
    await call(APPROVER, 'POST /flows/:id/retire', { id, body: { reason: '停用' } });
    expect((await talk(next, '1234')).at(-1)?.text).not.to.include('请确认');
    await call(APPROVER, 'POST /flows/:id/roll-back', { id, body: { version: 1, reason: '恢复' } });
  });

  it('are approved by another person, and published only when every dialogue passes', async () => {
    const good = { ...presetOf('appointment'), key: 'visit' };
    const bad = { ...good, scripts: [{ title: '做不到', turns: ['你好'], end: 'completed' }] };
    const { id } = await draft(bad);
    await call(AUTHOR, 'POST /flows/:id/submit', { id });
    const own = await call(AUTHOR, 'POST /flows/:id/approve', { id }).catch(codeOf);
    expect(own).to.equal('flow.author_approves');
    const early = await call(APPROVER, 'POST /flows/:id/publish', { id }).catch(codeOf);
    expect(early).to.equal('flow.state_refused');
    const approved = await call(APPROVER, 'POST /flows/:id/approve', { id });
    expect(approved.failures).to.deep.equal([{ flow: 'visit', title: '做不到', end: 'not_started' }]);
    const blocked = await call(APPROVER, 'POST /flows/:id/publish', { id }).catch(
      (error: { code: string; details: object }) => error,
    );
    expect(blocked).to.include({ code: 'flow.gate_failed' });
    expect(blocked).to.have.nested.property('details.failed[0]', 'visit: 做不到');
    expect((await call(AUTHOR, 'GET /flows/:id', { id })).state).to.equal('approved');
    await call(AUTHOR, 'POST /flows/:id/versions', { id, body: { definition: good, reason: '改正' } });
    expect(await publish(id)).to.include({ state: 'published', publishedVersion: 2 });
    const twin = await draft(good).catch(codeOf);
    expect(twin).to.equal('flow.key_taken');
    await call(APPROVER, 'POST /flows/:id/retire', { id, body: { reason: '试验结束' } });
  });

  it('cannot be changed behind the application', async function () {
    skipOnStandIn(this);
    for (const text of ["UPDATE flow_version SET definition = '{}'", 'DELETE FROM flow_version']) {
      const failure = await rows(text, []).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure, text).to.be.instanceOf(Error);
    }
  });

  it('are tried without being stored', async () => {
    const turns = ['查账单', '上个月', '1234'];
    const out = await call<{ end: string; turns: { stage: string }[] }>(AUTHOR, 'POST /flows/try', {
      body: {
        definition: { ...presetOf('bill'), key: 'bill-new', triggers: { phrases: ['查账单'] } },
        turns,
        today: '2026-05-13',
      },
    });
    expect(out.end).to.equal('completed');
    expect(out.turns.map(({ stage }) => stage)).to.deep.equal(['fill', 'fill', 'end']);
    const refused = await call(AUTHOR, 'POST /flows/try', { body: { definition: {}, turns: [] } }).catch(
      codeOf,
    );
    expect(refused).to.equal('flow.invalid');
  });
});
