import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { copyParts } from '../../cli/database-copy.ts';
import { createIds, StartError, SYSTEM_ACTOR, systemClock } from '../../kernel/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import {
  assertCopyWhole,
  copyDatabase,
  createOutboxWriter,
  createUnitOfWork,
  openDatabase,
  openInstallation,
  openTrail,
  type CopyProgress,
  type Database,
} from '../../platform/persistence/index.ts';
import { runRawSql } from './raw-sql.ts';

const { tables, counts } = copyParts();

/** A migrated database of its own, and the driver that reaches it where that is a stand-in. */
export interface OpenedDatabase {
  database: Database;
  drop(): Promise<void>;
}

const ids = createIds({ clock: systemClock, randomBytes });
const AUDIT_ENTRIES = 1_300;
const UNITS = 60;
const TOKEN_OWNERS = 600;
const CHUNK_BYTES = 1_048_576;

/** Opens a database that was made by `build` of a spec database. */
export async function openedBy(
  build: () => Promise<{ url: string; drop(): Promise<void> }>,
  oracleDriver?: unknown,
): Promise<OpenedDatabase> {
  const made = await build();
  const database = await openDatabase({ url: made.url, poolSize: 4, oracleDriver });
  return {
    database,
    async drop() {
      await database.close();
      await made.drop();
    },
  };
}

/** Fills a database with what is hard to copy: pages of entries, rows that point ahead, large values, odd letters. */
async function fill(database: Database): Promise<string> {
  const installationId = await openInstallation(database, { clock: systemClock, ids });
  const deps = { database, clock: systemClock, ids };
  const trail = await openTrail({ ...deps, node: 'copy', installationId, batchLanes: 1 });
  const uow = createUnitOfWork({
    database,
    trail,
    toOutboxRow: createOutboxWriter(deps),
    onCommit: () => undefined,
  });
  for (let unit = 0; unit < 2; unit += 1) {
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      for (let n = 0; n < AUDIT_ENTRIES / 2; n += 1) {
        tx.record({ action: 'server.start', outcome: 'ok', details: { version: `𠮷 "${n}" \\ 长` } });
      }
    });
  }
  await fillTokens(database);
  await fillUnits(database);
  const fileId = ids.next();
  const at = new Date('2026-03-08T02:30:00.123Z');
  await runRawSql(
    database,
    `INSERT INTO stored_file (id, owner_type, owner_id, dek_id, record_class, creator_type, creator_id, name_enc,
      size_bytes, state, is_thumbnail_wanted, created_at, check_attempts)
      VALUES ($1, 'ticket', $2, 1, 'file', 'account', 'someone', $3, 5, 'receiving', 0, $4, 0)`,
    [fileId, ids.next(), envelope(40), at],
  );
  for (let chunk = 0; chunk < 4; chunk += 1) {
    await runRawSql(
      database,
      `INSERT INTO stored_file_chunk (file_id, chunk_no, start_offset, size_bytes, body_enc)
        VALUES ($1, $2, $3, $4, $5)`,
      [fileId, chunk, chunk * CHUNK_BYTES, CHUNK_BYTES, envelope(CHUNK_BYTES + 34)],
    );
  }
  return installationId;
}

/** Units whose parents and successors may have greater ids than their own. */
async function fillUnits(database: Database): Promise<void> {
  const made = Array.from({ length: UNITS }, () => ids.next()).reverse();
  for (const [index, id] of made.entries()) {
    const parent = index === 0 ? '00000000-0000-7000-8000-000000000001' : made[index >> 1];
    await runRawSql(
      database,
      `INSERT INTO org_unit (id, parent_id, kind, name, name_key, code, state, depth, created_at, version)
        VALUES ($1, $2, 'branch', $3, $4, $5, 'active', 1, $6, 1)`,
      [id, parent === id ? made[0] : parent, `支行 ${index}`, `k${index}`, `c${index}`, new Date()],
    );
  }
  await runRawSql(database, `UPDATE org_unit SET successor_id = $1 WHERE code = 'c40'`, [made.at(-1)]);
}

/** More owners than a page has rows, tokens of both signs and full width. */
async function fillTokens(database: Database): Promise<void> {
  const tokens = ['-9223372036854775808', '9223372036854775807', '7'];
  for (let owner = 0; owner < TOKEN_OWNERS; owner += 1) {
    const id = ids.next();
    if (database.dialect.name === 'postgres') {
      const literal = `{${tokens.join(',')}}`;
      await runRawSql(database, `INSERT INTO ticket_token (ticket_id, tokens) VALUES ($1, $2)`, [
        id,
        literal,
      ]);
    } else {
      for (const token of tokens) {
        await runRawSql(
          database,
          `INSERT INTO ticket_token (ticket_id, tokens) VALUES ($1, CAST($2 AS NUMBER(19)))`,
          [id, token],
        );
      }
    }
  }
}

function envelope(bytes: number): Buffer {
  const body = randomBytes(bytes);
  body[0] = 0xe1;
  return body;
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) => (error instanceof StartError ? error.code : String(error)),
  );
}

async function countIn(database: Database, table: string): Promise<number> {
  const [row] = await runRawSql(database, `SELECT COUNT(*) AS counted FROM ${table}`);
  return Number(row?.counted);
}

/** The suite of a copy from one database to another. */
export function describeCopy(
  title: string,
  buildSource: () => Promise<OpenedDatabase>,
  buildTarget: () => Promise<OpenedDatabase>,
): void {
  describe(`copying an installation ${title}`, function () {
    this.timeout(120_000);
    let source: OpenedDatabase;
    let target: OpenedDatabase;
    let installationId: string;
    before(async () => {
      source = await buildSource();
      installationId = await fill(source.database);
    });
    after(() => source?.drop());
    beforeEach(async () => {
      target = await buildTarget();
    });
    afterEach(() => target?.drop());
    const copy = (onProgress?: (progress: CopyProgress) => void) =>
      copyDatabase({
        ...{ from: source.database, to: target.database, tables, counts, sha256, clock: systemClock },
        ...(onProgress ? { onProgress } : {}),
      });

    it('brings every row over, verified, and says how far it is', async () => {
      const seen: CopyProgress[] = [];
      const report = await copy((progress) => seen.push(progress));
      expect(report).to.include({ installationId, tableCount: tables.length, resumedRows: 0 });
      expect(await countIn(target.database, 'audit_event')).to.be.at.least(AUDIT_ENTRIES);
      expect(await countIn(target.database, 'org_unit')).to.equal(UNITS + 1);
      expect(await countIn(target.database, 'stored_file_chunk')).to.equal(4);
      const { phase, done, total } = seen.at(-1) as CopyProgress;
      expect({ phase, done }).to.deep.equal({ phase: 'verifying', done: total });
      expect(report.rowCount).to.equal(total);
      await assertCopyWhole(target.database);
      expect(await faultOf(copy())).to.equal('copy.finished');
    });

    it('goes on behind its last page after it was cut off, anywhere; no server starts meanwhile', async () => {
      let cuts = 0;
      const cutAt = ['audit_event', 'org_unit', 'stored_file_chunk', 'sweep_guard'];
      for (const table of cutAt) {
        const fault = await faultOf(
          copy(({ table: at, phase, done }) => {
            if (at === table && phase === 'copying' && done > 0 && cuts < cutAt.indexOf(table) + 1) {
              cuts += 1;
              throw new StartError({ code: 'spec.cut', sentence: 'cut', remedy: '' });
            }
          }),
        );
        expect(fault).to.equal('spec.cut');
        expect(await faultOf(assertCopyWhole(target.database))).to.equal('copy.unfinished');
      }
      const report = await copy();
      expect(report.resumedRows).to.be.greaterThan(0);
      expect(await countIn(target.database, 'audit_event')).to.equal(
        await countIn(source.database, 'audit_event'),
      );
    });

    it('finds a row that was changed, lost, or added in the target before the end', async () => {
      for (const tamper of [
        `UPDATE stored_file SET creator_id = 'another'`,
        'DELETE FROM stored_file_chunk WHERE chunk_no = 3',
        `INSERT INTO id_block (name, next_value) VALUES ('planted', 1)`,
      ]) {
        const another = await buildTarget();
        let isDone = false;
        const fault = await faultOf(
          copyDatabase({
            ...{ from: source.database, to: another.database, tables, counts, sha256, clock: systemClock },
            onProgress({ phase }) {
              if (phase !== 'verifying' || isDone) return;
              isDone = true;
              throw new StartError({ code: 'spec.cut', sentence: 'cut', remedy: '' });
            },
          }),
        );
        expect(fault).to.equal('spec.cut');
        await runRawSql(another.database, tamper);
        const base = {
          from: source.database,
          to: another.database,
          tables,
          counts,
          sha256,
          clock: systemClock,
        };
        expect(await faultOf(copyDatabase(base)), tamper).to.equal('copy.differs');
        expect(await faultOf(assertCopyWhole(another.database))).to.equal('copy.unfinished');
        await another.drop();
      }
    });

    it('refuses a target with data, and leaves it as it was', async () => {
      await runRawSql(target.database, `INSERT INTO id_block (name, next_value) VALUES ('mine', 7)`);
      expect(await faultOf(copy())).to.equal('copy.target_not_empty');
      expect(await countIn(target.database, 'org_unit')).to.equal(1);
      expect(await countIn(target.database, 'database_copy')).to.equal(0);
    });

    it('refuses a source on which a server works', async () => {
      const until = new Date(Date.now() + 10_000);
      const lease = `INSERT INTO lease (name, holder, until_at, fence) VALUES ('outbox', 'somebody', $1, 1)`;
      await runRawSql(source.database, lease, [until]);
      expect(await faultOf(copy())).to.equal('copy.source_running');
      await runRawSql(source.database, 'DELETE FROM lease');
    });
  });
}
