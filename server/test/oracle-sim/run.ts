import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ABOUT_POSTGRES, runSpecs, specsOnCore, type SpecRun } from '../support/core-specs.ts';
import { H2_JAR } from './bridge.ts';
import { BY_CHANCE } from './by-chance.ts';
import { compareAnswers, type Comparison, type RecordedAnswer } from './compare-answers.ts';
import { NOT_IN_H2 } from './not-in-h2.ts';

/**
 * `npm run test:oracle-sim`: every spec that stands on a database, through TypeORM's Oracle driver on H2 in Oracle mode; then
 * the same specs on PostgreSQL, and every answer of the two runs compared. The same with the whole server over HTTPS, asked
 * for every route. Last, an installation is moved from one database to the other and back. Exits 1 on a failure, on a
 * difference, and on a test that is skipped and not named by the list of what H2 cannot run.
 */
const WHOLE_SERVER = ['server/test/contract.spec.ts', 'server/test/oracle-sim/every-route.peer.ts'];
const COPY = ['server/test/oracle-sim/database-copy.peer.ts'];
const SHOWN_OF_A_TEST = 3;
const SHOWN_CHARACTERS = 400;

/** One suite on both databases. */
interface Pair {
  title: string;
  oracle: SpecRun;
  postgres: SpecRun;
  comparison: Comparison;
}

async function runOnBoth(title: string, specs: readonly string[], folder: string): Promise<Pair> {
  const fileOf = (name: string) => join(folder, `${title.replaceAll(' ', '-')}-${name}.jsonl`);
  const run = (name: string, database: string) => {
    process.stdout.write(`\n== ${title}, on ${name}\n`);
    return runSpecs(specs, { VAULTDESK_TEST_DATABASE: database, VAULTDESK_ANSWERS_FILE: fileOf(name) });
  };
  const oracle = await run('the stand-in for Oracle', 'oracle-sim');
  const postgres = await run('PostgreSQL', '');
  const comparison = compareAnswers(
    readAnswers(fileOf('PostgreSQL')),
    readAnswers(fileOf('the stand-in for Oracle')),
    BY_CHANCE,
  );
  show(comparison);
  return { title, oracle, postgres, comparison };
}

function readAnswers(file: string): RecordedAnswer[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  return lines.map((line) => JSON.parse(line) as RecordedAnswer);
}

function show({ differences, reordered }: Comparison): void {
  for (const test of reordered) process.stdout.write(`ANOTHER ORDER OF ARRIVAL ${test}\n`);
  for (const { test, postgres, oracle } of differences) {
    process.stdout.write(`DIFFERS ${test}\n`);
    const lines = (name: string, answers: string[]) =>
      answers.slice(0, SHOWN_OF_A_TEST).map((text) => `  ${name} ${text.slice(0, SHOWN_CHARACTERS)}\n`);
    process.stdout.write([...lines('postgres', postgres), ...lines('oracle  ', oracle)].join(''));
  }
}

/** The lines at the end, and whether all is well. */
function summarise(pairs: readonly Pair[], copy: SpecRun, specCount: number): boolean {
  const listed = NOT_IN_H2.flatMap(({ tests = [] }) => tests);
  const lines = [`\nNot run by H2; each text is checked by the Oracle grammar instead:`];
  for (const { what } of NOT_IN_H2) lines.push(`  - ${what}`);
  lines.push(`Skipped on the stand-in, for want of these: ${listed.length}`);
  for (const title of listed) lines.push(`  - ${title}`);
  lines.push('About PostgreSQL alone, and not part of this suite:');
  for (const [file, why] of Object.entries(ABOUT_POSTGRES)) lines.push(`  - ${file}: ${why}`);
  const took = ({ closing, seconds }: SpecRun) => `${closing} (${Math.round(seconds)} s)`;
  for (const { title, oracle, postgres, comparison } of pairs) {
    const { answers, tests, differences, reordered, byChance } = comparison;
    lines.push(
      `${title} on the stand-in: ${took(oracle)}`,
      `${title} on PostgreSQL: ${took(postgres)}`,
      `  ${answers} answers of ${tests} tests compared, ${differences.length} tests answer differently, ` +
        `${reordered.length} in another order of arrival, ${byChance.length} by chance`,
      ...byChance.map((test) => `  by chance: ${test}`),
    );
  }
  lines.push(`Moving an installation both ways: ${took(copy)}`, `${specCount} spec files`);
  process.stdout.write(`${lines.join('\n')}\n`);
  const runs = [...pairs.flatMap(({ oracle, postgres }) => [oracle, postgres]), copy];
  const skipped = runs.reduce((sum, run) => sum + run.skipped, 0);
  return (
    runs.every(({ status }) => status === 0) &&
    skipped === listed.length &&
    pairs.every(({ comparison }) => comparison.differences.length === 0 && comparison.answers > 0)
  );
}

async function main(): Promise<number> {
  if (!existsSync(H2_JAR) || spawnSync('java', ['-version']).status !== 0) {
    process.stdout.write(`SKIPPED: needs Java 17 and ${H2_JAR} (Debian: default-jdk-headless libh2-java)\n`);
    return process.argv.includes('--required') ? 1 : 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'vd-answers-'));
  const specs = specsOnCore();
  const pairs = [
    await runOnBoth('The specs on a database', specs, folder),
    await runOnBoth('The whole server over HTTPS', WHOLE_SERVER, folder),
  ];
  process.stdout.write('\n== Moving an installation\n');
  const copy = await runSpecs(COPY, {});
  rmSync(folder, { recursive: true, force: true });
  return summarise(pairs, copy, specs.length) ? 0 : 1;
}

process.exitCode = await main();
