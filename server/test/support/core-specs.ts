import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import process from 'node:process';
import { globSync } from 'tinyglobby';

const CORE = resolve('server/test/support/core.ts');
const IMPORT = /from '(\.[^']*\/(?:test|support)\/[^']+\.ts|\.\/[^']+\.ts)'/g;

/** What opens a database by itself, through PostgreSQL's own driver or in another process. */
const OPENS_ITSELF = /\bpg\.Client\b|\bcore\.url\b|\bopenDatabase\(/;

/**
 * Specs that stand on the spec database, directly or through a builder: what runs on either database. Those that also open one by
 * themselves stay with PostgreSQL; they are named, so that nobody takes them for covered.
 */
export function specsOnCore(): string[] {
  const found: string[] = [];
  for (const file of globSync('server/**/*.spec.ts').sort()) {
    const seen = new Set<string>();
    if (!reaches(resolve(file), seen)) continue;
    const opener = [...seen].find(
      (path) => /\.spec\.ts$|\/test\//.test(path) && OPENS_ITSELF.test(readFileSync(path, 'utf8')),
    );
    if (opener === undefined) found.push(file);
    else process.stdout.write(`PostgreSQL only, because ${relative('.', opener)} opens it: ${file}\n`);
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

/** Runs specs in a mocha of their own, its output shown; gives its exit code and its closing line. */
export function runSpecs(specs: string[], env: Record<string, string>): { status: number; closing: string } {
  const args = ['--require', './server/test/oracle-sim/answers.ts', '--exit'];
  const result = spawnSync(
    process.execPath,
    ['node_modules/mocha/bin/mocha.js', ...args, ...specs.flatMap((spec) => ['--spec', spec])],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
  );
  const text = String(result.stdout);
  process.stdout.write(text);
  return { status: result.status ?? 1, closing: text.trim().split('\n').at(-1) ?? '' };
}
