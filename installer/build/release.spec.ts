import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { buildRelease } from '../../web-admin/build/build-release.mjs';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

describe('the programs of a release', () => {
  let place: string;
  let sources: string[];

  before(async function () {
    this.timeout(120_000);
    place = mkdtempSync(join(tmpdir(), 'vd-release-'));
    ({ sources } = await buildRelease({ outDir: place }));
    mkdirSync(join(place, 'empty'));
  });
  after(() => rmSync(place, { recursive: true, force: true }));

  const run = (program: string, args: string[]) =>
    spawnSync(process.execPath, [join(place, 'server', program), ...args], {
      ...{ cwd: join(place, 'empty'), encoding: 'utf8', env: { VAULTDESK_HOME: join(place, 'empty') } },
    });

  it('need no package beside them', () => {
    const server = run('vaultdesk.mjs', ['--help']);
    expect(server.status, server.stderr).to.equal(0);
    expect(server.stdout + server.stderr).to.include('usage: vaultdesk VERB');
    const installer = run('installer.mjs', ['--help']);
    expect(installer.status, installer.stderr).to.equal(0);
  });

  it('are whole files, with nothing of the evaluation instance, of tests, or of the machine that built them', () => {
    expect(readdirSync(join(place, 'server')).sort()).to.deep.equal([
      ...['installer.mjs', 'robot-worker.mjs', 'thumbnail-worker.mjs', 'vaultdesk.mjs'],
    ]);
    const banned = /^(server\/evaluation|sso\/evaluation-idp)\/|node_modules\/samlp\/|\.spec\.ts$/;
    expect(sources.filter((path) => banned.test(path))).to.deep.equal([]);
    expect(sources).to.include.members(['server/cli/main.ts', 'installer/main.ts']);
    for (const name of readdirSync(join(place, 'server'))) {
      const text = readFileSync(join(place, 'server', name), 'utf8');
      expect(text.includes(PROJECT), name).to.equal(false);
      expect(text.includes('sourceMappingURL='), name).to.equal(false);
    }
  });

  it('know no evaluation instance, whatever files lie in the home folder', () => {
    writeFileSync(join(place, 'empty', 'evaluation-accounts.json'), '[]');
    const { status, stderr } = run('vaultdesk.mjs', ['migrate', 'status']);
    expect(status).to.equal(1);
    expect(stderr).to.include('"database.url"');
  });
});
