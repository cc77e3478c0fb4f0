import { expect } from 'chai';
import pg from 'pg';
import { buildDatabase, type TestDatabase } from './support/database.ts';

const EVENT = `INSERT INTO audit_event (node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class,
  outcome, body, leaf) VALUES ('n1', 1, 0, 1, '01950000-0000-7000-8000-000000000001', '2026-03-02', 'account', 'a-1',
  'ticket.view', 'business', 'ok', '{}', decode(repeat('00', 32), 'hex'))`;
const SEAL = `INSERT INTO audit_seal (seal_no, tree_size, prev_size, root, statement, checkpoint, sealed_at)
  VALUES (1, 1, 0, decode(repeat('00', 32), 'hex'), '{}', 'x', '2026-03-02')`;
const EPOCH = `INSERT INTO audit_epoch (node, epoch, host, lane_count, started_at) VALUES ('n1', 1, 'h', 1, '2026-03-02')`;

const CHANGES = [
  `UPDATE audit_event SET outcome = 'failed'`,
  `UPDATE audit_event SET actor_id = 'a-2' WHERE n = 99`,
  'DELETE FROM audit_event',
  'TRUNCATE audit_event',
  'TRUNCATE audit_event CASCADE',
  `UPDATE audit_seal SET statement = ''`,
  'DELETE FROM audit_seal',
  'TRUNCATE audit_seal',
  'UPDATE audit_epoch SET lane_count = 9',
  'DELETE FROM audit_epoch',
  'TRUNCATE audit_epoch',
];

describe('the tables of the audit trail', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await buildDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    for (const sql of [EPOCH, EVENT, SEAL]) await client.query(sql);
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  async function refusalOf(sql: string, connection = client): Promise<string> {
    try {
      await connection.query(sql);
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  }

  for (const sql of CHANGES) {
    it(`refuse their owner: ${sql}`, async () => {
      expect(await refusalOf(sql)).to.match(
        /^the audit trail is never changed: \w+ on audit_\w+ is refused$/,
      );
    });
  }

  it('refuse a superuser who switches ordinary triggers off for the session', async () => {
    const superuser = new pg.Client({ connectionString: database.ownerUrl });
    await superuser.connect();
    try {
      await superuser.query("SET session_replication_role = 'replica'");
      for (const sql of CHANGES) expect(await refusalOf(sql, superuser), sql).to.contain('never changed');
    } finally {
      await superuser.end();
    }
  });

  it('refuse a second entry with the same number or id, a number below 1, and a hash of another length', async () => {
    expect(await refusalOf(EVENT)).to.contain('pk_audit_event');
    expect(await refusalOf(EVENT.replace("'n1', 1, 0, 1", "'n1', 1, 0, 2"))).to.contain('uq_audit_event_id');
    const other = EVENT.replace('000000000001', '000000000002');
    expect(await refusalOf(other.replace("'n1', 1, 0, 1", "'n1', 1, 0, 0"))).to.contain('ck_audit_event_n');
    expect(
      await refusalOf(other.replace("'n1', 1, 0, 1", "'n1', 1, 0, 2").replace("'00', 32", "'00', 31")),
    ).to.contain('ck_audit_event_leaf');
    expect(await refusalOf(SEAL)).to.contain('pk_audit_seal');
  });
});
