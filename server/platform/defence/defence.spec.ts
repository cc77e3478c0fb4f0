import { expect } from 'chai';
import { createFakeClock, type Actor } from '../../kernel/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { createBus, type RunningBus } from '../bus/index.ts';
import { Defence, type DefenceDeps } from './defence.ts';
import { defenceRoutes } from './defence.routes.ts';

const SECURITY: Actor = { type: 'account', id: '0190a000-0000-7000-8000-000000000002' };
const SYSTEM_ADMINISTRATOR: Actor = { type: 'account', id: '0190a000-0000-7000-8000-000000000003' };
const ATTACKER = '203.0.113.7';
const COLLEAGUE = '198.51.100.4';
const PROXY = '10.1.1.1';
const MINUTE_MS = 60_000;
const BAIT = { route: 'none', path: '/.env', code: 'request.not_found' };
const UNKNOWN = { route: 'none', path: '/x', code: 'request.not_found' };
const GUESS = { route: '/api/v1/session', path: '/api/v1/session', code: 'session.credentials_invalid' };

describe('active defence', () => {
  let core: Core;
  let bus: RunningBus;
  const clock = createFakeClock();
  let told: Parameters<DefenceDeps['tell']>[1][];
  let faults: unknown[];
  let defence: Defence;

  const build = () =>
    new Defence({
      ...{ uow: core.uow, ids: core.ids, clock, bus },
      isSpared: (address) => address === PROXY,
      tell: async (_tx, block) => void told.push(block),
      onFault: (error) => void faults.push(error),
    });

  before(async () => {
    core = await buildCore({ clock });
    const { database, ids } = core;
    bus = createBus({ database, clock, ids, nodeId: 'test', log: QUIET_LOG });
    await bus.start();
  });
  beforeEach(async () => {
    [told, faults] = [[], []];
    await core.sql('DELETE FROM address_block');
    defence = build();
    await defence.start();
  });
  afterEach(() => defence.stop());
  after(async () => {
    await bus.stop();
    await core.close();
  });

  const noteTimes = async (count: number, sighting: typeof BAIT, address = ATTACKER) => {
    for (let at = 0; at < count; at += 1) await defence.note(address, sighting);
    expect(faults).to.deep.equal([]);
  };

  it('turns away at once who takes the bait, for a quarter of an hour, and nobody else', async () => {
    await noteTimes(1, BAIT);
    expect(defence.blockedSeconds(ATTACKER)).to.equal(15 * 60);
    expect(defence.blockedSeconds(COLLEAGUE)).to.equal(0);
    expect(told).to.deep.include.members([{ ...told[0], address: ATTACKER, reason: 'bait', minutes: 15 }]);
    clock.advance(15 * MINUTE_MS);
    expect(defence.blockedSeconds(ATTACKER)).to.equal(0);
  });

  it('turns away who asks for fifty addresses that are none, or guesses twenty passwords', async () => {
    await noteTimes(49, UNKNOWN);
    expect(defence.blockedSeconds(ATTACKER)).to.equal(0);
    await noteTimes(1, UNKNOWN);
    expect(defence.blockedSeconds(ATTACKER)).to.be.above(0);
    await noteTimes(19, GUESS, COLLEAGUE);
    expect(defence.blockedSeconds(COLLEAGUE)).to.equal(0);
    await noteTimes(1, GUESS, COLLEAGUE);
    expect(told.map(({ reason }) => reason)).to.deep.equal(['scan', 'guessing']);
  });

  it('forgets what lies back', async () => {
    await noteTimes(15, GUESS);
    clock.advance(8 * MINUTE_MS);
    await noteTimes(15, GUESS);
    expect(defence.blockedSeconds(ATTACKER)).to.equal(0);
  });

  it('turns away twice as long who comes back', async () => {
    await noteTimes(1, BAIT);
    clock.advance(16 * MINUTE_MS);
    await noteTimes(1, BAIT);
    expect(defence.blockedSeconds(ATTACKER)).to.equal(30 * 60);
  });

  it('writes one block for requests at once, and spares whom it must', async () => {
    await Promise.all(Array.from({ length: 20 }, () => defence.note(ATTACKER, BAIT)));
    await noteTimes(5, BAIT, PROXY);
    expect(told.map(({ address }) => address)).to.deep.equal([ATTACKER]);
    expect(defence.blockedSeconds(PROXY)).to.equal(0);
  });

  it('holds after a start, and in every process, until somebody releases it', async () => {
    const other = build();
    await other.start();
    await noteTimes(1, BAIT);
    await other.reload();
    expect(other.blockedSeconds(ATTACKER)).to.be.above(0);
    const id = told[0]?.id ?? '';
    await core.uow.run({ actor: SECURITY }, (tx) => defence.release(tx, id));
    await Promise.all([defence.reload(), other.reload()]);
    expect([defence.blockedSeconds(ATTACKER), other.blockedSeconds(ATTACKER)]).to.deep.equal([0, 0]);
    other.stop();
  });

  it('is no fault of the request that noticed it when the database is away', async () => {
    const away = new Defence({
      ...{ ids: core.ids, clock, bus },
      uow: { ...core.uow, run: () => Promise.reject(new Error('away')) },
      isSpared: () => false,
      tell: async () => undefined,
      onFault: (error) => void faults.push(error),
    });
    await away.note(ATTACKER, BAIT);
    expect(faults).to.have.length(1);
    expect(away.blockedSeconds(ATTACKER)).to.equal(0);
  });

  describe('over HTTP', () => {
    const CALLERS = {
      security: { actor: SECURITY, permissions: ['defence:read', 'defence:release'] },
      system: { actor: SYSTEM_ADMINISTRATOR, permissions: ['defence:read'] },
      agent: { actor: SECURITY, permissions: [] },
    };
    let http: ServedRoutes<keyof typeof CALLERS>;
    beforeEach(async () => {
      http = await serveRoutes(core, defenceRoutes({ defence, clock }), CALLERS);
    });
    afterEach(() => http.stop());

    it('shows who was turned away, and lets in again with one request', async () => {
      await noteTimes(1, BAIT);
      const path = '/api/v1/address-blocks';
      expect((await http.ask(undefined, path)).status).to.equal(401);
      expect((await http.ask('agent', path)).status).to.equal(403);
      const listed = await http.ask('system', path);
      expect(listed.status, String(http.faults[0])).to.equal(200);
      const [item] = listed.json.items;
      expect(item).to.include({ address: ATTACKER, reason: 'bait', state: 'blocked', releasedAt: null });
      const release = { method: 'DELETE' };
      expect((await http.ask('system', `${path}/${item.id}`, release)).status).to.equal(403);
      expect((await http.ask('security', `${path}/7`, release)).status).to.equal(400);
      expect((await http.ask('security', `${path}/${item.id}`, release)).status).to.equal(204);
      expect((await http.ask('security', `${path}/${item.id}`, release)).status).to.equal(404);
      expect((await http.ask('system', path)).json.items[0].state).to.equal('released');
    });
  });
});
