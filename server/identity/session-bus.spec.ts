import { expect } from 'chai';
import { SYSTEM_ACTOR } from '../kernel/index.ts';
import { createBus, type RunningBus } from '../platform/bus/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../test/support/core.ts';
import { findAccount } from './account.repo.ts';
import { createIdentity, type Identity } from './index.ts';
import { removeSessions } from './session.repo.ts';
import { SessionService } from './session.service.ts';

const ENDED_WITHIN_MS = 5_000;

describe('sessions of several processes', () => {
  let core: Core;
  let buses: RunningBus[];
  let here: SessionService;
  let there: SessionService;
  let accountId: string;

  before(async () => {
    core = await buildCore();
    const { database, clock, ids } = core;
    buses = ['here', 'there'].map((nodeId) => createBus({ database, clock, ids, nodeId, log: QUIET_LOG }));
    for (const bus of buses) await bus.start();
    const services = buses.map(
      (bus) =>
        new SessionService({
          ...{ ...core, bus, bookkeeping: { run: async () => 0 } },
          onFault: (error) => expect.fail(String(error)),
        }),
    );
    [here, there] = services as [SessionService, SessionService];
    accountId = await makeAccount(core);
  });
  after(async () => {
    for (const bus of buses) await bus.stop();
    await core.close();
  });

  it('close what is open in every one of them within five seconds of the end of a session', async () => {
    let cookie = '';
    const keepCookie = {
      setHeader: (_name: string, value: string) => void (cookie = value.split(/[=;]/)[1] ?? ''),
    };
    await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const account = await findAccount(tx, accountId);
      if (account === undefined) throw new Error('There is no account.');
      await here.open(tx, account, keepCookie);
      tx.record({ action: 'session.open', outcome: 'ok' });
    });
    const live = await there.find(cookie, true);
    if (live === undefined) throw new Error('The other process does not know the session.');
    const closed = new Promise<void>((resolve) => void there.watch(live, resolve));
    const startMs = Date.now();
    await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await removeSessions(tx, accountId);
      here.forgetAfter(tx, { accountId });
      tx.record({ action: 'session.close', outcome: 'ok' });
    });
    await closed;
    expect(Date.now() - startMs).to.be.below(ENDED_WITHIN_MS);
    expect(await there.find(cookie, true)).to.equal(undefined);
    expect(await here.find(cookie, true)).to.equal(undefined);
  });
});

/** One account, made by an identity that is used for nothing else. */
async function makeAccount(core: Core): Promise<string> {
  const identity: Identity = createIdentity({
    ...core,
    ...{ isEvaluation: true, dormantMs: 1, breakGlassNetworks: [] },
    config: { publicBaseUrl: 'https://localhost', hosts: ['localhost'] },
    bookkeeping: { run: async () => 0 },
    lookAt: async () => undefined,
    work: {
      countOpen: async () => ({ conversations: 0, tickets: 0 }),
      unitsOf: async () => [],
      handOn: async () => 'none',
    },
    egress: () => ({ request: () => Promise.reject(new Error('nothing is called here')) }),
    signInSettings: () => ({ ssoOnlyRoles: [] }),
    tell: async () => undefined,
    onFault: () => undefined,
  });
  const [account] = await core.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
    identity.createFirstAccounts(tx, [{ username: 'The.agent', displayName: 'Agent', roles: ['agent'] }]),
  );
  return account?.id ?? '';
}
