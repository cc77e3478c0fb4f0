import { expect } from 'chai';
import { holdsInForce, registerHoldProposals } from '../compliance/index.ts';
import { ApprovalService } from '../identity/index.ts';
import type { AppError } from '../kernel/index.ts';
import type { Tx } from '../platform/persistence/index.ts';
import { serveRoutes, type Caller, type ServedRoutes } from './support/serve-routes.ts';
import { DAY_MS, LIN, LifecycleStage, QIAN, SUN } from './support/lifecycle.ts';

const OFFICER = ['record:read', 'record:manage', 'record:approve'];
const CALLERS = {
  qian: { actor: QIAN, permissions: OFFICER },
  sun: { actor: SUN, permissions: OFFICER },
  agent: { actor: { type: 'account', id: LIN }, permissions: ['ticket:work'] },
} satisfies Record<string, Caller>;
const REASON = '按新的内部制度';
/** The stage's clock stands in June 2023. */
const ENDS_AT = '2024-01-31T00:00:00.000Z';

interface Hold {
  due: string | null;
  ending: string | null;
  version: number;
  approvedBy: { id: string } | null;
}

describe('the routes of records', () => {
  let stage: LifecycleStage;
  let http: ServedRoutes<keyof typeof CALLERS>;
  beforeEach(async () => {
    stage = await LifecycleStage.open();
    http = await serveRoutes(stage.core, [...stage.life.routes, ...stage.identity.routes], CALLERS);
  });
  afterEach(async () => {
    await http.stop();
    await stage.close();
  });

  type Ask = readonly [method: string, path: string, body?: object | undefined, version?: number];
  const send = (caller: keyof typeof CALLERS | undefined, ...[method, path, body, version]: Ask) =>
    http.ask(caller, `/api/v1${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: version === undefined ? {} : { 'If-Match': `"${version}"` },
    });
  const overview = async () => (await send('qian', 'GET', '/records')).json;
  const classOf = async (recordClass: string) =>
    ((await overview())['classes'] as { recordClass: string; months: number; version: number }[]).find(
      (each) => each.recordClass === recordClass,
    );
  const askedFor = async (kind: string) => {
    const [row] = await stage.core.sql(`SELECT id FROM approval WHERE kind = '${kind}' AND state = 'asked'`);
    return String(row?.['id']);
  };
  async function decide(approvalId: string, caller: 'qian' | 'sun', how: 'reject' | 'withdraw') {
    const { json } = await send(caller, 'GET', `/approvals/${approvalId}`);
    const body = how === 'reject' ? { note: '范围有误' } : undefined;
    return send(caller, 'POST', `/approvals/${approvalId}/${how}`, body, json['version'] as number);
  }
  async function approve(approvalId: string, caller: 'qian' | 'sun' = 'sun') {
    const { json } = await send(caller, 'GET', `/approvals/${approvalId}`);
    return send(caller, 'POST', `/approvals/${approvalId}/approve`, {}, json['version'] as number);
  }

  it('are closed to strangers and agents, and refuse what has no form', async () => {
    const hold = { recordClass: 'chat', reason: REASON, authority: '法院', endsAt: ENDS_AT };
    for (const [method, path, body] of [
      ['GET', '/records', undefined],
      ['GET', '/records/runs', undefined],
      ['GET', '/holds', undefined],
      ['POST', '/records/dry-run', undefined],
      ['POST', '/holds', hold],
    ] as const) {
      expect((await send(undefined, method, path, body)).status, path).to.equal(401);
      expect((await send('agent', method, path, body)).status, path).to.equal(403);
    }
    for (const bad of [
      { ...hold, recordClass: 'mail' },
      { ...hold, fromAt: 'yesterday' },
      { ...hold, reason: '' },
      { ...hold, requesterId: 'x' },
      { ...hold, endsAt: undefined },
      { ...hold, more: 1 },
    ]) {
      expect((await send('qian', 'POST', '/holds', bad)).status).to.equal(400);
    }
    expect((await send('qian', 'GET', '/records/rules/mail')).status).to.equal(400);
  });

  it('lengthen a period at once and shorten it with a second person, never the same', async () => {
    const longer = { months: 48, action: 'archive-and-delete', reason: REASON };
    const put = (body: object, version: number) => send('qian', 'PUT', '/records/rules/chat', body, version);
    expect((await put(longer, 0)).json).to.deep.equal({ state: 'done', version: 1 });
    expect((await put(longer, 0)).status, 'somebody was faster').to.equal(412);
    expect((await put({ ...longer, months: 1 }, 1)).json['code']).to.equal('retention.period_refused');
    const asked = (await put({ ...longer, months: 24 }, 1)).json;
    expect(asked['state']).to.equal('asked');
    expect((await put({ ...longer, months: 30 }, 1)).json['code']).to.equal('approval.exists');
    expect((await approve(asked['approvalId'] as string, 'qian')).json['code']).to.equal(
      'approval.second_person',
    );
    expect(await classOf('chat')).to.include({ months: 48 });
    expect((await approve(asked['approvalId'] as string)).status).to.equal(200);
    expect(await classOf('chat')).to.include({ months: 24, version: 2 });
    const { json: history } = await send('qian', 'GET', '/records/rules/chat');
    expect((history as unknown as { approvedBy: { id: string } | null }[])[0]?.approvedBy?.id).to.equal(
      SUN.id,
    );
  });

  it('show in a calendar what ends when, the holds over it, the next sweep, and what waits', async () => {
    const calendar = async (caller: 'qian' | 'agent' = 'qian') => send(caller, 'GET', '/records/calendar');
    expect((await calendar('agent')).status).to.equal(403);
    const { json: empty } = await calendar();
    expect(empty).to.deep.include({ countedAt: null, waiting: [], runs: [], isScheduled: false });
    expect(empty.months).to.have.length(12);
    const cellOf = (json: Record<string, unknown>, part: 'records' | 'trail', name: string) =>
      (
        json[part] as { name: string; due: { count: number | null; holds: number }; months: unknown[] }[]
      ).find((line) => line.name === name);
    expect(cellOf(empty, 'records', 'chat')?.due).to.deep.equal({ count: null, holds: 0 });

    await stage.place({ recordClass: 'ticket' });
    await stage.place({ requesterId: null, accountId: LIN, fromAt: new Date('2015-01-01T00:00:00Z') });
    await stage.life.sweeps.dryRun({ checkpoint: async () => undefined, rest: async () => undefined }, QIAN);
    const before = stage.clock.now().getTime();
    const dayAt = (days: number) =>
      `TIMESTAMP '${new Date(before - days * DAY_MS).toISOString().slice(0, 10)} 00:00:00'`;
    for (const [days, count] of [
      [1_200, 7],
      [1_090, 5],
      [800, 3],
    ] as const)
      await stage.core.sql(
        `INSERT INTO audit_tally (grain, start_at, action, outcome, class, entry_count)
          VALUES ('day', ${dayAt(days)}, 'ticket.view', 'ok', 'business', ${count})`,
      );
    const chat = await classOf('chat');
    const shorter = { months: 7, action: 'archive-and-delete', reason: REASON };
    const asked = await send('qian', 'PUT', '/records/rules/chat', shorter, chat?.version);
    expect(asked.json.state).to.equal('asked');

    const { status, json } = await calendar();
    expect(status).to.equal(200);
    expect(cellOf(json, 'records', 'chat')?.due).to.deep.equal({ count: 0, holds: 1 });
    expect(cellOf(json, 'records', 'ticket')?.due.holds).to.equal(2);
    const business = cellOf(json, 'trail', 'business');
    expect(business?.due, 'the hold on a class says nothing of the trail').to.deep.equal({
      count: 7,
      holds: 1,
    });
    expect(business?.months[0]).to.deep.equal({ count: 5, holds: 1 });
    const later = (business?.months as { count: number }[])
      .slice(1)
      .reduce((sum, { count }) => sum + count, 0);
    expect(later, 'eight hundred days are over in ten months').to.equal(3);
    expect(json.waiting).to.have.length(1);
    expect(json.waiting[0]).to.deep.include({ id: asked.json.approvalId, kind: 'retention.shorten' });
  });

  it('refuse an approval that a change in between has overtaken', async () => {
    const body = { months: 24, action: 'archive-and-delete', reason: REASON };
    const { json: asked } = await send('qian', 'PUT', '/records/rules/chat', body, 0);
    await send('qian', 'PUT', '/records/rules/chat', { ...body, months: 60 }, 0);
    expect((await approve(asked['approvalId'] as string)).json['code']).to.equal('approval.not_applicable');
    expect(await classOf('chat')).to.include({ months: 60 });
  });

  it('switch sweeps on by two people and off by one; jobs do the work and report it', async () => {
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    await stage.seeds.conversation({ requesterId, openedAt: stage.yearsAgo(7), closedAt: stage.yearsAgo(7) });
    expect((await send('qian', 'POST', '/records/sweep')).json['code']).to.equal('sweep.not_scheduled');
    const { json: asked } = await send('qian', 'PUT', '/records/schedule', { isOn: true, reason: REASON }, 1);
    expect((await approve(asked['approvalId'] as string)).status).to.equal(200);
    expect((await send('qian', 'POST', '/records/dry-run')).status).to.equal(200);
    await stage.jobs.drain();
    expect((await overview())['lastDryRun']).to.deep.include({ kind: 'dry', state: 'done' });
    expect((await send('qian', 'POST', '/records/sweep')).status).to.equal(200);
    await stage.jobs.drain();
    const { lastSweep } = (await overview()) as { lastSweep: { id: string; rowsRemoved: number } };
    expect(lastSweep.rowsRemoved).to.be.greaterThan(0);
    const detail = (await send('qian', 'GET', `/records/runs/${lastSweep.id}`)).json;
    expect((detail['chunks'] as object[]).length).to.equal(2);
    const off = await send('qian', 'PUT', '/records/schedule', { isOn: false, reason: REASON }, 2);
    expect(off.json).to.deep.equal({ state: 'done', version: 3 });
    expect((await send('qian', 'GET', '/records/runs?limit=1')).json['nextCursor']).to.be.a('string');
    expect(http.faults).to.deep.equal([]);
  });

  it('take over what the command line asked for: a hold by two officers, its end by two', async () => {
    const { core, clock, seeds } = stage;
    // The command line knows no service: it asks, and carries nothing out.
    const requests = registerHoldProposals({ approvals: new ApprovalService({ clock, ids: core.ids }) });
    const byRoot = <T>(work: (tx: Tx) => Promise<T>) =>
      core.uow.run({ actor: { type: 'os', id: 'root' } }, work);
    const requesterId = await seeds.requester(clock.now());
    const scope = { requesterId, accountId: null, ticketId: null, fromAt: null, toAt: null };
    const wish = { scope, authority: '法院 2026-1', reason: REASON, endsAt: new Date(ENDS_AT) };
    const inForce = () => core.uow.read((db) => holdsInForce(db, clock.now()));
    const nothing = { ...wish, scope: { ...scope, requesterId: null } };
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: AppError) => error.code,
      );
    expect(await codeOf(byRoot((tx) => requests.place(tx, nothing)))).to.equal('hold.scope_empty');

    const { id } = await byRoot((tx) => requests.place(tx, wish));
    expect(await inForce()).to.deep.equal([]);
    expect((await approve(id, 'qian')).status).to.equal(200);
    const [hold] = await inForce();
    expect(hold).to.deep.include({ scope: { requester: requesterId }, endsAt: ENDS_AT, due: 'unconfirmed' });
    expect((await approve(await askedFor('hold.confirm'), 'qian')).json['code']).to.equal(
      'approval.second_person',
    );
    expect((await approve(await askedFor('hold.confirm'), 'sun')).status).to.equal(200);
    expect((await inForce())[0]).to.include({ isConfirmed: true, due: null });
    const opened = (await send('sun', 'GET', `/holds/${hold!.id}`)).json;
    expect(opened).to.include({ reason: REASON, authority: '法院 2026-1' });

    const asked = await byRoot((tx) => requests.release(tx, hold!.id, '案件已结'));
    expect((await approve(asked.id, 'qian')).status).to.equal(200);
    expect(await inForce()).to.have.length(1);
    const release = await askedFor('hold.release');
    expect((await approve(release, 'qian')).json['code']).to.equal('approval.second_person');
    expect((await approve(release, 'sun')).status).to.equal(200);
    expect(await inForce()).to.deep.equal([]);
    expect(await codeOf(byRoot((tx) => requests.release(tx, hold!.id, '案件已结')))).to.equal(
      'hold.state_refused',
    );
  });

  it('place a hold, show its reason to officers only when opened, and release it by another person', async () => {
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    const words = { reason: '客户王五投诉', authority: '法院 2023-77' };
    const { status, json: hold } = await send('qian', 'POST', '/holds', {
      ...{ requesterId, ...words, endsAt: ENDS_AT },
    });
    expect(status).to.equal(201);
    expect(hold).to.include({ isActive: true, confirmedAt: null, due: 'unconfirmed', endsAt: ENDS_AT });
    const list = (await send('qian', 'GET', '/holds')).json;
    expect(JSON.stringify(list)).to.contain(requesterId).and.not.contain('王五');
    expect((await send('sun', 'GET', `/holds/${hold['id']}`)).json).to.include(words);
    const [stored] = await stage.core.sql('SELECT reason_enc FROM legal_hold');
    expect((stored?.['reason_enc'] as Buffer)[0]).to.equal(0xe1);
    // Sun asks, so only Qian could approve, who placed it: a third person is needed.
    const { json: bySun } = await send('sun', 'POST', `/holds/${hold['id']}/release`, { reason: REASON }, 1);
    const refused = await approve(bySun['approvalId'] as string, 'qian');
    expect(refused.json).to.deep.include({ code: 'approval.not_applicable' });
    const { json: waiting } = await send('sun', 'GET', `/approvals/${bySun['approvalId']}`);
    await send(
      'sun',
      'POST',
      `/approvals/${bySun['approvalId']}/withdraw`,
      undefined,
      waiting['version'] as number,
    );
    const { json: byQian } = await send(
      'qian',
      'POST',
      `/holds/${hold['id']}/release`,
      { reason: REASON },
      1,
    );
    expect((await approve(byQian['approvalId'] as string)).status).to.equal(200);
    expect((await send('qian', 'GET', '/holds')).json['items']).to.deep.equal([]);
    const released = (await send('qian', 'GET', '/holds?state=released')).json['items'] as object[];
    expect(released[0]).to.deep.include({ isActive: false, version: 2 });
    expect(
      (await send('qian', 'POST', `/holds/${hold['id']}/release`, { reason: REASON }, 2)).json['code'],
    ).to.equal('hold.state_refused');
  });

  it('end a hold by a second person alone, confirmed or not, and never by themselves', async () => {
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    const holdNow = async () => ((await send('qian', 'GET', '/holds')).json['items'] as Hold[])[0];
    const place = async (endsAt: string) => {
      const body = { requesterId, reason: REASON, authority: '法院', endsAt };
      return send('qian', 'POST', '/holds', body);
    };
    for (const endsAt of ['2023-06-15T02:00:00.000Z', '2022-01-01T00:00:00.000Z', '2034-01-01T00:00:00.000Z'])
      expect((await place(endsAt)).json['code'], endsAt).to.equal('hold.end_invalid');
    const { json: hold } = await place(ENDS_AT);
    // Who placed it takes the question back, or nobody answers: it holds on, and is told of.
    await decide(await askedFor('hold.confirm'), 'qian', 'withdraw');
    expect(await holdNow()).to.include({ due: 'unconfirmed' });
    expect(await stage.life.tellDueHolds(), 'not on the first day').to.equal(0);
    stage.clock.advance(DAY_MS);
    expect([await stage.life.tellDueHolds(), await stage.life.tellDueHolds()]).to.deep.equal([1, 0]);
    expect((await send('qian', 'POST', `/holds/${hold['id']}/confirm`)).json['state']).to.equal('asked');
    expect((await send('qian', 'POST', `/holds/${hold['id']}/confirm`)).json['code']).to.equal(
      'approval.exists',
    );
    stage.clock.advance(8 * DAY_MS);
    expect((await approve(await askedFor('hold.confirm'))).status, 'open until the end').to.equal(200);
    expect(await holdNow()).to.include({ due: null, version: 2 });
    expect((await send('qian', 'POST', `/holds/${hold['id']}/confirm`)).json['code']).to.equal(
      'hold.state_refused',
    );

    stage.clock.advance(400 * DAY_MS);
    expect(await stage.life.tellDueHolds()).to.equal(1);
    expect(await holdNow()).to.include({ due: 'ended', isActive: true });
    expect((await overview())['holdsDue']).to.equal(1);
    expect(await stage.core.uow.read((db) => stage.life.isHeld(db, requesterId))).to.equal(true);
    expect(stage.notices).to.deep.equal(['hold-unconfirmed', 'hold-ended']);
    const extend = (endsAt: string, version = 2) =>
      send('qian', 'POST', `/holds/${hold['id']}/extend`, { endsAt, reason: REASON }, version);
    expect((await extend(ENDS_AT)).json['code'], 'not ahead').to.equal('hold.end_invalid');
    expect((await extend('2025-06-30T00:00:00.000Z', 1)).status).to.equal(412);
    const { json: longer } = await extend('2025-06-30T00:00:00.000Z');
    expect((await approve(longer['approvalId'] as string)).status).to.equal(200);
    expect(await holdNow()).to.include({ due: null, endsAt: '2025-06-30T00:00:00.000Z' });
  });

  it('let a second person refuse a hold; whoever placed it is not the second person', async () => {
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    const body = { requesterId, reason: REASON, authority: '法院', endsAt: ENDS_AT };
    const { json: hold } = await send('qian', 'POST', '/holds', body);
    await decide(await askedFor('hold.confirm'), 'qian', 'withdraw');
    expect((await send('sun', 'POST', `/holds/${hold['id']}/confirm`)).json['state']).to.equal('asked');
    const own = await approve(await askedFor('hold.confirm'), 'qian');
    expect(own.json).to.deep.include({ code: 'approval.not_applicable' });
    const refusedBySelf = await decide(await askedFor('hold.confirm'), 'qian', 'reject');
    expect(refusedBySelf.json['code']).to.equal('hold.second_person');
    await decide(await askedFor('hold.confirm'), 'sun', 'withdraw');
    await send('qian', 'POST', `/holds/${hold['id']}/confirm`);
    expect((await decide(await askedFor('hold.confirm'), 'sun', 'reject')).status).to.equal(200);
    const ended = (await send('qian', 'GET', '/holds?state=released')).json['items'] as Hold[];
    expect(ended[0]).to.deep.include({ ending: 'refused', isActive: false, confirmedBy: null });
    expect(ended[0]!.approvedBy?.id).to.equal(SUN.id);
    const acts = await stage.core.sql("SELECT action FROM audit_event WHERE action = 'hold.refuse'");
    expect(acts).to.have.length(1);
  });

  it('confirm a clock that has jumped with two people; then sweeps go on from there', async () => {
    await stage.switchOn();
    await stage.sweep();
    stage.clock.advance(10 * DAY_MS);
    await stage.life.sweeps.watchClock();
    expect((await overview())['sweeps'])
      .to.have.property('clockSeenAt')
      .that.is.a('string');
    const { json: asked } = await send('qian', 'POST', '/records/clock/confirm', { reason: REASON });
    expect((await approve(asked['approvalId'] as string)).status).to.equal(200);
    expect((await overview())['sweeps']).to.include({ clockSeenAt: null });
    expect((await stage.sweep()).state).to.equal('done');
  });
});
