import { expect } from 'chai';
import { SYSTEM_ACTOR, type Actor } from '../../kernel/index.ts';
import type { Cluster } from '../../platform/cluster/index.ts';
import {
  createBatchWriter,
  createOutboxWriter,
  openBatchConnections,
  openTrail,
} from '../../platform/persistence/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { buildFileStore } from '../../test/support/files.ts';
import { RequesterService } from '../requesters/requester.service.ts';
import type { StoredMessage } from './append.ts';
import { ConversationOwners } from './conversation-owner.ts';
import { MESSAGE_BATCH } from './conversation.repo.ts';
import { systemText } from './conversation.texts.ts';
import { SharedConversations } from './shared-conversations.ts';

const LIMITS = { lanes: 2, batchItemsMax: 500, queueItemsMax: 10_000, retryMs: 5_000 };

/** Two processes on one database; who owns a conversation is what the spec says. Everything between them is JSON. */
class Pair {
  owner: (conversationId: string) => string = () => 'a';
  /** What each process believes, where it differs. */
  readonly belief = new Map<string, string>();
  isLinked = true;
  readonly #nodes = new Map<
    string,
    {
      call?: (payload: never) => Promise<unknown>;
      events: Map<string, (payload: never, node: string) => void>;
    }
  >();
  readonly moved: (() => void)[] = [];

  clusterOf(nodeId: string): Cluster {
    const own = { events: new Map<string, (payload: never, node: string) => void>() } as never as {
      call?: (payload: never) => Promise<unknown>;
      events: Map<string, (payload: never, node: string) => void>;
    };
    this.#nodes.set(nodeId, own);
    const carried = (payload: unknown) => JSON.parse(JSON.stringify(payload ?? null)) as never;
    const ownerOf = (key: string) => this.belief.get(nodeId) ?? this.owner(key);
    const nothing = () => undefined;
    return {
      ...{ nodeId, holder: nodeId, ownerOf, mayWrite: () => true },
      isMine: (key) => ownerOf(key) === nodeId,
      onMoved: (listener) => void this.moved.push(listener),
      ...{ onGone: nothing, onGap: nothing, onPeer: nothing },
      call: async (node, payload) => {
        const answer = carried(await this.#nodes.get(node)?.call?.(carried(payload)));
        return answer;
      },
      onCall: (handler) => void (own.call = handler),
      broadcast: (topic, payload) => {
        for (const [node, { events }] of this.#nodes) {
          if (node !== nodeId) events.get(topic)?.(carried(payload), nodeId);
        }
      },
      onEvent: (topic, handler) => void own.events.set(topic, handler),
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    };
  }

  /** Ownership changes; every process hears of it. */
  move(owner: string): void {
    this.owner = () => owner;
    for (const listener of this.moved) listener();
  }
}

describe('conversations of two processes', () => {
  let core: Core;
  let pair: Pair;
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    core = await buildCore();
  });
  after(async () => {
    for (const stop of stops) await stop();
    await core.close();
  });
  beforeEach(() => {
    pair = new Pair();
  });

  async function build(nodeId: string) {
    const { clock, ids, database, installationId, uow, crypto } = core;
    const node = `${nodeId}-${ids.next()}`.slice(0, 40);
    const trail = await openTrail({ database, clock, ids, node, installationId, batchLanes: LIMITS.lanes });
    const writer = createBatchWriter({
      ...{ plan: MESSAGE_BATCH, limits: LIMITS, clock, ids, installationId, trail },
      toOutboxRow: createOutboxWriter({ clock, ids }),
      onCommit: () => undefined,
      onFault: (error) => {
        throw error;
      },
      connections: openBatchConnections(database, MESSAGE_BATCH, LIMITS.lanes),
    });
    stops.push(() => writer.close());
    const cluster = pair.clusterOf(nodeId);
    const owners = new ConversationOwners({ uow, crypto, writer, clock, ownership: cluster });
    const service = new SharedConversations({
      ...{ owners, crypto, clock, ids, cluster, textOf: systemText },
      localeOf: async () => 'zh-CN',
      files: buildFileStore(core).store,
    });
    const heard: { message: StoredMessage; origin: unknown }[] = [];
    owners.onMessage((message, _row, origin) => void heard.push({ message, origin }));
    return { owners, service, heard };
  }
  type Node = Awaited<ReturnType<typeof build>>;

  async function open(node: Node) {
    const { clock, ids, crypto, uow } = core;
    return uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const requesters = new RequesterService({ crypto, clock, ids });
      const made = await requesters.create(tx, { siteId: 'demo', profile: {}, isIdentified: false });
      const { row, dek } = made;
      return node.service.open(tx, {
        requesterId: row.id,
        dek,
        siteId: 'demo',
        channel: 'web',
        skillGroupId: null,
      });
    });
  }
  const by: { actor: Actor } = { actor: { type: 'requester', id: 'spec' } };
  const stored = async (conversationId: string) =>
    (
      await core.sql('SELECT seq, id FROM message WHERE conversation_id = $1 ORDER BY seq', [conversationId])
    ).map(({ seq, id }) => [Number(seq), String(id)]);

  it('are written by their owner wherever a message comes in, and heard by both, once', async () => {
    const [a, b] = [await build('a'), await build('b')];
    const { id: conversationId } = await open(b);
    const origin = { socket: 'of b' };
    const sent: string[] = [];
    for (const node of [b, a, b, b, a]) {
      const id = core.ids.next();
      sent.push(id);
      const text = `消息 ${sent.length}`;
      const { seq, at, isNew } = await node.service.receive(by, { conversationId, id, text, origin });
      expect({ seq, isNew }).to.deep.equal({ seq: sent.length, isNew: true });
      expect(at).to.be.an.instanceOf(Date);
    }
    expect(await stored(conversationId)).to.deep.equal(sent.map((id, index) => [index + 1, id]));
    for (const { heard } of [a, b]) {
      expect(heard.map(({ message }) => message.seq)).to.deep.equal([1, 2, 3, 4, 5]);
      expect(heard[0]?.message.at).to.be.an.instanceOf(Date);
    }
    // Only the process of the connection knows it, and leaves it out when it pushes.
    expect(b.heard.map(({ origin: from }) => from === origin)).to.deep.equal([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it('keep a repeated id one message, whichever process is asked', async () => {
    const [a, b] = [await build('a'), await build('b')];
    const { id: conversationId } = await open(a);
    const id = core.ids.next();
    const first = await b.service.receive(by, { conversationId, id, text: '一次' });
    for (const node of [a, b]) {
      const again = await node.service.receive(by, { conversationId, id, text: '一次' });
      expect(again).to.deep.equal({ ...first, isNew: false });
    }
    const other = await b.service
      .receive(by, { conversationId, id, text: '另一条' })
      .catch((error: unknown) => error);
    expect(other).to.include({ code: 'message.id_reused' });
    expect(await stored(conversationId)).to.deep.equal([[1, id]]);
  });

  it('go on without a gap when they change hands, and the old owner lets go', async () => {
    const [a, b] = [await build('a'), await build('b')];
    const { id: conversationId } = await open(a);
    const sent: string[] = [];
    for (const owner of ['a', 'b', 'a', 'b', 'b']) {
      pair.move(owner);
      for (const node of [a, b]) {
        const id = core.ids.next();
        sent.push(id);
        expect((await node.service.receive(by, { conversationId, id, text: owner })).seq).to.equal(
          sent.length,
        );
      }
    }
    expect(await stored(conversationId)).to.deep.equal(sent.map((id, index) => [index + 1, id]));
  });

  it('never fork when both processes take themselves for the owner: one is refused and asks again', async () => {
    const [a, b] = [await build('a'), await build('b')];
    const { id: conversationId } = await open(a);
    pair.belief.set('a', 'a').set('b', 'b');
    const sent = new Map<string, number>();
    let refusals = 0;
    const write = async (node: Node) => {
      for (let index = 0; index < 20; index += 1) {
        const id = core.ids.next();
        for (;;) {
          const said = node.service.receive(by, { conversationId, id, text: '两个进程' });
          const appended = await said.catch((error: { code?: string }) => error);
          if ('seq' in appended) {
            sent.set(id, appended.seq);
            break;
          }
          expect(appended.code).to.equal('server.busy');
          refusals += 1;
        }
      }
    };
    await Promise.all([write(a), write(b)]);
    const rows = await stored(conversationId);
    expect(rows.map(([seq]) => seq)).to.deep.equal(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(new Map(rows.map(([seq, id]) => [id, seq]))).to.deep.equal(sent);
    expect(refusals).to.be.greaterThan(0);
  });

  it('tell the owner what was read elsewhere', async () => {
    const [a, b] = [await build('a'), await build('b')];
    const { id: conversationId } = await open(a);
    await a.service.receive(by, { conversationId, id: core.ids.next(), text: '一' });
    await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      tx.record({ action: 'server.start', outcome: 'ok' });
      await b.owners.markRead(tx, conversationId, 1);
    });
    await a.service.receive(by, { conversationId, id: core.ids.next(), text: '二' });
    const [row] = await core.sql('SELECT agent_read_seq FROM conversation WHERE id = $1', [conversationId]);
    expect(Number(row?.agent_read_seq)).to.equal(1);
  });
});
