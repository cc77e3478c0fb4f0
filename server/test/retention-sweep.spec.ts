import { expect } from 'chai';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { readArchiveFile, readManifest } from '../compliance/index.ts';
import { sha256 } from '../platform/crypto/index.ts';
import { createAuditStorage } from '../platform/persistence/index.ts';
import { codeOf, CONTROL, DAY_MS, LifecycleStage, QIAN } from './support/lifecycle.ts';

/** More than one read for the archive gives. */
const MANY_MESSAGES = 2_500;

describe('a retention sweep', () => {
  let stage: LifecycleStage;
  beforeEach(async () => {
    stage = await LifecycleStage.open();
  });
  afterEach(() => stage.close());

  describe('the archive', () => {
    const archiveFiles = () =>
      readdirSync(join(stage.archiveRoot, readdirSync(stage.archiveRoot)[0] as string)).sort();

    it('holds what went, sealed twice, and is read back word for word', async () => {
      await stage.switchOn();
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      const texts = ['我的卡丢了', '请挂失 6222021234567890123'];
      const conversationId = await stage.seeds.conversation({
        ...{
          requesterId,
          openedAt: stage.yearsAgo(7),
          closedAt: stage.yearsAgo(7),
          texts,
          evaluatedAt: stage.yearsAgo(7),
        },
      });
      const run = await stage.sweep();
      const folder = join(stage.archiveRoot, run.id);
      const { manifest, sha256: manifestHash } = await readManifest(folder);
      expect(manifestHash).to.equal(run.report.manifest?.sha256);
      const [chunk] = manifest.chunks;
      const place = { runId: run.id, chunkNo: chunk?.chunkNo ?? 0 };
      const path = join(folder, chunk?.file ?? '');
      const { head, lines, sha256: fileHash } = await readArchiveFile(stage.core.crypto, path, place);
      expect(fileHash.toString('hex')).to.equal(chunk?.sha256);
      expect(chunk?.idsSha256).to.equal(sha256(conversationId).toString('hex'));
      expect(head).to.include({ recordClass: 'chat', recordCount: 1 });
      expect(lines.map(({ t }) => t).sort()).to.deep.equal(
        ['conversation', 'conversation_note', 'conversation_rating', 'evaluation', 'evaluation_criterion']
          .concat(['message', 'message', 'robot_turn'])
          .sort(),
      );
      const opened = [];
      for (const { t, k, r } of lines) {
        if (t !== 'message') continue;
        const cell = { table: t, column: 'body_enc', rowId: k };
        opened.push(await stage.core.crypto.open(cell, Buffer.from(r['body_enc'] as string, 'base64')));
      }
      expect(opened).to.deep.equal(texts);
      expect(readFileSync(path).includes(Buffer.from('conversation'))).to.equal(false);
      const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n');
      for (const line of sums) {
        const [hash, file] = line.split('  ') as [string, string];
        expect(sha256(readFileSync(join(folder, file))).toString('hex'), file).to.equal(hash);
      }
    });

    it('holds a conversation of more rows than one read gives, each once and in order', async () => {
      await stage.switchOn();
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      const at = stage.yearsAgo(7);
      const texts = Array.from({ length: MANY_MESSAGES }, () => '好');
      await stage.seeds.conversation({ requesterId, openedAt: at, closedAt: at, texts });
      const run = await stage.sweep();
      const path = join(stage.archiveRoot, run.id, 'chat-000001.vda');
      const { lines } = await readArchiveFile(stage.core.crypto, path, { runId: run.id, chunkNo: 1 });
      const seqs = lines.filter(({ t }) => t === 'message').map(({ r }) => r['seq']);
      expect(seqs).to.deep.equal(Array.from({ length: MANY_MESSAGES }, (_, index) => index + 1));
      expect(await stage.seeds.idsOf('message')).to.deep.equal([]);
    });

    it('is refused when a byte is changed, cut, or moved to another place', async () => {
      await stage.switchOn();
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      await stage.seeds.conversation({
        requesterId,
        openedAt: stage.yearsAgo(7),
        closedAt: stage.yearsAgo(7),
      });
      const run = await stage.sweep();
      const path = join(
        stage.archiveRoot,
        run.id,
        archiveFiles().find((file) => file.startsWith('chat')) as string,
      );
      const whole = readFileSync(path);
      const place = { runId: run.id, chunkNo: 1 };
      const read = (where = place) => codeOf(readArchiveFile(stage.core.crypto, path, where));
      expect(await read()).to.equal('none');
      expect(await read({ ...place, chunkNo: 2 })).to.equal('archive.damaged');
      const flipped = Buffer.from(whole);
      flipped[40] = (flipped[40] ?? 0) ^ 1;
      for (const bad of [flipped, whole.subarray(0, -1), Buffer.concat([whole, whole]), Buffer.alloc(0)]) {
        writeFileSync(path, bad);
        expect(await read()).to.equal('archive.damaged');
      }
    });

    it('that cannot be written stops the deletion, says so, and the next sweep goes on', async () => {
      await stage.switchOn();
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      await stage.seeds.conversation({
        requesterId,
        openedAt: stage.yearsAgo(7),
        closedAt: stage.yearsAgo(7),
      });
      writeFileSync(stage.archiveRoot, 'a file where the folder should be');
      expect(await codeOf(stage.sweep())).to.match(/^fault: .*ENOTDIR|EEXIST/);
      expect((await stage.seeds.counts())['message']).to.equal(1);
      expect(stage.notices).to.deep.equal(['server.internal']);
      rmSync(stage.archiveRoot);
      const run = await stage.sweep();
      expect(run.state).to.equal('done');
      expect((await stage.seeds.counts())['message']).to.equal(0);
      expect(await stage.core.sql('SELECT id FROM sweep_run'), 'the same run').to.have.length(1);
    });

    it('keeps the key of a person readable, who leaves nothing else; without one the key is destroyed', async () => {
      await stage.switchOn();
      const archived = await stage.seeds.requester(stage.yearsAgo(9));
      await stage.seeds.conversation({
        requesterId: archived,
        openedAt: stage.yearsAgo(7),
        closedAt: stage.yearsAgo(7),
      });
      const bare = await stage.seeds.requester(stage.yearsAgo(9));
      await stage.sweep();
      const rows = await stage.core.sql(
        'SELECT owner_id, state, wrapped FROM crypto_dek WHERE owner_id IN ($1, $2)',
        [archived, bare],
      );
      const of = (id: string) => rows.find((row) => row['owner_id'] === id);
      expect(of(archived)).to.include({ state: 'decrypt_only' });
      expect(of(bare)).to.include({ state: 'destroyed' });
      expect((of(bare)?.['wrapped'] as Buffer).length).to.equal(1);
      expect(await stage.seeds.idsOf('requester')).to.deep.equal([]);
    });
  });

  describe('the clock', () => {
    const old = async () => {
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      await stage.seeds.conversation({
        requesterId,
        openedAt: stage.yearsAgo(3, -1),
        closedAt: stage.yearsAgo(3, -1),
      });
    };

    it('that jumps forward by more than a day stops the sweep with an alarm until two people confirm it', async () => {
      await stage.switchOn();
      await old();
      await stage.sweep();
      stage.clock.advance(2 * DAY_MS);
      expect(await codeOf(stage.sweep())).to.equal('sweep.clock_jumped');
      expect(await codeOf(stage.sweep())).to.equal('sweep.clock_jumped');
      expect(stage.notices, 'one alarm a jump').to.deep.equal(['clock']);
      expect((await stage.seeds.counts())['conversation']).to.equal(1);
      stage.clock.advance(-2 * DAY_MS);
      expect((await stage.sweep()).rowsRemoved, 'the clock was put right').to.equal(0);
    });

    it('that runs on by hours is followed, look by look', async () => {
      await stage.switchOn();
      await old();
      await stage.sweep();
      for (let hour = 0; hour < 30; hour += 1) {
        stage.clock.advance(60 * 60 * 1_000);
        expect((await stage.life.sweeps.watchClock()).state).to.equal('plausible');
      }
      expect((await stage.sweep()).rowsRemoved).to.be.greaterThan(0);
    });

    it('that is set back removes nothing early, and nothing after it is put right again', async () => {
      await stage.switchOn();
      await old();
      await stage.sweep();
      stage.clock.advance(-400 * DAY_MS);
      const requesterId = await stage.seeds.requester(stage.clock.now());
      await stage.seeds.conversation({
        requesterId,
        openedAt: stage.yearsAgo(1),
        closedAt: stage.clock.now(),
      });
      expect(await stage.life.sweeps.watchClock()).to.include({ state: 'back' });
      expect((await stage.sweep()).rowsRemoved).to.equal(0);
      expect(stage.notices, 'told once').to.deep.equal(['clock-back']);
      stage.clock.advance(400 * DAY_MS);
      expect((await stage.sweep()).rowsRemoved).to.equal(0);
      expect((await stage.seeds.counts())['conversation']).to.equal(2);
    });
  });

  it('does nothing before two people have switched it on', async () => {
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    await stage.seeds.conversation({ requesterId, openedAt: stage.yearsAgo(7), closedAt: stage.yearsAgo(7) });
    expect(await codeOf(stage.sweep())).to.equal('sweep.not_scheduled');
    expect((await stage.seeds.counts())['conversation']).to.equal(1);
  });

  it('says in a dry run what a sweep then does, and changes nothing', async () => {
    await stage.switchOn();
    const people = [];
    for (let n = 0; n < 12; n += 1) {
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      people.push(requesterId);
      const years = 2 + (n % 6);
      const conversationId = await stage.seeds.conversation({
        ...{
          requesterId,
          openedAt: stage.yearsAgo(years, 1),
          closedAt: stage.yearsAgo(years),
          evaluatedAt: stage.yearsAgo(years),
        },
      });
      if (n % 3 === 0)
        await stage.seeds.ticket({ requesterId, conversationId, openedAt: stage.yearsAgo(years + 1) });
    }
    await stage.place({ requesterId: people[5] });
    const before = await stage.seeds.counts();
    const dry = await stage.life.sweeps.dryRun(CONTROL, QIAN);
    expect(await stage.seeds.counts()).to.deep.equal(before);
    expect(dry.report.outlook).to.have.length(12);
    const real = await stage.sweep();
    for (const recordClass of ['ticket', 'chat', 'profile']) {
      const [planned, done] = [dry.report.classes[recordClass], real.report.classes[recordClass]];
      expect(planned?.gone, recordClass).to.equal(done?.gone);
      expect(planned?.gone).to.be.greaterThan(0);
    }
    expect(dry.report.holds).to.deep.include(real.report.holds);
  });

  it('leaves a trail that verifies, with one entry a chunk that names the hash of what went', async () => {
    await stage.switchOn();
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    const conversationId = await stage.seeds.conversation({
      requesterId,
      openedAt: stage.yearsAgo(7),
      closedAt: stage.yearsAgo(7),
    });
    await stage.sweep();
    const verdict = await verifyAll();
    expect(verdict).to.include({ status: 'whole', firstBad: null });
    const rows = await stage.core.sql(
      `SELECT body FROM audit_event WHERE action = 'record.sweep' ORDER BY n`,
    );
    const details = rows.map(({ body }) => (JSON.parse(body as string) as { details: object }).details);
    expect(details.find((each) => 'idsSha256' in each)).to.include({
      ...{ store: 'desk.conversation', records: 1, idsSha256: sha256(conversationId).toString('hex') },
    });
    expect(JSON.stringify(rows)).to.not.contain(conversationId);
  });

  async function verifyAll() {
    const signer = createNoteSigner('vaultdesk/spec', generateSealKey());
    const storage = createAuditStorage(stage.core.database);
    const folder = mkdtempSync(join(tmpdir(), 'vd-anchors-'));
    const anchor = createFolderAnchor(folder);
    await createSealer({ storage, signer, anchors: [anchor], clock: stage.clock }).sealOnce();
    await anchor.close();
    const keys = parseKeyFile(createKeyFile(signer));
    return verifyTrail(createDatabaseReader(storage), { keys, anchors: [readAnchors(folder)] });
  }
});
