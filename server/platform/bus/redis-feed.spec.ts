import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { StartError, SYSTEM_ACTOR } from '../../kernel/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { createBus } from './bus.ts';
import type { RunningBus } from './types.ts';
import { freePort } from '../../test/support/free-port.ts';

const PROGRAM = 'redis-server';
const IS_REQUIRED = process.env['VAULTDESK_TEST_PEERS'] === 'required';

describe('the bus over a Redis server', function () {
  this.timeout(60_000);
  let core: Core;
  let port = 0;
  let server: ChildProcess | undefined;
  let here: RunningBus;
  let there: RunningBus;

  before(async function () {
    if (spawnSync(PROGRAM, ['--version']).status !== 0) {
      if (IS_REQUIRED) throw new Error('There is no redis-server: .ci/peers installs it.');
      process.stderr.write('SKIPPED: there is no redis-server, so the bus over Redis is not tested here.\n');
      return this.skip();
    }
    core = await buildCore();
    port = await freePort();
    await startRedis();
    [here, there] = [build('here'), build('there')];
    await here.start();
    await there.start();
  });
  after(async () => {
    await here?.stop();
    await there?.stop();
    await stopRedis();
    await core?.close();
  });

  const build = (nodeId: string, space = 'spec') => {
    const { database, clock, ids } = core;
    const redis = { url: `redis://127.0.0.1:${port}`, space };
    return createBus({ database, clock, ids, nodeId, log: QUIET_LOG, redis });
  };
  async function startRedis(): Promise<void> {
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      '/tmp',
    ];
    server = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    for await (const chunk of server.stdout as AsyncIterable<Buffer>) {
      said += chunk.toString('utf8');
      if (said.includes('eady to accept connections')) break;
    }
    server.stdout?.resume();
  }
  async function stopRedis(): Promise<void> {
    if (server === undefined || server.exitCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  }
  const run = (work: Parameters<Core['uow']['run']>[1]) =>
    core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      tx.record({ action: 'server.start', outcome: 'ok' });
      await work(tx);
    });
  /** What a process hears of a topic, until there are so many ids. */
  const ear = (bus: RunningBus, topic: string) => {
    const heard: string[] = [];
    bus.subscribe(topic, (ids) => heard.push(...ids));
    return {
      heard,
      until: async (count: number) => {
        while (heard.length < count) await wait(5);
        return heard;
      },
    };
  };

  it('tells every process of a commit, its own one at once, of each id once', async () => {
    const [own, other] = [ear(here, 'a'), ear(there, 'a')];
    const ids = Array.from({ length: 1_000 }, () => core.ids.next());
    await run((tx) => {
      here.publish(tx, 'a', ids);
      here.publish(tx, 'a', ids.slice(0, 3));
      return Promise.resolve();
    });
    expect(own.heard).to.deep.equal(ids);
    expect(await other.until(1_000)).to.deep.equal(ids);
    expect(own.heard).to.have.length(1_000);
  });

  it('tells nothing of a unit that is rolled back', async () => {
    const other = ear(there, 'b');
    const failing = run((tx) => {
      here.publish(tx, 'b', ['lost']);
      return Promise.reject(new Error('planned'));
    });
    await failing.catch((error: Error) => expect(error.message).to.equal('planned'));
    await here.announce('b', ['kept']);
    expect(await other.until(1)).to.deep.equal(['kept']);
  });

  it('keeps installations apart that share it', async () => {
    const stranger = build('stranger', 'another');
    await stranger.start();
    const heard = ear(stranger, 'c');
    const other = ear(there, 'c');
    await here.announce('c', ['1']);
    await other.until(1);
    await stranger.announce('c', ['2']);
    await heard.until(1);
    expect([heard.heard, other.heard]).to.deep.equal([['2'], ['1']]);
    await stranger.stop();
  });

  it('says that notices were missed when it was killed, and tells later what was to be told meanwhile', async () => {
    const gap = new Promise<void>((resolve) => there.onGap(resolve));
    const other = ear(there, 'd');
    await stopRedis();
    await run((tx) => {
      here.publish(tx, 'd', ['meanwhile']);
      return Promise.resolve();
    });
    await startRedis();
    await gap;
    await here.announce('d', ['afterwards']);
    while (other.heard.at(-1) !== 'afterwards') await wait(5);
    // Told late, or missed by who was not there yet: then the gap stands for it.
    expect(['meanwhile afterwards', 'afterwards']).to.include([...new Set(other.heard)].join(' '));
  });

  it('tells of a gap in the place of more than it keeps', async () => {
    let gaps = 0;
    const other = ear(there, 'e');
    await stopRedis();
    for (let n = 0; n < 1_100; n += 1) await here.announce('e', [`id-${n}`]);
    there.onGap(() => (gaps += 1));
    await startRedis();
    while (gaps === 0) await wait(5);
    await here.announce('e', ['last']);
    while (other.heard.at(-1) !== 'last') await wait(5);
    expect(other.heard.length).to.be.below(1_100);
  });

  it('stops the start, by name, when it is not there', async () => {
    const { database, clock, ids } = core;
    const redis = { url: 'redis://127.0.0.1:1', space: 'spec' };
    const nowhere = createBus({ database, clock, ids, nodeId: 'x', log: QUIET_LOG, redis });
    await nowhere.start().then(
      () => expect.fail('it started'),
      (error: unknown) => {
        expect(error).to.be.instanceOf(StartError);
        expect((error as StartError).code).to.equal('bus.unreachable');
      },
    );
  });
});
