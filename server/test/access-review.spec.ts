import { expect } from 'chai';
import { accessReviewRoutes, AccessReviewService } from '../compliance/index.ts';
import type { AccountAccess } from '../identity/index.ts';
import { createFakeClock, openTimeZone, ROOT_UNIT_ID, type Actor } from '../kernel/index.ts';
import { createJobs, type Jobs } from '../platform/jobs/index.ts';
import { quarterOf } from '../compliance/access-review/access-review.rules.ts';
import { buildCore, QUIET_LOG, type Core } from './support/core.ts';
import { serveRoutes, type ServedRoutes } from './support/serve-routes.ts';

const ZONE = openTimeZone('Asia/Shanghai');
const BRANCH = '01900000-0000-7000-8000-00000000b001';
const idOf = (n: number) => `01900000-0000-7000-8000-0000000000a${n}`;
const [LIN, CHEN, ZHAO, OFFICER, SECURITY] = [1, 2, 3, 4, 5].map(idOf) as [
  string,
  string,
  string,
  string,
  string,
];
const branch = (accountId: string) => ({ kind: 'subtree' as const, unitId: BRANCH, accountId });
const person = (id: string, scope?: Actor['scope']): Actor => ({
  type: 'account',
  id,
  ...(scope ? { scope } : {}),
});
const CALLERS = {
  zhao: { actor: person(ZHAO, branch(ZHAO)), permissions: ['access:attest', 'conversation:supervise'] },
  officer: { actor: person(OFFICER), permissions: ['audit:review'] },
  security: { actor: person(SECURITY), permissions: ['access:attest'] },
  agent: { actor: person(LIN), permissions: ['conversation:work'] },
};
type Caller = keyof typeof CALLERS;
const PATH = '/api/v1/access-reviews';
const DAY_MS = 86_400_000;
interface Item {
  id: string;
  account: { id: string; name: string };
  state: string;
  version: number;
  [key: string]: unknown;
}

describe('the review of access', () => {
  // 10 February, 14:00 in Shanghai.
  const clock = createFakeClock(new Date('2026-02-10T06:00:00.000Z'));
  const told: { kind: string; params: Record<string, unknown> }[] = [];
  const accounts: AccountAccess[] = [LIN, CHEN, ZHAO, OFFICER].map((accountId, index) => ({
    ...{ accountId, username: `user-${index}`, unitId: index < 3 ? BRANCH : ROOT_UNIT_ID },
    lastUsedAt: index === 1 ? null : new Date('2026-02-01T00:00:00.000Z'),
    roles: [
      { role: index === 3 ? 'officer' : 'agent', scope: 'own', unitId: index < 3 ? BRANCH : ROOT_UNIT_ID },
    ],
  }));
  let core: Core;
  let jobs: Jobs;
  let reviews: AccessReviewService;
  let http: ServedRoutes<Caller>;

  before(async () => {
    core = await buildCore({ clock });
    await core.sql(
      `INSERT INTO org_unit (id, parent_id, kind, name, name_key, code, state, depth, created_at, version)
        VALUES ($1, $2, 'branch', '上海分行', '上海分行', 'SH', 'active', 1, $3, 1)`,
      [BRANCH, ROOT_UNIT_ID, clock.now()],
    );
    for (const [ancestor, depth] of [
      [ROOT_UNIT_ID, 1],
      [BRANCH, 0],
    ] as const)
      await core.sql('INSERT INTO unit_closure (ancestor_id, unit_id, depth) VALUES ($1, $2, $3)', [
        ancestor,
        BRANCH,
        depth,
      ]);
    const { uow, ids, crypto } = core;
    jobs = createJobs({
      ...{ uow, clock, ids, log: QUIET_LOG, timeZone: 'Asia/Shanghai' },
      withDb: (work) => core.database.read(work),
    });
    reviews = new AccessReviewService({
      ...{ uow, clock, ids, crypto, zone: ZONE, queue: jobs.queue },
      notifier: { send: async (_tx, { kind, params }) => void told.push({ kind, params }) },
      listAccess: async ({ after, limit }) =>
        accounts.filter(({ username }) => after === undefined || username > after).slice(0, limit),
    });
    jobs.add(reviews.jobs);
    const accountNames = async () => new Map([[LIN, '林坐席']]);
    const unitNames = async (unitIds: readonly string[]) =>
      unitIds.map((id) => ({ id, name: `机构${id.slice(-4)}` }));
    http = await serveRoutes(core, accessReviewRoutes({ reviews, accountNames, unitNames }), CALLERS);
    await core.uow.run({ actor: person(LIN) }, async (tx) => {
      for (let i = 0; i < 3; i += 1)
        tx.record({ action: 'requester.reveal', outcome: i < 2 ? 'ok' : 'refused' });
    });
  });
  after(async () => {
    await jobs.stop();
    await http.stop();
    await core.close();
  });

  const list = async (who: Caller = 'officer') => (await http.ask(who, PATH)).json.items;
  const itemsOf = async (who: Caller, query = ''): Promise<Item[]> => {
    const [{ id }] = await list();
    return (await http.ask(who, `${PATH}/${id}/items${query}`)).json.items;
  };
  const decide = (who: Caller, item: Item, body: object, version = item.version) =>
    http.ask(who, `/api/v1/access-review-items/${item.id}/decision`, {
      ...{ method: 'POST', headers: { 'if-match': `"${version}"` }, body },
    });
  const of = (items: Item[], id: string) => items.find(({ account }) => account.id === id) as Item;

  it('is opened by an officer before the quarter ends, once, and the managers are told', async () => {
    expect((await http.ask('zhao', PATH, { method: 'POST', body: {} })).status).to.equal(403);
    const opened = await http.ask('officer', PATH, { method: 'POST', body: {} });
    expect([opened.status, opened.json.period]).to.deep.equal([202, '2026-Q1']);
    await jobs.drain();
    const again = await http.ask('officer', PATH, { method: 'POST', body: {} });
    expect([again.status, again.json.code]).to.deep.equal([409, 'access_review.exists']);
    const [review] = await list();
    expect(review).to.deep.include({ period: '2026-Q1', state: 'open' });
    expect(review.counts).to.deep.equal({ open: 4, kept: 0, revoke: 0, expired: 0 });
    expect(told).to.deep.equal([{ kind: 'access-review.open', params: { period: '2026-Q1', count: 4 } }]);
  });

  it('lists each account with roles, scope, last use, and reveals of the quarter', async () => {
    const items = await itemsOf('officer');
    expect(items).to.have.length(4);
    const lin = of(items, LIN);
    expect(lin).to.deep.include({ revealCount: 2, lastUsedAt: '2026-02-01T00:00:00.000Z', state: 'open' });
    expect(lin.account).to.deep.equal({ id: LIN, name: '林坐席' });
    expect(lin['roles']).to.deep.equal([
      { role: 'agent', scope: 'own', unit: { id: BRANCH, name: '机构b001' } },
    ]);
    expect(of(items, CHEN)).to.deep.include({ lastUsedAt: null, revealCount: 0 });
  });

  it('shows a manager those within the own scope, and strangers nothing', async () => {
    expect((await itemsOf('zhao')).map(({ account }) => account.id)).to.have.members([LIN, CHEN, ZHAO]);
    expect((await list('zhao'))[0].counts.open).to.equal(3);
    expect((await http.ask('agent', PATH)).status).to.equal(403);
    expect((await http.ask(undefined, PATH)).status).to.equal(401);
    const [{ id }] = await list();
    const first = (await http.ask('officer', `${PATH}/${id}/items?limit=3`)).json;
    const rest = (await http.ask('officer', `${PATH}/${id}/items?limit=3&cursor=${first.nextCursor}`)).json;
    expect([first.items.length, rest.items.length]).to.deep.equal([3, 1]);
    expect((await http.ask('officer', `${PATH}/${id}/items?cursor=zzz`)).status).to.equal(400);
  });

  it('takes a word from whoever answers for the person, once, never about oneself', async () => {
    const items = await itemsOf('officer');
    const kept = { decision: 'kept' };
    expect((await decide('officer', of(items, LIN), kept)).status).to.equal(403);
    expect((await decide('zhao', of(items, OFFICER), kept)).status).to.equal(404);
    const own = await decide('zhao', of(items, ZHAO), kept);
    expect([own.status, own.json.code]).to.deep.equal([403, 'access_review.own']);
    expect((await decide('zhao', of(items, LIN), kept, 9)).status).to.equal(412);
    expect((await decide('zhao', of(items, LIN), { decision: 'maybe' })).status).to.equal(400);
    const { status, json } = await decide('zhao', of(items, LIN), { ...kept, remark: '岗位未变' });
    expect(status).to.equal(200);
    expect(json).to.deep.include({ state: 'kept', remark: '岗位未变', version: 2 });
    expect((await decide('security', of(items, LIN), kept)).json.code).to.equal('access_review.closed');
    const [row] = await core.sql(
      `SELECT body FROM audit_event WHERE action = 'access-review.attest' AND outcome = 'ok'`,
    );
    expect(String(row!.body)).to.contain(LIN).and.not.to.contain('岗位');
  });

  it('tells the administrators when rights are to be withdrawn', async () => {
    told.length = 0;
    expect(
      (await decide('security', of(await itemsOf('officer'), CHEN), { decision: 'revoke' })).status,
    ).to.equal(200);
    expect(told.map(({ kind }) => kind)).to.deep.equal(['access-review.revoke']);
    expect((await itemsOf('officer', '?state=revoke')).map(({ account }) => account.id)).to.deep.equal([
      CHEN,
    ]);
  });

  it('ends after thirty days: what nobody decided expires, and officers are told', async () => {
    told.length = 0;
    clock.advance(30 * DAY_MS - 1);
    expect(await reviews.closeDue()).to.equal(0);
    clock.advance(1);
    expect(await reviews.closeDue()).to.equal(1);
    expect(await reviews.closeDue()).to.equal(0);
    const [review] = await list();
    expect(review).to.deep.include({ state: 'closed', counts: { open: 0, kept: 1, revoke: 1, expired: 2 } });
    expect(told).to.deep.equal([{ kind: 'access-review.expired', params: { period: '2026-Q1', count: 2 } }]);
    const zhao = of(await itemsOf('security'), ZHAO);
    expect((await decide('security', zhao, { decision: 'kept' })).json.code).to.equal('access_review.closed');
  });

  it('is opened by itself when a quarter has ended, and not when it was opened already', async () => {
    clock.advance(Date.parse('2026-03-31T18:29:00.000Z') - clock.now().getTime());
    await jobs.drain();
    clock.advance(2 * 60_000);
    await jobs.drain();
    expect((await list()).map(({ period }: { period: string }) => period)).to.deep.equal(['2026-Q1']);
    clock.advance(Date.parse('2026-06-30T18:31:00.000Z') - clock.now().getTime());
    await jobs.drain();
    expect((await list()).map(({ period }: { period: string }) => period)).to.deep.equal([
      '2026-Q2',
      '2026-Q1',
    ]);
  });

  it('counts quarters as the installation’s calendar does', () => {
    const names = (iso: string, back = 0) => quarterOf(new Date(iso), ZONE, back);
    expect(names('2026-01-01T00:00:00.000Z').period).to.equal('2026-Q1');
    expect(names('2025-12-31T16:00:00.000Z').period).to.equal('2026-Q1');
    expect(names('2025-12-31T15:59:00.000Z').period).to.equal('2025-Q4');
    const before = names('2026-02-10T06:00:00.000Z', 1);
    expect([before.period, before.from.toISOString(), before.to.toISOString()]).to.deep.equal([
      ...['2025-Q4', '2025-09-30T16:00:00.000Z', '2025-12-31T16:00:00.000Z'],
    ]);
  });
});
