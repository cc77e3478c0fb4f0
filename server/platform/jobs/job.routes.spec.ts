import { expect } from 'chai';
import { createFakeClock, type FakeClock } from '../../kernel/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { createJobs, type Jobs } from './jobs.ts';

const TITLE = { zh: '测试', en: 'Test' };
const START = new Date(Date.now() - 365 * 86_400_000);
START.setUTCHours(0, 0, 0, 0);

describe('routes of jobs', () => {
  let core: Core;
  let clock: FakeClock;
  let jobs: Jobs;
  let served: ServedRoutes<'admin' | 'reader' | 'agent'>;

  before(async () => {
    clock = createFakeClock(START);
    core = await buildCore({ clock });
    jobs = createJobs({
      ...core,
      withDb: (work) => core.database.read(work),
      log: QUIET_LOG,
      timeZone: 'Asia/Shanghai',
      kinds: [
        {
          ...{ kind: 'spec.daily', title: TITLE, schedule: '0 9 * * *', maxAttempts: 1, timeoutMs: 60_000 },
          run: async ({ checkpoint }) => checkpoint(null, { done: 5, total: 5 }),
        },
        {
          ...{ kind: 'spec.demand', title: TITLE, maxAttempts: 1, timeoutMs: 60_000 },
          run: async () => {
            throw new Error('always');
          },
        },
      ],
    });
    const person = (id: string) => ({ type: 'account' as const, id });
    served = await serveRoutes(core, jobs.routes, {
      admin: { actor: person('1'), permissions: ['job:read', 'job:run'] },
      reader: { actor: person('2'), permissions: ['job:read'] },
      agent: { actor: person('3'), permissions: [] },
    });
    await jobs.drain();
  });
  after(async () => {
    await served.stop();
    await core.close();
  });

  const kind = async (name: string) => {
    const { json } = await served.ask('reader', '/api/v1/job-kinds');
    return json.items.find((item: { kind: string }) => item.kind === name);
  };
  const schedule = (body: object, headers: Record<string, string> = {}) =>
    served.ask('admin', '/api/v1/job-kinds/spec.daily/schedule', { method: 'PUT', body, headers });

  it('are closed to strangers and to whoever may only read', async () => {
    expect((await served.ask(undefined, '/api/v1/job-kinds')).status).to.equal(401);
    expect((await served.ask('agent', '/api/v1/jobs')).status).to.equal(403);
    const run = { method: 'POST' as const };
    expect((await served.ask('reader', '/api/v1/job-kinds/spec.daily/runs', run)).status).to.equal(403);
    expect((await served.ask('reader', `/api/v1/jobs/${core.ids.next()}/cancel`, run)).status).to.equal(403);
  });

  it('show kinds with schedule and next time', async () => {
    const daily = await kind('spec.daily');
    expect(daily.schedule).to.include({ cron: '0 9 * * *', isEnabled: true, version: 1 });
    expect(daily.schedule.nextAt).to.equal(new Date(START.getTime() + 3_600_000).toISOString());
    expect((await kind('spec.demand')).schedule).to.equal(null);
  });

  it('run a scheduled kind now, once while it is open, and show its end and progress', async () => {
    const run = () => served.ask('admin', '/api/v1/job-kinds/spec.daily/runs', { method: 'POST' });
    const [first, second] = [await run(), await run()];
    expect([first.status, second.json.id]).to.deep.equal([202, first.json.id]);
    expect(await kind('spec.daily')).to.include({ waiting: 1 });
    await jobs.drain();
    const { json } = await served.ask('reader', `/api/v1/jobs/${first.json.id}`);
    expect(json).to.include({ state: 'succeeded', cause: 'person', done: 5, total: 5 });
    expect((await kind('spec.daily')).last).to.include({ id: first.json.id, state: 'succeeded' });
  });

  it('refuse to run a kind that needs parameters, and one there is not', async () => {
    const run = (name: string) => served.ask('admin', `/api/v1/job-kinds/${name}/runs`, { method: 'POST' });
    expect((await run('spec.demand')).json.code).to.equal('job.unscheduled');
    expect((await run('spec.none')).status).to.equal(404);
    expect((await run('Spec%20DROP')).json.code).to.equal('request.invalid');
  });

  it('set a schedule, pause it, and take the default again', async () => {
    expect((await schedule({ cron: '*/5 * * * *', isEnabled: true })).status).to.equal(428);
    const set = await schedule({ cron: '*/5  * * * *', isEnabled: true }, { 'If-Match': '"1"' });
    expect(set.json).to.include({ cron: '*/5 * * * *', defaultCron: '0 9 * * *', version: 2 });
    expect((await schedule({ cron: null, isEnabled: true }, { 'If-Match': '"1"' })).status).to.equal(412);
    const paused = await schedule({ cron: null, isEnabled: false }, { 'If-Match': '"2"' });
    expect(paused.json).to.include({ cron: '0 9 * * *', isEnabled: false, nextAt: null, version: 3 });
    clock.advance(86_400_000);
    await jobs.drain();
    expect(await kind('spec.daily')).to.include({ waiting: 0 });
  });

  for (const [cron, code] of [
    ['0 0 31 2 *', 'job.cron_never'],
    ['nonsense', 'job.cron_invalid'],
    ['* * * * * *', 'job.cron_invalid'],
    ["0 0 * * *'; --", 'job.cron_invalid'],
  ] as const) {
    it(`refuse ${cron} and change nothing`, async () => {
      const before = await kind('spec.daily');
      const reply = await schedule({ cron, isEnabled: true }, { 'If-Match': `"${before.schedule.version}"` });
      expect([reply.status, reply.json.code]).to.deep.equal([422, code]);
      const path = `/api/v1/job-schedule-preview?cron=${encodeURIComponent(cron)}`;
      expect((await served.ask('reader', path)).json.code).to.equal(code);
      expect(await kind('spec.daily')).to.deep.equal(before);
    });
  }

  it('preview the next times', async () => {
    const { json } = await served.ask('reader', '/api/v1/job-schedule-preview?cron=0%203%2029%202%20*');
    expect(json.next).to.have.length(5);
    expect(json.timeZone).to.equal('Asia/Shanghai');
  });

  it('list jobs by page, kind, and state, and retry one that failed', async () => {
    for (let made = 0; made < 3; made += 1) {
      clock.advance(1);
      await core.uow.run({ actor: { type: 'system', id: 'system' } }, async (tx) => {
        await jobs.queue.enqueue(tx, 'spec.demand', { secret: 'params stay inside' });
        tx.record({ action: 'system.view', outcome: 'ok' });
      });
    }
    await jobs.drain();
    const path = '/api/v1/jobs?kind=spec.demand&state=failed&limit=2';
    const first = await served.ask('reader', path);
    expect(first.json.items).to.have.length(2);
    expect(first.text).not.to.contain('secret');
    const rest = await served.ask('reader', `${path}&cursor=${first.json.nextCursor}`);
    expect(rest.json.items).to.have.length(1);
    expect((await served.ask('reader', '/api/v1/jobs?state=running')).json.items).to.deep.equal([]);
    expect((await served.ask('reader', '/api/v1/jobs?cursor=AAAA')).json.code).to.equal(
      'request.cursor_invalid',
    );
    const { id } = rest.json.items[0];
    expect((await served.ask('admin', `/api/v1/jobs/${id}/retry`, { method: 'POST' })).status).to.equal(204);
    const queued = await served.ask('reader', `/api/v1/jobs/${id}`);
    expect(queued.json).to.include({ state: 'queued', attempts: 0 });
    expect((await served.ask('admin', `/api/v1/jobs/${id}/cancel`, { method: 'POST' })).status).to.equal(204);
    const again = await served.ask('admin', `/api/v1/jobs/${id}/cancel`, { method: 'POST' });
    expect(again.json.code).to.equal('job.state_refused');
    expect(served.faults).to.deep.equal([]);
  });
});
