import { expect } from 'chai';
import {
  createNoteSigner,
  createSealer,
  generateSealKey,
  type AuditDraft,
  type Sealer,
} from '../../../audit/index.ts';
import { createFakeClock, openTimeZone, type Actor } from '../../kernel/index.ts';
import { NO_REST, type WithDb } from '../../platform/jobs/index.ts';
import { createAuditStorage, inTransaction } from '../../platform/persistence/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { TallyCounter } from './tally-counter.ts';
import { joinRanges } from './tally.rules.ts';
import { timelineRoutes } from './timeline.routes.ts';
import { bucketAt, spanOf, TIMELINE } from './timeline.rules.ts';

const ZONE = openTimeZone('Asia/Shanghai');
const account = (n: number): Actor => ({ type: 'account', id: `01900000-0000-7000-8000-0000000000a${n}` });
const [LIN, WU] = [account(1), account(2)];
const CUSTOMER = '01900000-0000-7000-8000-00000000c001';
const TICKET = '01900000-0000-7000-8000-00000000f001';
const CALLERS = {
  officer: { actor: account(8), permissions: ['audit:read'] },
  auditAdmin: { actor: account(9), permissions: ['audit:read-admin'] },
  agent: { actor: account(7), permissions: ['conversation:work'] },
};
const DAY_MS = 86_400_000;

describe('charts of the trail', () => {
  // Half past eleven at night in Shanghai.
  const clock = createFakeClock(new Date('2025-03-02T15:30:00.000Z'));
  let core: Core;
  let sealer: Sealer;
  let counter: TallyCounter;
  let http: ServedRoutes<keyof typeof CALLERS>;
  let isLeader = true;
  /** What befalls the transaction of a count once its rows are written. */
  let fault: Error | undefined;

  before(async () => {
    core = await buildCore({ clock });
    const trail = createAuditStorage(core.database);
    const signer = createNoteSigner('vaultdesk/spec', generateSealKey());
    sealer = createSealer({ storage: trail, signer, anchors: [], clock });
    const withDb: WithDb = (work) => core.database.read(work);
    const whole: WithDb = (work) =>
      inTransaction(core.database, async (session) => {
        const result = await work(session);
        if (fault !== undefined) throw fault;
        return result;
      });
    counter = new TallyCounter({
      ...{ trail, clock, withDb, inTransaction: whole, zone: ZONE, log: QUIET_LOG, pace: NO_REST },
      lease: { hold: async () => isLeader },
    });
    const accountNames = async () => new Map([[LIN.id, '林坐席']]);
    http = await serveRoutes(core, timelineRoutes({ clock, zone: ZONE, accountNames }), CALLERS);
  });
  after(async () => {
    await http.stop();
    await sealer.stop();
    await core.close();
  });

  const record = (actor: Actor, ...drafts: AuditDraft[]) =>
    core.uow.run({ actor }, async (tx) => drafts.forEach((draft) => tx.record(draft)));
  const reveal: AuditDraft = { action: 'requester.reveal', outcome: 'ok', customer: CUSTOMER };
  const view: AuditDraft = { action: 'ticket.view', outcome: 'ok', target: { type: 'ticket', id: TICKET } };
  const refuse: AuditDraft = { action: 'access.refuse', outcome: 'refused', reason: 'access.refused' };
  async function count(): Promise<number> {
    await sealer.sealOnce();
    return counter.catchUp();
  }
  const ask = (query: Record<string, string>, caller: keyof typeof CALLERS = 'officer') =>
    http.ask(caller, `/api/v1/audit/timeline?${new URLSearchParams(query).toString()}`);
  type Line = { key: string; name?: string; counts: number[] };
  const sums = ({ series }: { series: Line[] }) =>
    Object.fromEntries(series.map(({ key, counts }) => [key, counts.reduce((a, b) => a + b, 0)]));
  const MARCH = { from: '2025-03-01T16:00:00.000Z', to: '2025-03-03T16:00:00.000Z' };

  it('count sealed entries once, by the hour of UTC and the day of the installation', async () => {
    await record(LIN, reveal, reveal, view);
    await record(WU, refuse);
    await record({ type: 'requester', id: CUSTOMER }, view);
    expect(await counter.catchUp(), 'nothing is sealed').to.equal(0);
    await count();
    clock.advance(3_600_000);
    await record(LIN, reveal, view);
    await count();
    expect(await count(), 'all of it is counted').to.equal(0);
    const { status, json } = await ask({ by: 'class', ...MARCH });
    expect(status).to.equal(200);
    expect(json.step).to.equal('hour');
    expect(json.isCut).to.equal(false);
    expect(json.countedTo).to.equal(clock.now().toISOString());
    const personal = (json.series as Line[]).find(({ key }) => key === 'personal-data') as Line;
    const bars = personal.counts.flatMap((n, i) => (n === 0 ? [] : [[json.buckets[i].from, n]]));
    expect(bars).to.deep.equal([
      ['2025-03-02T15:00:00.000Z', 2],
      ['2025-03-02T16:00:00.000Z', 1],
    ]);
    const days = (await ask({ by: 'account', ...MARCH, class: 'personal-data' })).json;
    expect(days.step).to.equal('day');
    expect(days.series).to.deep.equal([
      { key: LIN.id, name: '林坐席', counts: [2, 1] },
      { key: 'others', counts: [0, 0] },
    ]);
  });

  it('say what a search says: every sum is that of the entries themselves', async () => {
    const rows = await core.sql(
      `SELECT class, COUNT(*) AS n FROM audit_event WHERE action <> 'audit.search' GROUP BY class`,
    );
    const counted = await core.sql(
      `SELECT class, SUM(entry_count) AS n FROM audit_tally
        WHERE grain = 'hour' AND action <> 'audit.search' GROUP BY class`,
    );
    const asMap = (list: Record<string, unknown>[]) =>
      Object.fromEntries(list.map((row) => [String(row.class), Number(row.n)]));
    expect(asMap(counted)).to.deep.equal(asMap(rows));
    expect(asMap(rows)['personal-data']).to.equal(3);
  });

  it('lose nothing and count nothing twice when a count dies before its commit', async () => {
    await record(WU, reveal);
    fault = new Error('killed');
    expect(await count().catch((error: unknown) => error)).to.equal(fault);
    fault = undefined;
    const before = sums((await ask({ by: 'account', ...MARCH, class: 'personal-data' })).json);
    expect(before[WU.id]).to.equal(undefined);
    isLeader = false;
    await counter.look();
    isLeader = true;
    await counter.catchUp();
    await counter.catchUp();
    const after = sums((await ask({ by: 'account', ...MARCH, class: 'personal-data' })).json);
    expect([after[LIN.id], after[WU.id]]).to.deep.equal([3, 1]);
  });

  it('are narrowed by outcome, act, and account, and tell accounts from the others', async () => {
    const outcomes = (await ask({ by: 'outcome', ...MARCH, class: 'access' })).json;
    expect(sums(outcomes).refused).to.equal(1);
    expect(sums((await ask({ by: 'class', ...MARCH, action: 'requester.reveal' })).json)).to.deep.equal({
      'personal-data': 4,
    });
    expect(sums((await ask({ by: 'outcome', ...MARCH, actor: WU.id })).json)).to.deep.equal({
      ...{ ok: 1, refused: 1 },
    });
    const all = sums((await ask({ by: 'account', ...MARCH })).json);
    expect(all[LIN.id]).to.equal(5);
    expect(all.others, 'the requester, and the system').to.be.at.least(1);
  });

  it('count the entries themselves of a customer, a thing, and an account with its act', async () => {
    const customer = (await ask({ by: 'account', ...MARCH, customer: CUSTOMER })).json;
    expect([customer.step, customer.countedTo]).to.deep.equal(['hour', null]);
    expect(sums(customer)).to.deep.include({ [LIN.id]: 3, [WU.id]: 1 });
    expect(sums((await ask({ by: 'class', ...MARCH, target: TICKET })).json)).to.deep.equal({ business: 3 });
    const act = { actor: LIN.id, action: 'requester.reveal' };
    expect(sums((await ask({ by: 'outcome', ...MARCH, ...act })).json)).to.deep.equal({ ok: 3 });
  });

  it('show an audit administrator nothing of customers, and others nothing at all', async () => {
    const admin = sums((await ask({ by: 'class', ...MARCH }, 'auditAdmin')).json);
    expect(admin).to.have.property('access');
    expect(admin).not.to.have.any.keys('personal-data', 'business');
    const personal = await ask({ by: 'class', ...MARCH, class: 'personal-data' }, 'auditAdmin');
    expect(personal.json.series).to.deep.equal([]);
    const customer = sums((await ask({ by: 'class', ...MARCH, customer: CUSTOMER }, 'auditAdmin')).json);
    expect(customer).not.to.have.any.keys('personal-data', 'business');
    expect((await ask({ by: 'class' }, 'agent')).status).to.equal(403);
  });

  it('refuse what no chart can be made of, and are entries themselves', async () => {
    for (const query of [
      ...[{}, { by: 'name' }, { by: 'class', q: 'phone' }, { by: 'class', customer: '13900001234' }],
      { by: 'class', from: MARCH.to, to: MARCH.from },
      { by: 'class', from: 'yesterday' },
    ])
      expect((await ask(query as Record<string, string>)).status, JSON.stringify(query)).to.equal(400);
    await ask({ by: 'account', ...MARCH, customer: CUSTOMER });
    const [row] = await core.sql(
      "SELECT body FROM audit_event WHERE action = 'audit.search' ORDER BY occurred_at DESC, id DESC",
    );
    expect(JSON.parse(String(row!.body))).to.deep.include({
      customer: CUSTOMER,
      details: { by: ['from', 'to', 'customer'], chart: 'account' },
    });
  });

  it('forget the whole days behind a purge', async () => {
    const until = new Date(clock.now().getTime() + 300 * DAY_MS);
    clock.advance(299 * DAY_MS);
    await record(LIN, view);
    await count();
    await core.sql(
      `INSERT INTO audit_purge (purge_no, approval_key, from_seal, to_seal, from_size, to_size, root, head, until_at,
          archive_name, archive_digest, requested_by, approved_by, decided_at)
        SELECT 1, '01900000-0000-7000-8000-000000000001', 1, 1, 0, 1, root, root,
          TIMESTAMP '${until.toISOString().slice(0, -1).replace('T', ' ')}',
          'a', root, '${LIN.id}', '${WU.id}', sealed_at FROM audit_seal WHERE seal_no = 1`,
    );
    await counter.catchUp();
    const days = await core.sql(`SELECT DISTINCT start_at FROM audit_tally WHERE grain = 'day'`);
    expect(days).to.have.length(1);
    const { json } = await ask({ by: 'class' });
    expect([json.purgedTo, sums(json).business]).to.deep.equal([until.toISOString(), 1]);
  });

  it('have bars of whole hours, days, and months, also over the change of a clock', () => {
    const berlin = openTimeZone('Europe/Berlin');
    const now = new Date('2026-11-01T12:00:00.000Z');
    const at = { now, isByDay: false, daysMax: TIMELINE.daysMax };
    const hours = spanOf(berlin, { from: '2026-10-31T10:20:00Z', to: '2026-10-31T12:00:00Z' }, at);
    expect([hours.step, hours.buckets.length]).to.deep.equal(['hour', 2]);
    const days = spanOf(berlin, { from: '2026-10-20T00:00:00Z', to: '2026-10-28T00:00:00Z' }, at);
    expect(days.buckets[5]).to.deep.equal({
      from: new Date('2026-10-24T22:00:00Z'),
      to: new Date('2026-10-25T23:00:00Z'),
    });
    expect(bucketAt(days.buckets, new Date('2026-10-25T22:59:59.999Z'))).to.equal(5);
    expect(bucketAt(days.buckets, new Date('2026-10-25T23:00:00.000Z'))).to.equal(6);
    expect(bucketAt(days.buckets, new Date('2020-01-01T00:00:00Z'))).to.equal(-1);
    const months = spanOf(berlin, { from: '2001-01-01T00:00:00Z' }, at);
    expect(months.step).to.equal('month');
    expect(months.buckets.length).to.be.within(85, 87);
    expect(spanOf(berlin, {}, { ...at, isByDay: true }).buckets).to.have.length(31);
    expect(() => spanOf(berlin, { from: now.toISOString() }, at)).to.throw('form');
  });

  it('read neighbouring ranges at once, and nothing between others', () => {
    const lane = { node: 'a', epoch: 1, lane: 0 };
    expect(
      joinRanges([
        { ...lane, from: 1, to: 3 },
        { ...lane, lane: 1, from: 4, to: 9 },
        { ...lane, from: 4, to: 5 },
        { ...lane, from: 8, to: 8 },
      ]),
    ).to.deep.equal([
      { ...lane, from: 1, to: 5 },
      { ...lane, from: 8, to: 8 },
      { ...lane, lane: 1, from: 4, to: 9 },
    ]);
  });
});
