// `npm test`: runs the suite in as many processes as there are cores, at most two, and ends with the line
// `N passed, N failed, N skipped`. Each process has a database of its own. Flags: --long (full counts), --e2e (browser tests
// only), --record (writes down how long each file took, which the next split uses); anything else goes to mocha.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { globSync } from 'tinyglobby';

const args = process.argv.slice(2);
const flags = new Set(args.filter((arg) => ['--long', '--e2e', '--record'].includes(arg)));
const rest = args.filter((arg) => !flags.has(arg));
const namesFiles = rest.some((arg) => /\.spec\.tsx?$/.test(arg));
const ALL = '{server,audit,sso,migrations,installer,web-admin}/**/*.spec.{ts,tsx}';
const SECONDS_FILE = 'server/test/support/spec-seconds.json';
/** More processes than this only wait for each other's databases and browsers. */
const PROCESSES_MAX = 2;
const CLOSING_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;

// One folder for everything the suite leaves behind, removed at the end.
const scratch = mkdtempSync(join(tmpdir(), 'vaultdesk-test-'));
// As root PostgreSQL runs under another account, which must be able to pass through to its data folder.
chmodSync(scratch, 0o711);
const env = { ...process.env, TMPDIR: scratch, VAULTDESK_TEST_LONG: flags.has('--long') ? '1' : '' };

/** Files in groups that take about as long as each other, by the seconds of an earlier run. */
function split(files, groupCount) {
  const seconds = existsSync(SECONDS_FILE) ? JSON.parse(readFileSync(SECONDS_FILE, 'utf8')) : {};
  const weigh = (file) => seconds[file] ?? 1;
  const groups = Array.from({ length: groupCount }, () => ({ files: [], weight: 0 }));
  for (const file of [...files].sort((a, b) => weigh(b) - weigh(a) || a.localeCompare(b))) {
    const lightest = groups.reduce((least, group) => (group.weight < least.weight ? group : least));
    lightest.files.push(file);
    lightest.weight += weigh(file);
  }
  return groups.map((group) => group.files.sort()).filter((group) => group.length > 0);
}

/** One mocha; its lines are shown as they come when `isShown`, else kept. Gives exit code, lines, and counts. */
function runMocha(files, isShown, index) {
  const child = spawn(
    process.execPath,
    [
      'node_modules/mocha/bin/mocha.js',
      '--config',
      '.mocharc.json',
      ...files.flatMap((f) => ['--spec', f]),
      ...rest,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...env, VAULTDESK_SPEC_SECONDS: join(scratch, `seconds-${index}.json`) },
    },
  );
  const lines = [];
  let counts;
  let open = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text) => {
    const parts = (open + text).split('\n');
    open = parts.pop();
    for (const line of parts) take(line);
  });
  function take(line) {
    const closing = CLOSING_LINE.exec(line);
    if (closing) counts = closing.slice(1).map(Number);
    else if (isShown) process.stdout.write(`${line}\n`);
    else lines.push(line);
  }
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (open !== '') take(open);
      resolve({ status: code ?? 1, lines, counts });
    });
  });
}

/** Keeps the seconds of this run for the next split. */
function recordSeconds(groupCount) {
  const all = {};
  for (let index = 0; index < groupCount; index += 1) {
    const file = join(scratch, `seconds-${index}.json`);
    if (existsSync(file)) Object.assign(all, JSON.parse(readFileSync(file, 'utf8')));
  }
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b)));
  writeFileSync(SECONDS_FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}

async function main() {
  if (!namesFiles && existsSync('web-admin/build/build-all.mjs')) {
    const build = spawnSync(process.execPath, ['web-admin/build/build-all.mjs'], { stdio: 'inherit', env });
    if (build.status !== 0) return build.status ?? 1;
  }
  if (namesFiles) {
    const named = ['node_modules/mocha/bin/mocha.js', '--config', '.mocharc.json', '--spec', ...rest];
    return spawnSync(process.execPath, named, { stdio: 'inherit', env }).status ?? 1;
  }
  const files = globSync(flags.has('--e2e') ? 'web-admin/e2e/**/*.spec.ts' : ALL);
  const groups = split(files, Math.min(PROCESSES_MAX, availableParallelism()));
  const results = await Promise.all(groups.map((group, index) => runMocha(group, index === 0, index)));
  for (const { lines } of results) process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  if (flags.has('--record')) recordSeconds(groups.length);
  const missing = results.filter(({ counts }) => counts === undefined).length;
  const sum = (at) => results.reduce((total, { counts }) => total + (counts?.[at] ?? 0), 0);
  // A process that died without its closing line is a failure, whatever the other one says.
  process.stdout.write(`${sum(0)} passed, ${sum(1) + missing} failed, ${sum(2)} skipped\n`);
  return results.every(({ status }) => status === 0) && missing === 0 ? 0 : 1;
}

const status = await main();
rmSync(scratch, { recursive: true, force: true });
process.exit(status);
