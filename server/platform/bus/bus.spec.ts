import { expect } from 'chai';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import type { Tx } from '../persistence/index.ts';
import { createBus } from './bus.ts';
import { NOTICE_BYTES_MAX, parseNotice, toNotices } from './notice.ts';
import { Ear } from './test/ear.ts';
import type { RunningBus } from './types.ts';

describe('the bus', () => {
  let core: Core;
  let here: RunningBus;
  let there: RunningBus;

  before(async () => {
    core = await buildCore();
    const { database, clock, ids } = core;
    here = createBus({ database, clock, ids, nodeId: 'here', log: QUIET_LOG });
    there = createBus({ database, clock, ids, nodeId: 'there', log: QUIET_LOG });
    await here.start();
    await there.start();
  });
  after(async () => {
    await here.stop();
    await there.stop();
    await core.close();
  });

  const run = (work: (tx: Tx) => void) =>
    core.uow.run({ actor: SYSTEM_ACTOR }, (tx) => {
      tx.record({ action: 'server.start', outcome: 'ok' });
      work(tx);
      return Promise.resolve();
    });

  it('tells every process of a commit, its own one at once, of each id once', async () => {
    const [own, other] = [new Ear(here, 'a'), new Ear(there, 'a')];
    await run((tx) => {
      here.publish(tx, 'a', ['1', '2']);
      here.publish(tx, 'a', ['2', '3']);
    });
    expect(own.ids).to.deep.equal(['1', '2', '3']);
    expect(await other.heard(3)).to.deep.equal(['1', '2', '3']);
  });

  it('tells nothing of a unit that is rolled back', async () => {
    const [own, other] = [new Ear(here, 'b'), new Ear(there, 'b')];
    const failing = run((tx) => {
      here.publish(tx, 'b', ['lost']);
      throw new Error('planned');
    });
    await failing.then(
      () => expect.fail('it was committed'),
      (error: Error) => expect(error.message).to.equal('planned'),
    );
    await here.announce('b', ['kept']);
    expect(await other.heard(1)).to.deep.equal(['kept']);
    expect(own.ids).to.deep.equal(['kept']);
  });

  it('carries more ids than one notice holds, in order', async () => {
    const other = new Ear(there, 'c');
    const ids = Array.from({ length: 1_000 }, () => core.ids.next());
    await run((tx) => here.publish(tx, 'c', ids));
    expect(await other.heard(1_000)).to.deep.equal(ids);
  });

  it('keeps a handler that throws from hindering the next, and ends a subscription', async () => {
    const stop = there.subscribe('d', () => {
      throw new Error('planned');
    });
    const other = new Ear(there, 'd');
    await here.announce('d', ['1']);
    expect(await other.heard(1)).to.deep.equal(['1']);
    stop();
    await here.announce('d', ['2']);
    expect(await other.heard(2)).to.deep.equal(['1', '2']);
  });
});

describe('notices of the bus', () => {
  it('hold every id once, in order, within the size, whatever the topics are', () => {
    const topics = new Map([
      ['sessions', new Set(Array.from({ length: 700 }, (_, index) => `session-${index}-会话`))],
      ['keys', new Set(['k1'])],
      ['settings', new Set(Array.from({ length: 90 }, (_, index) => `"\\${index}`.padEnd(100, '"')))],
    ]);
    const notices = toNotices('node', topics);
    const found = new Map<string, string[]>();
    for (const text of notices) {
      expect(Buffer.byteLength(text)).to.be.at.most(NOTICE_BYTES_MAX);
      for (const [topic, ids] of parseNotice(text)?.topics ?? []) {
        found.set(topic, [...(found.get(topic) ?? []), ...ids]);
      }
    }
    expect([...found]).to.deep.equal([...topics].map(([topic, ids]) => [topic, [...ids]]));
    expect(notices.length).to.be.greaterThan(2);
  });

  it('carry ids alone', () => {
    for (const id of ['', 'x'.repeat(101)]) {
      expect(() => toNotices('node', new Map([['a', new Set([id])]]))).to.throw('1 to 100');
    }
  });

  it('are not understood when they are none', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"node":1,"topics":[]}',
      '{"node":"a","topics":[["a",[1]]]}',
    ]) {
      expect(parseNotice(text), text).to.equal(undefined);
    }
  });
});
