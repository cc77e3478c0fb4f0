import { expect } from 'chai';
import pg from 'pg';
import { createPostgresPort, protectionSql, protectTrail, releaseTrail } from '../../migrations/index.ts';
import { withTrailReleased } from '../database-start.ts';
import { systemClock } from '../kernel/index.ts';
import { createIds } from '../kernel/index.ts';
import { randomBytes } from '../platform/crypto/index.ts';
import { createAuditStorage, openDatabase, openTrail } from '../platform/persistence/index.ts';
import { buildDatabase, type TestDatabase } from './support/database.ts';

/** Each table of the trail, with a column somebody would like to change. */
const TABLES = {
  audit_event: 'outcome',
  audit_seal: 'tree_size',
  audit_epoch: 'lane_count',
  audit_purge: 'to_seal',
  audit_purge_chunk: 'purge_no',
  witness_head: 'tree_size',
  witness_refusal: 'held',
} as const;
const LOGIN = 'vaultdesk';

describe('the roles of the audit trail', () => {
  let database: TestDatabase;
  let superuser: pg.Client;
  let login: pg.Client;

  before(async () => {
    database = await buildDatabase();
    [superuser, login] = [database.ownerUrl, database.url].map(
      (url) => new pg.Client({ connectionString: url }),
    ) as [pg.Client, pg.Client];
    await Promise.all([superuser.connect(), login.connect()]);
    await protectTrail(createPostgresPort(superuser), LOGIN);
  });
  after(async () => {
    await Promise.all([superuser.end(), login.end()]);
    await database.drop();
  });

  async function answer(sql: string, client = login): Promise<string> {
    try {
      await client.query(sql);
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  }

  const forbidden = (table: string, column: string) => [
    `UPDATE ${table} SET ${column} = ${column}`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table}`,
    `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
    `ALTER TABLE ${table} ADD COLUMN x int`,
    `ALTER TABLE ${table} OWNER TO ${LOGIN}`,
    `DROP TABLE ${table} CASCADE`,
    `CREATE TRIGGER tr_mine BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()`,
  ];

  for (const [table, column] of Object.entries(TABLES)) {
    it(`keep the server's login from changing ${table}, its triggers, and its owner`, async () => {
      for (const sql of forbidden(table, column))
        expect(await answer(sql), sql).to.match(/permission denied|must be owner/);
      // PostgreSQL answers this with a warning only; what counts is what comes of it.
      await answer(`GRANT ALL ON ${table} TO ${LOGIN}`);
      const { rows } = await superuser.query(
        `SELECT privilege FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS privilege
          WHERE has_table_privilege($1, $2, privilege)`,
        [LOGIN, table],
      );
      expect(rows, `rights of ${LOGIN} on ${table}`).to.deep.equal([]);
    });
  }

  it("keep it from the functions that work with the owner's rights, from the roles themselves, and from the schema", async () => {
    const { rows } = await superuser.query<{ name: string; owner: string }>(
      `SELECT proname AS name, CAST(proowner AS regrole) AS owner FROM pg_proc WHERE prosecdef
        AND pronamespace = CAST('public' AS regnamespace)`,
    );
    for (const { name, owner } of rows) expect(owner, name).to.equal('vaultdesk_audit_owner');
    for (const sql of [
      'SET ROLE vaultdesk_audit_owner',
      'GRANT vaultdesk_audit_owner TO vaultdesk',
      'ALTER ROLE vaultdesk_audit_owner LOGIN',
      'DROP SCHEMA public CASCADE',
      'CREATE TABLE mine (id int)',
      'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      'CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
      "SET session_replication_role = 'replica'",
    ])
      expect(await answer(sql), sql).to.match(/permission denied|must be/);
    const { rows: signIns } = await superuser.query(
      "SELECT rolname FROM pg_roles WHERE rolname LIKE 'vaultdesk_audit%' AND (rolcanlogin OR rolsuper OR rolcreaterole)",
    );
    expect(signIns).to.deep.equal([]);
  });

  it('give each of them what its name says and nothing else', async () => {
    const { rows } = await superuser.query<{ role: string; rights: string }>(
      `SELECT grantee AS role, STRING_AGG(DISTINCT privilege_type, ' ' ORDER BY privilege_type) AS rights
        FROM information_schema.role_table_grants WHERE grantee LIKE 'vaultdesk_audit_%'
          AND (table_name LIKE 'audit_%' OR table_name LIKE 'witness_%')
          AND grantee <> 'vaultdesk_audit_owner' GROUP BY grantee ORDER BY grantee`,
    );
    expect(rows).to.deep.equal([
      { role: 'vaultdesk_audit_reader', rights: 'SELECT' },
      { role: 'vaultdesk_audit_sealer', rights: 'INSERT SELECT' },
      { role: 'vaultdesk_audit_writer', rights: 'INSERT' },
    ]);
  });

  it('leave the server all it does: a start of the trail, entries, and reading them', async () => {
    const opened = await openDatabase({ url: database.url, poolSize: 2 });
    try {
      const ids = createIds({ clock: systemClock, randomBytes });
      const deps = { database: opened, clock: systemClock, ids, node: 'roles', installationId: ids.next() };
      const trail = await openTrail({ ...deps, batchLanes: 1 });
      await trail.close();
      const lanes = await createAuditStorage(opened).listLanes();
      expect(lanes.find(({ node }) => node === 'roles')?.count).to.equal(2);
    } finally {
      await opened.close();
    }
  });

  it('give the tables back for a migration, and take them again behind it', async () => {
    await releaseTrail(createPostgresPort(superuser), LOGIN);
    expect(await answer('ALTER TABLE audit_epoch ADD COLUMN spec_column int')).to.equal('accepted');
    expect(await answer('ALTER TABLE audit_epoch DROP COLUMN spec_column')).to.equal('accepted');
    await withTrailReleased(database.ownerUrl, async () => undefined);
    expect(await answer('ALTER TABLE audit_epoch ADD COLUMN spec_column int')).to.contain('must be owner');
  });

  it('are written out for the administrators of both databases, with plain names only', () => {
    expect(protectionSql('postgres', { login: 'desk' })).to.contain('GRANT desk TO vaultdesk_audit_owner');
    const oracle = protectionSql('oracle', { login: 'DESK', owner: 'DESK_OWNER' });
    expect(oracle)
      .to.contain('GRANT INSERT ON DESK_OWNER.audit_event')
      .and.contain('ALTER USER DESK_OWNER ACCOUNT LOCK');
    expect(oracle).to.not.match(/GRANT[^;]*(UPDATE|DELETE)[^;]*audit_/i);
    for (const login of ['', 'a b', 'x;DROP', '1a', "a'"])
      expect(() => protectionSql('postgres', { login }), login).to.throw(RangeError);
    expect(() => protectionSql('oracle', { login: 'DESK' })).to.throw(RangeError);
  });
});
