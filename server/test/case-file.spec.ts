import { expect } from 'chai';
import { unzipSync } from 'fflate';
import {
  createFolderAnchor,
  createKeyFile,
  createNoteSigner,
  createSealer,
  generateSealKey,
  isSignedBy,
  parseKeyFile,
  parseNote,
  type Sealer,
} from '../../audit/index.ts';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { caseRoutes, CaseService } from '../compliance/index.ts';
import { createCaseRecords } from '../desk/index.ts';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { approvalRoutes, ApprovalService } from '../identity/index.ts';
import type { Actor } from '../kernel/index.ts';
import { sha256 } from '../platform/crypto/index.ts';
import { createJobs, type Jobs } from '../platform/jobs/index.ts';
import { createAuditStorage } from '../platform/persistence/index.ts';
import { QUIET_LOG } from './support/core.ts';
import { serveRoutes, type ServedRoutes } from './support/serve-routes.ts';

const account = (n: number): Actor => ({ type: 'account', id: `01900000-0000-7000-8000-0000000000d${n}` });
const OFFICER = ['case:ask', 'record:approve'];
const CALLERS = {
  qian: { actor: account(1), permissions: OFFICER },
  sun: { actor: account(2), permissions: OFFICER },
  zhou: { actor: account(3), permissions: ['record:approve'] },
  agent: { actor: account(4), permissions: ['conversation:work', 'requester:read'] },
};
type Caller = keyof typeof CALLERS;
const PHONE = '13812345678';
const PROFILE = { name: '张伟', phone: PHONE, idNumber: '11010519491231002X', external: 'C-88001' };
const PATH = '/api/v1/case-files';
const DAY_MS = 86_400_000;
const run = promisify(execFile);

describe('case files for a regulator', () => {
  let desk: Desk;
  let sealer: Sealer;
  let jobs: Jobs;
  let cases: CaseService;
  let http: ServedRoutes<Caller>;
  let folder: string;
  let auditKeys: string;
  let requesterId: string;
  let conversationId: string;
  let aheadMs = 0;
  const told: string[] = [];

  before(async () => {
    desk = await buildDesk();
    const { core } = desk;
    const { uow, ids, crypto } = core;
    folder = await mkdtemp(join(tmpdir(), 'vd-case-'));
    const trail = createAuditStorage(core.database);
    const signer = createNoteSigner('vaultdesk/spec', generateSealKey());
    auditKeys = createKeyFile(signer);
    sealer = createSealer({
      storage: trail,
      signer,
      anchors: [createFolderAnchor(folder)],
      clock: core.clock,
    });
    jobs = createJobs({
      ...{ uow, clock: core.clock, ids, log: QUIET_LOG, timeZone: 'UTC' },
      withDb: (work) => core.database.read(work),
    });
    const approvals = new ApprovalService({ clock: core.clock, ids });
    const records = createCaseRecords({ crypto, conversations: desk.service });
    const clock = { now: () => new Date(Date.now() + aheadMs) };
    const store = desk.fileStore.store;
    const accountNames = async () => new Map([[CALLERS.qian.actor.id, '钱合规']]);
    cases = new CaseService({
      ...{ uow, clock, ids, crypto, trail, auditKeys, signNote: signer.sign, records, store, accountNames },
      ...{ approvals, queue: jobs.queue },
      notifier: { send: async (_tx, { kind }) => void told.push(kind) },
    });
    jobs.add(cases.jobs);
    const routes = [
      ...caseRoutes({ cases, records, store, accountNames }),
      ...approvalRoutes({ clock: core.clock, approvals }),
    ];
    http = await serveRoutes(core, routes, CALLERS);
    const row = await desk.buildConversation({ profile: PROFILE, texts: ['你好', `我的手机是${PHONE}`] });
    [requesterId, conversationId] = [row.requesterId, row.id];
    await sealer.sealOnce();
  });
  after(async () => {
    await jobs.stop();
    await http.stop();
    await sealer.stop();
    await desk.close();
    await rm(folder, { recursive: true });
  });

  const post = (who: Caller, path: string, body: object) => http.ask(who, path, { method: 'POST', body });
  const lookUp = (key: string, value: string, who: Caller = 'qian') =>
    post(who, `${PATH}/look-ups`, { key, value });
  const ask = (body: object = {}, who: Caller = 'qian') =>
    post(who, PATH, {
      ...{
        requesterId,
        caseNumber: '（2026）京0105调字第12号',
        authority: '北京银保监局',
        reason: '投诉核查',
      },
      ...body,
    });
  const open = async (who: Caller) =>
    (await http.ask(who, '/api/v1/approvals?list=waiting')).json.items as {
      id: string;
      kind: string;
      version: number;
    }[];
  async function decide(who: Caller, act: 'approve' | 'reject') {
    const [one] = await open('zhou');
    return http.ask(who, `/api/v1/approvals/${one!.id}/${act}`, {
      ...{
        method: 'POST',
        headers: { 'if-match': `"${one!.version}"` },
        body: act === 'reject' ? { note: '理由不足' } : {},
      },
    });
  }
  const item = async (id: string) =>
    (await http.ask('qian', PATH)).json.items.find((one: { id: string }) => one.id === id);
  async function made(body: object = {}): Promise<string> {
    const { status, json } = await ask(body);
    expect(status, JSON.stringify(json)).to.equal(202);
    expect((await decide('sun', 'approve')).status).to.equal(200);
    expect((await decide('zhou', 'approve')).status).to.equal(200);
    await jobs.drain();
    return json.id;
  }
  async function filesOf(id: string): Promise<Record<string, string>> {
    const { status, bytes } = await http.ask('qian', `${PATH}/${id}/file`);
    expect(status).to.equal(200);
    const files = Object.entries(unzipSync(bytes)).map(([name, data]) => [
      name,
      Buffer.from(data).toString(),
    ]);
    return Object.fromEntries(files) as Record<string, string>;
  }

  describe('looking a person up', () => {
    const keys: [string, string][] = [
      ['phone', '+86 138-1234-5678'],
      ['idNumber', '11010519491231002x'],
      ['customerNumber', ' C-88001 '],
    ];
    for (const [key, value] of keys) {
      it(`finds by exact ${key}, and gives a reference with masks`, async () => {
        const { json, text } = await lookUp(key, value);
        expect(json.items).to.have.length(1);
        expect(json.items[0]).to.include({ id: requesterId, phoneMasked: '138****5678' });
        for (const clear of [PHONE, PROFILE.name, PROFILE.idNumber]) expect(text).not.to.contain(clear);
      });
    }

    it('finds nothing by a part, another value, or another field', async () => {
      for (const [key, value] of [
        ['phone', '5678'],
        ['phone', '13812345679'],
        ['customerNumber', PHONE],
      ] as const)
        expect((await lookUp(key, value)).json.items, `${key} ${value}`).to.deep.equal([]);
      expect((await lookUp('name', '张伟')).status).to.equal(400);
      expect((await lookUp('phone', '')).status).to.equal(400);
    });

    it('is an entry that names the field and whom it found, never what was typed', async () => {
      await lookUp('phone', PHONE);
      const [entry] = await desk.audit();
      expect(entry).to.include({ action: 'case.look-up' });
      expect(JSON.parse(entry!.body)).to.deep.include({ fields: ['phone'], details: { ids: [requesterId] } });
      expect(entry!.body).not.to.contain(PHONE);
    });

    it('is closed to agents and strangers', async () => {
      expect((await lookUp('phone', PHONE, 'agent')).status).to.equal(403);
      expect((await http.ask(undefined, PATH)).status).to.equal(401);
      expect((await ask({}, 'agent')).status).to.equal(403);
    });
  });

  it('refuse what cannot be, and keep nothing of it', async () => {
    const codeOf = async (body: object) => (await ask(body)).json.code;
    expect(await codeOf({ requesterId: desk.core.ids.next() })).to.equal('case.person_unknown');
    const times = { from: '2026-02-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' };
    expect(await codeOf(times)).to.equal('case.period_invalid');
    expect(await codeOf({ reason: `核查${PHONE}` })).to.equal('approval.reason_invalid');
    for (const body of [{ keptDays: 31 }, { keptDays: 0 }, { caseNumber: ' ' }, { requesterId: PHONE }])
      expect((await ask(body)).status, JSON.stringify(body)).to.equal(400);
    expect((await http.ask('qian', PATH)).json.items).to.deep.equal([]);
  });

  it('need two other people, each once', async () => {
    const { json } = await ask();
    expect(json).to.include({
      state: 'asked',
      caseNumber: '（2026）京0105调字第12号',
      keptDays: 7,
      isUnmasked: false,
    });
    expect((await decide('qian', 'approve')).json.code).to.equal('approval.second_person');
    expect((await decide('sun', 'approve')).status).to.equal(200);
    expect(await item(json.id)).to.include({ state: 'first' });
    // Whoever asked could decide on the second one, since the first approver asked for it.
    const again = await decide('qian', 'approve');
    expect(again.json.details).to.include({ cause: 'case.third_person' });
    expect((await decide('sun', 'approve')).json.code).to.equal('approval.second_person');
    expect((await http.ask('qian', `${PATH}/${json.id}/file`)).json.code).to.equal('case.not_ready');
    expect((await decide('zhou', 'approve')).status).to.equal(200);
    await jobs.drain();
    expect(await item(json.id)).to.include({ state: 'ready', downloadCount: 0 });
    expect(told).to.deep.equal(['case.ready']);
  });

  it('hold transcript, trail with proofs, holds, and keys, masked, signed, and provable offline', async () => {
    const id = await made();
    const files = await filesOf(id);
    const names = Object.keys(files);
    expect(names).to.include.members([
      ...['README.txt', 'case.json', `conversations/${conversationId}.jsonl`, 'trail.jsonl', 'holds.json'],
      ...['keys/audit.keys', 'audit-verify.mjs', 'manifest.json', 'manifest.note'],
    ]);
    const texts = files[`conversations/${conversationId}.jsonl`]!.trim()
      .split('\n')
      .map((line) => JSON.parse(line).text);
    expect(texts).to.deep.equal(['你好', '我的手机是138****5678']);
    for (const [name, text] of Object.entries(files)) expect(text, name).not.to.contain(PHONE);
    expect(JSON.parse(files['case.json']!)).to.deep.include({ requester: requesterId, values: 'masked' });
    const manifest = JSON.parse(files['manifest.json']!);
    expect(manifest.files).to.have.length(names.length - 2);
    for (const { name, sha256: digest } of manifest.files)
      expect(sha256(Buffer.from(files[name]!)).toString('hex'), name).to.equal(digest);
    const note = parseNote(files['manifest.note']!)!;
    expect(isSignedBy(note, parseKeyFile(auditKeys).keys[0]!)).to.equal(true);
    expect(note.text).to.contain(sha256(Buffer.from(files['manifest.json']!)).toString('hex'));
    const { sha256: digest } = await item(id);
    const { bytes } = await http.ask('qian', `${PATH}/${id}/file`);
    expect(sha256(bytes).toString('hex')).to.equal(digest);

    const out = join(folder, 'out');
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(out, name)), { recursive: true });
      await writeFile(join(out, name), text);
    }
    const proof = names.find((name) => name.endsWith('.tlog-proof'))!;
    const words = ['audit-verify.mjs', '--proof', proof, '--keys', 'keys/audit.keys', '--json'];
    const { stdout } = await run(process.execPath, words, { cwd: out });
    expect(JSON.parse(stdout)).to.include({ status: 'whole' });
    expect(JSON.parse(JSON.parse(stdout).body)).to.include({ customer: requesterId });
  });

  it('hold plain values only when that was agreed to', async () => {
    const { json } = await ask({ unmasked: true });
    const [one] = await open('zhou');
    const detail = await http.ask('zhou', `/api/v1/approvals/${one!.id}`);
    expect(JSON.stringify(detail.json)).to.contain('明文');
    await decide('sun', 'approve');
    await decide('zhou', 'approve');
    await jobs.drain();
    const files = await filesOf(json.id);
    expect(files[`conversations/${conversationId}.jsonl`]).to.contain(PHONE);
    expect(JSON.parse(files['case.json']!)).to.include({ values: 'plain' });
  });

  it('leave out what lies outside of the period', async () => {
    const id = await made({ to: '2020-01-01T00:00:00.000Z' });
    const files = await filesOf(id);
    expect(JSON.parse(files['conversations.json']!)).to.deep.equal([]);
    expect(files['trail.jsonl']).to.equal('');
  });

  it('end when one of them says no', async () => {
    const first = (await ask()).json.id;
    await decide('sun', 'reject');
    expect(await item(first)).to.include({ state: 'refused' });
    const second = (await ask()).json.id;
    await decide('sun', 'approve');
    await decide('zhou', 'reject');
    expect(await item(second)).to.include({ state: 'refused' });
    expect((await http.ask('qian', `${PATH}/${second}/file`)).status).to.equal(409);
  });

  it('can be fetched while their days last, each time an entry, and are thrown away then', async () => {
    const id = await made({ keptDays: 2 });
    await filesOf(id);
    expect(await item(id)).to.include({ downloadCount: 1 });
    const owner = { type: 'case', id } as const;
    const left = () => desk.core.uow.read((db) => desk.fileStore.store.ofOwner(db, owner));
    expect(await left()).to.have.length(1);
    aheadMs = 2 * DAY_MS + 1_000;
    expect((await http.ask('qian', `${PATH}/${id}/file`)).json.code).to.equal('case.expired');
    expect(await cases.expireDue()).to.be.at.least(1);
    expect(await item(id)).to.include({ state: 'expired' });
    expect(await left()).to.deep.equal([]);
    aheadMs = 0;
  });
});
