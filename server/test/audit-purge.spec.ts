import { expect } from 'chai';
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseKeyFile, verifyExportFolder, type AuditClass } from '../../audit/index.ts';
import { startSecondVerifier } from '../../audit/test/second-verifier.ts';
import { createPurge } from '../compliance/index.ts';
import { approvalRoutes, ApprovalService } from '../identity/index.ts';
import type { Actor } from '../kernel/index.ts';
import { createJobs } from '../platform/jobs/index.ts';
import { codeOf, DAY_MS } from './support/lifecycle.ts';
import { QUIET_LOG, skipOnStandIn } from './support/core.ts';
import { serveRoutes, type Caller } from './support/serve-routes.ts';
import { AGENT, TrailStage } from './support/trail-stage.ts';

const KEEP = Object.fromEntries(
  ['access', 'administration', 'personal-data', 'business', 'knowledge', 'system', 'audit'].map((name) => [
    name,
    1_096,
  ]),
) as Record<AuditClass, number>;
const CONTROL = { checkpoint: async () => undefined };
const REQUESTER = '01900000-0000-7000-8000-0000000000e1';
const officer = (n: number, permissions: string[]): Caller => ({
  actor: { type: 'account', id: `01900000-0000-7000-8000-0000000000f${n}` },
  permissions,
});
const PEOPLE = {
  qian: officer(1, ['record:read', 'record:manage', 'record:approve']),
  sun: officer(2, ['record:read', 'record:manage', 'record:approve']),
  system: officer(3, ['settings:write', 'job:run']),
  security: officer(4, ['settings:approve', 'account:approve']),
  audit: officer(5, ['audit:read-admin', 'approval:read', 'record:approve']),
};
type Name = keyof typeof PEOPLE;

function purgeOf(stage: TrailStage, keepDays: Record<AuditClass, number> = KEEP) {
  const { core, clock, storage } = stage;
  const approvals = new ApprovalService({ clock, ids: core.ids });
  const jobs = createJobs({
    ...{ uow: core.uow, clock, ids: core.ids, log: QUIET_LOG, timeZone: 'Asia/Shanghai' },
    withDb: (work) => core.database.read(work),
  });
  const purge = createPurge({
    ...{ uow: core.uow, clock, ids: core.ids, trail: storage, keepDays, approvals, queue: jobs.queue },
    ...{ auditKeys: stage.keyFile, anchorFolder: stage.anchors, archiveRoot: join(stage.folder, 'archive') },
    ...{ accountNames: async () => new Map(), entriesPerTurn: 10 },
  });
  jobs.add(purge.jobs);
  return { ...purge, approvals };
}

function orderOf(stage: TrailStage, key = 'order-1', before = stage.clock.now()) {
  return {
    ...{ key, before: before.toISOString() },
    ...{ requestedBy: PEOPLE.qian.actor.id, approvedBy: PEOPLE.sun.actor.id },
  };
}

/** Forty entries of five years ago, twenty of last year. */
async function openStage(): Promise<TrailStage> {
  const stage = await TrailStage.open();
  await stage.grow(40);
  stage.days(4 * 366);
  await stage.grow(20);
  return stage;
}

describe('a purge of the trail', () => {
  let stage: TrailStage;
  beforeEach(async function () {
    // The database itself removes what is purged, by a trigger.
    skipOnStandIn(this);
    stage = await openStage();
  });
  afterEach(() => stage?.close());

  const verifyArchive = async (name: string) => {
    const folder = join(stage.folder, 'archive', name);
    const { status } = await verifyExportFolder(folder, { keys: parseKeyFile(stage.keyFile) });
    return { status, byFile: await stage.verifyByFile(folder), folder };
  };

  it('takes the oldest whole seals, and every verifier finds what is left and the archive whole', async function () {
    const { purges } = purgeOf(stage);
    const before = await stage.verify();
    const { purge, stop } = await purges.run(orderOf(stage), CONTROL);
    expect(stop).to.deep.equal({ by: 'period' });
    expect(purge).to.include({ purgeNo: 1, fromSeal: 1, fromSize: 0 });
    // Forty acts and what the start of the server wrote before them.
    expect(purge?.toSize).to.equal(41);
    await stage.sealer.sealOnce();
    expect(await stage.count('audit_event WHERE n <= 41')).to.equal(0);
    expect(await stage.count(`audit_seal WHERE seal_no < ${purge?.toSeal}`)).to.equal(0);
    const after = await stage.verify();
    expect(after).to.include({ status: 'whole', firstBad: null });
    expect(after.size).to.be.greaterThan(before.size);
    expect(after.warnings).to.deep.equal([]);
    const left = await stage.export();
    expect((await stage.verifyByFile(left)).exit).to.equal(0);
    const archive = await verifyArchive(purge?.archiveName ?? '');
    expect(archive.status).to.equal('whole');
    expect(archive.byFile.exit, archive.byFile.text).to.equal(0);
    const python = startSecondVerifier();
    if (python === undefined) return this.skip();
    const answers = [await python.verify(left), await python.verify(archive.folder)];
    python.stop();
    expect(answers.map(({ status }) => status)).to.deep.equal(['whole', 'whole']);
  });

  it('is repeated without effect, goes on with the next order, and stands in the trail with both people', async () => {
    const long = await TrailStage.open(9);
    try {
      await long.grow(20);
      long.days(4 * 366);
      await long.grow(20);
      const { purges } = purgeOf(long);
      const { purge } = await purges.run(orderOf(long), CONTROL);
      expect((await purges.run(orderOf(long), CONTROL)).purge).to.deep.equal(purge);
      await long.sealer.sealOnce();
      const [row] = await long.core.sql(
        `SELECT body FROM audit_event WHERE action = 'audit.purge' AND body LIKE '%archiveSha256%' ORDER BY n`,
      );
      const { details } = JSON.parse(String(row?.['body'])) as { details: Record<string, unknown> };
      expect(details).to.include({
        ...{
          seal: purge?.toSeal,
          size: 21,
          requestedBy: PEOPLE.qian.actor.id,
          approvedBy: PEOPLE.sun.actor.id,
        },
      });
      long.days(4 * 366);
      await long.grow(10);
      const second = await purges.run(orderOf(long, 'order-2'), CONTROL);
      expect(second.purge).to.include({ purgeNo: 2, fromSeal: (purge?.toSeal ?? 0) + 1, fromSize: 21 });
      await long.sealer.sealOnce();
      expect(await long.verify()).to.include({ status: 'whole', firstBad: null });
      expect((await long.verifyByFile(await long.export())).exit).to.equal(0);
      const [first, next] = [purge?.archiveName, second.purge?.archiveName];
      for (const name of [first, next]) {
        const { exit, text } = await long.verifyByFile(join(long.folder, 'archive', name ?? ''));
        expect(exit, text).to.equal(0);
      }
    } finally {
      await long.close();
    }
  });

  it('dies between its turns, verifies then too, and goes on where it stood', async () => {
    const { purges } = purgeOf(stage);
    let turns = 0;
    const dying = {
      async checkpoint() {
        turns += 1;
        if (turns === 2) throw new Error('killed');
      },
    };
    await purges.run(orderOf(stage), dying).catch(() => undefined);
    const between = await stage.verify();
    expect(between).to.include({ status: 'whole', firstBad: null });
    expect(between.warnings.join()).to.contain('a purge is at work');
    const { purge } = await purgeOf(stage).purges.run(orderOf(stage), CONTROL);
    await stage.sealer.sealOnce();
    expect(await stage.count('audit_event WHERE n <= 41')).to.equal(0);
    expect((await stage.verify()).warnings).to.deep.equal([]);
    expect((await verifyArchive(purge?.archiveName ?? '')).status).to.equal('whole');
  });

  it('leaves a seal with one entry of a class that is kept longer, and everything behind it', async () => {
    const { purges } = purgeOf(stage, { ...KEEP, business: 2_000 });
    expect(await purges.run(orderOf(stage), CONTROL)).to.deep.include({
      purge: undefined,
      stop: { by: 'period' },
    });
    expect((await stage.verify()).status).to.equal('whole');
  });

  it('stops before an entry that a hold covers, by customer, account, ticket, or period', async () => {
    const scopes = [
      { requester_id: REQUESTER },
      { account_id: AGENT.id },
      { ticket_id: REQUESTER },
      { from_at: new Date(0), to_at: stage.clock.now() },
    ];
    const held = await TrailStage.open();
    try {
      await held.grow(20);
      await held.grow(10, () => ({
        customer: REQUESTER,
        ticket: REQUESTER,
        ...{ action: 'requester.reveal', fields: ['phone'], reason: 'callback' },
      }));
      held.days(4 * 366);
      for (const [i, scope] of scopes.entries()) {
        const id = await placeHold(held, scope);
        const { purges } = purgeOf(held);
        const { stop, purge } = await purges.run(orderOf(held, `order-${i}`), CONTROL);
        expect(stop, JSON.stringify(scope)).to.deep.equal({ by: 'hold', id });
        if (i === 0) expect(purge?.toSize).to.equal(21);
        await held.core.sql('UPDATE legal_hold SET is_active = 0');
      }
      const { purge } = await purgeOf(held).purges.run(orderOf(held, 'order-9'), CONTROL);
      expect(purge).to.include({ purgeNo: 2, toSize: 31 });
      expect((await held.verify()).status).to.equal('whole');
    } finally {
      await held.close();
    }
  });

  it('removes nothing when the archive does not verify as whole', async () => {
    await stage.core.sql('ALTER TABLE audit_event DISABLE TRIGGER ALL');
    await stage.core.sql(`UPDATE audit_event SET body = REPLACE(body, 't-7', 't-8') WHERE n = 9`);
    const { purges } = purgeOf(stage);
    expect(await codeOf(purges.run(orderOf(stage), CONTROL))).to.equal('audit.purge_unproven');
    expect(await stage.count('audit_purge')).to.equal(0);
    expect(await stage.count('audit_event WHERE n <= 41')).to.equal(41);
  });

  describe('and what the database itself refuses', () => {
    const refusal = async (sql: string) => {
      try {
        await stage.core.sql(sql);
      } catch (error) {
        return [(error as Error).message, String((error as Error).cause ?? '')].join(' ');
      }
      return 'accepted';
    };
    const chunk = (purgeNo: number, rest: string) =>
      `INSERT INTO audit_purge_chunk (id, purge_no, node, epoch, lane, from_n, to_n, until_at, seals_below)
        VALUES ('01950000-0000-7000-8000-000000000001', ${purgeNo}, ${rest})`;

    it('entries below the floor, seals beyond a decision, a decision of one person, and any other deletion', async () => {
      const { purges } = purgeOf(stage);
      const { purge } = await purges.run(orderOf(stage), CONTROL);
      const young = new Date(Date.now() - 199 * DAY_MS).toISOString();
      expect(await refusal(chunk(1, `'test', 1, 0, 1, 99, '${young}', NULL`))).to.contain(
        'at least 200 days',
      );
      expect(await refusal(chunk(1, `'test', 1, 0, 1, 99, NULL, NULL`))).to.contain('at least 200 days');
      const beyond = (purge?.toSeal ?? 0) + 1;
      expect(await refusal(chunk(1, `NULL, NULL, NULL, NULL, NULL, NULL, ${beyond}`))).to.contain(
        'no decision',
      );
      expect(await refusal(chunk(7, `NULL, NULL, NULL, NULL, NULL, NULL, 1`))).to.match(
        /no decision|fk_audit_purge/,
      );
      for (const table of ['audit_event', 'audit_seal', 'audit_purge', 'audit_purge_chunk']) {
        expect(await refusal(`DELETE FROM ${table}`), table).to.contain('never changed');
      }
      expect(await refusal('UPDATE audit_purge SET to_seal = 9')).to.contain('never changed');
      const alone = `INSERT INTO audit_purge SELECT 2, 'x', from_seal, to_seal, from_size, to_size, root, head,
        archive_name, archive_digest, until_at, decided_at, 'a', 'a' FROM audit_purge`;
      expect(
        await refusal(alone.replace(`until_at, decided_at, 'a', 'a'`, `'a', 'a', until_at, decided_at`)),
      ).to.contain('ck_audit_purge_people');
    });

    it('a beginning that was cut without a purge, one that nobody decided, and an entry put back, are all found', async () => {
      const { purges } = purgeOf(stage);
      const { purge } = await purges.run(orderOf(stage), CONTROL);
      await stage.sealer.sealOnce();
      const next = (purge?.toSeal ?? 0) + 1;
      await stage.core.sql('ALTER TABLE audit_event DISABLE TRIGGER ALL');
      await stage.core.sql('ALTER TABLE audit_seal DISABLE TRIGGER ALL');
      await stage.core.sql(
        `INSERT INTO audit_event SELECT node, epoch, lane, 3, '01950000-0000-7000-8000-00000000000a', occurred_at,
          actor_type, actor_id, action, class, target_type, target_id, customer_ref, outcome, body, leaf
          FROM audit_event WHERE n = 45`,
      );
      const back = await stage.verify();
      expect(back.firstBad).to.include({ kind: 'extra', id: '01950000-0000-7000-8000-00000000000a' });
      await stage.core.sql('DELETE FROM audit_event WHERE n = 3');
      // A decision that nobody took: the row is there, the entry in the trail is not.
      await stage.core.sql(
        `INSERT INTO audit_purge SELECT 2, 'forged', from_seal, ${next}, from_size, to_size, root, head,
          archive_name, archive_digest, requested_by, approved_by, until_at, decided_at FROM audit_purge`,
      );
      expect((await stage.verify()).firstBad).to.include({ kind: 'start' });
      await stage.core.sql(`DELETE FROM audit_seal WHERE seal_no <= ${next}`);
      expect((await stage.verify()).firstBad).to.include({ kind: 'start' });
    });
  });

  it('takes two people with the right to it: no administrator, and nobody alone', async () => {
    const { routes, approvals } = purgeOf(stage);
    const { clock } = stage;
    const all = [...routes, ...approvalRoutes({ clock, approvals })];
    const served = await serveRoutes<Name>(stage.core, all, PEOPLE);
    try {
      const body = { before: clock.now().toISOString(), reason: '到期清理' };
      const ask = (who: Name | undefined, given: object = body) =>
        served.ask(who, '/api/v1/audit/purges', { method: 'POST', body: given });
      expect((await ask(undefined)).status).to.equal(401);
      for (const who of ['system', 'security', 'audit'] as const)
        expect((await ask(who)).status, who).to.equal(403);
      expect((await ask('qian', { before: 'soon', reason: 'x' })).status).to.equal(400);
      const future = new Date(clock.now().getTime() + DAY_MS).toISOString();
      expect((await ask('qian', { ...body, before: future })).json.code).to.equal('audit.purge_period');
      const asked = await ask('qian');
      expect(asked.status, asked.text).to.equal(200);
      expect((await ask('sun')).json.code).to.equal('approval.exists');
      const approve = (who: Name) =>
        served.ask(who, `/api/v1/approvals/${asked.json.approvalId as string}/approve`, {
          method: 'POST',
          headers: { 'If-Match': '1' },
          body: {},
        });
      expect((await approve('qian')).json.code).to.equal('approval.second_person');
      expect((await approve('system')).status).to.equal(404);
      expect(await stage.count('job')).to.equal(0);
      const approved = await approve('audit');
      expect(approved.status, approved.text).to.equal(200);
      const [job] = await stage.core.sql('SELECT kind, params FROM job');
      const order = JSON.parse(String(job?.['params'])) as Record<string, string>;
      expect(order).to.include({ requestedBy: PEOPLE.qian.actor.id, approvedBy: PEOPLE.audit.actor.id });
      const list = await served.ask('qian', '/api/v1/audit/purges');
      expect(list.json).to.deep.include({ floorDays: 200, keepDays: KEEP, items: [], plan: null });
      expect(list.json.run).to.include({ state: 'queued', done: null });
    } finally {
      await served.stop();
    }
  });

  it('is tried first without a change, by periods that two people shorten, and shows its archive', async () => {
    const { routes, approvals, purges, jobs } = purgeOf(stage);
    const { clock } = stage;
    const served = await serveRoutes<Name>(
      stage.core,
      [...routes, ...approvalRoutes({ clock, approvals })],
      PEOPLE,
    );
    const page = async () => (await served.ask('qian', '/api/v1/audit/purges')).json;
    const change = (entryClass: string, keepDays: number, version = 0, who: Name = 'qian') =>
      served.ask(who, `/api/v1/audit/periods/${entryClass}`, {
        method: 'PUT',
        headers: { 'If-Match': String(version) },
        body: { keepDays, reason: '期限调整' },
      });
    try {
      const before = clock.now().toISOString();
      const plan = (who: Name) =>
        served.ask(who, '/api/v1/audit/purges/dry-run', { method: 'POST', body: { before } });
      expect([(await plan('security')).status, (await plan('qian')).status]).to.deep.equal([403, 200]);
      expect((await page()).plan).to.include({ state: 'queued' });
      const planned = (await jobs[1]?.run({} as never, { before })) as Record<string, unknown>;
      expect(planned).to.include({ entries: 41, fromSeal: 1, stop: 'period' });
      expect(await stage.count('audit_purge')).to.equal(0);

      for (const days of [199, 36_526])
        expect((await change('business', days)).json.code).to.equal('audit.period_refused');
      expect((await change('gossip', 300)).status).to.equal(400);
      expect((await change('business', 300, 0, 'audit')).status).to.equal(403);
      expect((await change('business', 300, 3)).status).to.equal(412);
      expect((await change('business', 2_500)).json).to.deep.equal({ state: 'done' });
      expect((await change('business', 2_600)).status, 'over an old version').to.equal(412);
      expect(await purges.plan(clock.now()), 'all of it is kept').to.deep.equal({ stop: { by: 'period' } });

      const asked = await change('business', 250, 1);
      expect(asked.json.state).to.equal('asked');
      expect((await page()).keepDays.business, 'nothing yet').to.equal(2_500);
      const approved = await served.ask(
        'sun',
        `/api/v1/approvals/${asked.json.approvalId as string}/approve`,
        {
          ...{ method: 'POST', headers: { 'If-Match': '1' }, body: {} },
        },
      );
      expect(approved.status, approved.text).to.equal(200);
      const { periods } = await page();
      const known = periods.find(({ entryClass }: { entryClass: string }) => entryClass === 'business');
      expect(known).to.include({ keepDays: 250, version: 2 });

      const { purge } = await purges.run(orderOf(stage), CONTROL);
      const folder = join(stage.folder, 'archive', purge?.archiveName ?? '');
      const archive = async () => (await page()).items[0].archive as string;
      expect(await archive()).to.equal('there');
      await appendFile(join(folder, 'manifest.json'), ' ');
      expect(await archive()).to.equal('differs');
      await rm(folder, { recursive: true });
      expect(await archive()).to.equal('moved');
    } finally {
      await served.stop();
    }
  });
});

async function placeHold(stage: TrailStage, scope: Record<string, unknown>): Promise<string> {
  const id = stage.core.ids.next();
  const sealed = Buffer.from([225]);
  const row: Record<string, unknown> = {
    ...{ id, reason_enc: sealed, authority_enc: sealed, is_active: 1, version: 1 },
    ...{ placed_by: (PEOPLE.qian.actor satisfies Actor).id, placed_at: stage.clock.now(), ...scope },
  };
  const names = Object.keys(row);
  await stage.core.sql(
    `INSERT INTO legal_hold (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
    Object.values(row),
  );
  return id;
}
