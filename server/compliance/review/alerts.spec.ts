import { expect } from 'chai';
import type { AuditDraft } from '../../../audit/index.ts';
import { openTimeZone, SYSTEM_ACTOR, type Actor } from '../../kernel/index.ts';
import '../../alarm-texts.ts';
import { renderNotice } from '../../platform/notify/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { alertRoutes } from './alert.routes.ts';
import { ALERT_RULES, RULES, windowOf } from './alert.rules.ts';
import { AlertService } from './alert.service.ts';

const ZONE = openTimeZone('Asia/Shanghai');
const account = (n: number): Actor => ({ type: 'account', id: `01900000-0000-7000-8000-0000000000a${n}` });
const [AGENT, QUIET, OFFICER] = [account(1), account(2), account(3)];
const CUSTOMER = '01900000-0000-7000-8000-00000000c001';
/** Nobody on the staff is a customer. */
const NO_STAFF = { indexVersion: 1, tokenOf: () => undefined, requestersOf: async () => [] };
const CALLERS = {
  officer: { actor: OFFICER, permissions: ['audit:review'] },
  agent: { actor: AGENT, permissions: ['audit:review'] },
  reader: { actor: QUIET, permissions: ['audit:read'] },
};

describe('alerts of the trail', () => {
  // 14:00 in Shanghai.
  const time = { ms: Date.parse('2026-03-02T06:00:00.000Z') };
  const clock = { now: () => new Date(time.ms) };
  const sent: { kind: string; params: Record<string, unknown> }[] = [];
  let core: Core;
  let alerts: AlertService;
  let http: ServedRoutes<keyof typeof CALLERS>;

  before(async () => {
    core = await buildCore({ clock });
    alerts = new AlertService({
      ...{ uow: core.uow, clock, ids: core.ids, crypto: core.crypto, zone: ZONE, staff: NO_STAFF },
      notifier: { send: async (_tx, notice) => void sent.push(notice) },
    });
    // Names are asked of the table of accounts, whose ids are UUIDs.
    const accountNames = async (ids: readonly string[]) => {
      expect(ids).to.not.include(SYSTEM_ACTOR.id);
      return new Map([[AGENT.id, '林坐席']]);
    };
    http = await serveRoutes(core, alertRoutes({ alerts, accountNames }), CALLERS);
  });
  after(async () => {
    await http.stop();
    await core.close();
  });

  async function act(actor: Actor, draft: Partial<AuditDraft>, count: number): Promise<void> {
    await core.uow.run({ actor }, async (tx) => {
      for (let i = 0; i < count; i += 1)
        tx.record({ action: 'requester.reveal', outcome: 'ok', customer: CUSTOMER, ...draft });
    });
  }
  const open = async (state = 'open') =>
    (await http.ask('officer', `/api/v1/audit/alerts?state=${state}`)).json.items;
  const sign = (caller: keyof typeof CALLERS, id: string, version: number, remark = '已核查，业务需要') =>
    http.ask(caller, `/api/v1/audit/alerts/${id}/sign`, {
      ...{ method: 'POST', headers: { 'if-match': `"${version}"` }, body: { remark } },
    });

  it('come at the limit of a rule and not below it, and tell the officers once', async () => {
    await act(QUIET, {}, 19);
    await act(AGENT, {}, 20);
    await act(AGENT, { outcome: 'refused' }, 5);
    await act({ type: 'system', id: 'system' }, {}, 50);
    expect(await alerts.look()).to.equal(1);
    expect(await alerts.look()).to.equal(0);
    const items = await open();
    expect(items).to.have.length(1);
    expect(items[0]).to.deep.include({ rule: 'mass-reveal', day: '2026-03-02', count: 20, remark: null });
    expect(items[0].actor).to.deep.equal({ id: AGENT.id, name: '林坐席' });
    expect(sent.map(({ kind, params }) => [kind, params.rule])).to.deep.equal([
      ['audit.alert', 'mass-reveal'],
    ]);
  });

  it('grow while nobody has signed', async () => {
    time.ms += 60_000;
    await act(AGENT, {}, 3);
    expect(await alerts.look()).to.equal(0);
    expect((await open())[0]).to.include({ count: 23, version: 2 });
  });

  it('are signed with a remark, by an officer, not about the own account, once', async () => {
    const [{ id, version }] = await open();
    expect((await sign('reader', id, version)).status).to.equal(403);
    const own = await sign('agent', id, version);
    expect([own.status, own.json.code]).to.deep.equal([403, 'audit.own_alert']);
    expect((await sign('officer', id, version - 1)).status).to.equal(412);
    expect((await sign('officer', id, version, '')).status).to.equal(400);
    const { status, json } = await sign('officer', id, version);
    expect(status).to.equal(200);
    expect(json).to.deep.include({ remark: '已核查，业务需要', version: version + 1 });
    expect((await sign('officer', id, version + 1)).status).to.equal(412);
    expect(await open()).to.deep.equal([]);
    expect((await open('signed'))[0]).to.include({ id });
    const [row] = await core.sql(
      "SELECT body FROM audit_event WHERE action = 'audit.review' AND outcome = 'ok'",
    );
    expect(String(row!.body)).not.to.contain('核查');
    await act(AGENT, {}, 3);
    expect(await alerts.look()).to.equal(0);
  });

  it('see the nights of the installation and not those of UTC', async () => {
    sent.length = 0;
    // 23:30 in Shanghai.
    time.ms = Date.parse('2026-03-02T15:30:00.000Z');
    await act(QUIET, { action: 'requester.view' }, 5);
    expect(await alerts.look()).to.equal(1);
    expect(sent[0]!.params).to.deep.include({ rule: 'out-of-hours', day: '2026-03-02', count: 5 });
  });

  it('add up the rows of exports, and not those of other days', async () => {
    const made = (rowCount: number) => act(QUIET, { action: 'export.make', details: { rowCount } }, 1);
    await made(3_000);
    await made(1_999);
    expect(await alerts.look()).to.equal(0);
    time.ms += 24 * 3_600_000;
    await made(4_000);
    expect(await alerts.look()).to.equal(0);
    await made(1_000);
    sent.length = 0;
    expect(await alerts.look()).to.equal(1);
    expect(sent[0]!.params).to.deep.include({ rule: 'large-export', count: 5_000 });
  });

  it('come with the first value that cannot be read, in the name of the system, and grow with the next', async () => {
    sent.length = 0;
    const unreadable = (id: string) =>
      act(
        SYSTEM_ACTOR,
        {
          ...{ action: 'crypto.auth-failed', outcome: 'failed', target: { type: 'value', id } },
          details: { table: 'requester', column: 'name_enc' },
        },
        1,
      );
    await unreadable(core.ids.next());
    expect(await alerts.look()).to.equal(1);
    expect(sent.map(({ params }) => params.rule)).to.deep.equal(['value-unreadable']);
    await unreadable(core.ids.next());
    expect(await alerts.look()).to.equal(0);
    const found = (await open()).find(({ rule }: { rule: string }) => rule === 'value-unreadable');
    expect(found).to.deep.include({ count: 2, actor: { id: 'system', name: 'system' } });
    expect((await sign('officer', found.id, found.version, '已核对备份')).status).to.equal(200);
  });

  it('are told to more people when nobody signs, and close as not reviewed in the end, with entries', async () => {
    const day = 24 * 3_600_000;
    const [first, ...others] = await open();
    const waiting = [first, ...others];
    const entries = async (action: string) =>
      (await core.sql(`SELECT target_id FROM audit_event WHERE action = '${action}'`)).length;
    sent.length = 0;
    time.ms += 10 * day;
    await alerts.look();
    await alerts.look();
    expect(sent.map(({ kind, params }) => [kind, params.count])).to.deep.equal([
      ['audit.alerts-escalated', waiting.length],
    ]);
    expect(await entries('audit.alert-escalate')).to.equal(waiting.length);
    expect((await open()).every((one: { escalatedAt: string | null }) => one.escalatedAt !== null)).to.equal(
      true,
    );
    time.ms += 26 * day;
    await alerts.look();
    expect(await open()).to.have.length(waiting.length);
    time.ms += 2 * day;
    sent.length = 0;
    await alerts.look();
    expect(await open()).to.deep.equal([]);
    const expired = await open('expired');
    expect(expired.map(({ id }: { id: string }) => id)).to.have.members(waiting.map(({ id }) => id));
    expect(expired[0]).to.deep.include({ signedBy: null, remark: null });
    expect(await entries('audit.alert-expire')).to.equal(waiting.length);
    expect(sent.map(({ kind }) => kind)).to.deep.equal(['audit.alerts-expired']);
    expect((await sign('officer', expired[0].id, expired[0].version)).status, 'too late').to.equal(412);
  });

  it('tell the name of a rule, not its code', () => {
    for (const rule of ALERT_RULES) {
      const params = { rule, count: 3, day: '2026-03-02' };
      for (const lang of ['zh-CN', 'en'] as const)
        expect(renderNotice('audit.alert', params, lang).body)
          .to.contain('“')
          .and.not.contain(rule);
    }
  });

  it('count a window as the wall shows it, half-open, over the change of a clock', () => {
    const day = windowOf({ when: 'day' }, ZONE, { now: new Date('2026-03-02T06:00:00Z'), daysAgo: 0 });
    expect(day.from.toISOString()).to.equal('2026-03-01T16:00:00.000Z');
    expect(day.to.toISOString()).to.equal('2026-03-02T16:00:00.000Z');
    const night = windowOf({ when: 'night' }, ZONE, { now: new Date('2026-03-02T06:00:00Z'), daysAgo: 1 });
    expect([night.day, night.from.toISOString(), night.to.toISOString()]).to.deep.equal([
      '2026-03-01',
      '2026-03-01T14:00:00.000Z',
      '2026-03-01T22:00:00.000Z',
    ]);
    const berlin = openTimeZone('Europe/Berlin');
    const long = windowOf({ when: 'day' }, berlin, { now: new Date('2026-10-25T12:00:00Z'), daysAgo: 0 });
    expect(long.to.getTime() - long.from.getTime()).to.equal(25 * 3_600_000);
  });

  it('know their rules by names that stay', () => {
    expect(RULES.map(({ name }) => name)).to.deep.equal([
      ...['mass-reveal', 'mass-view', 'mass-export', 'large-export', 'many-refused', 'out-of-hours'],
      'value-unreadable',
    ]);
    for (const { actions } of RULES) expect(actions?.length ?? 1).to.be.within(1, 4);
  });
});
