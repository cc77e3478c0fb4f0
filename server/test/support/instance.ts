import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { recordAnswer } from '../oracle-sim/answers.ts';
import { buildHome, removeHome } from './database.ts';
import { freePort } from './free-port.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
/** What `npm start` gives to node, so that an instance here is one there. */
const START_ARGS = startArgs();
/** Twice what the contract allows a first start: a suite shares its machine with other work. */
const READY_MS = 180_000;
/** The contract's limit for a drain, and what the database needs to stop after it. */
const STOPPED_MS = 45_000;

/** One account of `evaluation-accounts.json`. */
export interface EvaluationAccount {
  username: string;
  password: string;
  totpSecret?: string;
  roles: string[];
}

/** What `status.json` says of a running instance. */
export interface InstanceStatus {
  state: string;
  url: string;
  pids: { server: number; workers: number[]; database: number };
  /** `dataDir` is null where the configuration names the database. */
  database: { url: string; dataDir: string | null };
}

/** How a command of the instance ended. */
export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A request; `raw` allows bodies that are no JSON. */
export interface InstanceRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  raw?: string;
}

/** An answer as it came over the wire. */
export interface InstanceReply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every form
  json: any;
}

/** In a run about the stand-in for Oracle: the whole product, its driver exchanged, on a database that ends with it. */
const STAND_IN: Readonly<Record<string, string>> =
  process.env.VAULTDESK_TEST_DATABASE === 'oracle-sim'
    ? {
        VAULTDESK_DATABASE_URL: 'oracle://vaultdesk:unused@h2/whole',
        // The stand-in is TypeScript of the tests, which the built server cannot read by itself.
        NODE_OPTIONS: `--import tsx --import ${new URL('../oracle-sim/use-stand-in.mjs', import.meta.url).href}`,
      }
    : {};

/**
 * An evaluation instance as `npm start` makes it: a process of its own, a home folder of its own, a free port. It can
 * be stopped, killed, and started again on the same home and port.
 */
export class Instance {
  readonly home = buildHome();
  /** Everything the server printed, of all its starts. */
  output = '';
  private child: ChildProcess | undefined;
  private exit: Promise<number | null> = Promise.resolve(null);
  private port = 0;
  private readonly settings: Readonly<Record<string, string>>;

  /** `settings` are variables of the environment, as an operator would set them. */
  constructor(settings: Readonly<Record<string, string>> = {}) {
    this.settings = settings;
  }

  /** `https://127.0.0.1:PORT`, the same over restarts. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** The server's own certificate, which clients of the tests trust. */
  get certificate(): string {
    return readFileSync(join(this.home, 'tls', 'server.crt'), 'utf8');
  }

  /** Starts the server and waits until it says that it is ready; answers after how many milliseconds. */
  start(): Promise<number> {
    return this.launch(() => undefined);
  }

  /** Starts the server and waits until `isUp` says so; the robot may still be learning then. */
  async startUntil(isUp: () => Promise<unknown>): Promise<void> {
    await this.launch(isUp);
  }

  private async launch(isUp: () => Promise<unknown> | undefined): Promise<number> {
    buildOnce();
    this.port ||= await freePort();
    const startedMs = performance.now();
    const from = this.output.length;
    const child = spawn(process.execPath, START_ARGS, {
      cwd: PROJECT,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.exit = new Promise((done) => child.once('exit', (code) => done(code)));
    const ready = new Promise<void>((done) => {
      const hear = (chunk: Buffer) => {
        this.output += chunk.toString('utf8');
        if (this.output.slice(from).includes('vaultdesk ready ')) done();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
    });
    const failed = this.exit.then((code) => this.fail(`ended with ${code}`, from));
    const up = isUp() ?? ready;
    await withLimit(Promise.race([up, failed]), READY_MS, () => this.fail('did not get ready', from));
    return performance.now() - startedMs;
  }

  /** Ctrl-C: answers the exit code. */
  async stop(): Promise<number | null> {
    this.child?.kill('SIGINT');
    return withLimit(this.exit, STOPPED_MS, () => this.fail('did not stop', 0));
  }

  /** `kill -9` of the server; its database stays, as after a crash. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.exit;
  }

  /** `kill -9` of every process of the instance's PostgreSQL, as when the machine runs out of memory. */
  killDatabase(): void {
    for (const pid of this.databasePids()) killNow(pid);
  }

  private databasePids(): number[] {
    const { database } = this.status.pids;
    const children = readFileSync(`/proc/${database}/task/${database}/children`, 'utf8').trim().split(' ');
    return [database, ...children.filter(Boolean).map(Number)];
  }

  /** `kill -9` of one worker, counted from 0; its supervisor starts another one. */
  killWorker(index: number): number {
    const pid = this.status.pids.workers[index];
    if (pid === undefined) throw new Error(`The instance has no worker ${index}.`);
    killNow(pid);
    return pid;
  }

  /** Holds every process of the instance's PostgreSQL still for a while, as a disk does that hangs. */
  async holdDatabase(ms: number): Promise<void> {
    const pids = this.databasePids();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await new Promise((done) => setTimeout(done, ms));
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }

  /** What the instance says of itself; the one of its last start. */
  get status(): InstanceStatus {
    return JSON.parse(readFileSync(join(this.home, 'status.json'), 'utf8')) as InstanceStatus;
  }

  /** Ends whatever still runs, and removes the home folder. */
  async dispose(): Promise<void> {
    // Where the database is another server's, it has no folder.
    const dataDir = existsSync(join(this.home, 'status.json')) ? this.status.database.dataDir : null;
    const code = this.child?.exitCode;
    if (code === null) await this.stop();
    removeHome(this.home, dataDir ?? undefined);
  }

  /** Somebody of the evaluation's identity provider. */
  idpPerson(username: string): { username: string; password: string } {
    const text = readFileSync(join(this.home, 'evaluation-idp', 'people.json'), 'utf8');
    const people = JSON.parse(text) as { username: string; password: string }[];
    const person = people.find((each) => each.username === username);
    if (person === undefined) throw new Error(`The identity provider knows no ${username}.`);
    return person;
  }

  /** The account of this name, with the password of this instance. */
  account(username: string): EvaluationAccount {
    return this.accountWhere((account) => account.username === username, username);
  }

  /** An account of the evaluation instance that has a role. */
  accountOf(role: string): EvaluationAccount {
    return this.accountWhere(({ roles }) => roles.includes(role), role);
  }

  private accountWhere(
    isMeant: (account: EvaluationAccount) => boolean,
    username: string,
  ): EvaluationAccount {
    const file = join(this.home, 'evaluation-accounts.json');
    const accounts = JSON.parse(readFileSync(file, 'utf8')) as EvaluationAccount[];
    const found = accounts.find(isMeant);
    if (!found) throw new Error(`the evaluation instance has no account ${username}`);
    return found;
  }

  /** The API token of the evaluation instance. */
  get token(): string {
    return readFileSync(join(this.home, 'evaluation-token.txt'), 'utf8').trim();
  }

  /** Runs one statement as the database's administrator, whom no trigger of ours stops for long. */
  async sql(statement: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: this.status.database.url });
    await client.connect();
    try {
      return (await client.query(statement)).rows as unknown[];
    } finally {
      await client.end();
    }
  }

  /** One request over TLS that trusts the instance's own certificate. */
  call(path: string, request: InstanceRequest = {}): Promise<InstanceReply> {
    const body = request.raw ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    const headers = { ...(body !== undefined && { 'content-type': 'application/json' }), ...request.headers };
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(
        `${this.url}${path}`,
        { method: request.method ?? 'GET', headers, ca: this.certificate, agent: false },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => (text += chunk));
          answer.on('end', () => {
            const isJson = (answer.headers['content-type'] ?? '').includes('json');
            const { statusCode: status = 0, headers: answered } = answer;
            const reply = { status, headers: answered, text, json: isJson ? JSON.parse(text) : undefined };
            recordAnswer({ path, method: request.method }, reply);
            resolve(reply);
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Runs `vaultdesk ARGS` on this instance. */
  vaultdesk(...args: string[]): Promise<CommandResult> {
    return this.run(['server/cli/vaultdesk.mjs', ...args]);
  }

  /** Runs a program of the project with the instance's environment. */
  async run(args: string[], overrides: Record<string, string> = {}): Promise<CommandResult> {
    const child = spawn(process.execPath, args, { cwd: PROJECT, env: { ...this.env, ...overrides } });
    const result: CommandResult = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (result.stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (result.stderr += chunk.toString('utf8')));
    result.code = await new Promise((done) => child.once('close', done));
    return result;
  }

  private get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      VAULTDESK_HOME: this.home,
      VAULTDESK_PORT: String(this.port),
      VAULTDESK_LOG_LEVEL: 'info',
      ...STAND_IN,
      ...this.settings,
    };
  }

  private fail(what: string, from: number): never {
    this.child?.kill('SIGKILL');
    throw new Error(`The evaluation instance ${what}. It printed:\n${this.output.slice(from)}`);
  }
}

function startArgs(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  const [, args = ''] = scripts.start.split('exec node ');
  return args.split(' ');
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // Gone between the look and the blow.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

let isBuilt = false;

/** What `npm start` does first: builds server and web files where a source is newer. */
function buildOnce(): void {
  if (isBuilt) return;
  const built = spawnSync(process.execPath, ['web-admin/build/build-all.mjs', '--if-stale'], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`The build failed:\n${built.stdout}${built.stderr}`);
  isBuilt = true;
}

async function withLimit<T>(work: Promise<T>, limitMs: number, onLate: () => never): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      try {
        onLate();
      } catch (error) {
        fail(error);
      }
    }, limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
