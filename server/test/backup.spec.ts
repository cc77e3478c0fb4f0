import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { copyParts } from '../cli/database-copy.ts';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { StartError, systemClock } from '../kernel/index.ts';
import { makeBackupKey, sha256, type BackupKeyPair } from '../platform/crypto/index.ts';
import {
  BACKUP_CHUNK_BYTES,
  BackupFileReader,
  BackupFileWriter,
  homePieces,
  homeTaker,
  readBackup,
  restoreBackup,
  writeBackup,
} from '../platform/backup/index.ts';
import { openDatabase, type Database } from '../platform/persistence/index.ts';
import { buildDatabase } from './support/database.ts';

const ABOUT = {
  ...{ productVersion: '0.1.0', schemaStep: '0001-platform', dialect: 'postgres' as const, arch: 'x64' },
  createdAt: '2026-11-22T00:00:00.000Z',
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof StartError ? error.code : String(error)),
  );

describe('backups', () => {
  let folder: string;
  let desk: Desk;
  let pair: BackupKeyPair;
  let path: string;
  let requesterId: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vd-backup-'));
    desk = await buildDesk();
    pair = makeBackupKey();
    requesterId = (await desk.buildConversation({ profile: { name: '王小明', phone: '13812345678' } }))
      .requesterId;
    const body = { subject: '补卡', description: '卡'.repeat(8_000), requesterId };
    await desk.call('lin', 'POST /tickets', { body });
    path = await write(join(folder, 'first.vdb'));
  });
  after(async () => {
    await desk.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function write(to: string, during?: () => Promise<void>): Promise<string> {
    const { database, installationId } = desk.core;
    const home = join(folder, 'home');
    mkdirSync(join(home, 'anchors'), { recursive: true });
    mkdirSync(join(home, 'keys'), { recursive: true });
    writeFileSync(join(home, 'anchors', 'heads'), Buffer.alloc(700_000, 'h'));
    writeFileSync(join(home, 'keys', 'master.key'), 'the master key');
    writeFileSync(join(home, 'keys', 'audit.keys'), 'public');
    writeFileSync(join(home, 'keys', 'master.fingerprint'), 'a\nb\nc\n');
    const file = await BackupFileWriter.open(to, pair.publicKey, { ...ABOUT, installationId });
    let isBegun = false;
    await writeBackup({
      ...{ from: database, ...copyParts(), to: file, files: homePieces(home, (kekId) => kekId === 'b') },
      onProgress() {
        if (!isBegun) void during?.();
        isBegun = true;
      },
    });
    await file.finish();
    return to;
  }

  async function withFile<T>(from: string, work: (reader: BackupFileReader) => Promise<T>): Promise<T> {
    const reader = await BackupFileReader.open(from);
    return work(reader).finally(() => reader.close());
  }
  const read = (from: string, key = pair.privateKey) => withFile(from, (reader) => readBackup(reader, key));

  async function restored(work: (to: Database, home: string) => Promise<void>): Promise<void> {
    const fresh = await buildDatabase();
    const to = await openDatabase({ url: fresh.url, poolSize: 2 });
    const home = mkdtempSync(join(folder, 'to-'));
    try {
      const deps = { to, ...copyParts(), clock: systemClock, sha256 };
      const { take } = homeTaker(home, false);
      await withFile(path, (from) =>
        restoreBackup({ ...deps, from, privateKey: pair.privateKey, file: take }),
      );
      await work(to, home);
    } finally {
      await to.close();
      await fresh.drop();
    }
  }

  it('hold every table as it is, and are read by the private key alone', async () => {
    const { sums, ...sum } = await read(path);
    expect(sum.tableCount).to.equal(copyParts().tables.length).and.to.be.above(100);
    const [row] = await desk.core.sql('SELECT COUNT(*) AS n FROM requester');
    expect(sums.get('requester')?.copiedRows).to.equal(Number(row?.['n']));
    expect(sum.fileCount).to.equal(3);
    expect(await codeOf(read(path, makeBackupKey().privateKey))).to.equal('backup.damaged');
    const bytes = readFileSync(path);
    for (const word of ['requester', 'heads', 'the master key']) expect(bytes.includes(word)).to.equal(false);
  });

  it('come back into another database, row for row, with the files and without the master key', async () => {
    await restored(async (to, home) => {
      const rows: { id: string }[] = await to.source.query(
        'SELECT id, phone_bix, name_enc FROM requester ORDER BY id',
      );
      expect(rows).to.deep.equal(
        await desk.core.sql('SELECT id, phone_bix, name_enc FROM requester ORDER BY id'),
      );
      expect(rows.map(({ id }) => id)).to.include(requesterId);
      expect(readFileSync(join(home, 'anchors', 'heads')).equals(Buffer.alloc(700_000, 'h'))).to.equal(true);
      expect(() => readFileSync(join(home, 'keys', 'master.key'))).to.throw('ENOENT');
      // A key that no data key needs would have to be there, or the restored server did not start.
      expect(readFileSync(join(home, 'keys', 'master.fingerprint'), 'utf8')).to.equal('b\nc\n');
    });
  });

  it('are refused with a bit flipped anywhere, cut anywhere, and with something behind their end', async () => {
    const whole = readFileSync(path);
    const spoilt = join(folder, 'spoilt.vdb');
    const faultOf = async (bytes: Buffer) => {
      writeFileSync(spoilt, bytes);
      const digest = await codeOf(withFile(spoilt, (reader) => reader.checkDigest()));
      return [digest, await codeOf(read(spoilt))];
    };
    for (let i = 0; i < 40; i += 1) {
      const bytes = Buffer.from(whole);
      // Not in the digest at the end, which says nothing but itself.
      const at = Math.floor(((whole.length - 33) * i) / 40);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (i % 8)), at);
      const [digest, content] = await faultOf(bytes);
      expect(digest, `digest, byte ${at}`).to.not.equal('none');
      expect(content, `content, byte ${at}`).to.not.equal('none');
    }
    for (const length of [0, 7, 11, 300, BACKUP_CHUNK_BYTES / 2, whole.length - 33, whole.length - 1])
      expect(await faultOf(whole.subarray(0, length)), `${length} bytes`).to.not.include('none');
    expect((await faultOf(Buffer.concat([whole, Buffer.alloc(40)])))[1]).to.equal('backup.damaged');
  });

  it('show one instant, whatever is written while they are made', async () => {
    const made: Promise<unknown>[] = [];
    const busy = await write(join(folder, 'busy.vdb'), async () => {
      made.push(desk.buildConversation({ profile: { name: '后来者' } }));
    });
    await Promise.all(made);
    const { sums } = await read(busy);
    const count = async (table: string) =>
      Number((await desk.core.sql(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.['n']);
    expect(sums.get('requester')?.copiedRows).to.equal((await count('requester')) - 1);
    expect(sums.get('conversation')?.copiedRows).to.equal((await count('conversation')) - 1);
  });

  it('never take the place of a file that is there, and leave nothing when they fail', async () => {
    expect(await codeOf(write(path))).to.equal('backup.exists');
    const file = await BackupFileWriter.open(join(folder, 'no.vdb'), pair.publicKey, {
      ...{ ...ABOUT, installationId: desk.core.installationId },
    });
    await file.line({ kind: 'end' });
    await file.abandon();
    for (const name of ['no.vdb', 'no.vdb.part'])
      expect(() => readFileSync(join(folder, name))).to.throw('ENOENT');
  });

  it('are not restored over another installation', async () => {
    const home = mkdtempSync(join(folder, 'taken-'));
    mkdirSync(join(home, 'keys'));
    writeFileSync(join(home, 'keys', 'audit.keys'), 'another');
    const { take } = homeTaker(home, true);
    const piece = { path: 'keys/audit.keys', isFirst: true, bytes: Buffer.from('public') };
    expect(await codeOf(take(piece))).to.equal('backup.home_taken');
    for (const path of ['../x', 'anchors/../../x', '/etc/x', 'keys/master.key', 'log/x'])
      expect(await codeOf(take({ ...piece, path })), path).to.equal('backup.damaged');
    const { database } = desk.core;
    const deps = { to: database, ...copyParts(), clock: systemClock, sha256, privateKey: pair.privateKey };
    const onto = withFile(path, (from) => restoreBackup({ ...deps, from, file: async () => undefined }));
    expect(await codeOf(onto)).to.equal('copy.target_not_empty');
  });
});
