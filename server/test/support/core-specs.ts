import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { globSync } from 'tinyglobby';

const CORE = resolve('server/test/support/core.ts');
const IMPORT = /from '(\.[^']*\/(?:test|support)\/[^']+\.ts|\.\/[^']+\.ts)'/g;

/** Specs that stand on the spec database, directly or through a builder: what runs on either database. */
export function specsOnCore(): string[] {
  return globSync('server/**/*.spec.ts')
    .filter((file) => reaches(resolve(file), new Set()))
    .sort();
}

function reaches(file: string, seen: Set<string>): boolean {
  if (file === CORE) return true;
  if (seen.has(file) || !existsSync(file)) return false;
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(IMPORT)];
  return imports.some(([, path]) => reaches(resolve(dirname(file), path as string), seen));
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
