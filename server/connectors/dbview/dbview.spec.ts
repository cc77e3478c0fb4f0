import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { createFakeClock, type AppError } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { buildDatabase } from '../../test/support/database.ts';
import { buildHost, codeOf, PEER, type BuiltHost } from '../../test/support/connector-host.ts';
import { parseSelect } from './dbview.sql.ts';
import { dbviewConnector, type DbviewConfig } from './index.ts';

const sqlCode = (sql: string) => {
  try {
    parseSelect(sql, new Set(['card']));
    return 'ok';
  } catch (error) {
    return String((error as AppError).details?.['reason']);
  }
};

describe('database views', () => {
  it('take one SELECT with parameters, and nothing that does more', () => {
    const fine = [
      'SELECT a FROM v WHERE c = :card',
      "with x as (select 1) select a::text, ':card; -- no' from x where b = :card or b = :card",
      "SELECT \"update\" FROM v WHERE t = 'it''s; drop'",
      'SELECT a - b / 2 FROM v',
    ];
    for (const sql of fine) expect(sqlCode(sql), sql).to.equal('ok');
    expect(parseSelect('SELECT :card, :card', new Set(['card']))).to.deep.equal({
      sql: 'SELECT $1, $1',
      names: ['card'],
    });
    const wrong = [
      'SELECT 1; DELETE FROM v',
      'DELETE FROM v',
      'SELECT 1 -- x',
      'SELECT 1 /* x */',
      'SELECT $$x$$',
      'SELECT a INTO b FROM v',
      'WITH d AS (DELETE FROM v RETURNING *) SELECT * FROM d',
      'SELECT pg_sleep(10)',
      'SELECT pg_read_file(:card)',
      "SELECT 'open",
      'VALUES (1)',
      'SELECT 1\u0000',
      "SELECT E'\\' ; x'",
    ];
    for (const sql of wrong) expect(sqlCode(sql), sql).to.equal('sql');
    expect(sqlCode('SELECT :nobody')).to.equal('placeholder');
  });

  describe('of a real PostgreSQL', () => {
    const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
    let core: Core;
    let built: BuiltHost;
    let config: DbviewConfig;
    let peer: DatabasePeer;
    before(async function () {
      this.timeout(90_000);
      core = await buildCore({ clock });
      peer = await startDatabasePeer();
      const [preset] = dbviewConnector.presets;
      if (preset === undefined) throw new Error('The module ships no settings.');
      const { port, database, user } = peer;
      config = { ...preset.config, host: PEER, port, database, user, isTls: false };
      built = buildHost(core, clock, { ports: [port], protocols: ['database'], modules: [dbviewConnector] });
    });
    after(async () => {
      built.close();
      await peer.stop();
      await core.close();
    });
    const connect = (more: Partial<DbviewConfig> = {}, sql?: string) => {
      const [operation] = config.operations as [DbviewConfig['operations'][number]];
      const operations = sql === undefined ? config.operations : [{ ...operation, sql }];
      return built.add('dbview', { ...config, ...more, operations }, { secrets: { password: 'none' } });
    };
    const ask = (id: string, card = '620001') => built.lookup(id, 'visit.list', { card });

    it('gives rows with every digit and without padding', async () => {
      expect((await ask(await connect())).records).to.deep.equal([
        { number: 'V1', at: '2026-05-20T08:30:00.000Z', department: '内科', fee: '12345678901234567890.10' },
      ]);
      expect((await ask(await connect(), 'nobody')).records).to.deep.equal([]);
    });

    it('takes a hostile value for a value', async () => {
      const id = await connect();
      expect((await ask(id, "620001' OR '1'='1")).records).to.deep.equal([]);
      expect((await ask(id)).records).to.have.length(1);
    });

    it('tells credentials, rights, and a changed view apart', async () => {
      expect(await codeOf(ask(await connect({ user: 'nobody' })))).to.equal(
        'connector.auth_failed credentials',
      );
      const [visit] = config.operations as [DbviewConfig['operations'][number]];
      const table = visit.sql.replace('v_visit', 'spec_visit');
      expect(await codeOf(ask(await connect({}, table)))).to.equal('connector.forbidden rights');
      const gone = visit.sql.replace('v.fee', 'v.gone');
      expect(await codeOf(ask(await connect({}, gone)))).to.equal('connector.schema sql');
    });

    it('refuses a database without TLS where TLS is set, and more rows than it takes', async () => {
      expect(await codeOf(ask(await connect({ isTls: true })))).to.match(/^egress\.tls/);
      const many = 'SELECT g.n AS visit_no FROM generate_series(1, 300) AS g(n) WHERE :card <> :card OR true';
      expect(await codeOf(ask(await connect({}, many)))).to.equal('egress.too_large rows');
    });

    it('ends a question that takes too long, there as well', async () => {
      const slow =
        "SELECT count(*) AS visit_no FROM generate_series(1, 100000000) g, generate_series(1, 100) h WHERE :card <> 'x'";
      const id = await connect({}, slow);
      const startedMs = performance.now();
      const call = built.lookup(id, 'visit.list', { card: '1' }, { budgetMs: 600 });
      expect(await codeOf(call)).to.match(/^egress\.timeout/);
      expect(performance.now() - startedMs).to.be.lessThan(1_500);
    });
  });
});

/** Somebody else's database, with a view that a role of its own may read. */
interface DatabasePeer {
  port: number;
  database: string;
  user: string;
  stop(): Promise<void>;
}

/** The embedded server listens on a Unix socket only; a port of the loopback leads there. */
async function startDatabasePeer(): Promise<DatabasePeer> {
  const clone = await buildDatabase();
  const user = 'spec_view_reader';
  const owner = new pg.Client({ connectionString: clone.ownerUrl });
  await owner.connect();
  await owner.query(`CREATE ROLE ${user} LOGIN`);
  await owner.query(
    'CREATE TABLE spec_visit (visit_no varchar(8), card_no char(12), visited_at timestamp, department text, fee numeric(30,2))',
  );
  await owner.query(
    `INSERT INTO spec_visit VALUES ('V1', '620001', '2026-05-20 08:30:00', '内科', 12345678901234567890.10)`,
  );
  await owner.query('CREATE VIEW v_visit AS SELECT * FROM spec_visit');
  await owner.query(`GRANT SELECT ON v_visit TO ${user}`);
  const { host, port: socketPort } = owner;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const inner = createConnection(join(host, `.s.PGSQL.${socketPort}`));
    for (const [one, other] of [
      [socket, inner],
      [inner, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ port: (server.address() as AddressInfo).port, database: clone.name, user },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      await owner.query(`DROP OWNED BY ${user}`);
      await owner.query(`DROP ROLE ${user}`);
      await owner.end();
      await clone.drop();
    },
  };
}
