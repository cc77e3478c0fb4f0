import { expect } from 'chai';
import {
  BURST_FAILURES,
  BURST_MS,
  createAlarms,
  DISK_LOW_BYTES,
  OUTAGE_TOLD_MS,
  SEAL_AGE_MAX_MS,
  type AlarmDeps,
  type Alarms,
} from '../alarms.ts';
import { AppError, SYSTEM_ACTOR } from '../kernel/index.ts';
import { buildNotifyBench, type NotifyBench } from './support/notify-bench.ts';
import { QUIET_LOG } from './support/core.ts';

const ACCOUNT = '01a1ff29-bea6-73d6-85d7-74d51a2a08aa';

/** What the instruments of the installation show; the notices they lead to are those of the product. */
interface Shown {
  sealedAt: Date;
  isForked: boolean;
  freeBytes: number;
  deadLetters: number;
  isDatabaseAway: boolean;
  isLeading: boolean;
}

describe('alarms', () => {
  let bench: NotifyBench;
  let alarms: Alarms;
  let shown: Shown;
  before(async () => {
    bench = await buildNotifyBench();
  });
  after(() => bench.close());
  beforeEach(async () => {
    await bench.wipe();
    const { clock, core, notify } = bench;
    shown = {
      ...{ sealedAt: clock.now(), isForked: false, freeBytes: 2 * DISK_LOW_BYTES },
      ...{ deadLetters: 3, isDatabaseAway: false, isLeading: true },
    };
    const startedMs = clock.now().getTime();
    const read: AlarmDeps['uow']['read'] = (work) =>
      shown.isDatabaseAway ? Promise.reject(new AppError('storage.unavailable')) : core.uow.read(work);
    alarms = createAlarms({
      ...{ clock, log: QUIET_LOG as never, notifier: notify },
      uow: { read },
      audit: { emit: () => Promise.reject(new Error('nobody sets this clock')) },
      monotonicMs: () => clock.now().getTime() - startedMs,
      sealer: { status: () => ({ sealedAt: shown.sealedAt, isForked: shown.isForked }) as never },
      guard: { freeBytes: async () => shown.freeBytes },
      deadLetters: async () => shown.deadLetters,
      lead: async () => shown.isLeading,
    });
    await alarms.look();
  });

  /** Notices raised since the last time it was asked. */
  const raised = async () => {
    const rows = await bench.core.sql(
      'SELECT kind, severity, permission, params FROM notice_post ORDER BY created_at, id',
    );
    await bench.core.sql('DELETE FROM notice_post');
    return rows.map(({ kind, severity, permission, params }) => ({
      ...{ kind, severity, permission },
      params: JSON.parse(params as string) as Record<string, unknown>,
    }));
  };
  const kinds = async () => (await raised()).map(({ kind }) => kind);

  it('are silent while all is well', async () => {
    expect(await raised()).to.deep.equal([]);
  });

  it('tell once that the trail is not sealed any more, and again after it was', async () => {
    bench.clock.advance(SEAL_AGE_MAX_MS);
    await alarms.look();
    expect(await kinds()).to.deep.equal([]);
    bench.clock.advance(1);
    await alarms.look();
    await alarms.look();
    const [stopped, ...others] = await raised();
    expect(others).to.deep.equal([]);
    expect(stopped).to.deep.include({
      kind: 'alarm.audit-stopped',
      severity: 'alarm',
      params: { minutes: 5 },
    });
    expect(String(stopped?.permission).split(' ')).to.have.members([
      'system:read',
      'audit:read',
      'audit:read-admin',
    ]);
    shown.sealedAt = bench.clock.now();
    await alarms.look();
    bench.clock.advance(SEAL_AGE_MAX_MS + 1);
    await alarms.look();
    expect(await kinds()).to.deep.equal(['alarm.audit-stopped']);
  });

  it('tell of a forked trail, from the process that leads alone', async () => {
    shown.isForked = true;
    shown.isLeading = false;
    await alarms.look();
    expect(await kinds()).to.deep.equal([]);
    shown.isLeading = true;
    await alarms.look();
    expect(await kinds()).to.deep.equal(['alarm.audit-forked']);
  });

  it('tell of a disk that is nearly full, at the byte below the limit', async () => {
    shown.freeBytes = DISK_LOW_BYTES;
    await alarms.look();
    expect(await kinds()).to.deep.equal([]);
    shown.freeBytes = DISK_LOW_BYTES - 1;
    await alarms.look();
    await alarms.look();
    expect(await raised()).to.deep.equal([
      {
        ...{ kind: 'alarm.disk-low', severity: 'alarm', permission: 'system:read' },
        params: { megabytes: 1023 },
      },
    ]);
  });

  it('tell of new dead letters, never of those that were there before', async () => {
    await alarms.look();
    expect(await kinds()).to.deep.equal([]);
    shown.deadLetters = 5;
    await alarms.look();
    shown.deadLetters = 4;
    await alarms.look();
    const told = await raised();
    expect(told.map(({ kind, params }) => [kind, params])).to.deep.equal([
      ['alarm.dead-letter', { count: 5 }],
    ]);
  });

  it('tell of an outage of the database when it is over and was long', async () => {
    for (const ms of [OUTAGE_TOLD_MS - 1, OUTAGE_TOLD_MS]) {
      shown.isDatabaseAway = true;
      const code = await alarms.look().catch((error: AppError) => error.code);
      expect(code).to.equal('storage.unavailable');
      bench.clock.advance(ms);
      shown.isDatabaseAway = false;
      await alarms.look();
    }
    const told = await raised();
    expect(told.map(({ kind, params }) => [kind, params])).to.deep.equal([
      ['alarm.database-back', { seconds: OUTAGE_TOLD_MS / 1_000 }],
    ]);
  });

  it('tell of many failed sign-ins within minutes, and of each account that was locked', async () => {
    const fail = (locked?: string) =>
      bench.core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        await alarms.signInFailed(tx, locked);
        tx.record({ action: 'system.view', outcome: 'ok' });
      });
    for (let count = 1; count < BURST_FAILURES; count += 1) await fail();
    bench.clock.advance(BURST_MS);
    await fail();
    expect(await kinds(), 'the first ones are too long ago').to.deep.equal([]);
    for (let count = 1; count < BURST_FAILURES; count += 1) await fail();
    await fail(ACCOUNT);
    const told = await raised();
    expect(told.map(({ kind, severity, permission }) => [kind, severity, permission])).to.deep.equal([
      ['alarm.sign-in-burst', 'alarm', 'account:approve'],
      ['alarm.account-locked', 'warning', 'account:approve'],
    ]);
    expect(told[1]?.params).to.deep.equal({ account: ACCOUNT });
  });
});
