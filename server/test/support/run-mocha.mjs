// `npm test`: runs the suite in one process more than there are cores, at most three, and ends with the line
// `N passed, N failed, N skipped`. Each process has a database of its own. Flags: --long (full counts), --e2e (browser tests
// only), --record (writes down how long each file took, which the next split uses); anything else goes to mocha.
// A few files that fail beside the others run once more alone: what fails again has failed, what passes is named as unsteady.
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
/** Suites that kill and start servers mostly wait; more processes than this only wait for each other. */
const PROCESSES_MAX = 3;
const CLOSING_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;
/** Files that may fail beside the others and be tried alone; with more of them something is broken. */
const AGAIN_FILES_MAX = 3;
/** After this line mocha tells what failed and how. */
const FAILING_LINE = /^\s*(?:\u001b\[\d+m)*\s+\d+ failing/;

// One folder for everything the suite leaves behind, removed at the end.
const scratch = mkdtempSync(join(tmpdir(), 'vaultdesk-test-'));
// As root PostgreSQL runs under another account, which must be able to pass through to its data folder.
chmodSync(scratch, 0o711);
const env = { ...process.env, TMPDIR: scratch, VAULTDESK_TEST_LONG: flags.has('--long') ? '1' : '' };

const resultsFile = (index) => join(scratch, `results-${index}.json`);

/** What the reporter wrote down for a group: file → seconds, passed, failed, skipped. */
function readResults(index) {
  return existsSync(resultsFile(index)) ? JSON.parse(readFileSync(resultsFile(index), 'utf8')) : {};
}

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

/** One mocha; its lines are shown as they come when `isShown`, else kept. Gives exit code, lines, what failed, and counts. */
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
      env: { ...env, VAULTDESK_SPEC_RESULTS: resultsFile(index) },
    },
  );
  const lines = [];
  const failures = [];
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
    else if (failures.length > 0 || FAILING_LINE.test(line)) failures.push(line);
    else if (isShown) process.stdout.write(`${line}\n`);
    else lines.push(line);
  }
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (open !== '') take(open);
      resolve({ status: code ?? 1, lines, failures, counts });
    });
  });
}

/** Keeps the seconds of this run for the next split. */
function recordSeconds(files) {
  const seconds = Object.entries(files).map(([file, result]) => [file, Math.ceil(result.seconds)]);
  seconds.sort(([a], [b]) => a.localeCompare(b));
  writeFileSync(SECONDS_FILE, `${JSON.stringify(Object.fromEntries(seconds), null, 2)}\n`);
}

/** Runs files that failed beside the others alone. Gives their results, or nothing when there are none or too many. */
async function runAgainAlone(files, index) {
  const failed = Object.keys(files).filter((file) => files[file].failed > 0);
  if (failed.length === 0 || failed.length > AGAIN_FILES_MAX) return {};
  process.stdout.write(`\nAgain, alone: ${failed.join(', ')}\n`);
  const { counts, failures } = await runMocha(failed, true, index);
  process.stdout.write(failures.map((line) => `${line}\n`).join(''));
  if (counts === undefined) return {};
  const again = readResults(index);
  const unsteady = failed.filter((file) => again[file]?.failed === 0);
  if (unsteady.length > 0) process.stdout.write(`\nUNSTEADY, to be mended: ${unsteady.join(', ')}\n\n`);
  return again;
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
  const specs = globSync(flags.has('--e2e') ? 'web-admin/e2e/**/*.spec.ts' : ALL);
  const groups = split(specs, Math.min(PROCESSES_MAX, availableParallelism() + 1));
  const results = await Promise.all(groups.map((group, index) => runMocha(group, index === 0, index)));
  for (const { lines } of results) process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  // What failed comes last, where whoever sees only the end of a log finds it.
  for (const { failures } of results) process.stdout.write(failures.map((line) => `${line}\n`).join(''));
  const files = Object.assign({}, ...groups.map((_, index) => readResults(index)));
  if (flags.has('--record')) recordSeconds(files);
  Object.assign(files, await runAgainAlone(files, groups.length));
  const sum = (key) => Object.values(files).reduce((total, result) => total + result[key], 0);
  // A process that died without its closing line is a failure, whatever the others say.
  const failed = sum('failed') + results.filter(({ counts }) => counts === undefined).length;
  process.stdout.write(`${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped\n`);
  return failed === 0 ? 0 : 1;
}

const status = await main();
rmSync(scratch, { recursive: true, force: true });
process.exit(status);
