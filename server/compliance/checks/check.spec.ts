import { expect } from 'chai';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
} from '../../../audit/index.ts';
import type { Actor } from '../../kernel/index.ts';
import { copyAnchors } from './anchor-copy.ts';
import { createJobs, type Jobs } from '../../platform/jobs/index.ts';
import { createAuditStorage, type UnitOfWork } from '../../platform/persistence/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { unprotectTrail } from '../../test/support/raw-sql.ts';
import { readPdf } from '../../test/support/read-pdf.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { isSignedPdf } from '../signing/signed-pdf.ts';
import { checkRoutes } from './check.routes.ts';
import { CheckService } from './check.service.ts';
import { runVerifier, VERIFIER_LIMITS } from './verifier-process.ts';

const OFFICER: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000d1' };
const CALLERS = {
  officer: { actor: OFFICER, permissions: ['audit:verify'] },
  reader: { actor: OFFICER, permissions: ['audit:read'] },
};
const PATH = '/api/v1/audit/checks';

describe('independent verification', () => {
  let core: Core;
  let sealer: Sealer;
  let jobs: Jobs;
  let http: ServedRoutes<keyof typeof CALLERS>;
  let home: string;
  let auditKeys: string;

  before(async () => {
    core = await buildCore();
    home = await mkdtemp(join(tmpdir(), 'vd-check-'));
    const [anchorFolder, keyPath] = [join(home, 'anchors'), join(home, 'audit.keys')];
    const signer = createNoteSigner('vaultdesk/spec', generateSealKey());
    const trail = createAuditStorage(core.database);
    const anchors = [createFolderAnchor(anchorFolder)];
    sealer = createSealer({ storage: trail, signer, anchors, clock: core.clock });
    auditKeys = createKeyFile(signer);
    await writeFile(keyPath, auditKeys);
    jobs = createJobs({
      ...{ uow: core.uow, clock: core.clock, ids: core.ids, log: QUIET_LOG, timeZone: 'UTC' },
      withDb: (work) => core.database.read(work),
    });
    const { uow, clock, ids } = core;
    // Whatever is written meanwhile is sealed and anchored at once, as in a busy installation.
    const busy: UnitOfWork = {
      read: (work) => uow.read(work),
      async run(context, work) {
        const result = await uow.run(context, work);
        await sealer.sealOnce();
        return result;
      },
    };
    const checks = new CheckService({
      ...{ uow: busy, clock, ids, queue: jobs.queue, trail, auditKeys, keyPath, anchorFolder },
      ...{ workFolder: join(home, 'work'), origin: 'vaultdesk/spec', signNote: signer.sign },
    });
    jobs.add([checks.job]);
    const accountNames = async () => new Map([[OFFICER.id, '钱合规']]);
    const routes = checkRoutes({ checks, accountNames, auditKeys, signNote: signer.sign });
    http = await serveRoutes(core, routes, CALLERS);
    await core.uow.run({ actor: OFFICER }, async (tx) => {
      for (let i = 0; i < 5; i += 1) tx.record({ action: 'ticket.list', outcome: 'ok', reason: `r${i}` });
    });
    await sealer.sealOnce();
  });
  after(async () => {
    await http.stop();
    await sealer.stop();
    await core.close();
    await rm(home, { recursive: true });
  });

  const askFor = () => http.ask('officer', PATH, { method: 'POST', body: {} });
  async function checked() {
    const { status, json } = await askFor();
    expect(status).to.equal(202);
    await jobs.drain();
    return (await http.ask('officer', `${PATH}/${json.id}`)).json;
  }
  const certificateOf = (id: string, lang = 'zh-CN') =>
    http.ask('officer', `${PATH}/${id}/certificate`, { headers: { 'accept-language': lang } });

  it('is for whoever may verify, and one at a time', async () => {
    expect((await http.ask('reader', PATH, { method: 'POST', body: {} })).status).to.equal(403);
    expect((await http.ask(undefined, PATH)).status).to.equal(401);
    const first = await askFor();
    const second = await askFor();
    expect([first.status, second.status, second.json.code]).to.deep.equal([202, 503, 'server.busy']);
    expect((await certificateOf(first.json.id)).json.code).to.equal('audit.check_not_done');
    await jobs.drain();
    expect((await http.ask('officer', PATH)).json.items).to.have.length(1);
  });

  it('lets the program that anybody can run say that the trail is whole, and leaves nothing on the disk', async () => {
    const check = await checked();
    expect(check).to.deep.include({
      state: 'done',
      errorCode: null,
      askedBy: { id: OFFICER.id, name: '钱合规' },
    });
    expect(check.result).to.include({ status: 'whole', firstBad: null });
    expect(check.result.size).to.be.within(1, sealer.status().size - 1);
    expect(check.result.verifierSha256).to.match(/^[0-9a-f]{64}$/);
    expect(await readdir(join(home, 'work'))).to.deep.equal([]);
    const rows = await core.sql(
      `SELECT outcome, body FROM audit_event WHERE action = 'audit.check' AND actor_id = $1 ORDER BY n`,
      [OFFICER.id],
    );
    expect(rows.map(({ body }) => JSON.parse(String(body)).reason).slice(-3)).to.deep.equal([
      ...['exporting', 'verifying', 'whole'],
    ]);
  });

  it('gives a certificate that says what was found, signed over every byte of it', async () => {
    const { id, result } = await checked();
    const { status, bytes, headers } = await certificateOf(id);
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('application/pdf');
    const text = readPdf(bytes).contents.join('').replaceAll('\n', '');
    for (const fact of ['结论：完整', id, result.root, result.verifierSha256, '钱合规'])
      expect(text).to.contain(fact);
    expect(readPdf((await certificateOf(id, 'en')).bytes).contents.join(' ')).to.contain('Verdict: whole');
    const keys = parseKeyFile(auditKeys);
    expect(isSignedPdf(bytes, keys)).to.equal(true);
    for (const at of [10, bytes.length >> 1, bytes.length - 40]) {
      const forged = Buffer.from(bytes);
      forged[at] = (forged[at] ?? 0) ^ 1;
      expect(isSignedPdf(forged, keys), `byte ${at}`).to.equal(false);
    }
    expect(isSignedPdf(Buffer.concat([bytes.subarray(0, -5), Buffer.from(' ')]), keys)).to.equal(false);
    expect(isSignedPdf(bytes, { keys: [] })).to.equal(false);
    const [row] = await core.sql('SELECT note FROM audit_check WHERE id = $1', [id]);
    const note = parseNote(String(row!.note))!;
    expect(isSignedBy(note, keys.keys[0]!)).to.equal(true);
    expect(note.text).to.contain(`root ${result.root}\n`).and.to.contain('status whole\n');
  });

  it('compares with whole records alone where anchors were copied in the middle of one', async () => {
    const [from, to] = [join(home, 'torn'), join(home, 'torn-copy')];
    await mkdir(from);
    const record = 'origin\n1\nroot\n\n— origin AAAA\n\n';
    const cases = [
      `${record}${record}`,
      `${record}${record}origin\n2\n`,
      `${record}${record}origin\n2\nroot\n\n`,
    ];
    for (const [index, text] of cases.entries()) await writeFile(join(from, `${index}.txt`), text);
    await copyAnchors(from, to);
    for (const index of cases.keys())
      expect(await readFile(join(to, `${index}.txt`), 'utf8'), String(index)).to.equal(`${record}${record}`);
  });

  it('finds one changed byte, and says which entry', async () => {
    await unprotectTrail(core.database);
    const change = (from: string, to: string) =>
      core.sql(
        `UPDATE audit_event SET body = replace(body, '${from}', '${to}') WHERE body LIKE '%"${from}"%'`,
      );
    await change('r3', 'r9');
    const { id, result } = await checked();
    expect(result).to.include({ status: 'tampered' });
    expect(result.firstBad.index).to.be.a('number');
    expect(readPdf((await certificateOf(id)).bytes).contents.join('')).to.contain('已被篡改');
    await change('r9', 'r3');
    expect((await checked()).result.status).to.equal('whole');
  });

  it('says so when the trail lacks what a head names, and gives no certificate', async () => {
    const [row] = await core.sql(`SELECT MAX(n) AS n FROM audit_event WHERE action = 'ticket.list'`);
    await core.sql('DELETE FROM audit_event WHERE n = $1 AND lane = 0', [Number(row!.n)]);
    const check = await checked();
    expect(check).to.include({ state: 'failed', errorCode: 'audit.export_failed', result: null });
    expect((await certificateOf(check.id)).status).to.equal(409);
    expect(await readdir(join(home, 'work'))).to.deep.equal([]);
  });

  describe('keeps the verifier within limits', () => {
    const run = async (script: string, timeoutMs = VERIFIER_LIMITS.timeoutMs) => {
      const verifierPath = join(home, 'other.mjs');
      await writeFile(verifierPath, script);
      const { signal } = new AbortController();
      return runVerifier({
        ...{ folder: home, anchorFolder: home, keyPath: join(home, 'audit.keys'), signal },
        ...{ verifierPath, timeoutMs },
      }).then(
        (verdict) => verdict.status,
        ({ code }: { code: string }) => code,
      );
    };
    const answer = (status: string) =>
      JSON.stringify({ status, size: 1, root: 'r', events: 1, anchors: 1, firstBad: null, warnings: [] });

    it('takes a verdict and nothing else', async () => {
      expect(await run(`console.log('${answer('whole')}')`)).to.equal('whole');
      expect(await run(`console.log('${answer('fine')}')`)).to.equal('audit.verifier_failed');
      expect(await run(`console.log('${answer('whole')}'); process.exitCode = 4`)).to.equal(
        'audit.verifier_failed',
      );
      expect(await run(`console.log('null')`)).to.equal('audit.verifier_failed');
      expect(await run('throw new Error()')).to.equal('audit.verifier_failed');
    });

    it('ends one that talks without end, takes too long, or eats memory', async () => {
      expect(await run(`for (;;) process.stdout.write('x'.repeat(65536))`)).to.equal('audit.verifier_failed');
      expect(await run('setInterval(() => undefined, 1000)', 300)).to.equal('audit.verifier_failed');
      const hungry = 'const all = []; for (;;) all.push(new Array(1e7).fill(0.5))';
      expect(await run(hungry)).to.equal('audit.verifier_failed');
    });

    it('gives it no environment', async () => {
      const script = `console.log(Object.keys(process.env).length === 0 ? '${answer('whole')}' : 'x')`;
      expect(await run(script)).to.equal('whole');
    });
  });
});
