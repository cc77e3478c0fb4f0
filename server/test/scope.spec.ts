import { expect } from 'chai';
import { ROOT_UNIT_ID, SYSTEM_ACTOR, type Actor, type DataScope, type ScopeKind } from '../kernel/index.ts';
import { deskUnitRows } from '../desk/index.ts';
import { buildDesk, PEOPLE, type Desk } from '../desk/test/build-desk.ts';
import type { AnyRoute } from '../platform/http/index.ts';
import { allStatements, portable, type Statement } from '../platform/persistence/index.ts';
// The composition root imports every module, and with them every statement there is.
import '../compose.ts';
import { createReports } from '../reports/index.ts';
import { serveRoutes, type ServedRoutes } from './support/serve-routes.ts';

const [NORTH, SOUTH, OUTLET] = ['1', '2', '3'].map((n) => `01900000-0000-7000-8000-00000000e00${n}`) as [
  string,
  string,
  string,
];
const UNIT_INSERT = portable<{ id: string; parentId: string; name: string; depth: number }>(
  'spec.scope_unit',
  `INSERT INTO org_unit (id, parent_id, kind, name, name_key, code, state, depth, created_at, version)
    VALUES (:id, :parentId, 'branch', :name, :name, :name, 'active', :depth, TIMESTAMP '2026-01-01 00:00:00', 1)`,
  { params: { id: 'uuid', parentId: 'uuid', name: 'text', depth: 'int' } },
);
const CLOSURE_INSERT = portable<{ ancestorId: string; unitId: string; depth: number }>(
  'spec.scope_closure',
  'INSERT INTO unit_closure (ancestor_id, unit_id, depth) VALUES (:ancestorId, :unitId, :depth)',
  { params: { ancestorId: 'uuid', unitId: 'uuid', depth: 'int' } },
);

/** Reads of the four tables that take no scope, and why they may. */
const UNSCOPED: readonly [RegExp, string][] = [
  [
    /^(requester|conversation)\.case_/,
    'case files of officers, whose office is the whole bank; two people agree to each',
  ],
  [/^(conversation|ticket)\.item$/, 'the list row of what was read within the scope just before'],
  [
    /^conversation\.(by_id|by_state)$/,
    'lanes and routing load their conversations; routes ask conversation.within',
  ],
  [/^conversation\.stands$/, 'open pages of visitors look whether they missed a number'],
  [/^conversation\.(last_of_requester|open_count|open_of_requester)$/, 'the visitor’s own conversations'],
  [/^requester\.by_external$/, 'a visitor is recognised'],
  [/^evaluation\.of_conversation$/, 'the server judges a closed conversation once'],
  [/\.(any|count)_of_unit$/, 'a unit is closed: whether there is anything, and how much'],
  [
    /^(ticket|conversation|evaluation)\.(lock_figures|ids_of_unit|lock_owned)$/,
    'counters follow what is removed or handed over: dates and units',
  ],
  [/^(conversation_rating|robot_turn)\.figures$/, 'counters follow what is removed: dates and marks'],
  [/^requester\.staff_/, 'whether somebody looked at the own record or a colleague’s: ids alone'],
  [/^erasure\./, 'a person is erased by two officers'],
  [/^message_token\.touched$/, 'the server makes messages findable: ids alone'],
  [/^leaver\./, 'an account is turned off: counts and ids'],
  [/^rights\./, 'who may see a record is explained to administrators: where it lies, no words'],
  [
    /\.(owned|owned_next|owned_whole|of_requesters|of_conversations|subject|still_needed)$/,
    'life cycle and holds',
  ],
  [/\.(due|closed_due|left_due|lock|lock_due|count_closed|count_solved)$/, 'life cycle and holds'],
  [/^copy\./, 'a stopped installation is copied whole'],
  [/\.sealed(_next)?$/, 'key rotation: the server itself re-seals every row'],
  [
    /\.(hash_page|other_version|span_end)$/,
    'rotation of the index key: the server itself hashes every row anew',
  ],
];

type Who = 'north' | 'outlet' | 'south' | 'whole' | 'nobody';

describe('data scope', function () {
  this.timeout(60_000);
  let desk: Desk;
  let served: ServedRoutes<Who>;
  let made: { conversation: string; ticket: string; requester: string };

  before(async () => {
    desk = await buildDesk();
    await desk.core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const units = [
        [NORTH, ROOT_UNIT_ID, 'north', 1],
        [SOUTH, ROOT_UNIT_ID, 'south', 1],
        [OUTLET, NORTH, 'outlet', 2],
      ] as const;
      for (const [id, parentId, name, depth] of units)
        await tx.run(UNIT_INSERT, { id, parentId, name, depth });
      const links = [
        ...units.flatMap(([id, parentId]) => [
          [id, id, 0],
          [parentId, id, 1],
        ]),
        [ROOT_UNIT_ID, OUTLET, 2],
      ] as [string, string, number][];
      for (const [ancestorId, unitId, depth] of links)
        await tx.run(CLOSURE_INSERT, { ancestorId, unitId, depth });
      tx.record({ action: 'config.change', outcome: 'ok' });
    });
    const people = {
      north: caller('subtree', NORTH),
      outlet: caller('unit', OUTLET),
      south: caller('subtree', SOUTH),
      whole: caller('subtree', ROOT_UNIT_ID),
      nobody: { actor: { type: 'account' as const, id: PEOPLE.zhao.id, scope: nowhere() }, permissions: ALL },
    };
    const reports = createReports({
      clock: desk.core.clock,
      // The overview asks neither the running parts nor the settings.
      ...({ system: {}, settings: {} } as never as { system: never; settings: never }),
    });
    served = await serveRoutes(desk.core, [...desk.routes, ...reports.routes], people);
    made = await fill();
  });
  after(async () => {
    await served.stop();
    await desk.close();
  });

  const ALL = [
    ...['conversation:work', 'conversation:supervise', 'ticket:work', 'ticket:assign', 'requester:read'],
    ...['requester:reveal', 'canned:read', 'agent:list', 'report:read'],
  ];
  const scopeOf = (kind: ScopeKind, unitId: string): DataScope => ({
    kind,
    unitId,
    accountId: PEOPLE.zhao.id,
  });
  const nowhere = () => scopeOf('unit', '00000000-0000-0000-0000-000000000000');
  function caller(kind: ScopeKind, unitId: string): { actor: Actor; permissions: string[] } {
    return { actor: { type: 'account', id: PEOPLE.zhao.id, scope: scopeOf(kind, unitId) }, permissions: ALL };
  }

  /** A conversation with a message, its requester, and its ticket, all of the outlet in the north. */
  async function fill() {
    const { service, requesters, core } = desk;
    const row = await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const profile = { name: '王小明', phone: '13800001234' };
      const person = await requesters.create(tx, {
        siteId: 'demo',
        profile,
        isIdentified: true,
        unitId: OUTLET,
      });
      return service.open(tx, {
        ...{ requesterId: person.row.id, dek: person.dek, siteId: 'demo', channel: 'web' },
        ...{ skillGroupId: null, unitId: OUTLET },
      });
    });
    const by = { actor: { type: 'requester' as const, id: row.requesterId } };
    await service.receive(by, { conversationId: row.id, id: core.ids.next(), text: '我的卡丢了' });
    await service.requestHandover(by, row.id, 'asked');
    const body = { subject: '补卡', description: '客户要求补卡', conversationId: row.id };
    const reply = await served.ask('outlet', '/api/v1/tickets', { method: 'POST', body });
    expect(reply.status, reply.text).to.equal(201);
    return { conversation: row.id, ticket: reply.json.id as string, requester: row.requesterId };
  }

  /** Every reading address of the desk and the reports, with the rows of the outlet in it. */
  function readings(): string[] {
    const idOf = (path: string) =>
      path.includes('/conversations/')
        ? made.conversation
        : path.includes('/tickets/')
          ? made.ticket
          : made.requester;
    const about = /\/(conversations|tickets|requesters)\b/;
    return desk.routes
      .filter(({ method, path }: AnyRoute) => method === 'GET' && about.test(path) && !path.endsWith('/file'))
      .map(({ path }: AnyRoute) => path.replace(':id', idOf(path)))
      .flatMap((path) =>
        path === '/api/v1/requesters'
          ? ['phone=13800001234', 'phoneLast4=1234', `name=${encodeURIComponent('王小明')}`].map(
              (q) => `${path}?${q}`,
            )
          : path === '/api/v1/conversations'
            ? ['queue', 'all', 'mine', 'closed'].map((view) => `${path}?view=${view}`)
            : path === '/api/v1/tickets'
              ? [
                  '',
                  '?state=new',
                  `?requesterId=${made.requester}`,
                  `?q=${encodeURIComponent('补卡')}`,
                  '?q=1',
                ].map((query) => path + query)
              : [path],
      )
      .filter((path) => !path.includes(':'));
  }

  it('shows the outlet to itself, to the branch above it, and to the head office', async () => {
    for (const who of ['outlet', 'north', 'whole'] as const) {
      for (const path of [
        `/api/v1/conversations/${made.conversation}`,
        `/api/v1/tickets/${made.ticket}`,
        `/api/v1/requesters/${made.requester}`,
      ]) {
        const reply = await served.ask(who, path);
        expect(reply.status, `${who} ${path} ${reply.text}`).to.equal(200);
      }
      const listed = (await served.ask(who, '/api/v1/tickets')).json.items as { id: string }[];
      expect(listed.map(({ id }) => id)).to.deep.equal([made.ticket]);
      const inState = (await served.ask(who, '/api/v1/tickets?state=new')).json.items as unknown[];
      expect(inState).to.have.length(1);
      const queued = (await served.ask(who, '/api/v1/conversations?view=queue')).json.items as unknown[];
      expect(queued).to.have.length(1);
    }
  });

  for (const who of ['south', 'nobody'] as const) {
    it(`gives an account of another unit nothing at every reading address (${who})`, async () => {
      const paths = readings();
      expect(paths.length).to.be.greaterThan(15);
      for (const path of paths) {
        const reply = await served.ask(who, path);
        const isEmpty = reply.status === 200 && (reply.json.items as unknown[] | undefined)?.length === 0;
        expect(reply.status === 404 || isEmpty, `${path}: ${reply.status} ${reply.text}`).to.equal(true);
        if (reply.status === 404) expect(reply.json.code).to.equal('request.not_found');
      }
      const overview = (await served.ask(who, '/api/v1/reports/overview')).json;
      expect(overview).to.include({ conversations: 0, ticketsOpened: 0 });
    });
  }

  it('counts the outlet in the report of the branch above', async () => {
    const overview = (await served.ask('north', '/api/v1/reports/overview')).json;
    expect(overview).to.include({ conversations: 1, ticketsOpened: 1 });
  });

  it('refuses every change from another unit, as if there were nothing', async () => {
    const changes: [string, string, object][] = [
      ['POST', `/api/v1/conversations/${made.conversation}/accept`, {}],
      ['POST', `/api/v1/conversations/${made.conversation}/take`, {}],
      ['POST', `/api/v1/conversations/${made.conversation}/close`, {}],
      ['POST', `/api/v1/conversations/${made.conversation}/transfer`, { unitId: SOUTH }],
      ['POST', `/api/v1/conversations/${made.conversation}/notes`, { text: 'x' }],
      ['PATCH', `/api/v1/tickets/${made.ticket}`, { priority: 'high' }],
      ['POST', `/api/v1/tickets/${made.ticket}/transfer`, { unitId: SOUTH }],
      ['POST', `/api/v1/tickets/${made.ticket}/transitions`, { to: 'open' }],
      ['POST', `/api/v1/tickets/${made.ticket}/comments`, { text: 'x' }],
      ['PUT', `/api/v1/requesters/${made.requester}`, { name: 'x' }],
      ['POST', `/api/v1/requesters/${made.requester}/reveal`, { fields: ['phone'], purpose: '核实客户身份' }],
    ];
    for (const [method, path, body] of changes) {
      const reply = await served.ask('south', path, { method, body, headers: { 'If-Match': '"1"' } });
      expect(reply.json.code, path).to.equal('request.not_found');
    }
    const body = { subject: 'x', description: 'x', conversationId: made.conversation };
    const reply = await served.ask('south', '/api/v1/tickets', { method: 'POST', body });
    expect(reply.json.code).to.equal('ticket.requester_unknown');
  });

  it('narrows a list of tickets to a unit and what lies under it, never beyond the scope', async () => {
    const count = async (who: Who, unit: string, more = '') =>
      ((await served.ask(who, `/api/v1/tickets?unit=${unit}${more}`)).json.items as unknown[]).length;
    for (const more of [
      '',
      '&state=new',
      `&requesterId=${made.requester}`,
      `&q=${encodeURIComponent('补卡')}`,
    ]) {
      for (const unit of [ROOT_UNIT_ID, NORTH, OUTLET]) {
        expect(await count('whole', unit, more), unit).to.equal(1);
        expect(await count('north', unit, more), unit).to.equal(1);
        expect(await count('outlet', unit, more), unit).to.equal(1);
        expect(await count('south', unit, more), unit).to.equal(0);
      }
      expect(await count('whole', SOUTH, more)).to.equal(0);
      expect(await count('north', SOUTH, more)).to.equal(0);
    }
  });

  it('gives a ticket to another unit, whose people see it with nobody, and its former ones no more', async () => {
    const opened = await served.ask('outlet', '/api/v1/tickets', {
      method: 'POST',
      body: { subject: '转交', description: '客户在南方' },
    });
    const id = opened.json.id as string;
    const give = (who: Who, unitId: string, version: number) =>
      served.ask(who, `/api/v1/tickets/${id}/transfer`, {
        method: 'POST',
        body: { unitId, comment: '请南方处理' },
        headers: { 'If-Match': `"${version}"` },
      });
    expect((await give('outlet', OUTLET, 1)).json.code, 'where it is').to.equal('request.invalid');
    expect((await give('outlet', SOUTH, 9)).json.code).to.equal('request.version_stale');
    const given = await give('outlet', SOUTH, 1);
    expect(given.status, given.text).to.equal(200);
    expect(given.json).to.deep.include({ id, version: 2 });
    expect((given.json.unit as { id: string }).id).to.equal(SOUTH);
    expect((await served.ask('outlet', `/api/v1/tickets/${id}`)).status).to.equal(404);
    expect((await give('outlet', OUTLET, 2)).json.code, 'nobody takes it back').to.equal('request.not_found');
    const seen = (await served.ask('south', `/api/v1/tickets/${id}`)).json;
    expect(seen).to.deep.include({ assignee: null, state: 'new' });
    const [moved] = (seen.history as { action: string }[]).filter(({ action }) => action === 'unit');
    expect(moved).to.include({ from: `机构${OUTLET.slice(-3)}`, to: `机构${SOUTH.slice(-3)}` });
    expect((seen.comments as { text: string; isInternal: boolean }[])[0]).to.include({
      text: '请南方处理',
      isInternal: true,
    });
    expect(
      (await served.ask('south', `/api/v1/requesters/${(seen.requester as { id: string }).id}`)).status,
    ).to.equal(200);
    const entry = (await desk.audit(20)).find(
      ({ action, body }) => action === 'ticket.transfer' && body.includes('"ok"'),
    );
    expect(entry?.body).to.contain(SOUTH).and.contain(OUTLET).and.not.contain('南方');
    const [event] = await desk.core.sql(
      `SELECT payload FROM outbox_event WHERE event_key = $1 AND type = 'ticket.transferred'`,
      [id],
    );
    expect(JSON.parse(event?.['payload'] as string)).to.deep.equal({
      ...{ ticketId: id, fromUnitId: OUTLET, toUnitId: SOUTH },
    });
  });

  it('gives a conversation to another unit with its queue, and a unit’s work to its successor', async () => {
    const path = `/api/v1/conversations/${made.conversation}/transfer`;
    const reply = await served.ask('outlet', path, { method: 'POST', body: { unitId: SOUTH } });
    expect(reply.status, reply.text).to.equal(200);
    expect(reply.json).to.include({ unitId: SOUTH, state: 'queued' });
    expect((await served.ask('outlet', `/api/v1/conversations/${made.conversation}`)).status).to.equal(404);
    expect((await served.ask('south', `/api/v1/conversations/${made.conversation}`)).status).to.equal(200);
    // Whoever works on the conversation sees whose it is.
    expect((await served.ask('south', `/api/v1/requesters/${made.requester}`)).status).to.equal(200);
    const counted = deskUnitRows({
      owners: desk.owners,
      ids: desk.core.ids,
      tellOthers: () => undefined,
    }).map(async ({ name, count }) => [
      name,
      await desk.core.uow.read((db) => count(db, SOUTH, 10)),
      await desk.core.uow.read((db) => count(db, SOUTH, 0)),
    ]);
    expect(await Promise.all(counted)).to.deep.equal([
      ['conversation', 1, 0],
      ['ticket', 1, 0],
      ['requester', 0, 0],
    ]);
    for (const { handOver } of deskUnitRows({
      owners: desk.owners,
      ids: desk.core.ids,
      tellOthers: () => undefined,
    })) {
      await desk.core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        while ((await handOver(tx, SOUTH, OUTLET, 1)) > 0);
        tx.record({ action: 'unit.hand-over', outcome: 'ok', target: { type: 'unit', id: SOUTH } });
      });
    }
    const messageId = desk.core.ids.next();
    const by = { actor: { type: 'requester' as const, id: made.requester } };
    await desk.service.receive(by, { conversationId: made.conversation, id: messageId, text: '还在吗' });
    expect((await served.ask('outlet', `/api/v1/conversations/${made.conversation}`)).json.unitId).to.equal(
      OUTLET,
    );
    expect((await served.ask('south', `/api/v1/conversations/${made.conversation}`)).status).to.equal(404);
  });

  /** The form for the whole bank of a list that has the narrower forms beside it. */
  const isWholeForm = (name: string) => allStatements().some((other) => other.name === `${name}_narrow`);
  /** Reads of the four tables without a scope and without a reason. */
  function unscoped(statements: readonly Pick<Statement, 'name' | 'sql' | 'params' | 'operation'>[]) {
    return statements
      .filter(({ operation, name }) => operation === 'select' && !name.startsWith('spec.'))
      .filter(({ sql }) =>
        /\b(FROM|JOIN) (conversation|ticket|requester|evaluation)\b/.test(JSON.stringify(sql)),
      )
      .filter(({ params, name }) => !('scopeUnitId' in params) && !isWholeForm(name))
      .map(({ name }) => name)
      .filter((name) => !UNSCOPED.some(([pattern]) => pattern.test(name)));
  }

  it('stands in every statement that reads the four tables, but for those with a reason', () => {
    expect(unscoped(allStatements())).to.deep.equal([]);
  });

  it('is missed by the check when somebody forgets it', () => {
    const sql = 'SELECT t.subject_enc FROM ticket t WHERE t.id = :id';
    const planted = { name: 'ticket.planted', operation: 'select', sql, params: { id: 'uuid' } } as const;
    expect(unscoped([planted])).to.deep.equal(['ticket.planted']);
  });
});
