import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { totp } from '../platform/crypto/index.ts';
import type { EmbeddedDatabase } from '../platform/database/index.ts';
import { buildHome, removeHome, startOwnDatabase } from './support/database.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(PROJECT, 'dist/server/vaultdesk.mjs');
const ROLES = ['system-admin', 'security-admin', 'audit-admin'];

interface Answer {
  status: number;
  location: string | undefined;
  text: string;
}

describe('vaultdesk run', function () {
  this.timeout(120_000);
  let database: EmbeddedDatabase;
  let databaseHome: string;
  let home: string;
  let port: number;
  let account: { uid?: number; gid?: number } = {};
  let child: ChildProcess | undefined;
  let output = '';

  before(async function () {
    const built = spawnSync(process.execPath, ['web-admin/build/build-all.mjs', '--if-stale'], {
      cwd: PROJECT,
    });
    if (built.status !== 0) throw new Error(`The build failed: ${String(built.stderr)}`);
    databaseHome = buildHome();
    ({ database } = await startOwnDatabase(databaseHome, {}));
    const { uid, gid } = statSync(database.socketDir);
    if (process.geteuid?.() === 0) account = { uid, gid };
    if (spawnSync(process.execPath, ['-e', '0'], { ...account, cwd: PROJECT }).status !== 0) {
      process.stdout.write('      skipped: this checkout is closed to the account of the database\n');
      this.skip();
    }
    home = buildHome();
    port = await freePort();
    mkdirSync(home, { mode: 0o700 });
    writeFileSync(
      join(home, 'config.yaml'),
      `port: ${port}\nworkers: 2\ndatabase: {url: '${database.url}'}\naudit: {fewAnchors: accept}\n`,
    );
    chmodSync(join(home, 'config.yaml'), 0o640);
    for (const path of [home, join(home, 'config.yaml')]) chownSync(path, uid, gid);
  });
  after(async () => {
    if (child?.exitCode === null) child.kill('SIGKILL');
    await database.stop();
    removeHome(databaseHome, database.dataDir);
    if (home) removeHome(home);
  });

  const environment = () => ({ PATH: process.env.PATH, VAULTDESK_HOME: home });
  const command = (...args: string[]) =>
    spawnSync(process.execPath, [PROGRAM, ...args], {
      ...account,
      env: environment(),
      encoding: 'utf8',
      cwd: '/',
    });

  function start(): Promise<void> {
    const started = spawn(process.execPath, [PROGRAM, 'run'], { ...account, env: environment(), cwd: '/' });
    child = started;
    return new Promise((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        output += chunk.toString('utf8');
        if (output.includes(`vaultdesk ready https://127.0.0.1:${port}`)) resolve();
      };
      started.stdout.on('data', hear);
      started.stderr.on('data', hear);
      started.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
    });
  }

  function ask(path: string, body?: object): Promise<Answer> {
    const ca = readFileSync(join(home, 'tls', 'server.crt'));
    const headers = body ? { 'content-type': 'application/json' } : { accept: 'text/html' };
    return new Promise((resolve, reject) => {
      const options = { ca, agent: false, headers, method: body ? 'POST' : 'GET' };
      const sent = request(`https://127.0.0.1:${port}${path}`, options, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
        const { statusCode: status = 0, headers: answered } = answer;
        answer.on('end', () => resolve({ status, location: answered.location, text }));
      });
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  it('refuses a home that others may enter, in one line, and leaves nothing running', () => {
    chmodSync(home, 0o755);
    const { status, stderr } = command('run');
    chmodSync(home, 0o700);
    expect(status).to.equal(1);
    expect(stderr.trim().split('\n')).to.have.length(1);
    expect(stderr).to.contain('chmod 700').and.contain('[run.weak]');
  });

  it('knows no evaluation and takes no argument', () => {
    expect(command('run', '--evaluation').status).to.equal(2);
  });

  it('serves on a database it did not start, with several workers', async () => {
    await start();
    expect((await ask('/readyz')).status).to.equal(200);
    const status = JSON.parse(command('status', '--json').stdout) as {
      state: string;
      pids: { workers: number[]; database: number | null };
    };
    expect([status.state, status.pids.workers.length, status.pids.database]).to.deep.equal([
      'ready',
      2,
      null,
    ]);
  });

  it('shows nothing but the setup page to people before the three administrators are made', async () => {
    for (const path of ['/', '/tickets', '/sign-in']) {
      const { status, location } = await ask(path);
      expect([path, status, location]).to.deep.equal([path, 303, '/setup']);
    }
    expect((await ask('/setup')).status).to.equal(200);
    expect((await ask('/demo')).status).to.equal(303);
    expect((await ask('/api/v1/session', { username: 'admin', password: 'admin' })).status).to.equal(401);
  });

  it('makes them by a code of the command line, and is then open', async () => {
    const { code } = JSON.parse(command('admin', 'setup', '--json').stdout) as { code: string };
    for (const role of ROLES) {
      const { totpSecret } = JSON.parse((await ask('/api/v1/setup', { code })).text) as {
        totpSecret: string;
      };
      const otp = totp.code(totpSecret, new Date());
      const person = { username: `lin.${role}`, displayName: role, password: `Sturdy-Lantern-${role}-1` };
      const made = await ask('/api/v1/setup/credentials', { code, role, ...person, totpSecret, otp });
      expect(made.status, made.text).to.equal(200);
    }
    expect((await ask('/')).status).to.equal(200);
    expect(command('admin', 'setup').status).to.equal(1);
  });

  it('drains at SIGTERM, ends with 0, and leaves the database running', async () => {
    const ended = new Promise<number | null>((done) => child?.once('exit', (code) => done(code)));
    expect(child?.kill('SIGTERM')).to.equal(true);
    expect(await ended).to.equal(0);
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    const { rows } = await client.query(`SELECT count(*)::int AS n FROM account`);
    await client.end();
    expect(rows).to.deep.equal([{ n: 3 }]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
