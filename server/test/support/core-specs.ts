import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { globSync } from 'tinyglobby';

const CORE = resolve('server/test/support/core.ts');
const IMPORT = /from '(\.[^']*\/(?:test|support)\/[^']+\.ts|\.\/[^']+\.ts)'/g;

/** What opens a database by itself, through PostgreSQL's own driver or in another process. */
const OPENS_ITSELF = /\bpg\.Client\b|\bcore\.url\b|\bopenDatabase\(/;

/** Specs on the spec database that are about PostgreSQL alone, and why. Every other one runs on either database. */
export const ABOUT_POSTGRES: Readonly<Record<string, string>> = {
  'server/connectors/dbview/dbview.spec.ts': 'the connector reads views of a PostgreSQL of the bank',
  'server/connectors/host/writes-kill.spec.ts': 'kills a second process; the stand-in lives in one',
  'server/platform/bus/listen.spec.ts': 'LISTEN and NOTIFY; on Oracle the bus is a table',
  'server/platform/persistence/audit-spool.spec.ts': 'cuts the socket of PostgreSQL with a relay',
  'server/platform/persistence/postgres-bytes.spec.ts': 'the protocol of PostgreSQL',
  'server/platform/persistence/predecessors.spec.ts':
    'sessions in pg_stat_activity; Oracle tells nobody of its own',
  'server/test/rotate-index-kill.spec.ts': 'kills a second process; the stand-in lives in one',
  'server/cli/audit-recorder.spec.ts': 'the command line itself opens the PostgreSQL it is given',
  'server/test/backup.spec.ts': 'restores into a database of its own',
  'server/test/audit-kill.spec.ts': 'a second process is killed; the stand-in lives in one',
  'server/test/disk-full.spec.ts': 'fills the disk of a PostgreSQL of its own',
  'server/test/nothing-in-clear.spec.ts': 'looks into the files of a PostgreSQL',
  'server/test/weather.spec.ts': 'cuts and slows the connections to PostgreSQL with a relay',
  'server/platform/notify/notify-kill.spec.ts': 'a second process; the stand-in lives in one',
};

/**
 * Specs that stand on the spec database, directly or through a builder: what runs on either database. Throws when one opens a
 * database by itself and is not named above, or is named and gone, so that nobody takes it for covered.
 */
export function specsOnCore(): string[] {
  const found: string[] = [];
  const unnamed: string[] = [];
  const named = new Set(Object.keys(ABOUT_POSTGRES));
  for (const file of globSync('server/**/*.spec.ts').sort()) {
    const seen = new Set<string>();
    if (!reaches(resolve(file), seen) || named.delete(file)) continue;
    const opener = [...seen].find(
      (path) => /\.spec\.ts$|\/test\//.test(path) && OPENS_ITSELF.test(readFileSync(path, 'utf8')),
    );
    if (opener === undefined) found.push(file);
    else unnamed.push(`${file} (${relative('.', opener)} opens a database by itself)`);
  }
  if (unnamed.length + named.size > 0) {
    throw new Error(`Name in ABOUT_POSTGRES, or remove: ${[...unnamed, ...named].join(', ')}`);
  }
  return found;
}

function reaches(file: string, seen: Set<string>): boolean {
  if (file === CORE) return true;
  if (seen.has(file) || !existsSync(file)) return false;
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(IMPORT)];
  // Every one is followed, so that `seen` holds all the helpers of the spec.
  const found = imports.map(([, path]) => reaches(resolve(dirname(file), path as string), seen));
  return found.includes(true);
}

/** What a run of specs came to. */
export interface SpecRun {
  status: number;
  /** `N passed, N failed, N skipped`. */
  closing: string;
  skipped: number;
  /** Full titles of what failed. */
  failures: string[];
  seconds: number;
}

/** Another database makes its schema step by step for each spec file. */
const TEST_MS = 120_000;

/** Runs specs in a mocha of their own, its output shown as it comes. */
export async function runSpecs(specs: readonly string[], env: Record<string, string>): Promise<SpecRun> {
  const startedMs = performance.now();
  const failuresFile = join(mkdtempSync(join(tmpdir(), 'vd-run-')), 'failures.json');
  const args = ['--require', './server/test/oracle-sim/answers.ts', '--exit', '--timeout', String(TEST_MS)];
  const child = spawn(
    process.execPath,
    ['node_modules/mocha/bin/mocha.js', ...args, ...specs.flatMap((spec) => ['--spec', spec])],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env, VAULTDESK_FAILURES_FILE: failuresFile },
    },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    process.stdout.write(chunk);
  });
  const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const closing = text.trim().split('\n').at(-1) ?? '';
  const skipped = Number(/(\d+) skipped$/.exec(closing)?.[1] ?? NaN);
  const failures = existsSync(failuresFile)
    ? (JSON.parse(readFileSync(failuresFile, 'utf8')) as string[])
    : [];
  rmSync(dirname(failuresFile), { recursive: true, force: true });
  return { status, closing, skipped, failures, seconds: (performance.now() - startedMs) / 1_000 };
}
