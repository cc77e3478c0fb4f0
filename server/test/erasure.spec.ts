import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDatabaseReader,
  createFolderAnchor,
  createKeyFile,
  createNoteSigner,
  createSealer,
  generateSealKey,
  parseKeyFile,
  readAnchors,
  verifyTrail,
} from '../../audit/index.ts';
import { createErasure, type Erasure } from '../compliance/index.ts';
import { eraseVisitorRows } from '../channels/web-widget/index.ts';
import { eraseDeskRows } from '../desk/index.ts';
import { createBus, type RunningBus } from '../platform/bus/index.ts';
import { eraseFiles } from '../platform/files/index.ts';
import { createAuditStorage } from '../platform/persistence/index.ts';
import { QUIET_LOG } from './support/core.ts';
import { codeOf, LifecycleStage, QIAN, SUN } from './support/lifecycle.ts';
import { readPdf } from './support/read-pdf.ts';
import { serveRoutes, type ServedRoutes } from './support/serve-routes.ts';

const OFFICER = ['record:read', 'record:manage', 'record:approve'];
const SETTLE_MS = 65_000;

describe('erasing a person', () => {
  let stage: LifecycleStage;
  let erasure: Erasure;
  let buses: RunningBus[];
  let forgotten: number[];
  let served: ServedRoutes<'qian' | 'sun' | 'agent'>;

  beforeEach(async () => {
    stage = await LifecycleStage.open();
    const { core, clock, stores, jobs, identity } = stage;
    const { uow, ids, database, installationId, crypto } = core;
    buses = ['here', 'there'].map((nodeId) => createBus({ database, clock, ids, nodeId, log: QUIET_LOG }));
    for (const bus of buses) await bus.start();
    forgotten = [];
    erasure = createErasure({
      ...{ uow, clock, ids, installationId, stores, log: QUIET_LOG },
      withDb: (work) => database.read(work),
      bus: buses[0] as RunningBus,
      erasers: [{ erase: eraseDeskRows }, { erase: eraseVisitorRows }, { erase: eraseFiles }],
      approvals: identity.approvals,
      queue: jobs.queue,
      accountNames: async (wanted) => new Map(wanted.map((id) => [id, '钱合规'])),
      async forgetKeys(dekIds) {
        for (const id of dekIds) crypto.forget(id);
        forgotten.push(...dekIds);
      },
    });
    jobs.add([erasure.job]);
    served = await serveRoutes(core, [...erasure.routes, ...identity.routes], {
      qian: { actor: QIAN, permissions: OFFICER },
      sun: { actor: SUN, permissions: OFFICER },
      agent: { actor: QIAN, permissions: ['requester:read'] },
    });
  });
  afterEach(async () => {
    await served.stop();
    for (const bus of buses) await bus.stop();
    await stage.close();
  });

  const post = (who: 'qian' | 'sun', path: string, body: object, version?: number) =>
    served.ask(who, `/api/v1${path}`, {
      method: 'POST',
      body,
      headers: version === undefined ? {} : { 'If-Match': `"${version}"` },
    });
  /** A person whose last conversation ended years ago. */
  async function oldPerson(): Promise<{ requesterId: string; conversationId: string }> {
    const requesterId = await stage.seeds.requester(stage.yearsAgo(5));
    const ended = { openedAt: stage.yearsAgo(4), closedAt: stage.yearsAgo(4) };
    const conversationId = await stage.seeds.conversation({ requesterId, ...ended, texts: ['请帮我补卡'] });
    return { requesterId, conversationId };
  }
  async function eraseByTwo(requesterId: string): Promise<void> {
    const asked = await post('qian', '/erasures', { requesterId, reason: '客户依法要求删除' });
    expect(asked.status, asked.text).to.equal(200);
    const path = `/approvals/${asked.json.approvalId}/approve`;
    expect((await post('qian', path, {}, 1)).json.code).to.equal('approval.second_person');
    const approved = await post('sun', path, {}, 1);
    expect(approved.status, approved.text).to.equal(200);
  }
  /** What an independent look at the whole trail says. */
  async function verify(): Promise<string> {
    const signer = createNoteSigner('vaultdesk/spec', generateSealKey());
    const storage = createAuditStorage(stage.core.database);
    const folder = mkdtempSync(join(tmpdir(), 'vd-anchors-'));
    const anchor = createFolderAnchor(folder);
    await createSealer({ storage, signer, anchors: [anchor], clock: stage.clock }).sealOnce();
    await anchor.close();
    const keys = parseKeyFile(createKeyFile(signer));
    const report = await verifyTrail(createDatabaseReader(storage), { keys, anchors: [readAnchors(folder)] });
    rmSync(folder, { recursive: true });
    return report.status;
  }
  const sql = (text: string, values: unknown[] = []) => stage.core.sql(text, values);

  it('destroys the keys in every process, clears what is searchable, and leaves a certificate', async () => {
    const { requesterId, conversationId } = await oldPerson();
    const other = await oldPerson();
    const [{ id: dekId } = {}] = await sql('SELECT id FROM crypto_dek WHERE owner_id = $1', [requesterId]);
    await eraseByTwo(requesterId);

    const [dek] = await sql('SELECT state, wrapped FROM crypto_dek WHERE owner_id = $1', [requesterId]);
    expect(dek?.['state']).to.equal('destroyed');
    expect((dek?.['wrapped'] as Buffer).equals(Buffer.alloc(1))).to.equal(true);
    expect(forgotten).to.deep.equal([Number(dekId)]);
    const [row] = await sql('SELECT * FROM requester WHERE id = $1', [requesterId]);
    const left = Object.entries(row ?? {}).filter(
      ([name, value]) => /_(enc|bix)$/.test(name) && value !== null,
    );
    expect(left).to.deep.equal([]);
    const [message] = await sql('SELECT id, body_enc FROM message WHERE conversation_id = $1', [
      conversationId,
    ]);
    const cell = { table: 'message', column: 'body_enc', rowId: message?.['id'] as string };
    const [opened] = await stage.core.crypto.openMany([{ cell, envelope: message?.['body_enc'] as Buffer }]);
    expect(opened).to.deep.equal({ ok: false, code: 'crypto.auth_failed' });
    const [kept] = await sql('SELECT state FROM crypto_dek WHERE owner_id = $1', [other.requesterId]);
    expect(kept?.['state'], 'nobody else').to.equal('active');

    const [before] = (await served.ask('qian', '/api/v1/erasures')).json.items;
    expect(before).to.deep.include({ requesterId, state: 'destroying', keys: 1 });
    const path = `/api/v1/erasures/${before.id}/certificate`;
    expect((await served.ask('qian', path)).json.code).to.equal('erasure.not_done');
    await erasure.service.acknowledge(before.id, 'there');
    stage.clock.advance(SETTLE_MS);
    await stage.jobs.drain();
    const [after] = (await served.ask('qian', '/api/v1/erasures')).json.items;
    expect(after.state).to.equal('done');
    expect(after.acknowledged.map((line: string) => line.split(' ')[0]).sort()).to.deep.equal([
      'here',
      'there',
    ]);
    const reply = await served.ask('sun', path);
    expect(reply.status).to.equal(200);
    const text = readPdf(reply.bytes).pages.join('\n');
    for (const part of [before.id, requesterId, 'here', 'there']) expect(text).to.include(part);
    const acts = await sql(`SELECT action FROM audit_event WHERE action LIKE 'requester.erase%'`);
    expect(acts).to.have.lengthOf(2);
    expect(served.faults).to.deep.equal([]);
    expect(await verify()).to.equal('whole');
  });

  it('is refused while a hold covers the person, and names it', async () => {
    const { requesterId } = await oldPerson();
    const hold = await stage.place({ requesterId });
    const reply = await post('qian', '/erasures/check', { requesterId });
    expect(reply.json.covers).to.deep.equal([
      { kind: 'hold', holdId: hold.id, placedAt: hold.placedAt.toISOString() },
    ]);
    const asked = await post('qian', '/erasures', { requesterId, reason: '客户依法要求删除' });
    expect(asked.json.code).to.equal('erasure.covered');
    expect(JSON.stringify(asked.json)).to.include(hold.id);
    expect(await sql('SELECT id FROM erasure')).to.deep.equal([]);
  });

  it('is refused while a record is younger than the law lets a bank keep it, and says until when', async () => {
    const requesterId = await stage.seeds.requester(stage.yearsAgo(5));
    const closedAt = new Date(stage.clock.now().getTime() - 86_400_000);
    await stage.seeds.conversation({ requesterId, openedAt: closedAt, closedAt });
    const [line] = (await post('qian', '/erasures/check', { requesterId })).json.covers;
    expect(line).to.deep.include({ kind: 'period', recordClass: 'chat', count: 1 });
    expect(line.until).to.equal('2023-12-14T02:00:00.000Z');
  });

  it('is refused when a hold comes between asking and approving', async () => {
    const { requesterId } = await oldPerson();
    const asked = await post('qian', '/erasures', { requesterId, reason: '客户依法要求删除' });
    await stage.place({ requesterId });
    const approved = await post('sun', `/approvals/${asked.json.approvalId}/approve`, {}, 1);
    expect(approved.json.code).to.equal('approval.not_applicable');
    const [dek] = await sql('SELECT state FROM crypto_dek WHERE owner_id = $1', [requesterId]);
    expect(dek?.['state']).to.equal('active');
  });

  it('is for officers alone, and knows strangers', async () => {
    const requesterId = stage.core.ids.next();
    expect((await post('qian', '/erasures/check', { requesterId })).json.code).to.equal(
      'erasure.person_unknown',
    );
    expect((await served.ask('agent', '/api/v1/erasures')).status).to.equal(403);
    expect(await codeOf(stage.as(QIAN, (tx) => erasure.service.get(tx, requesterId)))).to.equal(
      'request.not_found',
    );
  });

  it('finishes twice without doing more', async () => {
    const { requesterId } = await oldPerson();
    await eraseByTwo(requesterId);
    const [row] = (await served.ask('qian', '/api/v1/erasures')).json.items;
    await erasure.service.finish(row.id);
    await erasure.service.finish(row.id);
    const [done] = (await served.ask('qian', '/api/v1/erasures')).json.items;
    expect(done).to.deep.include({ state: 'done', keys: 1 });
  });
});
