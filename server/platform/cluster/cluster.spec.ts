import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../kernel/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { createBus, type RunningBus } from '../bus/index.ts';
import { createLease, type WithDb } from '../jobs/index.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { BEAT_MS, createMembers, STILL_LOOKS_MAX, type Members } from './members.ts';
import { createRing } from './ring.ts';

const KEYS = Array.from(
  { length: 4_000 },
  (_, index) => `01900000-0000-7000-8000-${String(index).padStart(12, '0')}`,
);

describe('the ring', () => {
  it('gives each process its share, and moves only what it must', () => {
    const three = createRing(['a', 'b', 'c']);
    const two = createRing(['a', 'c']);
    const shares = new Map<string, number>();
    for (const key of KEYS) {
      const owner = three.ownerOf(key);
      shares.set(owner, (shares.get(owner) ?? 0) + 1);
      if (owner !== 'b') expect(two.ownerOf(key)).to.equal(owner);
    }
    for (const id of ['a', 'b', 'c']) expect(shares.get(id)).to.be.within(1_000, 1_700);
  });

  it('is the same whoever makes it', () => {
    const [one, other] = [createRing(['a', 'b', 'c']), createRing(['c', 'a', 'b'])];
    expect(KEYS.map(one.ownerOf)).to.deep.equal(KEYS.map(other.ownerOf));
  });
});

describe('members of a cluster', () => {
  let core: Core;
  let bus: RunningBus;
  let withDb: WithDb;
  let nowMs = 0;
  const replaced: string[] = [];

  before(async () => {
    core = await buildCore();
    const { database, clock, ids } = core;
    withDb = (work) => database.read(work);
    bus = createBus({ database, clock, ids, nodeId: 'spec', log: QUIET_LOG });
  });
  after(() => core.close());
  beforeEach(() => core.sql('DELETE FROM server_node'));

  const build = (id: string): Members =>
    createMembers({
      ...{ id, incarnation: core.ids.next(), address: 'elsewhere:/nowhere', withDb, bus },
      ...{ clock: core.clock, log: QUIET_LOG, socketCount: () => 0, nowMs: () => nowMs },
      onReplaced: () => replaced.push(id),
    });
  const share = (members: Members) => new Set(KEYS.map(members.ownerOf));
  /** Looks that notices asked for are over. */
  const settle = async (...all: Members[]) => {
    for (let round = 0; round < 2; round += 1) for (const members of all) await members.look();
  };
  /** One second of every process that lives. */
  const beat = async (...alive: Members[]) => {
    nowMs += BEAT_MS;
    for (const members of alive) await members.look();
  };

  it('agree about who owns what; what one leaves goes to the others at once', async () => {
    const [a, b] = [build('a'), build('b')];
    await a.start();
    expect(share(a)).to.deep.equal(new Set(['a']));
    await b.start();
    await beat(a, b);
    expect(KEYS.map(a.ownerOf)).to.deep.equal(KEYS.map(b.ownerOf));
    expect(share(a)).to.deep.equal(new Set(['a', 'b']));
    await b.stop();
    await beat(a);
    expect(share(a)).to.deep.equal(new Set(['a']));
    await a.stop();
  });

  it('take one that stands still for dead, and it ends when it wakes', async () => {
    const [a, b] = [build('a'), build('b')];
    const gone: string[] = [];
    a.onGone((id) => gone.push(id));
    await a.start();
    await b.start();
    await settle(a, b);
    await beat(a, b);
    const lease = createLease({ withDb, clock: core.clock, name: 'spec', holder: b.holder });
    const other = createLease({ withDb, clock: core.clock, name: 'spec', holder: a.holder });
    expect(await lease.hold()).to.equal(true);
    expect(await other.hold()).to.equal(false);
    for (let second = 0; second < STILL_LOOKS_MAX; second += 1) {
      await beat(a);
      expect(share(a)).to.deep.equal(new Set(['a', 'b']));
    }
    // It knows before the others act that it may not write any more.
    expect(b.mayWrite()).to.equal(false);
    await beat(a);
    expect(share(a)).to.deep.equal(new Set(['a']));
    expect(gone).to.deep.equal(['b']);
    expect(a.mayWrite()).to.equal(true);
    // What it did alone is free.
    expect(await other.hold()).to.equal(true);
    await b.look();
    expect(replaced).to.deep.equal(['b']);
    expect(b.mayWrite()).to.equal(false);
    await a.stop();
  });

  it('forgive a database that was slow for all of them', async () => {
    const [a, b] = [build('a'), build('b')];
    await a.start();
    await b.start();
    await settle(a, b);
    const before = replaced.length;
    for (let stall = 0; stall < 4; stall += 1) {
      await beat(a);
      await beat(a);
      await beat(a);
      nowMs += 30 * BEAT_MS;
      await a.look();
      expect(share(a)).to.deep.equal(new Set(['a', 'b']));
    }
    await b.look();
    expect(replaced.length).to.equal(before);
    await b.stop();
    await a.stop();
  });

  it('know a process that starts anew under its name from the one before', async () => {
    const [before, now] = [build('c'), build('c')];
    await before.start();
    await now.start();
    await settle(before);
    expect(before.mayWrite()).to.equal(false);
    expect(now.mayWrite()).to.equal(true);
    expect(replaced.at(-1)).to.equal('c');
    await now.stop();
  });
});

describe('links of a cluster', () => {
  let core: Core;
  let folder: string;
  const open: { cluster: Cluster; bus: RunningBus }[] = [];

  before(async () => {
    core = await buildCore();
    folder = mkdtempSync(join(tmpdir(), 'vd-links-'));
  });
  afterEach(async () => {
    for (const { cluster, bus } of open.splice(0)) {
      await cluster.stop();
      await bus.stop();
    }
  });
  after(async () => {
    await core.close();
    rmSync(folder, { recursive: true });
  });

  async function build(nodeId: string): Promise<Cluster> {
    const { database, clock, ids } = core;
    const bus = createBus({ database, clock, ids, nodeId, log: QUIET_LOG });
    await bus.start();
    const cluster = createCluster({
      ...{ nodeId, bus, clock, ids, log: QUIET_LOG, socketCount: () => 0 },
      withDb: (work) => database.read(work),
      socketPath: join(folder, `${nodeId}.sock`),
      onReplaced: () => undefined,
    });
    open.push({ cluster, bus });
    return cluster;
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  /** Asks until the link is there. */
  async function ask(cluster: Cluster, nodeId: string, payload: unknown): Promise<unknown> {
    for (;;) {
      try {
        return await cluster.call(nodeId, payload);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'server.busy') throw error;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  it('carry calls, answers, and refusals', async () => {
    const [a, b] = [await build('a'), await build('b')];
    b.onCall(async ({ number }: { number: number }) => {
      if (number < 0) throw new AppError('message.id_reused', { details: { rule: 'spec' } });
      if (number === 0) throw new TypeError('planned');
      return { twice: number * 2 };
    });
    await a.start();
    await b.start();
    expect(await ask(a, 'b', { number: 1 })).to.deep.equal({ twice: 2 });
    const many = Array.from({ length: 500 }, (_, index) => a.call('b', { number: index + 1 }));
    expect(await Promise.all(many)).to.deep.equal(many.map((_, index) => ({ twice: (index + 1) * 2 })));
    const refused = await a.call('b', { number: -1 }).catch((error: unknown) => error);
    expect(refused).to.deep.include({ code: 'message.id_reused', details: { rule: 'spec' } });
    expect(await codeOf(a.call('b', { number: 0 }))).to.equal('server.internal');
    expect(await codeOf(a.call('nobody', {}))).to.equal('server.busy');
  });

  it('tell everybody in order, and greet who comes', async () => {
    const [a, b] = [await build('a'), await build('b')];
    const heard: unknown[] = [];
    let done: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (done = resolve));
    a.onPeer((tell) => tell('spec', 'hello'));
    b.onEvent('spec', (payload: unknown, nodeId) => {
      heard.push(`${nodeId} ${JSON.stringify(payload)}`);
      if (heard.length === 1) for (let index = 0; index < 300; index += 1) a.broadcast('spec', index);
      if (heard.length === 301) done();
    });
    await a.start();
    await b.start();
    await all;
    expect(heard).to.deep.equal(['a "hello"', ...Array.from({ length: 300 }, (_, index) => `a ${index}`)]);
  });

  it('refuse what is owed when a process leaves', async () => {
    const [a, b] = [await build('a'), await build('b')];
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    b.onCall(({ wait }: { wait: boolean }) => {
      if (!wait) return Promise.resolve(null);
      asked();
      return new Promise(() => undefined);
    });
    await a.start();
    await b.start();
    await ask(a, 'b', { wait: false });
    const owed = codeOf(a.call('b', { wait: true }));
    await isAsked;
    await b.stop();
    expect(await owed).to.equal('server.busy');
  });
});
