import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AUDIT_ACTIONS,
  createFolderAnchor,
  createKeyFile,
  createNoteSigner,
  createSealer,
  generateSealKey,
  type AuditDraft,
  type Sealer,
} from '../../audit/index.ts';
import type { Actor } from '../kernel/index.ts';
import { createAuditStorage } from '../platform/persistence/index.ts';
import { buildCore, type Core } from '../test/support/core.ts';
import { unprotectTrail } from '../test/support/raw-sql.ts';
import { serveRoutes, type ServedRoutes } from '../test/support/serve-routes.ts';
import { createCompliance } from './index.ts';
import { trailWarnings } from './trail/trail.health.ts';

const OFFICER: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000d1', name: '钱合规' };
const LIN: Actor = {
  type: 'account',
  id: '01900000-0000-7000-8000-0000000000a1',
  roles: ['agent'],
  ip: '10.0.0.7',
};
const ADMIN: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000e1', name: '系统管理员' };
const CUSTOMER = '01900000-0000-7000-8000-00000000c001';
const OTHER = '01900000-0000-7000-8000-00000000c002';
const TICKET = '01900000-0000-7000-8000-00000000f001';
const NAMES = new Map([[LIN.id, '林坐席']]);

const CALLERS = {
  officer: { actor: OFFICER, permissions: ['audit:read', 'audit:verify', 'audit:export'] },
  auditAdmin: { actor: ADMIN, permissions: ['audit:read-admin', 'account:read'] },
  agent: { actor: LIN, permissions: ['conversation:work'] },
};
type Item = Record<string, never> & {
  id: string;
  action: string;
  index: number | null;
  sentence: { zh: string; en: string };
};

describe('the officer’s side', () => {
  let core: Core;
  let sealer: Sealer;
  let http: ServedRoutes<keyof typeof CALLERS>;
  let folder: string;

  before(async () => {
    core = await buildCore();
    folder = await mkdtemp(join(tmpdir(), 'vd-anchors-'));
    const signer = createNoteSigner('vaultdesk/spec', generateSealKey());
    const trail = createAuditStorage(core.database);
    sealer = createSealer({
      storage: trail,
      signer,
      anchors: [createFolderAnchor(folder)],
      clock: core.clock,
    });
    const { routes } = createCompliance({
      ...{ trail, sealer, clock: core.clock },
      epoch: core.trail.epoch,
      ...{ outsideAnchors: () => [], stampFolder: join(folder, 'stamps') },
      timeReading: () => ({ source: 'none' as const, state: 'unknown' as const, syncedAt: null }),
      anchorFolder: folder,
      auditKeys: createKeyFile(signer),
      accountNames: async (ids) => new Map([...NAMES].filter(([id]) => ids.includes(id))),
    });
    http = await serveRoutes(core, routes, CALLERS);
    await record(ADMIN, { action: 'account.create', outcome: 'ok', target: { type: 'account', id: LIN.id } });
    for (let round = 0; round < 4; round += 1) {
      await record(LIN, { action: 'requester.view', outcome: 'ok', customer: round < 3 ? CUSTOMER : OTHER });
    }
    await record(LIN, {
      action: 'requester.reveal',
      outcome: 'ok',
      customer: CUSTOMER,
      fields: ['phone'],
      reason: 'verify-identity',
      ticket: TICKET,
    });
    await record(LIN, { action: 'ticket.view', outcome: 'refused', target: { type: 'ticket', id: TICKET } });
  });
  after(async () => {
    await http.stop();
    await sealer.stop();
    await core.close();
    await rm(folder, { recursive: true });
  });

  const record = (actor: Actor, draft: AuditDraft) => core.uow.run({ actor }, async (tx) => tx.record(draft));
  const search = (query: string, caller: keyof typeof CALLERS = 'officer') =>
    http.ask(caller, `/api/v1/audit/events${query && `?${query}`}`);
  const itemsOf = async (query: string, caller?: keyof typeof CALLERS): Promise<Item[]> =>
    (await search(query, caller)).json.items;
  const actionsOf = async (query: string, caller?: keyof typeof CALLERS) =>
    (await itemsOf(query, caller)).map(({ action }) => action);
  const tail = (id: string) => `#${id.slice(-8)}`;

  describe('searching', () => {
    const cases: [string, string, string[]][] = [
      ['target', `target=${TICKET}`, ['ticket.view']],
      ['action', 'action=account.create', ['account.create']],
      ['action and outcome', 'action=ticket.view&outcome=ok', []],
      ['actor and action', `actor=${LIN.id}&action=requester.reveal`, ['requester.reveal']],
      ['customer and action', `customer=${OTHER}&action=requester.view`, ['requester.view']],
      ['customer and another actor', `customer=${CUSTOMER}&actor=${ADMIN.id}`, []],
      ['nobody', 'actor=nobody', []],
    ];
    for (const [name, query, expected] of cases) {
      it(`finds by ${name}`, async () => expect(await actionsOf(query)).to.deep.equal(expected));
    }

    it('finds who looked at a customer, newest first', async () => {
      const actions = await actionsOf(`customer=${CUSTOMER}&actor=${LIN.id}`);
      expect(actions).to.deep.equal([
        'requester.reveal',
        'requester.view',
        'requester.view',
        'requester.view',
      ]);
    });

    it('takes the start of a time and leaves its end out', async () => {
      const [item] = (await itemsOf('action=account.create')) as [Item];
      const at = item['at'] as unknown as string;
      const behind = new Date(Date.parse(at) + 1).toISOString();
      const found = (query: string) => actionsOf(`action=account.create&${query}`);
      expect(await found(`from=${at}&to=${behind}`)).to.have.length(1);
      expect(await found(`to=${at}`)).to.have.length(0);
      expect(await found(`from=${behind}`)).to.have.length(0);
      expect(await found(`from=${behind}&to=${at}`)).to.have.length(0);
    });

    it('pages through everything without gap or repetition while new entries come', async () => {
      const paged: string[] = [];
      let cursor = '';
      for (;;) {
        const { json } = await search(`actor=${LIN.id}&limit=2${cursor && `&cursor=${cursor}`}`);
        paged.push(...json.items.map(({ id }: Item) => id));
        if (json.nextCursor === undefined) break;
        cursor = json.nextCursor;
      }
      const all = (await itemsOf(`actor=${LIN.id}&limit=200`)).map(({ id }) => id);
      expect(paged).to.deep.equal(all);
      expect(new Set(paged).size).to.equal(paged.length);
    });

    it('says each entry as a sentence in both languages, with names of accounts and no name of a customer', async () => {
      const [reveal] = (await itemsOf('action=requester.reveal')) as [Item];
      expect(reveal.sentence).to.deep.equal({
        zh: `林坐席 查看了客户 ${tail(CUSTOMER)} 的明文（phone），目的：verify-identity`,
        en: `林坐席 revealed phone of requester ${tail(CUSTOMER)} for verify-identity`,
      });
      expect(reveal).to.deep.include({ fields: ['phone'], ticket: TICKET, reason: 'verify-identity' });
      expect(reveal['actor']).to.deep.equal({ ...LIN, name: '林坐席' });
      const [created] = (await itemsOf('action=account.create')) as [Item];
      expect(created.sentence.zh).to.equal('系统管理员 创建账号 林坐席');
      const [refused] = (await itemsOf(`target=${TICKET}`)) as [Item];
      expect(refused.sentence.en).to.match(/\(refused\)$/);
    });

    it('is itself an entry: who, for what, how many, first and last', async () => {
      const items = await itemsOf(`customer=${CUSTOMER}&limit=2`);
      const [entry] = (await itemsOf('action=audit.search&limit=1')) as [Item];
      expect(entry['customer']).to.equal(CUSTOMER);
      expect(entry['details']).to.deep.equal({
        by: ['customer'],
        count: 2,
        firstId: items[0]!.id,
        lastId: items[1]!.id,
      });
      expect(entry['actor']).to.deep.include({ id: OFFICER.id });
    });

    it('keeps what somebody typed that is no id out of the trail', async () => {
      await itemsOf('actor=13812345678');
      const [entry] = (await itemsOf('action=audit.search&limit=1')) as [Item];
      expect(entry['details']).to.deep.equal({ by: ['actor'], count: 0 });
    });

    it('refuses a malformed filter', async () => {
      const bad = [
        'customer=x',
        'outcome=fine',
        'from=yesterday',
        'limit=0',
        'limit=201',
        'cursor=zzz',
        'q=',
        'q=!!',
        'address=home',
        'ticket=7',
        'class=other',
        'actor=',
      ];
      for (const query of bad) expect((await search(query)).status, query).to.equal(400);
    });

    it('is closed to agents and strangers', async () => {
      expect((await search('', 'agent')).status).to.equal(403);
      expect((await http.ask(undefined, '/api/v1/audit/events')).status).to.equal(401);
    });
  });

  describe('the audit administrator', () => {
    it('sees what administrators did and nothing about customers', async () => {
      const actions = await actionsOf('limit=200', 'auditAdmin');
      expect(actions).to.include('account.create').and.include('audit.search');
      const classes = new Set(
        actions.map((action) => AUDIT_ACTIONS[action as keyof typeof AUDIT_ACTIONS].class),
      );
      expect(classes).not.to.include('personal-data').and.not.to.include('business');
      expect(await actionsOf(`customer=${CUSTOMER}&actor=${LIN.id}`, 'auditAdmin')).to.deep.equal([]);
    });

    it('cannot open an entry about a customer, and cannot tell that it exists', async () => {
      const [reveal] = (await itemsOf('action=requester.reveal')) as [Item];
      const [created] = (await itemsOf('action=account.create')) as [Item];
      const open = async (id: string) => (await http.ask('auditAdmin', `/api/v1/audit/events/${id}`)).status;
      expect(await open(created.id)).to.equal(200);
      expect(await open(reveal.id)).to.equal(404);
      expect(await open(core.ids.next())).to.equal(404);
    });

    it('sees only the acts of its classes in the catalogue, and does not verify', async () => {
      const { json } = await http.ask('auditAdmin', '/api/v1/audit/actions');
      const actions = json.map(({ action }: Item) => action);
      expect(actions).to.include('account.create').and.not.to.include('requester.reveal');
      expect((await http.ask('auditAdmin', '/api/v1/audit/verify', { method: 'POST' })).status).to.equal(403);
      expect((await http.ask('auditAdmin', '/api/v1/audit/status')).status).to.equal(403);
    });
  });

  describe('one entry', () => {
    it('has its exact body and leaf at once, and a proof once it is sealed', async () => {
      await record(LIN, { action: 'ticket.list', outcome: 'ok' });
      const [fresh] = (await itemsOf('action=ticket.list')) as [Item];
      expect(fresh.index).to.equal(null);
      const path = `/api/v1/audit/events/${fresh.id}`;
      const before = (await http.ask('officer', path)).json;
      expect(before).not.to.have.property('proof');
      expect(JSON.parse(before.body)).to.include({ id: fresh.id, action: 'ticket.list' });
      expect(before.leaf).to.match(/^[0-9a-f]{64}$/);

      await sealer.sealOnce();
      const after = (await http.ask('officer', path)).json;
      expect(after.proof).to.include({ index: after.index, root: sealer.status().root });
      expect(after.proof.file).to.match(/^c2sp\.org\/tlog-proof@v1\n/);
      const [listed] = (await itemsOf('action=ticket.list')) as [Item];
      expect(listed.index).to.equal(after.index);
    });

    it('is recorded as read', async () => {
      const [entry] = (await itemsOf('action=audit.read&limit=1')) as [Item];
      expect(entry['target']).to.have.property('type', 'audit-entry');
    });

    it('is still listed when its body was damaged', async () => {
      const damaged = await buildCore();
      const routes = createCompliance({
        trail: createAuditStorage(damaged.database),
        ...{ sealer, epoch: 1, anchorFolder: folder, auditKeys: '', clock: damaged.clock },
        ...{ outsideAnchors: () => [], stampFolder: folder },
        timeReading: () => ({ source: 'none' as const, state: 'unknown' as const, syncedAt: null }),
        accountNames: async () => new Map(),
      }).routes;
      const served = await serveRoutes(damaged, routes, CALLERS);
      const draft: AuditDraft = { action: 'ticket.list', outcome: 'ok' };
      await damaged.uow.run({ actor: { type: 'system', id: 'system' } }, async (tx) => tx.record(draft));
      await unprotectTrail(damaged.database);
      await damaged.sql(`UPDATE audit_event SET body = '{' WHERE action = 'ticket.list'`);
      const { json } = await served.ask('officer', '/api/v1/audit/events?action=ticket.list');
      expect(json.items[0].sentence).to.deep.equal({
        zh: '系统 查看工单列表',
        en: 'the system listed tickets',
      });
      await served.stop();
      await damaged.close();
    });
  });

  describe('the catalogue', () => {
    it('names every act in both languages, without places', async () => {
      const { json } = await http.ask('officer', '/api/v1/audit/actions');
      expect(json.map(({ action }: Item) => action)).to.have.members(Object.keys(AUDIT_ACTIONS));
      for (const { zh, en, action } of json) expect(zh && en && !/[{}]/.test(zh + en), action).to.equal(true);
      const open = json.find(({ action }: Item) => action === 'session.open');
      expect(open).to.include({ zh: '登录', en: 'signed in', class: 'access' });
    });
    it('is closed to agents', async () => {
      expect((await http.ask('agent', '/api/v1/audit/actions')).status).to.equal(403);
    });
  });

  describe('the trail as a whole', () => {
    it('tells its head, its anchors, its key, and what is newer than the head', async () => {
      await sealer.sealOnce();
      await record(LIN, { action: 'ticket.list', outcome: 'ok' });
      const { json } = await http.ask('officer', '/api/v1/audit/status');
      expect(json).to.include({ size: sealer.status().size, root: sealer.status().root, isForked: false });
      expect(json.unsealed).to.be.at.least(1);
      expect(json.keyFingerprint).to.match(/^[0-9a-f]{64}$/);
      expect(json.anchors).to.have.length(1);
      expect(json.lastAnchorAt).to.equal(json.anchors[0].at);
      expect(json.lastSealAt).to.be.a('string');
    });

    it('warns of a single anchor, one that fails, and a clock that was set within a day', async () => {
      const before = (await http.ask('officer', '/api/v1/audit/status')).json;
      expect(before.warnings).to.include('anchor-single').and.not.include('clock-set');
      expect(before.clock).to.include({ setAt: null, setByMs: null });
      await record(LIN, { action: 'clock.change', outcome: 'ok', details: { byMs: -7_200_000 } });
      const { json } = await http.ask('officer', '/api/v1/audit/status');
      expect(json.warnings).to.include('clock-set');
      expect(json.clock.setByMs).to.equal(-7_200_000);

      const now = new Date('2026-03-02T08:00:00.000Z');
      const fine = { setAt: null, setByMs: null, isSynchronised: null };
      const sinks = [{ failure: null }, { failure: null }];
      expect(trailWarnings(sinks, fine, now)).to.deep.equal([]);
      expect(trailWarnings([...sinks, { failure: 'egress.timeout' }], fine, now)).to.deep.equal([
        'anchor-failing',
      ]);
      const yesterday = { ...fine, setAt: new Date('2026-03-01T08:00:00.000Z') };
      expect(trailWarnings(sinks, yesterday, now)).to.deep.equal([]);
      expect(trailWarnings(sinks, { ...fine, isSynchronised: false }, now)).to.deep.equal(['clock-alone']);
    });

    it('verifies whole, records that, and runs once at a time', async () => {
      await sealer.sealOnce();
      const verify = () => http.ask('officer', '/api/v1/audit/verify', { method: 'POST', body: {} });
      const answers = await Promise.all([verify(), verify()]);
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 503]);
      const { json } = answers.find(({ status }) => status === 200)!;
      expect(json).to.include({ status: 'whole', size: sealer.status().size, firstBad: null });
      expect(json.ms).to.be.at.least(0);
      expect(json.anchors).to.be.at.least(1);
      const [entry] = (await itemsOf('action=audit.verify&limit=1')) as [Item];
      expect(entry['details']).to.include({ status: 'whole', root: json.root });
      expect((await verify()).status).to.equal(200);
    });

    it('finds one changed byte, and names the entry', async () => {
      const [victim] = (await itemsOf('action=requester.reveal')) as [Item];
      await unprotectTrail(core.database);
      await core.sql(`UPDATE audit_event SET body = replace(body, 'phone', 'phony') WHERE id = $1`, [
        victim.id,
      ]);
      const { json } = await http.ask('officer', '/api/v1/audit/verify', { method: 'POST' });
      expect(json.status).to.equal('tampered');
      expect(json.firstBad).to.include({ id: victim.id, kind: 'leaf', index: victim.index });
      await core.sql(`UPDATE audit_event SET body = replace(body, 'phony', 'phone') WHERE id = $1`, [
        victim.id,
      ]);
      expect((await http.ask('officer', '/api/v1/audit/verify', { method: 'POST' })).json.status).to.equal(
        'whole',
      );
    });
  });
});
