import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { portable } from '../persistence/index.ts';
import { MANY_ROWS, MANY_ROWS_PARAMS } from '../../test/support/many-rows.ts';
import { JOB_LIMITS, type AnyJobKind } from './job.rules.ts';
import { JOB_RENEW } from './job.repo.ts';
import { buildJobBench, codeOf, MINUTE_MS, type JobBench } from './test/job-bench.ts';

describe('jobs in processes and by the clock', () => {
  let bench: JobBench;
  const process = (...kinds: Partial<AnyJobKind>[]) => bench.process(...kinds);
  const enqueue = (...input: Parameters<JobBench['enqueue']>) => bench.enqueue(...input);
  const row = (id: string) => bench.row(id);
  const all = () => bench.all();

  before(async () => {
    bench = await buildJobBench();
  });
  after(() => bench.core.close());
  beforeEach(() => bench.wipe());

  describe('two processes', () => {
    it('give a run to one of them, and hand it over when that one falls silent', async () => {
      const seen: string[] = [];
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      let late: Promise<unknown> = Promise.resolve();
      const dead = process({
        async run({ checkpoint }) {
          await checkpoint({ row: 5 });
          seen.push('first');
          await held;
          late = codeOf(checkpoint({ row: 999 }));
          await late;
        },
      });
      const heir = process({ run: async ({ state }) => void seen.push(JSON.stringify(state)) });
      const id = await enqueue(dead);
      await dead.tick();
      await heir.tick();
      while (seen.length === 0) await new Promise(setImmediate);
      bench.clock.advance(JOB_LIMITS.claimMs + 1);
      await heir.drain();
      expect(seen).to.deep.equal(['first', '{"row":5}']);
      // The first process wakes up: its claim is gone, so neither its checkpoint nor its end is written.
      release();
      await dead.drain();
      expect(await late).to.equal('job.claim_lost');
      expect(await row(id)).to.deep.include({ state: 'succeeded', runState: { row: 5 }, restarts: 1 });
    });

    it('give up a job that took its process with it too often', async () => {
      const hang = () => new Promise<void>(() => undefined);
      const id = await enqueue(process({}));
      for (let crash = 0; crash <= JOB_LIMITS.restartsMax; crash += 1) {
        await process({ run: hang }).tick();
        bench.clock.advance(JOB_LIMITS.claimMs + 1);
      }
      await process({ run: hang }).tick();
      expect(await row(id)).to.include({ state: 'failed', errorCode: 'job.interrupted' });
    });

    it('find a claim of a clock that was ahead', async () => {
      const jobs = process({});
      const id = await enqueue(jobs);
      await process({ run: () => new Promise<void>(() => undefined) }).tick();
      const { claim } = await row(id);
      const claimedUntil = new Date(bench.clock.now().getTime() + 86_400_000);
      await bench.core.database.read((db) =>
        db.run(JOB_RENEW, { whereId: id, whereClaim: claim, claimedUntil }),
      );
      bench.clock.advance(JOB_LIMITS.claimMs);
      await jobs.drain();
      expect((await row(id)).state).to.equal('succeeded');
    });

    it('stop without losing: the run waits again with its checkpoint', async () => {
      let listening: () => void = () => undefined;
      const isListening = new Promise<void>((resolve) => (listening = resolve));
      const jobs = process({
        async run({ signal, checkpoint }) {
          await checkpoint({ page: 3 });
          await new Promise<void>((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            listening();
          });
        },
      });
      const id = await enqueue(jobs);
      await jobs.tick();
      await isListening;
      await jobs.stop();
      expect(await row(id)).to.deep.include({
        state: 'queued',
        runState: { page: 3 },
        restarts: 0,
        attempts: 0,
      });
      bench.clock.advance(1);
      await process({}).drain();
      expect((await row(id)).state).to.equal('succeeded');
    });
  });

  describe('a full queue', () => {
    it('lets another kind through between ten thousand, and is bounded', async function () {
      this.timeout(60_000);
      const order: string[] = [];
      const jobs = process(
        { run: async () => void order.push('many') },
        { run: async () => void order.push('one') },
      );
      const fillFrom = (rows: string) =>
        `INSERT INTO job (id, kind, state, cause, params, due_at, created_at, actor_type, actor_id, attempts, restarts,
            is_cancelling)
          SELECT made.id, :kind, 'queued', 'demand', '{}', :at, :at, 'system', 'system', 0, 0, 0 FROM ${rows}`;
      const FILL = portable<{ fromN: number; toN: number; kind: string; at: Date }>(
        'spec.jobs_fill',
        { postgres: fillFrom(MANY_ROWS.postgres), oracle: fillFrom(MANY_ROWS.oracle) },
        { params: { ...MANY_ROWS_PARAMS, kind: 'text', at: 'instant' } },
      );
      const fill = (fromN: number, toN: number) =>
        bench.core.database.read((db) =>
          db.run(FILL, { fromN, toN, kind: 'spec.kind-0', at: bench.clock.now() }),
        );
      await fill(0, 10_000);
      await enqueue(jobs, {}, {}, 'spec.kind-1');
      await jobs.tick();
      await jobs.tick();
      expect(order.slice(0, 3)).to.contain('one');
      await fill(10_000, JOB_LIMITS.waitingPerKindMax + 1_000);
      expect(await codeOf(enqueue(jobs))).to.equal('job.queue_full');
      expect(await codeOf(enqueue(jobs, {}, {}, 'spec.kind-1'))).to.equal('done');
    });
  });

  describe('a kind this version does not know', () => {
    it('is parked, and runs when a later version knows it', async () => {
      const old = process({ kind: 'spec.gone' });
      const id = await enqueue(old, {}, {}, 'spec.gone');
      await process({ kind: 'spec.other' }).drain();
      expect((await row(id)).state).to.equal('parked');
      bench.clock.advance(MINUTE_MS);
      await process({ kind: 'spec.gone' }).drain();
      expect((await row(id)).state).to.equal('succeeded');
    });
  });

  describe('on schedule', () => {
    const HOUR_MS = 60 * MINUTE_MS;
    const daily = { kind: 'spec.daily', schedule: '0 9 * * *' };

    it('fires once a time, whichever process looks, and however often', async () => {
      const [one, two] = [process(daily), process(daily)];
      await one.drain();
      expect(await all()).to.deep.equal([]);
      // 09:00 in Shanghai is 01:00 UTC; the clock stands at midnight UTC.
      bench.clock.advance(HOUR_MS);
      await one.drain();
      await one.drain();
      await one.stop();
      bench.clock.advance(1);
      await two.drain();
      expect(await all()).to.deep.equal([{ kind: 'spec.daily', state: 'succeeded', cause: 'schedule' }]);
    });

    it('runs what it missed once after a downtime', async () => {
      await process(daily).drain();
      bench.clock.advance(5 * 24 * HOUR_MS);
      const jobs = process(daily);
      await jobs.drain();
      expect(await all()).to.have.length(1);
      bench.clock.advance(24 * HOUR_MS);
      await jobs.drain();
      expect(await all()).to.have.length(2);
    });

    it('does not run a time again after the clock was set back, nor waits for a clock that was ahead', async () => {
      const jobs = process(daily);
      await jobs.drain();
      bench.clock.advance(24 * HOUR_MS);
      await jobs.drain();
      bench.clock.advance(-2 * HOUR_MS);
      await jobs.drain();
      bench.clock.advance(2 * HOUR_MS);
      await jobs.drain();
      expect(await all()).to.have.length(1);
      // A year ahead by mistake, and back: the schedule of today holds again.
      bench.clock.advance(365 * 24 * HOUR_MS);
      const BACK_MS = 364 * 24 * HOUR_MS;
      await bench.forgetLease();
      await process(daily).tick();
      bench.clock.advance(-BACK_MS);
      await bench.forgetJobs();
      const later = process(daily);
      await later.drain();
      bench.clock.advance(24 * HOUR_MS);
      await later.drain();
      expect(await all()).to.have.length(1);
    });

    it('leaves a time out while the last run still goes', async () => {
      const jobs = process({
        ...daily,
        schedule: '* * * * *',
        run: () => new Promise<void>(() => undefined),
      });
      await jobs.tick();
      for (let minute = 0; minute < 3; minute += 1) {
        bench.clock.advance(MINUTE_MS / 6);
        for (let part = 0; part < 6; part += 1) {
          await jobs.tick();
          bench.clock.advance(MINUTE_MS / 6);
        }
      }
      expect(await all()).to.have.length(1);
    });

    it('refuses a kind whose schedule never fires', () => {
      expect(() => process({ schedule: '0 0 31 2 *' }))
        .to.throw(AppError)
        .with.property('code', 'job.cron_never');
    });
  });
});
