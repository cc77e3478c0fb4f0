import { expect } from 'chai';
import { AppError, createFakeClock, openTimeZone, type Actor } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { savedSearchRoutes } from './saved-search.routes.ts';
import { nextReportAt, periodBefore, SAVED_SEARCH_LIMITS } from './saved-search.rules.ts';
import { SavedSearchService, type AskReport } from './saved-search.service.ts';

const ZONE = openTimeZone('Asia/Shanghai');
const account = (n: number): Actor => ({ type: 'account', id: `01900000-0000-7000-8000-0000000000d${n}` });
const [QIAN, SUN, ADMIN, AGENT] = [account(1), account(2), account(3), account(4)];
const CUSTOMER = '01900000-0000-7000-8000-00000000c001';
const CALLERS = {
  qian: { actor: QIAN, permissions: ['audit:read', 'audit:export'] },
  sun: { actor: SUN, permissions: ['audit:read', 'audit:export'] },
  admin: { actor: ADMIN, permissions: ['audit:read-admin'] },
  agent: { actor: AGENT, permissions: ['conversation:work'] },
};
const PATH = '/api/v1/audit/queries';
const REPORT = { period: 'day', atHour: 6, format: 'pdf', lang: 'zh-CN' };
const DAY_MS = 86_400_000;

describe('searches that officers keep', () => {
  // Monday, 14:00 in Shanghai.
  const clock = createFakeClock(new Date('2026-03-02T06:00:00.000Z'));
  const orders: (Parameters<AskReport>[1] & { by: string })[] = [];
  const told: string[] = [];
  const leavers = new Set<string>();
  let refusal: AppError | undefined;
  let core: Core;
  let searches: SavedSearchService;
  let http: ServedRoutes<keyof typeof CALLERS>;

  before(async () => {
    core = await buildCore({ clock });
    searches = new SavedSearchService({
      ...{ uow: core.uow, clock, ids: core.ids, crypto: core.crypto, zone: ZONE },
      notifier: { send: async (_tx, { kind }) => void told.push(kind) },
      async askReport(tx, order) {
        if (refusal) throw refusal;
        orders.push({ ...order, by: tx.context.actor.id });
        return { id: core.ids.next() };
      },
      readerOf: async (id) =>
        leavers.has(id)
          ? undefined
          : { actor: { type: 'account', id }, permissions: new Set(['audit:export']) },
    });
    http = await serveRoutes(core, savedSearchRoutes({ searches }), CALLERS);
  });
  after(async () => {
    await http.stop();
    await core.close();
  });

  const save = (caller: keyof typeof CALLERS, body: object) =>
    http.ask(caller, PATH, { method: 'POST', body });
  const listOf = async (caller: keyof typeof CALLERS) => (await http.ask(caller, PATH)).json.items;
  const advanceTo = (iso: string) => clock.advance(Date.parse(iso) - clock.now().getTime());

  it('are kept for their account alone, sealed, and come back as they were', async () => {
    const filter = { customer: CUSTOMER, class: 'personal-data', q: '反洗钱' };
    const { status, json } = await save('qian', { name: '张先生投诉', filter, report: null });
    expect(status).to.equal(201);
    expect(json).to.deep.include({ name: '张先生投诉', filter, report: null, nextAt: null, version: 1 });
    expect(await listOf('qian')).to.deep.equal([json]);
    expect(await listOf('sun')).to.deep.equal([]);
    const rows = await core.sql(
      `SELECT body FROM audit_event WHERE action = 'audit.query-save' UNION ALL SELECT period FROM audit_query`,
    );
    expect(JSON.stringify(rows)).not.to.contain('张先生').and.not.to.contain('反洗钱');
  });

  it('are closed to agents and strangers; the audit administrator keeps some without reports', async () => {
    const plain = { name: 'a', filter: {}, report: null };
    expect((await save('agent', plain)).status).to.equal(403);
    expect((await http.ask(undefined, PATH)).status).to.equal(401);
    expect((await save('admin', { ...plain, report: REPORT })).status).to.equal(403);
    expect((await save('admin', plain)).status).to.equal(201);
  });

  it('are refused when malformed, and nothing is kept of them', async () => {
    const good = { name: 'a', filter: {}, report: null };
    const bad = [
      { ...good, name: ' ' },
      { ...good, name: 'x'.repeat(SAVED_SEARCH_LIMITS.nameCharactersMax + 1) },
      { ...good, filter: { customer: '13812345678' } },
      { ...good, filter: { limit: 5 } },
      { ...good, report: { ...REPORT, period: 'hour' } },
      { ...good, report: { ...REPORT, atHour: 24 } },
      { ...good, report: { ...REPORT, format: 'html' } },
    ];
    for (const body of bad) expect((await save('sun', body)).status, JSON.stringify(body)).to.equal(400);
    const personal = await save('sun', { ...good, filter: { q: '13812345678' } });
    expect([personal.status, personal.json.code]).to.deep.equal([422, 'audit.search_personal']);
    expect(await listOf('sun')).to.deep.equal([]);
  });

  it('are changed over a version by their account, and forgotten', async () => {
    const [{ id }] = await listOf('qian');
    const change = (caller: keyof typeof CALLERS, version: number) =>
      http.ask(caller, `${PATH}/${id}`, {
        ...{ method: 'PUT', headers: { 'if-match': `"${version}"` } },
        body: { name: '改名', filter: { q: 'export.collect' }, report: null },
      });
    expect((await change('sun', 1)).status).to.equal(404);
    expect((await change('qian', 1)).json).to.deep.include({ name: '改名', version: 2 });
    expect((await change('qian', 1)).status).to.equal(412);
    expect((await http.ask('sun', `${PATH}/${id}`, { method: 'DELETE' })).status).to.equal(404);
    expect((await http.ask('qian', `${PATH}/${id}`, { method: 'DELETE' })).status).to.equal(204);
    expect(await listOf('qian')).to.deep.equal([]);
  });

  it('make a report of the day before, each day at its hour, in the name of their account', async () => {
    const filter = { class: 'personal-data', from: '2020-01-01T00:00:00.000Z' };
    const { json } = await save('qian', { name: '日报', filter, report: REPORT });
    expect(json).to.deep.include({ filter: { class: 'personal-data' }, nextAt: '2026-03-02T22:00:00.000Z' });
    expect(await searches.startDue()).to.equal(0);
    advanceTo('2026-03-02T22:00:00.000Z');
    expect(await searches.startDue()).to.equal(1);
    expect(await searches.startDue()).to.equal(0);
    const params = {
      class: 'personal-data',
      from: '2026-03-01T16:00:00.000Z',
      to: '2026-03-02T16:00:00.000Z',
    };
    expect(orders).to.have.length(1);
    expect(orders[0]).to.deep.include({
      by: QIAN.id,
      format: 'pdf',
      lang: 'zh-CN',
      offsetMinutes: 480,
      params,
    });
    const [row] = await listOf('qian');
    expect(row).to.include({ nextAt: '2026-03-03T22:00:00.000Z', lastAt: '2026-03-02T22:00:00.000Z' });
    expect(row.lastExportId).to.be.a('string');
  });

  it('wait for room, and are made up for after an outage one by one', async () => {
    orders.length = 0;
    advanceTo('2026-03-06T23:00:00.000Z');
    refusal = new AppError('export.open_limit');
    expect(await searches.startDue()).to.equal(0);
    refusal = undefined;
    for (let i = 0; i < 6; i += 1) await searches.startDue();
    expect(orders.map(({ params }) => params['from'])).to.deep.equal([
      '2026-03-02T16:00:00.000Z',
      '2026-03-03T16:00:00.000Z',
      '2026-03-04T16:00:00.000Z',
      '2026-03-05T16:00:00.000Z',
    ]);
    clock.advance(60 * DAY_MS);
    await searches.startDue();
    const [{ nextAt }] = await listOf('qian');
    const behindMs = clock.now().getTime() - Date.parse(nextAt);
    expect(behindMs).to.be.within(
      (SAVED_SEARCH_LIMITS.madeUpMax - 2) * DAY_MS,
      SAVED_SEARCH_LIMITS.madeUpMax * DAY_MS,
    );
  });

  it('stop with their account, and the officers are told once', async () => {
    leavers.add(QIAN.id);
    expect(await searches.startDue()).to.equal(0);
    expect(await searches.startDue()).to.equal(0);
    expect(told).to.deep.equal(['audit.report-off']);
    expect((await listOf('qian'))[0]).to.include({ report: null, nextAt: null, errorCode: 'access.refused' });
    leavers.clear();
  });

  it('are at most fifty an account', async () => {
    const plain = { name: 'a', filter: {}, report: null };
    for (let i = 0; i < SAVED_SEARCH_LIMITS.perAccountMax; i += 1) await save('sun', plain);
    const { status, json } = await save('sun', plain);
    expect([status, json.code]).to.deep.equal([409, 'audit.query_limit']);
    expect(await listOf('sun')).to.have.length(SAVED_SEARCH_LIMITS.perAccountMax);
  });

  it('cover whole days, weeks from Monday, and months of the installation, over the change of a clock', () => {
    const berlin = openTimeZone('Europe/Berlin');
    const spans: [Parameters<typeof periodBefore>[0], string, string, string][] = [
      ['day', '2026-03-30T04:00:00.000Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
      ['week', '2026-04-01T04:00:00.000Z', '2026-03-22T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
      ['week', '2026-04-05T04:00:00.000Z', '2026-03-22T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
      ['month', '2026-01-01T05:00:00.000Z', '2025-11-30T23:00:00.000Z', '2025-12-31T23:00:00.000Z'],
    ];
    for (const [period, due, from, to] of spans) {
      const span = periodBefore(period, berlin, new Date(due));
      expect([span.from.toISOString(), span.to.toISOString()], `${period} ${due}`).to.deep.equal([from, to]);
    }
    const next = nextReportAt({ period: 'week', atHour: 6 }, ZONE, new Date('2026-03-02T06:00:00.000Z'));
    expect(next.toISOString()).to.equal('2026-03-08T22:00:00.000Z');
  });
});
