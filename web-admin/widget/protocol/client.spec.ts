import { expect } from 'chai';
import fc from 'fast-check';
import { createProtocolClient } from './client.ts';
import { World, type Weather } from './test/world.ts';

const CALM: Weather = { strikes: () => false };

/** Runs a customer who says `count` things, some milliseconds apart, through a world. */
async function talk(weather: Weather, count: number) {
  const world = new World(weather);
  const shown: number[] = [];
  const client = createProtocolClient({
    ports: world.ports,
    onChange: ({ messages }) => shown.push(messages.length),
  });
  for (let i = 0; i < count; i += 1) {
    const item = { id: `id${i}`, kind: 'text' as const, text: `text ${i}` };
    world.later(i * 7, () => client.dispatch({ kind: 'submit', item }));
  }
  await world.run(3_600_000);
  const state = client.state();
  client.stop();
  return { world, state, shown };
}

describe('protocol client', () => {
  it('delivers and shows everything once and in order on a good day', async () => {
    const { world, state } = await talk(CALM, 5);
    const said = world.log.filter(({ from }) => from === 'requester').map(({ text }) => text);
    expect(said).to.deep.equal(['text 0', 'text 1', 'text 2', 'text 3', 'text 4']);
    expect(state.messages).to.deep.equal(world.log);
    expect(state.outbox).to.deep.equal([]);
  });

  it('does so through cuts before and after the commit, refusals, and reordering', async function () {
    this.timeout(60_000);
    const kinds = ['cut-before-commit', 'cut-after-commit', 'refuse', 'shuffle', 'no-session'] as const;
    const strikes = fc.array(fc.constantFrom(...kinds, 'nothing' as const), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(strikes, fc.integer({ min: 1, max: 8 }), async (plan, count) => {
        const left = [...plan];
        const weather: Weather = {
          strikes: (kind) => {
            if (left[0] !== kind && left[0] !== 'nothing') return false;
            return left.shift() === kind;
          },
        };
        const { world, state, shown } = await talk(weather, count);
        const said = world.log.filter(({ from }) => from === 'requester').map(({ id }) => id);
        expect(said).to.deep.equal(Array.from({ length: count }, (_, i) => `id${i}`));
        expect(state.outbox).to.deep.equal([]);
        expect(state.messages).to.deep.equal(world.log);
        expect(shown, 'nothing shown is taken back').to.deep.equal([...shown].sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  it('ignores reports of a socket it gave up', async () => {
    const world = new World(CALM);
    const events: Parameters<typeof world.ports.openSocket>[0][] = [];
    const ports = {
      ...world.ports,
      openSocket: (report: (typeof events)[0]) => {
        events.push(report);
        return world.ports.openSocket(report);
      },
    };
    const client = createProtocolClient({ ports, onChange: () => undefined });
    client.dispatch({ kind: 'start' });
    await world.run(100);
    client.dispatch({ kind: 'socket-closed' });
    await world.run(1_000);
    expect(events).to.have.length(2);
    const before = client.state();
    events[0]?.closed();
    events[0]?.received('{"t":"state","state":"closed"}');
    expect(client.state()).to.equal(before);
    client.stop();
  });

  it('does nothing any more after it was stopped', async () => {
    const world = new World(CALM);
    const client = createProtocolClient({ ports: world.ports, onChange: () => undefined });
    client.dispatch({ kind: 'start' });
    client.stop();
    await world.run(3_600_000);
    client.dispatch({ kind: 'submit', item: { id: 'a', kind: 'text', text: 'x' } });
    expect(client.state().outbox).to.deep.equal([]);
    expect(world.log).to.deep.equal([]);
  });

  it('lets a listener dispatch without losing its place', async () => {
    const world = new World(CALM);
    const client = createProtocolClient({
      ports: world.ports,
      onChange: ({ messages, readSeq }) => {
        if (messages.length > readSeq) client.dispatch({ kind: 'seen', seq: messages.length });
      },
    });
    client.dispatch({ kind: 'submit', item: { id: 'a', kind: 'text', text: 'x' } });
    await world.run(10_000);
    expect(client.state().readSeq).to.equal(2);
    client.stop();
  });
});
