import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLifecycle, type Lifecycle, type LifecycleNotices } from '../../compliance/index.ts';
import { countOpenWork, unitsOfWork } from '../../desk/index.ts';
import { createIdentity, type Identity } from '../../identity/index.ts';
import { AppError, createFakeClock, type Actor, type FakeClock } from '../../kernel/index.ts';
import type { RecordStore, Tx } from '../../platform/persistence/index.ts';
import { createJobs, type Jobs } from '../../platform/jobs/index.ts';
import { buildCore, QUIET_LOG, type Core } from './core.ts';
import { buildStores, RecordSeeds } from './records.ts';

export const DAY_MS = 86_400_000;
/** Two officers, and an agent. */
export const QIAN: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000d1' };
export const SUN: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000d2' };
export const LIN = '01900000-0000-7000-8000-0000000000a1';
/** Sweeps that neither wait nor report. */
/** Periods of the trail. */
const TRAIL_DAYS = {
  ...{ access: 1_096, administration: 1_096, 'personal-data': 1_096, business: 1_096 },
  ...{ knowledge: 1_096, system: 1_096, audit: 1_096 },
};

export const CONTROL = { checkpoint: async () => undefined, rest: async () => undefined };

const NOBODY = {
  requesterId: null,
  accountId: null,
  ticketId: null,
  recordClass: null,
  fromAt: null,
  toAt: null,
};
/** In force for a year of the stage's clock. */
const WHY = {
  reason: '监管调查',
  authority: '银保监发〔2026〕1 号',
  endsAt: new Date('2024-06-15T00:00:00.000Z'),
};

/** The life cycle on a database of its own, with every store of the product and a clock that stands in 2023. */
export class LifecycleStage {
  readonly clock: FakeClock = createFakeClock(new Date('2023-06-15T02:00:00.000Z'));
  core!: Core;
  seeds!: RecordSeeds;
  life!: Lifecycle;
  identity!: Identity;
  jobs!: Jobs;
  stores!: RecordStore[];
  archiveRoot!: string;
  readonly forgotten: string[] = [];
  readonly notices: string[] = [];

  static async open(): Promise<LifecycleStage> {
    const stage = new LifecycleStage();
    stage.core = await buildCore({ clock: stage.clock });
    stage.seeds = await RecordSeeds.open(stage.core);
    stage.archiveRoot = join(mkdtempSync(join(tmpdir(), 'vd-archive-')), 'archive');
    stage.stores = buildStores((ids) => void stage.forgotten.push(...ids));
    stage.rebuild();
    return stage;
  }

  async close(): Promise<void> {
    await this.core.close();
    rmSync(this.archiveRoot, { recursive: true, force: true });
  }

  /** Builds the life cycle anew, as a start of the server does. */
  rebuild(pageRecords = 2_000, notices: Partial<LifecycleNotices> = {}): void {
    const { uow, ids, crypto, installationId } = this.core;
    const { clock, stores, archiveRoot } = this;
    this.jobs = createJobs({
      ...{ uow, clock, ids, log: QUIET_LOG, timeZone: 'Asia/Shanghai' },
      withDb: (work) => this.core.database.read(work),
    });
    this.identity = createIdentity({
      ...{ uow, clock, ids, crypto, onFault: () => undefined, isEvaluation: false },
      config: { publicBaseUrl: 'https://localhost', hosts: ['localhost'] },
      bookkeeping: { run: async () => 0 },
      dormantMs: 90 * DAY_MS,
      lookAt: async () => undefined,
      egress: () => ({ request: () => Promise.reject(new Error('nothing is called here')) }),
      tell: async () => undefined,
      signInSettings: () => ({ ssoOnlyRoles: [] }),
      breakGlassNetworks: [],
      work: {
        countOpen: countOpenWork,
        unitsOf: unitsOfWork,
        handOn: () => Promise.reject(new Error('no queue of jobs here')),
      },
    });
    const { approvals } = this.identity;
    this.life = createLifecycle({
      ...{ uow, clock, ids, crypto, installationId, stores, archiveRoot, approvals, pageRecords },
      accountNames: async (ids) => new Map(ids.filter((id) => id === LIN).map((id) => [id, '林坐席'])),
      queue: this.jobs.queue,
      keepDays: TRAIL_DAYS,
      queueDepth: () => 0,
      notices: {
        clockJumped: async () => void this.notices.push('clock'),
        clockBack: async () => void this.notices.push('clock-back'),
        sweepFailed: async (_tx, { code }) => void this.notices.push(code),
        holdDue: async (_tx, { due }) => void this.notices.push(`hold-${due}`),
        ...notices,
      },
    });
    this.jobs.add(this.life.jobs);
  }

  as<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.core.uow.run({ actor }, work);
  }

  place(scope: object) {
    return this.as(QIAN, (tx) => this.life.holds.place(tx, { ...NOBODY, ...WHY, ...scope }));
  }

  /** As after the approval of two people. */
  switchOn() {
    return this.core.sql('UPDATE sweep_guard SET is_scheduled = 1');
  }

  sweep() {
    return this.life.sweeps.sweep(CONTROL);
  }

  /** This many years, and days, before the clock's now. */
  yearsAgo(years: number, days = 0): Date {
    const at = new Date(this.clock.now().getTime() - days * DAY_MS);
    at.setUTCFullYear(at.getUTCFullYear() - years);
    return at;
  }
}

/** The code a piece of work is refused with, or `none`. */
export function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : `fault: ${String(error)}`),
  );
}
