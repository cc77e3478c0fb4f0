import { expect } from 'chai';
import { ROOT_UNIT_ID, SYSTEM_ACTOR } from '../../kernel/index.ts';
import { portable, type Tx } from '../../platform/persistence/index.ts';
import { MANY_ROWS, MANY_ROWS_PARAMS } from '../../test/support/many-rows.ts';
import { serveIdentity, type Browser, type IdentityServer } from '../test/serve-identity.ts';
import { unitExport } from './unit.export.ts';
import { ORGANISATION_LIMITS, type UnitKind } from './unit.rules.ts';

const CLOSURE = portable<{ unitId: string }, { ancestorId: string; depth: number }>(
  'spec.unit_closure',
  'SELECT ancestor_id, depth FROM unit_closure WHERE unit_id = :unitId ORDER BY depth',
  { params: { unitId: 'uuid' }, result: { ancestorId: 'uuid', depth: 'int' } },
);
const fillFrom = (rows: string) =>
  `INSERT INTO org_unit (id, parent_id, kind, name, name_key, code, state, depth, created_at, version)
    SELECT made.id, '00000000-0000-7000-8000-000000000001', 'branch', 'Fill ' || made.n, 'fill ' || made.n,
      'FILL-' || made.n, 'active', 1, TIMESTAMP '2026-01-01 00:00:00', 1 FROM ${rows}`;
const FILL = portable<{ fromN: number; toN: number }>(
  'spec.unit_fill',
  { postgres: fillFrom(MANY_ROWS.postgres), oracle: fillFrom(MANY_ROWS.oracle) },
  { params: MANY_ROWS_PARAMS },
);
const PLACE = portable<{ unitId: string; id: string }>(
  'spec.account_place',
  'UPDATE account SET unit_id = :unitId WHERE id = :id',
  { params: { unitId: 'uuid', id: 'uuid' } },
);
const STATE = portable<{ id: string }>(
  'spec.unit_state',
  `UPDATE org_unit SET state = 'closing' WHERE id = :id`,
  { params: { id: 'uuid' } },
);
const UNIT_OF = portable<{ id: string }, { unitId: string }>(
  'spec.account_unit',
  'SELECT unit_id FROM account WHERE id = :id',
  { params: { id: 'uuid' }, result: { unitId: 'uuid' } },
);

interface Unit {
  id: string;
  version: number;
  name: string;
  depth: number;
  state: string;
  path: { name: string }[];
}

describe('organisation', function () {
  this.timeout(60_000);
  let server: IdentityServer;
  let admin: Browser;
  let codes = 0;

  before(async () => {
    server = await serveIdentity();
    admin = await server.browse(server.people['system-admin']);
  });
  after(() => server.close());

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    admin.ask(`/api/v1/units${path}`, { method: 'POST', body, headers });
  const ifMatch = (version: number) => ({ 'If-Match': `"${version}"` });

  async function make(parentId: string, kind: UnitKind = 'branch', name?: string): Promise<Unit> {
    codes += 1;
    const body = { parentId, kind, name: name ?? `Unit ${codes}`, code: `u-${codes}` };
    const reply = await post('', body);
    expect(reply.status, reply.text).to.equal(201);
    return reply.json as unknown as Unit;
  }
  const read = async (id: string) => (await admin.ask(`/api/v1/units/${id}`)).json as unknown as Unit;
  const closureOf = async (unitId: string) =>
    (await server.core.uow.read((db) => db.all(CLOSURE, { unitId }))).map(({ ancestorId }) => ancestorId);
  const run = (work: (tx: Tx) => Promise<unknown>) =>
    server.core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await work(tx);
      tx.record({ action: 'config.change', outcome: 'ok' });
    });

  it('begins with the head office alone', async () => {
    const root = await read(ROOT_UNIT_ID);
    expect(root).to.include({ kind: 'head-office', state: 'active', depth: 0, version: 1 });
    expect((await admin.ask('/api/v1/units')).json).to.deep.equal({ items: [] });
  });

  it('is read by everybody who is signed in, and shaped by the system administrator alone', async () => {
    expect((await server.ask('/api/v1/units')).status).to.equal(401);
    const agent = await server.browse(server.people.agent);
    expect((await agent.ask('/api/v1/units')).status).to.equal(200);
    const body = { parentId: ROOT_UNIT_ID, kind: 'branch', name: 'Mine', code: 'MINE' };
    expect((await agent.ask('/api/v1/units', { method: 'POST', body })).status).to.equal(403);
  });

  it('lists what lies under a unit by name, page by page, with people and units counted', async () => {
    const branch = await make(ROOT_UNIT_ID, 'branch', 'List branch');
    for (const name of ['Beta', 'alpha', 'Gamma']) await make(branch.id, 'outlet', name);
    const first = (await admin.ask(`/api/v1/units?parent=${branch.id}&limit=2`)).json as {
      items: Unit[];
      nextCursor: string;
    };
    expect(first.items.map(({ name }) => name)).to.deep.equal(['alpha', 'Beta']);
    const rest = await admin.ask(`/api/v1/units?parent=${branch.id}&limit=2&cursor=${first.nextCursor}`);
    expect((rest.json.items as Unit[]).map(({ name }) => name)).to.deep.equal(['Gamma']);
    expect(rest.json.nextCursor).to.equal(undefined);
    expect(await read(branch.id)).to.include({ people: 0, units: 3 });
    const found = (await admin.ask('/api/v1/units?q=GAMM')).json.items as Unit[];
    expect(found.map(({ name }) => name)).to.deep.equal(['Gamma']);
    expect((await admin.ask('/api/v1/units?q=%25%25')).json).to.deep.equal({ items: [] });
  });

  it('refuses names and codes that are taken, unknown parents, and kinds that do not fit', async () => {
    const branch = await make(ROOT_UNIT_ID, 'branch', 'Taken');
    const codeOf = async (body: object) => (await post('', body)).json.code;
    const base = { parentId: ROOT_UNIT_ID, kind: 'branch', name: 'Free name', code: 'FREE-CODE' };
    expect(await codeOf({ ...base, name: '  tAKEN ' })).to.equal('unit.name_taken');
    expect(await codeOf({ ...base, code: `U-${codes}` })).to.equal('unit.code_taken');
    expect(await codeOf({ ...base, parentId: '01900000-0000-7000-8000-00000000dead' })).to.equal(
      'unit.unknown',
    );
    const outlet = await make(branch.id, 'outlet');
    expect(await codeOf({ ...base, parentId: outlet.id })).to.equal('unit.kind_refused');
    expect(await codeOf({ ...base, kind: 'head-office' })).to.equal('request.invalid');
    expect(await codeOf({ ...base, name: '\u0000x' })).to.equal('request.invalid');
    expect(await codeOf({ ...base, code: "x'; DROP" })).to.equal('request.invalid');
  });

  it('renames with If-Match only, and over the version that was read', async () => {
    const unit = await make(ROOT_UNIT_ID);
    const patch = (headers: Record<string, string>) =>
      admin.ask(`/api/v1/units/${unit.id}`, { method: 'PATCH', body: { name: 'Renamed' }, headers });
    expect((await patch({})).status).to.equal(428);
    const reply = await patch(ifMatch(1));
    expect(reply.json).to.include({ name: 'Renamed', version: 2 });
    expect((await patch(ifMatch(1))).status).to.equal(412);
  });

  it('moves a unit with everything under it, and keeps the closure true', async () => {
    const [a, b] = [await make(ROOT_UNIT_ID), await make(ROOT_UNIT_ID)];
    const under = await make(a.id);
    const lowest = await make(under.id, 'outlet');
    const reply = await post(`/${under.id}/move`, { parentId: b.id }, ifMatch(1));
    expect(reply.status, reply.text).to.equal(200);
    expect(await closureOf(lowest.id)).to.deep.equal([lowest.id, under.id, b.id, ROOT_UNIT_ID]);
    expect(await server.identity.organisation.ancestorsOf(lowest.id)).to.deep.equal([
      lowest.id,
      under.id,
      b.id,
      ROOT_UNIT_ID,
    ]);
    const deeper = await make(b.id);
    await post(`/${under.id}/move`, { parentId: deeper.id }, ifMatch(2));
    expect((await read(lowest.id)).depth).to.equal(4);
    expect((await read(lowest.id)).path).to.have.length(5);
  });

  it('refuses a cycle, moving under its own unit, and moving the head office', async () => {
    const a = await make(ROOT_UNIT_ID);
    const b = await make(a.id);
    const refused = async (id: string, parentId: string) =>
      (await post(`/${id}/move`, { parentId }, ifMatch((await read(id)).version))).json.code;
    expect(await refused(a.id, b.id)).to.equal('unit.cycle');
    expect(await refused(a.id, a.id)).to.equal('unit.cycle');
    expect(await refused(ROOT_UNIT_ID, a.id)).to.equal('unit.root_fixed');
    expect(await closureOf(b.id)).to.deep.equal([b.id, a.id, ROOT_UNIT_ID]);
  });

  it('lets one of two administrators through who move units into each other at once', async () => {
    const [a, b] = [await make(ROOT_UNIT_ID), await make(ROOT_UNIT_ID)];
    const replies = await Promise.all([
      post(`/${a.id}/move`, { parentId: b.id }, ifMatch(1)),
      post(`/${b.id}/move`, { parentId: a.id }, ifMatch(1)),
    ]);
    expect(replies.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
    expect(replies.find(({ status }) => status === 409)?.json.code).to.equal('unit.cycle');
  });

  it('keeps the tree within its depth, also when a part of it is moved', async () => {
    let chain = await make(ROOT_UNIT_ID);
    const top = chain;
    for (let depth = 2; depth <= ORGANISATION_LIMITS.depthMax; depth += 1) chain = await make(chain.id);
    expect(
      (await post('', { parentId: chain.id, kind: 'branch', name: 'x', code: 'DEEP' })).json.code,
    ).to.equal('unit.too_deep');
    const other = await make(ROOT_UNIT_ID);
    expect((await post(`/${top.id}/move`, { parentId: other.id }, ifMatch(1))).json.code).to.equal(
      'unit.too_deep',
    );
  });

  it('closes an empty unit, frees its name, keeps its code, and refuses one with units', async () => {
    const parent = await make(ROOT_UNIT_ID);
    const unit = await make(parent.id, 'branch', 'Passing');
    expect((await post(`/${parent.id}/close`, {}, ifMatch(1))).json.code).to.equal('unit.has_units');
    expect((await post(`/${unit.id}/close`, {}, ifMatch(1))).json).to.deep.equal({ people: 0, left: false });
    await make(parent.id, 'branch', 'Passing');
    const again = { parentId: parent.id, kind: 'branch', name: 'New', code: `U-${codes - 1}` };
    expect((await post('', again)).json.code).to.equal('unit.code_taken');
    expect((await post('', { ...again, code: 'NEW-1', parentId: unit.id })).json.code).to.equal(
      'unit.unknown',
    );
    expect((await post(`/${unit.id}/move`, { parentId: parent.id }, ifMatch(2))).status).to.equal(404);
    expect((await post(`/${ROOT_UNIT_ID}/close`, {}, ifMatch(1))).json.code).to.equal('unit.root_fixed');
  });

  it('counts what a unit would hand over, for who shapes the organisation alone', async () => {
    const unit = await make(ROOT_UNIT_ID);
    const agent = server.people.agent;
    await server.core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await tx.run(PLACE, { unitId: unit.id, id: agent.id });
      tx.record({ action: 'config.change', outcome: 'ok' });
    });
    const reply = await admin.ask(`/api/v1/units/${unit.id}/work`);
    expect(reply.status, reply.text).to.equal(200);
    expect(reply.json).to.deep.include({ people: 1, countedMax: ORGANISATION_LIMITS.countedMax });
    expect((await admin.ask(`/api/v1/units/${server.core.ids.next()}/work`)).status).to.equal(404);
    const other = await server.browse(agent);
    expect((await other.ask(`/api/v1/units/${unit.id}/work`)).status).to.equal(403);
    await server.core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await tx.run(PLACE, { unitId: ROOT_UNIT_ID, id: agent.id });
      tx.record({ action: 'config.change', outcome: 'ok' });
    });
  });

  it('are exported by code with the unit above each, page by page, closed ones left out', async () => {
    const parent = await make(ROOT_UNIT_ID);
    const child = await make(parent.id, 'outlet');
    const shut = await make(ROOT_UNIT_ID);
    await post(`/${shut.id}/close`, {}, ifMatch(1));
    const rows: unknown[][] = [];
    for (let cursor: string | null = null; ;) {
      const query = { params: {}, cursor, limit: 2, lang: 'en' } as never;
      const page = await server.core.uow.read((db) => unitExport().page(db, query));
      rows.push(...page.rows);
      cursor = page.next;
      if (cursor === null) break;
    }
    const codes = rows.map(([code]) => code as string);
    expect(codes).to.deep.equal([...new Set(codes)].sort());
    const line = rows.find(([, name]) => name === child.name);
    const above = rows.find(([, name]) => name === parent.name);
    expect(line?.slice(2)).to.deep.equal(['Outlet', above?.[0], 2, 0, 'Active']);
    expect(rows.some(([, name]) => name === shut.name)).to.equal(false);
  });

  it('lists the closed units whose work is still handed over, page by page, and no others', async () => {
    const [first, second, done] = [
      await make(ROOT_UNIT_ID),
      await make(ROOT_UNIT_ID),
      await make(ROOT_UNIT_ID),
    ];
    for (const { id } of [first, second, done]) await post(`/${id}/close`, {}, ifMatch(1));
    for (const { id } of [first, second]) await run((tx) => tx.run(STATE, { id }));
    const list = async (rest: string) => (await admin.ask(`/api/v1/units?state=closing&limit=1${rest}`)).json;
    const page = await list('');
    expect(page.items).to.have.length(1);
    expect(page.items[0]).to.include({ id: first.id, state: 'closing', parentId: ROOT_UNIT_ID });
    const next = await list(`&cursor=${String(page.nextCursor)}`);
    expect(next.items).to.have.length(1);
    expect(next.items[0]).to.include({ id: second.id });
    expect(next).to.not.have.property('nextCursor');
  });

  it('hands people over to the successor that has to be named, with their sessions read anew', async () => {
    const [unit, next] = [await make(ROOT_UNIT_ID), await make(ROOT_UNIT_ID)];
    const { id } = server.people.inspector;
    await run((tx) => tx.run(PLACE, { unitId: unit.id, id }));
    expect((await post(`/${unit.id}/close`, {}, ifMatch(1))).json.code).to.equal('unit.successor_needed');
    expect((await post(`/${unit.id}/close`, { successorId: unit.id }, ifMatch(1))).json.code).to.equal(
      'unit.cycle',
    );
    const reply = await post(`/${unit.id}/close`, { successorId: next.id }, ifMatch(1));
    expect(reply.json).to.deep.equal({ people: 1, left: false });
    expect(await server.core.uow.read((db) => db.one(UNIT_OF, { id }))).to.deep.equal({ unitId: next.id });
    expect(await closureOf(unit.id)).to.deep.equal([unit.id, next.id, ROOT_UNIT_ID]);
    expect(await server.trail()).to.include('unit.close ok');
  });

  it('stops at the number of units it may have', async () => {
    await run((tx) => tx.run(FILL, { fromN: 0, toN: ORGANISATION_LIMITS.unitsMax }));
    const body = { parentId: ROOT_UNIT_ID, kind: 'branch', name: 'One more', code: 'ONE-MORE' };
    expect((await post('', body)).json.code).to.equal('unit.too_many');
    const listed = (await admin.ask('/api/v1/units?limit=500')).json.items as Unit[];
    expect(listed).to.have.length(500);
  });
});
