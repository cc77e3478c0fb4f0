import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type Config } from '../platform/config/index.ts';
import { buildDatabase, type TestDatabase } from '../test/support/database.ts';
import { adminCommand } from './admin.ts';

describe('vaultdesk admin', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let folder: string;
  let config: Config;
  before(async () => {
    database = await buildDatabase();
    folder = mkdtempSync(join(tmpdir(), 'vd-admin-'));
    const env = { VAULTDESK_HOME: folder, VAULTDESK_DATABASE_URL: database.url };
    config = loadConfig({ env, isEvaluation: false });
  });
  after(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function admin(...args: string[]): Promise<{ code: number; text: string }> {
    let text = '';
    const code = await adminCommand(args, config, (piece) => (text += piece));
    return { code, text };
  }

  it('prints a code and the page it opens, and another one the next time', async () => {
    const first = await admin('setup', '--json');
    const made = JSON.parse(first.text) as { code: string; page: string };
    expect([first.code, made.page]).to.deep.equal([0, 'https://127.0.0.1:8443/setup']);
    expect(made.code).to.match(/^[\w-]{43}$/);
    const again = await admin('setup');
    expect(again.text).to.match(/\/setup with this code; .+:\n[\w-]{43}\n$/);
    expect(again.text).not.to.include(made.code);
  });

  it('knows bad use', async () => {
    for (const args of [[], ['reset'], ['setup', 'now'], ['setup', '--no']]) {
      expect((await admin(...args)).code).to.equal(2);
    }
  });
});
