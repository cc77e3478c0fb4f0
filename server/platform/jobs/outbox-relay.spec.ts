import { expect } from 'chai';
import { SYSTEM_ACTOR, type DomainEvent } from '../../kernel/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { createLease } from './lease.ts';
import { createOutboxRelay, type OutboxRelay } from './outbox-relay.ts';

const KEYS = 40;

describe('the relay of events', () => {
  let core: Core;
  before(async () => {
    core = await buildCore();
  });
  after(() => core.close());

  function relayOf(handle: (event: DomainEvent) => Promise<void>, holder: string): OutboxRelay {
    const withDb = core.database.read.bind(core.database);
    const { clock, ids } = core;
    const lease = createLease({ withDb, clock, name: `spec.${holder}`, holder });
    const handlers = [{ name: 'spec.handler', eventTypes: ['message.received' as const], handle }];
    return createOutboxRelay({ withDb, lease, clock, ids, log: QUIET_LOG, handlers });
  }

  /** Two events of each of so many keys. */
  async function emit(): Promise<void> {
    await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      for (const text of ['first', 'second']) {
        for (let key = 0; key < KEYS; key += 1) {
          tx.emit({ type: 'message.received', key: `key-${key}`, payload: { text } });
        }
      }
      tx.record({ action: 'server.start', outcome: 'ok', target: { type: 'server', id: 'spec' } });
    });
  }

  it('stops with the events in hand, however many wait, and leaves the rest to the next', async () => {
    await emit();
    const begun: DomainEvent[] = [];
    const finish: (() => void)[] = [];
    const slow = relayOf((event) => {
      begun.push(event);
      return new Promise((resolve) => finish.push(resolve));
    }, 'one');
    slow.start();
    while (begun.length < 16) await new Promise(setImmediate);
    const stopped = slow.stop();
    for (const end of finish) end();
    await stopped;
    expect(begun).to.have.length(16);
    expect(await slow.counts()).to.deep.equal({ pending: 2 * KEYS - 16, dead: 0 });

    const seen: DomainEvent[] = [];
    const next = relayOf(async (event) => void seen.push(event), 'two');
    await next.drain();
    expect(seen).to.have.length(2 * KEYS - 16);
    const texts = new Map<string, unknown[]>();
    for (const { key, payload } of [...begun, ...seen]) {
      texts.set(key, [...(texts.get(key) ?? []), (payload as { text: string }).text]);
    }
    expect([...texts.values()]).to.deep.equal(Array.from({ length: KEYS }, () => ['first', 'second']));
    expect(await next.counts()).to.deep.equal({ pending: 0, dead: 0 });
  });
});
