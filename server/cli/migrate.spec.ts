import { expect } from 'chai';
import pg from 'pg';
import { StartError } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import { buildDatabase, type TestDatabase } from '../test/support/database.ts';
import { migrateCommand } from './migrate.ts';

describe('vaultdesk migrate', () => {
  let database: TestDatabase;
  before(async () => {
    database = await buildDatabase();
  });
  after(() => database.drop());

  async function migrate(...args: string[]): Promise<{ code: number; text: string }> {
    let text = '';
    const config = { database: { url: database.url }, home: '/nonexistent' } as unknown as Config;
    const code = await migrateCommand(args, config, (piece) => (text += piece));
    return { code, text };
  }

  async function asOwner(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  it('finds every step applied, the schema as declared, and nothing to bring up', async () => {
    for (const verb of ['status', 'verify', 'up']) {
      const { code, text } = await migrate(verb);
      expect(code).to.equal(0);
      expect(JSON.parse(text)).to.include({ dialect: 'postgres' });
      expect((JSON.parse(text) as { pending: string[] }).pending).to.deep.equal([]);
    }
  });

  it('names a column that somebody changed by hand', async () => {
    await asOwner('ALTER TABLE account ALTER COLUMN display_name TYPE varchar(200)');
    const fault = await migrate('verify').catch((error: unknown) => error as StartError);
    expect(fault).to.be.instanceOf(StartError).and.include({ code: 'migration.schema_differs' });
    expect((fault as StartError).message).to.contain(
      'account.display_name: holds 200 characters, declared with 100',
    );
    await asOwner('ALTER TABLE account ALTER COLUMN display_name TYPE varchar(100)');
    expect((await migrate('verify')).code).to.equal(0);
  });

  it('protects the trail when the administrator of the database is named', async () => {
    expect((await migrate('up', '--administrator', database.ownerUrl)).code).to.equal(0);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const fault = await client.query('DELETE FROM audit_event').catch((error: unknown) => error as Error);
    await client.end();
    expect(String(fault)).to.match(/permission denied/);
    expect((await migrate('verify')).code).to.equal(0);
  });

  it('refuses a step that was changed after it ran, by its code', async () => {
    await asOwner("UPDATE schema_step SET checksum = repeat('0', 64) WHERE position = 2");
    const fault = await migrate('verify').catch((error: unknown) => error as StartError);
    expect(fault).to.be.instanceOf(StartError).and.include({ code: 'migration.step_changed' });
  });

  it('prints the SQL of some steps for either database', async () => {
    const { text } = await migrate('sql', '--dialect', 'oracle', '--from', '1', '--to', '2');
    expect(text).to.match(/^-- 0002-audit \(expand\)/);
    expect(text).to.contain('RAISE_APPLICATION_ERROR').and.not.contain('0003-identity');
  });

  for (const args of [
    [],
    ['sideways'],
    ['sql'],
    ['sql', '--dialect', 'mysql'],
    ['sql', '--dialect', 'oracle', '--to', '9999'],
    ['sql', '--dialect', 'oracle', '--from', '3', '--to', '2'],
    ['sql', '--dialect', 'oracle', '--from'],
    ['sql', '--dialect', 'oracle', '--to', '1.5'],
  ]) {
    it(`explains itself for: ${args.join(' ') || 'nothing'}`, async () => {
      expect(await migrate(...args)).to.deep.equal({ code: 2, text: '' });
    });
  }
});
