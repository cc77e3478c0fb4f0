import { expect } from 'chai';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { createBus } from './bus.ts';
import { Ear } from './test/ear.ts';
import type { RunningBus } from './types.ts';

describe('the bus on LISTEN and NOTIFY', () => {
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

  it('says so when its connection was cut, and hears again', async () => {
    const gap = new Promise<void>((resolve) => there.onGap(resolve));
    await core.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'vaultdesk bus' AND datname = current_database()`,
    );
    await gap;
    const other = new Ear(there, 'e');
    await here.announce('e', ['1']);
    expect(await other.heard(1)).to.deep.equal(['1']);
  });
});
