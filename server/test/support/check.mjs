// `npm run check`: types, lint, import boundaries, packages, formatting, in one go; exits 1 when any of them fails.
import { spawnSync } from 'node:child_process';
import { globSync } from 'tinyglobby';
import process from 'node:process';
import { supplyChainHolds } from './supply-chain.mjs';

const SOURCES = '{server,audit,sso,migrations,installer,web-admin}';

/** Runs one program of node_modules and tells whether it succeeded. */
function runs(title, program, args) {
  const startedMs = Date.now();
  const result = spawnSync(process.execPath, [`node_modules/${program}`, ...args], { stdio: 'inherit' });
  const verdict = result.status === 0 ? 'ok' : 'FAILED';
  process.stdout.write(`${title}: ${verdict} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)\n`);
  return result.status === 0;
}

/** Boundaries, and that the cruiser saw every source file: with a compiler it cannot use it sees none and is green. */
function boundariesHold() {
  const result = spawnSync(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '-T',
      'json',
      '-c',
      '.dependency-cruiser.cjs',
    ].concat(['server', 'audit', 'sso', 'migrations', 'installer', 'web-admin'].filter(isFolder)),
    { encoding: 'utf8', maxBuffer: 512 * 1024 * 1024 },
  );
  if (!result.stdout) {
    process.stderr.write(result.stderr);
    return false;
  }
  const report = JSON.parse(result.stdout);
  const seen = new Set(report.modules.map((module) => module.source));
  const files = globSync(`${SOURCES}/**/*.{ts,tsx}`, { ignore: ['**/*.d.ts', '**/fixtures/**'] });
  const unseen = files.filter((file) => !seen.has(file));
  for (const violation of report.summary.violations) {
    process.stderr.write(
      `${violation.rule.severity} ${violation.rule.name}: ${violation.from} -> ${violation.to}\n`,
    );
  }
  for (const file of unseen) process.stderr.write(`not cruised: ${file}\n`);
  process.stdout.write(
    `boundaries: ${files.length} files, ${report.summary.totalDependenciesCruised} imports, ` +
      `${report.summary.violations.length} violations\n`,
  );
  return files.length > 0 && unseen.length === 0 && report.summary.error === 0;
}

function isFolder(path) {
  return globSync(`${path}/**/*.{ts,tsx}`).length > 0;
}

const results = [
  runs('types', 'typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']),
  runs('lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  boundariesHold(),
  supplyChainHolds('package-lock.json'),
  runs('formatting', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
];
process.exit(results.every(Boolean) ? 0 : 1);
