import { expect } from 'chai';
import { AppError, ROBOT_ACTOR, SYSTEM_ACTOR, type Actor } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { buildFileStore } from '../../test/support/files.ts';
import {
  createBatchWriter,
  createOutboxWriter,
  openBatchConnections,
  portable,
} from '../../platform/persistence/index.ts';
import { RequesterService } from '../requesters/requester.service.ts';
import { SEEN_MAX } from './append-item.ts';
import { ConversationOwners } from './conversation-owner.ts';
import { MESSAGE_BATCH } from './conversation.repo.ts';
import { systemText } from './conversation.texts.ts';
import { ConversationService } from './conversation.service.ts';

const AGENT: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000a1' };
const OTHER: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000a2' };
const MESSAGES = portable<{ conversationId: string }, { seq: number; id: string; sender: string }>(
  'spec.messages',
  'SELECT seq, id, sender FROM message WHERE conversation_id = :conversationId ORDER BY seq',
  { params: { conversationId: 'uuid' }, result: { seq: 'int', id: 'uuid', sender: 'text' } },
);

describe('conversations', () => {
  let core: Core;
  let owners: ConversationOwners;
  let service: ConversationService;

  type Connection = ReturnType<typeof openBatchConnections>[number];

  function build(wrap = (connection: Connection) => connection) {
    const { clock, ids, database, trail, installationId, uow, crypto } = core;
    const limits = { lanes: 2, batchItemsMax: 500, queueItemsMax: 10_000, retryMs: 5_000 };
    const writer = createBatchWriter({
      plan: MESSAGE_BATCH,
      limits,
      clock,
      ids,
      installationId,
      toOutboxRow: createOutboxWriter({ clock, ids }),
      onCommit: () => undefined,
      onFault: (error) => {
        throw error;
      },
      trail,
      connections: openBatchConnections(database, MESSAGE_BATCH, limits.lanes).map(wrap),
    });
    owners = new ConversationOwners({ uow, crypto, writer, clock });
    service = new ConversationService({
      owners,
      crypto,
      clock,
      ids,
      localeOf: async () => 'zh-CN',
      textOf: systemText,
      files: buildFileStore(core).store,
    });
    return writer;
  }

  let writer: ReturnType<typeof build>;
  before(async () => {
    core = await buildCore();
    writer = build();
  });
  after(async () => {
    await writer.close();
    await core.close();
  });

  async function buildConversation() {
    const requesters = new RequesterService(core);
    return core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const { row, dek } = await requesters.create(tx, { siteId: 'demo', profile: {}, isIdentified: false });
      const skillGroupId = null;
      return service.open(tx, { requesterId: row.id, dek, siteId: 'demo', channel: 'web', skillGroupId });
    });
  }
  const by = (id: string) => ({ actor: { type: 'requester' as const, id } });
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  const stored = (conversationId: string) => core.uow.read((db) => db.all(MESSAGES, { conversationId }));

  it('numbers messages from 1 without a gap, also when many are sent at once', async () => {
    const { id, requesterId } = await buildConversation();
    const acks = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        service.receive(by(requesterId), { conversationId: id, id: core.ids.next(), text: `问题 ${index}` }),
      ),
    );
    expect(acks.map(({ seq }) => seq)).to.deep.equal(Array.from({ length: 200 }, (_, index) => index + 1));
    expect((await stored(id)).map(({ seq }) => seq)).to.deep.equal(acks.map(({ seq }) => seq));
  });

  it('gives the same number to the same id, at once, later, and after a restart', async () => {
    const { id, requesterId } = await buildConversation();
    const message = { conversationId: id, id: core.ids.next(), text: '转账限额是多少' };
    const [first, twin] = await Promise.all([
      service.receive(by(requesterId), message),
      service.receive(by(requesterId), message),
    ]);
    const later = await service.receive(by(requesterId), message);
    await writer.close();
    writer = build();
    const restarted = await service.receive(by(requesterId), message);
    expect([first, twin, later, restarted].map(({ seq }) => seq)).to.deep.equal([1, 1, 1, 1]);
    expect([first, twin, later, restarted].map(({ isNew }) => isNew)).to.deep.equal([
      true,
      false,
      false,
      false,
    ]);
    expect(await stored(id)).to.have.length(1);
  });

  it('refuses an id that was used with another text, and goes on after it', async () => {
    const { id, requesterId } = await buildConversation();
    const first = { conversationId: id, id: core.ids.next(), text: 'one' };
    await service.receive(by(requesterId), first);
    expect(await codeOf(service.receive(by(requesterId), { ...first, text: 'two' }))).to.equal(
      'message.id_reused',
    );
    const next = await service.receive(by(requesterId), {
      conversationId: id,
      id: core.ids.next(),
      text: 'three',
    });
    expect(next.seq).to.equal(2);
  });

  it('keeps the order of what was accepted when a neighbour in the batch is refused by the database', async () => {
    const { id, requesterId } = await buildConversation();
    const other = await buildConversation();
    const used = core.ids.next();
    await service.receive(by(requesterId), { conversationId: id, id: used, text: 'stored' });
    // A second owner knows nothing of the first one's memory, as another process would not.
    await writer.close();
    writer = build();
    const results = await Promise.all([
      service.receive(by(other.requesterId), { conversationId: other.id, id: core.ids.next(), text: 'a' }),
      service.receive(by(requesterId), { conversationId: id, id: used, text: 'stored' }),
      service.receive(by(requesterId), { conversationId: id, id: core.ids.next(), text: 'b' }),
    ]);
    expect(results.map(({ seq }) => seq)).to.deep.equal([1, 1, 2]);
  });

  describe('without a promise', () => {
    /** What the sender is told, once the message is dealt with; undefined when `receive` has to be asked. */
    function now(conversation: { id: string; requesterId: string }, id: string, text: string) {
      const message = { conversationId: conversation.id, id, text };
      return new Promise<{ seq: number; isNew: boolean } | string | undefined>((resolve, reject) => {
        const settle = {
          resolve: ({ seq, isNew }: { seq: number; isNew: boolean }) => resolve({ seq, isNew }),
          reject: (error: unknown) =>
            error instanceof AppError ? resolve(error.code) : reject(error as Error),
        };
        if (!service.receiveNow(by(conversation.requesterId), message, settle)) resolve(undefined);
      });
    }

    it('numbers and repeats as with one, in the order they came', async () => {
      const conversation = await buildConversation();
      const [first, second] = [core.ids.next(), core.ids.next()];
      const answers = [
        now(conversation, first, 'a'),
        now(conversation, second, 'b'),
        now(conversation, first, 'a'),
      ];
      expect(await Promise.all(answers)).to.deep.equal([
        { seq: 1, isNew: true },
        { seq: 2, isNew: true },
        { seq: 1, isNew: false },
      ]);
      expect(await now(conversation, second, 'other words')).to.equal('message.id_reused');
      expect((await stored(conversation.id)).map(({ id }) => id)).to.deep.equal([first, second]);
    });

    it('leaves what is not at hand, or only sealed, to be read first', async () => {
      const conversation = await buildConversation();
      const id = core.ids.next();
      await now(conversation, id, 'a');
      await writer.close();
      writer = build();
      expect(await now(conversation, core.ids.next(), 'b')).to.equal(undefined);
      await service.get(conversation.id);
      expect(await now(conversation, id, 'a')).to.equal(undefined);
      const again = await service.receive(by(conversation.requesterId), {
        ...{ conversationId: conversation.id, id, text: 'a' },
      });
      expect(again).to.include({ seq: 1, isNew: false });
      expect(await now(conversation, core.ids.next(), 'b')).to.deep.equal({ seq: 2, isNew: true });
    });

    it('settles an id that memory has forgotten, and refuses what is no text', async () => {
      const conversation = await buildConversation();
      const ids = Array.from({ length: SEEN_MAX + 1 }, () => core.ids.next());
      for (const [index, id] of ids.entries()) {
        expect(await now(conversation, id, 'a')).to.deep.equal({ seq: index + 1, isNew: true });
      }
      expect(await now(conversation, ids[0] as string, 'a')).to.deep.equal({ seq: 1, isNew: false });
      await service.get(conversation.id);
      const refused = await now(conversation, core.ids.next(), ' ').catch((error: AppError) => error.code);
      expect(refused).to.equal('message.text_empty');
    });
  });

  it('acknowledges once what arrived behind a connection that was given up, and numbers on', async () => {
    await writer.close();
    let [isGivenUp, isAsked] = [false, false];
    writer = build((connection) => ({
      async commit(batch) {
        await connection.commit(batch);
        if (isGivenUp) return;
        isGivenUp = true;
        throw new AppError('storage.unavailable');
      },
      async hasNumber(key) {
        const isThere = await connection.hasNumber(key);
        // The first look comes while the statement is still on its way.
        if (isAsked) return isThere;
        isAsked = true;
        return false;
      },
      close: () => connection.close(),
    }));
    const { id, requesterId } = await buildConversation();
    const send = (text: string) =>
      service.receive(by(requesterId), { conversationId: id, id: core.ids.next(), text });
    const [first, second] = [await send('a'), await send('b')];
    expect([first, second].map(({ seq, isNew }) => ({ seq, isNew }))).to.deep.equal([
      { seq: 1, isNew: true },
      { seq: 2, isNew: true },
    ]);
    expect(await stored(id)).to.have.length(2);
    await writer.close();
    writer = build();
  });

  it('lets the robot speak only while the conversation is its own', async () => {
    const { id, requesterId } = await buildConversation();
    await service.receive(by(requesterId), { conversationId: id, id: core.ids.next(), text: '你好' });
    const said = await service.robotSay(id, {
      id: core.ids.next(),
      text: '您好',
      meta: { outcome: 'answer' },
      misses: 0,
    });
    await service.requestHandover({ actor: ROBOT_ACTOR }, id, 'unsure');
    const silent = await service.robotSay(id, { id: core.ids.next(), text: '还在', meta: {}, misses: 0 });
    expect(said.isNew).to.equal(true);
    expect(silent.isSkipped).to.equal(true);
  });

  it('walks from robot to queue to agent to another agent to closed, and refuses what does not fit', async () => {
    const { id, requesterId } = await buildConversation();
    await service.requestHandover(by(requesterId), id, 'requested');
    expect((await service.requestHandover(by(requesterId), id, 'requested')).isSkipped).to.equal(true);
    await service.assign(id, AGENT.id);
    expect(
      await codeOf(service.send({ actor: OTHER }, { conversationId: id, id: core.ids.next(), text: 'x' })),
    ).to.equal('conversation.state_refused');
    await service.send(
      { actor: AGENT },
      { conversationId: id, id: core.ids.next(), text: '您好，我是人工客服' },
    );
    await service.handOver({ actor: AGENT }, id, { agentId: OTHER.id });
    expect((await service.get(id)).assigneeId).to.equal(OTHER.id);
    expect(await codeOf(service.close({ actor: AGENT }, id, false))).to.equal('conversation.state_refused');
    await service.close({ actor: OTHER }, id, false);
    const late = service.receive(by(requesterId), {
      conversationId: id,
      id: core.ids.next(),
      text: '还在吗',
    });
    expect(await codeOf(late)).to.equal('conversation.closed');
    expect((await service.get(id)).state).to.equal('closed');
  });

  it('gives a queued conversation to one agent when two take it at once', async () => {
    const { id, requesterId } = await buildConversation();
    await service.requestHandover(by(requesterId), id, 'requested');
    const codes = await Promise.all([
      codeOf(service.accept({ actor: AGENT }, id)),
      codeOf(service.accept({ actor: OTHER }, id)),
    ]);
    expect(codes.sort()).to.deep.equal(['conversation.state_refused', 'none']);
  });

  for (const [text, code] of [
    ['', 'message.text_empty'],
    ['  ', 'message.text_empty'],
    ['a\0b', 'message.text_invalid'],
    ['\ud800', 'message.text_invalid'],
    ['x'.repeat(8_001), 'message.text_too_long'],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 8))} of length ${text.length} with ${code}`, async () => {
      const { id, requesterId } = await buildConversation();
      const work = service.receive(by(requesterId), { conversationId: id, id: core.ids.next(), text });
      expect(await codeOf(work)).to.equal(code);
    });
  }

  it('reads its history back in clear, in order', async () => {
    const { id, requesterId } = await buildConversation();
    const texts = ['第一句', '𠮷 four bytes', 'x'.repeat(8_000)];
    for (const text of texts)
      await service.receive(by(requesterId), { conversationId: id, id: core.ids.next(), text });
    const row = await service.get(id);
    const history = await core.uow.read((db) => service.history(db, row, 0));
    expect(history.map(({ text }) => text)).to.deep.equal(texts);
  });
});
