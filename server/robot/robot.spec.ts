import { expect } from 'chai';
import { systemText } from '../desk/index.ts';
import { AppError } from '../kernel/index.ts';
import { outboxEventEntity, portable, select, toDomainEvent } from '../platform/persistence/index.ts';
import { buildCore, type Core } from '../test/support/core.ts';
import { AGENT, buildRobot, TOPICS, type BuiltRobot } from './test/build-robot.ts';

const EVENTS = select(outboxEventEntity, {
  name: 'spec.robot_events',
  where: ['eventKey', 'type'],
  orderBy: [['position', 'asc']],
});
const TURNS = portable<
  { conversationId: string },
  {
    outcome: string;
    reason: string;
    articleId: string | null;
    articleVersion: number | null;
    modelHash: string;
    confidencePpm: number;
    candidates: { id: string; score: number }[];
  }
>(
  'spec.robot_turns',
  `SELECT outcome, reason, article_id, article_version, model_hash, confidence_ppm, candidates FROM robot_turn
    WHERE conversation_id = :conversationId ORDER BY message_seq`,
  {
    params: { conversationId: 'uuid' },
    result: {
      outcome: 'text',
      reason: 'text',
      articleId: 'uuid',
      articleVersion: 'int',
      modelHash: 'text',
      confidencePpm: 'int',
      candidates: 'json',
    },
  },
);

describe('the robot', function () {
  this.timeout(60_000);
  let core: Core;
  let built: BuiltRobot;
  const articles = new Map<string, string>();

  before(async () => {
    core = await buildCore();
    built = await buildRobot(core);
    for (const [question, similar] of Object.entries(TOPICS)) {
      articles.set(question, await built.publish('en', question, similar));
    }
    articles.set('hello', await built.publish('en', 'Hello', ['Good morning'], { category: 'smalltalk' }));
    await built.publish('zh-CN', '如何修改密码？', ['忘记密码了', '密码怎么重置']);
    await built.publish('zh-CN', '网点几点上班？', ['营业时间', '柜台几点开门']);
    await built.robot.refresh();
    await built.relay.drain();
  });
  after(async () => {
    await built.close();
    await core.close();
  });

  const turnsOf = (conversationId: string) => core.uow.read((db) => db.all(TURNS, { conversationId }));
  const eventsOf = async (eventKey: string) =>
    (await core.uow.read((db) => db.all(EVENTS, { eventKey, type: 'message.received' }))).map(toDomainEvent);
  const replyHandler = () => built.robot.handlers.find(({ name }) => name === 'robot.reply')!;
  /** Asks and lets the robot reply; gives everything said so far. */
  async function talk(conversation: Awaited<ReturnType<typeof built.open>>, ...texts: string[]) {
    for (const text of texts) {
      await built.ask(conversation, text);
      await built.relay.drain();
    }
    return built.history(conversation);
  }
  const stateOf = async (id: string) => (await built.conversations.get(id)).state;

  it('answers a known question with the approved answer, labelled with article and version', async () => {
    const conversation = await built.open();
    const said = await talk(conversation, 'how do i reset my password');
    const articleId = articles.get('How do I reset my password?');
    expect(said.map(({ from }) => from)).to.deep.equal(['requester', 'robot']);
    expect(said[1]).to.include({ text: 'Answer to: How do I reset my password?' });
    expect(said[1]?.meta).to.include({ outcome: 'answer', articleId, articleVersion: 1 });
    const [turn] = await turnsOf(conversation.id);
    expect(turn).to.include({ outcome: 'answer', articleId, articleVersion: 1 });
    expect(turn?.modelHash).to.equal(built.robot.status().models.find(({ locale }) => locale === 'en')?.hash);
    expect(turn?.candidates[0]?.id).to.equal(articleId);
  });

  it('looks into no file, says so once, and offers a person', async () => {
    const conversation = await built.open();
    const file = {
      id: core.ids.next(),
      name: 'a.pdf',
      size: 3,
      type: 'application/pdf',
      hasThumbnail: false,
    };
    const by = { actor: { type: 'requester' as const, id: conversation.requesterId } };
    const message = { conversationId: conversation.id, id: core.ids.next(), text: 'wire limit per day' };
    await built.conversations.receive(by, { ...message, file: { ...file, state: 'ready' } });
    await built.relay.drain();
    const [event] = await eventsOf(conversation.id);
    await replyHandler().handle(event!);
    const said = await built.history(conversation);
    expect(said.map(({ from, kind }) => [from, kind])).to.deep.equal([
      ['requester', 'file'],
      ['robot', 'text'],
    ]);
    expect(said[1]?.text).to.equal(systemText('fileReceived', 'en'));
    expect(said[1]?.meta).to.include({ outcome: 'handoff', reason: 'file' });
    expect((await built.conversations.get(conversation.id)).robotMisses).to.equal(0);
  });

  it('says nothing twice when an event comes again, also to another process', async () => {
    const conversation = await built.open();
    await talk(conversation, 'wire limit per day');
    const [event] = await eventsOf(conversation.id);
    await replyHandler().handle(event!);
    const other = built.rebuild();
    await other.start();
    await other.handlers.find(({ name }) => name === 'robot.reply')!.handle(event!);
    await other.stop();
    expect(await built.history(conversation)).to.have.length(2);
    expect(await turnsOf(conversation.id)).to.have.length(1);
  });

  it('keeps the provenance of a reply whose process died right after it', async () => {
    const conversation = await built.open();
    await talk(conversation, 'wire limit per day');
    const [turn] = await turnsOf(conversation.id);
    await core.database.source.query(`DELETE FROM robot_turn WHERE conversation_id = '${conversation.id}'`);
    const [event] = await eventsOf(conversation.id);
    await replyHandler().handle(event!);
    expect(await built.history(conversation)).to.have.length(2);
    const [recovered] = await turnsOf(conversation.id);
    const { outcome, articleId, articleVersion } = turn!;
    expect(recovered).to.include({ outcome, articleId, articleVersion, reason: 'recovered' });
  });

  it('never talks over an agent who took the conversation meanwhile', async () => {
    const conversation = await built.open();
    await built.ask(conversation, 'branch near me');
    await built.conversations.take({ actor: AGENT }, conversation.id);
    await built.relay.drain();
    const said = await built.history(conversation);
    expect(said.map(({ from }) => from)).to.deep.equal(['requester', 'system']);
    expect(await turnsOf(conversation.id)).to.deep.equal([]);
  });

  it('never talks over an agent who takes it while the robot is thinking', async () => {
    const conversation = await built.open();
    await built.ask(conversation, 'branch near me');
    const [event] = await eventsOf(conversation.id);
    await Promise.all([
      replyHandler().handle(event!),
      built.conversations.take({ actor: AGENT }, conversation.id),
    ]);
    const said = await built.history(conversation);
    const takenAt = said.findIndex(({ from }) => from === 'system');
    expect(said.slice(takenAt).some(({ from }) => from === 'robot')).to.equal(false);
  });

  it('hands over at once when the requester asks for a person, in either language', async () => {
    for (const text of ['转人工', 'I want to talk to a human agent']) {
      const conversation = await built.open();
      const said = await talk(conversation, text);
      expect(await stateOf(conversation.id), text).to.equal('queued');
      expect((await built.conversations.get(conversation.id)).handoverReason).to.equal('human');
      expect(said.at(-1)?.from).to.equal('system');
      expect((await turnsOf(conversation.id))[0]).to.include({ outcome: 'handoff', reason: 'human' });
    }
  });

  it('hands over a fraud report although it knows a similar article', async () => {
    const conversation = await built.open();
    await talk(conversation, 'I was scammed, someone stole my password');
    expect((await built.conversations.get(conversation.id)).handoverReason).to.equal('fraud');
  });

  it('hands over to a person whoever is with it once it is switched off', async () => {
    const conversation = await built.open();
    await talk(conversation, 'how do i reset my password');
    built.switches.isOn = false;
    try {
      const said = await talk(conversation, 'wire limit per day');
      expect(said.slice(-2).map(({ from }) => from)).to.deep.equal(['requester', 'system']);
      expect(await stateOf(conversation.id)).to.equal('queued');
    } finally {
      built.switches.isOn = true;
    }
  });

  it('says so when it is unsure, and hands over the second time', async () => {
    const conversation = await built.open();
    const first = await talk(conversation, 'zxqv blorp flimflam');
    expect(first.at(-1)).to.include({ from: 'robot' });
    expect(first.at(-1)?.meta?.outcome).to.equal('handoff');
    expect(await stateOf(conversation.id)).to.equal('robot');
    await talk(conversation, 'grumptious wibble');
    expect(await stateOf(conversation.id)).to.equal('queued');
    expect((await turnsOf(conversation.id)).map(({ outcome }) => outcome)).to.deep.equal([
      'fallback',
      'handoff',
    ]);
  });

  it('forgets an unsure turn after an answer', async () => {
    const conversation = await built.open();
    await talk(conversation, 'zxqv blorp flimflam', 'overdraft increase', 'qwrt plonk', 'Hello');
    expect(await stateOf(conversation.id)).to.equal('robot');
    expect((await built.conversations.get(conversation.id)).robotMisses).to.equal(0);
  });

  it('answers a chosen article directly', async () => {
    const conversation = await built.open();
    const articleId = articles.get('How do I raise my overdraft?');
    await built.ask(conversation, 'the third one', articleId);
    await built.relay.drain();
    const said = await built.history(conversation);
    expect(said.at(-1)?.meta).to.include({ outcome: 'answer', articleId, confidence: 1 });
    expect((await turnsOf(conversation.id))[0]).to.include({ outcome: 'answer', reason: 'chosen' });
  });

  it('brings a person in when the same answer did not help twice', async () => {
    const conversation = await built.open();
    await talk(conversation, 'branch near me', 'find a branch office', 'branch near me');
    expect((await built.conversations.get(conversation.id)).handoverReason).to.equal('repeated');
  });

  it('reads a question in the language it is asked in', async () => {
    const conversation = await built.open('en-demo');
    const said = await talk(conversation, '忘记密码了');
    expect(said.at(-1)?.text).to.equal('Answer to: 如何修改密码？');
    const chinese = await built.open('zh-demo');
    expect((await talk(chinese, 'forgot my password')).at(-1)?.text).to.contain('reset my password');
  });

  it('keeps no text of the requester in its provenance or in the trail', async () => {
    const conversation = await built.open();
    await talk(conversation, 'my phone 13912345678 zebrafish');
    const rows = [
      ...(await core.sql('SELECT * FROM robot_turn')),
      ...(await core.sql('SELECT body FROM audit_event')),
      ...(await core.sql('SELECT payload FROM outbox_event')),
    ];
    expect(rows.length).to.be.greaterThan(3);
    expect(JSON.stringify(rows)).not.to.match(/zebrafish|13912345678/);
  });

  it('never quotes an article that was retired, even before it has learned so', async () => {
    const question = 'Which umbrella insurance do you sell?';
    const id = await built.publish('en', question, ['umbrella insurance offers', 'insurance umbrella price']);
    await built.robot.refresh();
    const before = await built.open();
    expect((await talk(before, 'umbrella insurance offers')).at(-1)?.meta?.articleId).to.equal(id);
    await built.retire(id);
    const after = await built.open();
    await built.ask(after, 'umbrella insurance offers');
    const [event] = await eventsOf(after.id);
    await replyHandler().handle(event!);
    const said = (await built.history(after)).at(-1);
    expect(said?.meta?.articleId).to.equal(undefined);
    expect(JSON.stringify(said?.meta ?? {})).not.to.contain(id);
  });

  it('learns a published article without a restart and stores the model for the next one', async () => {
    const id = await built.publish('en', 'Do you lend canoes?', ['canoe rental', 'borrow a canoe']);
    const hashBefore = built.robot.status().models.find(({ locale }) => locale === 'en')?.hash;
    await built.robot.refresh();
    const status = built.robot.status().models.find(({ locale }) => locale === 'en');
    expect(status?.hash).not.to.equal(hashBefore);
    const conversation = await built.open();
    expect((await talk(conversation, 'canoe rental')).at(-1)?.meta?.articleId).to.equal(id);
    const restarted = built.rebuild();
    await restarted.start();
    const restored = restarted.status().models.find(({ locale }) => locale === 'en');
    await restarted.stop();
    expect(restored).to.include({ state: 'ready', hash: status?.hash });
  });

  it('is not ready before its first model, and says so instead of guessing', async () => {
    const fresh = built.rebuild();
    expect(fresh.status().state).to.equal('training');
    const conversation = await built.open();
    await built.ask(conversation, 'wire limit per day');
    const [event] = await eventsOf(conversation.id);
    const error = await fresh.handlers
      .find(({ name }) => name === 'robot.reply')!
      .handle(event!)
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AppError).with.property('code', 'robot.not_ready');
    expect(await built.history(conversation)).to.have.length(1);
    await built.relay.drain();
  });

  it('tells the agent who takes over what it thought', async () => {
    const conversation = await built.open();
    await talk(conversation, 'wire limit per day');
    const context = await core.uow.read((db) => built.robot.contextOf(db, conversation.id));
    expect(context).to.include({ outcome: 'answer' });
    expect(context?.candidates[0]).to.include({ question: 'What is the wire transfer limit?' });
    const silent = await built.open();
    expect(await core.uow.read((db) => built.robot.contextOf(db, silent.id))).to.equal(undefined);
  });
});
