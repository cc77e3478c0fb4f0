import { expect } from 'chai';
import { AppError, createFakeClock, SYSTEM_ACTOR, type FakeClock } from '../../kernel/index.ts';
import { defineRoute } from '../../platform/http/index.ts';
import { portable } from '../../platform/persistence/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { serveRoutes, type Caller, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { approvalRoutes } from './approval.routes.ts';
import { APPROVAL_RULES } from './approval.rules.ts';
import { ApprovalService } from './approval.service.ts';

const ACTS = portable<Record<never, never>, { action: string; outcome: string; reason: string }>(
  'spec.approval_acts',
  `SELECT action, outcome FROM audit_event ORDER BY epoch, lane, n`,
  { params: {}, result: { action: 'text', outcome: 'text' } as never },
);
const CHANGE = portable<{ id: string }>(
  'spec.approval_change',
  "UPDATE installation SET id = id WHERE :id <> 'x'",
  { params: { id: 'text' } },
);
const YEAR_MS = 365 * 86_400_000;
const OTHER_ID = '01900000-0000-7000-8000-00000000dead';
const caller = (n: number, permissions: string[]): Caller => ({
  actor: { type: 'account', id: `01900000-0000-7000-8000-00000000000${n}` },
  permissions,
});
const PEOPLE = {
  system: caller(1, ['account:create']),
  security: caller(2, ['account:approve']),
  security2: caller(3, ['account:approve']),
  audit: caller(4, ['approval:read']),
  agent: caller(5, ['ticket:work']),
  both: caller(6, ['account:create', 'account:approve']),
};
type Name = keyof typeof PEOPLE;

describe('approvals', () => {
  let core: Core;
  let clock: FakeClock;
  let approvals: ApprovalService;
  let served: ServedRoutes<Name>;
  const applied: number[] = [];
  const dropped: number[] = [];
  const told: string[] = [];
  let fault: unknown;

  before(async () => {
    clock = createFakeClock(new Date(Date.now() - YEAR_MS));
    core = await buildCore({ clock });
    approvals = new ApprovalService({
      ...core,
      onAsked: async (_tx, { kind, permission }) => void told.push(`${kind} ${permission}`),
    });
    approvals.register<{ days: number }>({
      kind: 'spec.shorten',
      title: { zh: '缩短', en: 'Shorten' },
      permission: 'account:approve',
      describe: async (_db, { days }) => {
        if (days === 13) throw new AppError('account.state_refused');
        return [{ label: 'spec.days', from: '200', to: String(days) }];
      },
      async apply(tx, { days }) {
        applied.push(days);
        await tx.run(CHANGE, { id: 'y' });
        if (fault !== undefined) throw fault;
      },
      drop: async (_tx, { days }) => void dropped.push(days),
    });
    const askRoute = defineRoute<unknown, unknown, { days: number; reason: string; key?: string }>({
      method: 'POST',
      path: '/api/v1/spec-asks',
      summary: 'Asks.',
      permission: 'signed-in',
      audit: 'approval.request',
      body: {
        type: 'object',
        additionalProperties: false,
        properties: { days: { type: 'integer' }, reason: { type: 'string' }, key: { type: 'string' } },
      },
      response: { type: 'object' },
      handler: (tx, { body: { days, reason, key } }) =>
        approvals.ask(tx, 'spec.shorten', { days }, key === undefined ? reason : { reason, key }),
    });
    served = await serveRoutes(core, [askRoute, ...approvalRoutes({ clock, approvals })], PEOPLE);
  });
  after(async () => {
    await served.stop();
    await core.close();
  });
  beforeEach(() => {
    applied.length = 0;
    dropped.length = 0;
    fault = undefined;
  });

  const send = (who: Name, days: number, reason = '法务要求', key?: string) =>
    served.ask(who, '/api/v1/spec-asks', {
      method: 'POST',
      body: { days, reason, ...(key === undefined ? {} : { key }) },
    });
  const ask = async (who: Name = 'system', days = 100) => {
    const { status, json, text } = await send(who, days);
    expect(status, text).to.equal(200);
    return json.id as string;
  };
  const act = (who: Name, id: string, verb: string, options: { version?: number; body?: object } = {}) =>
    served.ask(who, `/api/v1/approvals/${id}/${verb}`, {
      method: 'POST',
      headers: { 'If-Match': String(options.version ?? 1) },
      ...(options.body === undefined ? {} : { body: options.body }),
    });
  const read = (who: Name, id: string) => served.ask(who, `/api/v1/approvals/${id}`);
  const list = async (who: Name, query = '') =>
    (await served.ask(who, `/api/v1/approvals${query}`)).json.items as { id: string; state: string }[];
  const waiting = async (who: Name) =>
    (await served.ask(who, '/api/v1/approvals/waiting')).json.count as number;
  const acts = async () =>
    (await core.uow.read((db) => db.all(ACTS, {}))).map(({ action, outcome }) => `${action} ${outcome}`);

  it('shows the second person what would change, and does it with the approval', async () => {
    const id = await ask();
    const shown = await read('security', id);
    expect(shown.json).to.include({ state: 'asked', canDecide: true, canWithdraw: false, version: 1 });
    expect(shown.json.lines).to.deep.equal([{ label: 'spec.days', from: '200', to: '100' }]);
    const done = await act('security', id, 'approve', { body: { note: '已核对' } });
    expect(done.json).to.include({ state: 'approved', note: '已核对', version: 2, canDecide: false });
    expect(applied).to.deep.equal([100]);
    expect((await acts()).slice(-2)).to.include('approval.approve ok');
    expect(told.at(-1)).to.equal('spec.shorten account:approve');
  });

  it('lets nobody approve or reject what they asked for, whatever rights they have', async () => {
    const id = await ask('both');
    expect((await act('both', id, 'approve')).json.code).to.equal('approval.second_person');
    expect((await act('both', id, 'reject', { body: { note: '自己' } })).json.code).to.equal(
      'approval.second_person',
    );
    expect(applied).to.deep.equal([]);
    expect((await read('both', id)).json).to.include({ canDecide: false, canWithdraw: true });
    expect((await acts()).at(-1)).to.equal('approval.view ok');
    expect(await acts()).to.include('approval.approve refused');
  });

  it("asks the permission of the kind, and hides what is not one's business", async () => {
    const id = await ask();
    expect((await act('agent', id, 'approve')).status).to.equal(404);
    expect((await read('agent', id)).status).to.equal(404);
    expect((await read('audit', id)).json.canDecide).to.equal(false);
    expect((await act('audit', id, 'approve')).json.code).to.equal('access.refused');
    expect((await act('system', id, 'approve')).json.code).to.equal('approval.second_person');
    expect((await act('security', id, 'withdraw')).json.code).to.equal('access.refused');
    expect((await act(undefined as never, id, 'approve')).status).to.equal(401);
    expect((await read('security', OTHER_ID)).status).to.equal(404);
    expect((await list('agent')).length).to.equal(0);
    expect((await list('audit')).map((item) => item.id)).to.include(id);
  });

  it('does it once when two approve at the same moment', async () => {
    const id = await ask();
    const both = await Promise.all([act('security', id, 'approve'), act('security2', id, 'approve')]);
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).to.deep.equal([200, 412]);
    expect(applied).to.deep.equal([100]);
    expect((await act('security', id, 'approve', { version: 2 })).json.code).to.equal(
      'approval.state_refused',
    );
  });

  it('wants the version that was read', async () => {
    const id = await ask();
    expect((await act('security', id, 'approve', { version: 7 })).status).to.equal(412);
    const bare = await served.ask('security', `/api/v1/approvals/${id}/approve`, { method: 'POST' });
    expect(bare.status).to.equal(428);
    expect(applied).to.deep.equal([]);
  });

  it('stays open, with a clear code, when the act is refused on the way', async () => {
    const id = await ask();
    fault = new AppError('account.state_refused');
    const { status, json } = await act('security', id, 'approve');
    expect([status, json.code, json.details.cause]).to.deep.equal([
      409,
      'approval.not_applicable',
      'account.state_refused',
    ]);
    expect((await read('security', id)).json).to.include({ state: 'asked', version: 1 });
    fault = new Error('broken');
    expect((await act('security', id, 'approve')).status).to.equal(500);
    fault = undefined;
    expect((await act('security', id, 'approve')).json.state).to.equal('approved');
  });

  it('rejects with a reason, and takes back what one asked for', async () => {
    const id = await ask();
    expect((await act('security', id, 'reject', { body: {} })).status).to.equal(400);
    const rejected = await act('security', id, 'reject', { body: { note: '理由不足' } });
    expect(rejected.json).to.include({ state: 'rejected', note: '理由不足' });
    const other = await ask();
    expect((await act('system', other, 'withdraw')).json.state).to.equal('withdrawn');
    expect((await act('security', other, 'approve', { version: 2 })).json.code).to.equal(
      'approval.state_refused',
    );
    expect([applied, dropped]).to.deep.equal([[], [100, 100]]);
  });

  it('expires after seven days by the clock, and says so in the trail', async () => {
    const id = await ask();
    const last = await ask();
    clock.advance(APPROVAL_RULES.openMs - 1);
    expect((await read('security', id)).json.state).to.equal('asked');
    clock.advance(1);
    expect((await read('security', id)).json).to.include({ state: 'expired', canDecide: false });
    expect((await list('security')).map((item) => item.id)).not.to.include(id);
    expect((await list('security', '?list=decided')).map((item) => item.id)).to.include(id);
    expect((await act('security', id, 'approve')).json.code).to.equal('approval.expired');
    expect((await act('system', last, 'withdraw')).json.code).to.equal('approval.expired');
    expect((await acts()).filter((each) => each === 'approval.expire ok').length).to.be.at.least(2);
    await ask('system', 55);
    clock.advance(APPROVAL_RULES.openMs);
    const expire = () => core.uow.run({ actor: SYSTEM_ACTOR }, (tx) => approvals.expireDue(tx));
    expect(await expire()).to.be.greaterThan(0);
    expect(await expire()).to.equal(0);
    expect(dropped).to.include(55);
    expect(applied).to.deep.equal([]);
  });

  it('holds one open act for a key, and gives the key back when it is decided or expired', async () => {
    const first = await send('system', 90, '测试', 'chat');
    expect((await send('system', 80, '测试', 'chat')).json.code).to.equal('approval.exists');
    const both = await Promise.all([send('system', 70, '测试', 'file'), send('both', 60, '测试', 'file')]);
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).to.deep.equal([200, 409]);
    await act('security', first.json.id as string, 'approve');
    expect((await send('system', 80, '测试', 'chat')).status).to.equal(200);
    clock.advance(APPROVAL_RULES.openMs);
    expect((await send('system', 70, '测试', 'chat')).status).to.equal(200);
  });

  it('ends the open act of a key whose cause is gone, once, and gives the key back', async () => {
    const open = await send('system', 66, '测试', 'gone');
    const gone = () =>
      core.uow.run({ actor: PEOPLE.system.actor }, async (tx) => {
        await approvals.withdraw(tx, 'spec.shorten', 'gone');
        tx.record({ action: 'export.cancel', outcome: 'ok' });
      });
    await gone();
    await gone();
    const late = await act('security', open.json.id as string, 'approve');
    expect(late.json.code).to.equal('request.version_stale');
    expect(applied).to.deep.equal([]);
    expect((await send('system', 66, '测试', 'gone')).status).to.equal(200);
  });

  it('refuses reasons without sense or with personal data, and acts that cannot be described', async () => {
    for (const reason of ['', ' ', 'x', '客户 13800138000 要求', 'x'.repeat(501)]) {
      expect((await send('system', 1, reason)).json.code, reason).to.equal('approval.reason_invalid');
    }
    expect((await send('system', 13)).json.code).to.equal('account.state_refused');
  });

  it('counts what waits for a person, and pages the lists', async () => {
    const before = await waiting('security');
    const ids = [await ask(), await ask(), await ask('both')];
    expect(await waiting('security')).to.equal(before + 3);
    expect(await waiting('both')).to.equal(before + 2);
    expect([await waiting('audit'), await waiting('agent')]).to.deep.equal([0, 0]);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { json } = await served.ask('system', `/api/v1/approvals?list=mine&limit=2${cursor}`);
      seen.push(...json.items.map((item: { id: string }) => item.id));
      if (json.nextCursor === undefined) break;
      cursor = `&cursor=${json.nextCursor}`;
    }
    expect(new Set(seen).size).to.equal(seen.length);
    expect(seen).to.include(ids[0]);
    expect(seen).not.to.include(ids[2]);
    expect((await served.ask('system', '/api/v1/approvals?list=all')).status).to.equal(400);
    expect((await served.ask('system', '/api/v1/approvals?cursor=AAAA')).json.code).to.equal(
      'request.cursor_invalid',
    );
  });

  it('lets no account ask for more than a hundred, and takes back all of one who leaves', async () => {
    let status = 200;
    let count = await core.uow.read((db) => approvals.countOpenOf(db, PEOPLE.agent.actor.id));
    for (; status === 200; count += 1) status = (await send('agent', 300)).status;
    expect([status, count]).to.deep.equal([409, APPROVAL_RULES.openPerAccountMax + 1]);
    const withdrawn = await core.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
      approvals.withdrawAllOf(tx, PEOPLE.agent.actor.id),
    );
    expect(withdrawn).to.equal(APPROVAL_RULES.openPerAccountMax);
    expect(await core.uow.read((db) => approvals.countOpenOf(db, PEOPLE.agent.actor.id))).to.equal(0);
  });

  it('refuses kinds with a bad name, twice the same, and ones nobody registered', async () => {
    const kind = {
      kind: 'spec.shorten',
      title: { zh: '', en: '' },
      permission: 'account:approve',
      describe: async () => [],
      apply: async () => undefined,
    } as const;
    expect(() => approvals.register(kind)).to.throw('twice');
    expect(() => approvals.register({ ...kind, kind: 'Bad' })).to.throw('names no kind');
    const asked = core.uow.run({ actor: SYSTEM_ACTOR }, (tx) => approvals.ask(tx, 'spec.none', {}, '测试'));
    expect(await asked.catch((error: Error) => error.message)).to.contain('not registered');
  });
});
