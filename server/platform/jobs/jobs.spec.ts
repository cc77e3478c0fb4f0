import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { portable } from '../persistence/index.ts';
import { JOB_LIMITS, type AnyJobKind, type JobContext } from './job.rules.ts';
import { buildJobBench, codeOf, MINUTE_MS, type JobBench } from './test/job-bench.ts';

const TRAIL = portable<{ action: string }, { targetId: string; outcome: string }>(
  'spec.jobs_trail',
  'SELECT target_id, outcome FROM audit_event WHERE action = :action',
  { params: { action: 'text' }, result: { targetId: 'text', outcome: 'text' } },
);

describe('jobs', () => {
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

  describe('on demand', () => {
    it('runs a job with its parameters, and keeps what it gave', async () => {
      const seen: unknown[] = [];
      const jobs = process({ run: async (_context, params) => ({ rows: seen.push(params) }) });
      const id = await enqueue(jobs, { exportId: 'e1' });
      await jobs.drain();
      expect(seen).to.deep.equal([{ exportId: 'e1' }]);
      expect(await row(id)).to.deep.include({ state: 'succeeded', runResult: { rows: 1 }, claim: null });
    });

    it('adds nothing when the unit of work rolls back', async () => {
      const jobs = process({});
      const failed = bench.inUnit(async (tx) => {
        await jobs.queue.enqueue(tx, 'spec.kind-0', {});
        throw new AppError('request.invalid');
      });
      expect(await codeOf(failed)).to.equal('request.invalid');
      expect(await all()).to.deep.equal([]);
    });

    it('keeps one open job a key, and takes the key again when that one ended', async () => {
      const jobs = process({});
      const [first, again] = [await enqueue(jobs, {}, { key: 'k' }), await enqueue(jobs, {}, { key: 'k' })];
      expect(again).to.equal(first);
      await jobs.drain();
      expect(await enqueue(jobs, {}, { key: 'k' })).not.to.equal(first);
    });

    it('waits until notBefore', async () => {
      const jobs = process({});
      const id = await enqueue(jobs, {}, { notBefore: new Date(bench.clock.now().getTime() + MINUTE_MS) });
      await jobs.drain();
      expect((await row(id)).state).to.equal('queued');
      bench.clock.advance(MINUTE_MS);
      await jobs.drain();
      expect((await row(id)).state).to.equal('succeeded');
    });

    it('refuses parameters over the limit, and a kind nobody declared', async () => {
      const jobs = process({});
      const big = { text: 'x'.repeat(JOB_LIMITS.paramsBytesMax) };
      expect(await codeOf(enqueue(jobs, big))).to.equal('job.too_large');
      await enqueue(jobs, {}, {}, 'spec.nobody').then(
        () => expect.fail('accepted'),
        (error: Error) => expect(error.message).to.contain('spec.nobody'),
      );
      expect(await all()).to.deep.equal([]);
    });

    it('acts for whoever asked', async () => {
      const actors: unknown[] = [];
      const jobs = process({ run: async ({ actor }) => void actors.push(actor) });
      const actor = { type: 'account' as const, id: bench.core.ids.next() };
      await bench.core.uow.run({ actor }, async (tx) => {
        await jobs.queue.enqueue(tx, 'spec.kind-0', {});
        tx.record({ action: 'system.view', outcome: 'ok' });
      });
      await jobs.drain();
      expect(actors).to.deep.equal([actor]);
    });
  });

  describe('failures', () => {
    it('tries again after 5 and 10 seconds, then has failed, with an entry in the trail', async () => {
      let runs = 0;
      const jobs = process({
        async run() {
          runs += 1;
          throw new AppError('robot.not_ready');
        },
      });
      const id = await enqueue(jobs);
      const waits: number[] = [];
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        await jobs.drain();
        const { state, dueAt } = await row(id);
        if (state !== 'queued') break;
        waits.push(dueAt.getTime() - bench.clock.now().getTime());
        bench.clock.advance(waits.at(-1) as number);
      }
      expect([runs, waits]).to.deep.equal([3, [5_000, 10_000]]);
      expect(await row(id)).to.include({ state: 'failed', errorCode: 'robot.not_ready', attempts: 3 });
      const entries = await bench.core.database.read((db) => db.all(TRAIL, { action: 'job.fail' }));
      expect(entries).to.deep.equal([{ targetId: id, outcome: 'failed' }]);
    });

    it('does not count an outage of the installation', async () => {
      let runs = 0;
      const jobs = process({
        maxAttempts: 1,
        async run() {
          runs += 1;
          if (runs < 4) throw new AppError('storage.unavailable');
        },
      });
      const id = await enqueue(jobs);
      for (let look = 0; look < 4; look += 1) {
        await jobs.drain();
        bench.clock.advance(JOB_LIMITS.outageWaitMs);
      }
      expect(await row(id)).to.include({ state: 'succeeded', attempts: 0 });
    });

    it('goes on from the last checkpoint', async () => {
      const from: unknown[] = [];
      const jobs = process({
        async run({ state, checkpoint }: JobContext<{ at: number }>) {
          from.push(state?.at);
          await checkpoint({ at: (state?.at ?? 0) + 10 }, { done: 10, total: 20 });
          if (state === undefined) throw new Error('half way');
        },
      });
      const id = await enqueue(jobs);
      await jobs.drain();
      expect(await row(id)).to.include({
        state: 'queued',
        done: 10,
        total: 20,
        errorCode: 'server.internal',
      });
      bench.clock.advance(JOB_LIMITS.backoffFirstMs);
      await jobs.drain();
      expect(from).to.deep.equal([undefined, 10]);
      expect((await row(id)).state).to.equal('succeeded');
    });

    it('ends a run that takes too long, even one that does not listen', async () => {
      const jobs = process({
        maxAttempts: 1,
        timeoutMs: MINUTE_MS,
        run: () => new Promise<void>(() => undefined),
      });
      const id = await enqueue(jobs);
      await jobs.tick();
      for (let passed = 0; passed < MINUTE_MS + 20_000; passed += 5_000) {
        bench.clock.advance(5_000);
        await jobs.tick();
      }
      await jobs.drain();
      expect(await row(id)).to.include({ state: 'failed', errorCode: 'job.timed_out' });
    });

    it('refuses a checkpoint over the limit', async () => {
      const jobs = process({
        maxAttempts: 1,
        run: ({ checkpoint }: JobContext<string>) => checkpoint('x'.repeat(JOB_LIMITS.stateBytesMax)),
      });
      const id = await enqueue(jobs);
      await jobs.drain();
      expect(await row(id)).to.include({ state: 'failed', errorCode: 'job.too_large' });
    });
  });

  describe('cancel and retry', () => {
    it('cancels a waiting job at once', async () => {
      const jobs = process({});
      const id = await enqueue(jobs, {}, { key: 'k' });
      await bench.inUnit((tx) => jobs.queue.cancel(tx, id));
      await jobs.drain();
      expect(await row(id)).to.include({ state: 'cancelled', openKey: null });
      expect(await codeOf(bench.inUnit((tx) => jobs.queue.cancel(tx, id)))).to.equal('job.state_refused');
    });

    it('cancels a running one at its next checkpoint, without another attempt', async () => {
      let started: () => void = () => undefined;
      const isRunning = new Promise<void>((resolve) => (started = resolve));
      let goOn: () => void = () => undefined;
      const told = new Promise<void>((resolve) => (goOn = resolve));
      const jobs = process({
        async run({ checkpoint }) {
          await checkpoint({ page: 1 });
          started();
          await told;
          await checkpoint({ page: 2 });
        },
      });
      const id = await enqueue(jobs);
      await jobs.tick();
      await isRunning;
      await bench.inUnit((tx) => jobs.queue.cancel(tx, id));
      expect(await row(id)).to.include({ state: 'running', isCancelling: true });
      goOn();
      await jobs.drain();
      expect(await row(id)).to.deep.include({ state: 'cancelled', attempts: 0, runState: { page: 1 } });
    });

    it('runs a failed job again from its checkpoint, unless another one is open', async () => {
      const states: unknown[] = [];
      const jobs = process({
        maxAttempts: 1,
        async run({ state, checkpoint }) {
          states.push(state);
          await checkpoint({ page: 1 });
          if (states.length === 1) throw new Error('once');
        },
      });
      const id = await enqueue(jobs, {}, { key: 'k' });
      await jobs.drain();
      const other = await enqueue(jobs, {}, { key: 'k' });
      expect(await codeOf(bench.inUnit((tx) => jobs.queue.retry(tx, id)))).to.equal('job.already_open');
      await bench.inUnit((tx) => jobs.queue.cancel(tx, other));
      await bench.inUnit((tx) => jobs.queue.retry(tx, id));
      await jobs.drain();
      expect(states).to.deep.equal([undefined, { page: 1 }]);
      expect(await codeOf(bench.inUnit((tx) => jobs.queue.retry(tx, id)))).to.equal('job.state_refused');
      expect(await codeOf(bench.inUnit((tx) => jobs.queue.retry(tx, bench.core.ids.next())))).to.equal(
        'request.not_found',
      );
    });
  });
});
