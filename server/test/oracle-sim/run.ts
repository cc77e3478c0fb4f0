import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { RecordedAnswer } from './answers.ts';
import { H2_JAR } from './bridge.ts';
import { NOT_IN_H2 } from './to-h2.ts';
import { runSpecs, specsOnCore } from '../support/core-specs.ts';

/**
 * `npm run test:oracle-sim`: every spec that stands on a database, through TypeORM's Oracle driver on H2 in Oracle mode; then
 * the same specs on PostgreSQL, and every HTTP answer of the two runs compared. Exits 1 on a failure or a difference.
 */
/** Answers by test, each test's in an order that does not depend on which of several at once came first. */
function readAnswers(file: string): Map<string, string[]> {
  const byTest = new Map<string, string[]>();
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []) {
    const { test, ...answer } = JSON.parse(line) as RecordedAnswer;
    byTest.set(test, [...(byTest.get(test) ?? []), JSON.stringify(answer)].sort());
  }
  return byTest;
}

/** Prints where the two runs answered differently; gives the number of such tests. */
function compare(postgres: Map<string, string[]>, oracle: Map<string, string[]>): number {
  let different = 0;
  for (const [test, answers] of oracle) {
    const others = postgres.get(test) ?? [];
    const surplus = answers.filter((answer) => !others.includes(answer));
    const missing = others.filter((answer) => !answers.includes(answer));
    if (surplus.length + missing.length === 0) continue;
    different += 1;
    process.stdout.write(`DIFFERS ${test}\n`);
    for (const answer of missing.slice(0, 3)) process.stdout.write(`  postgres ${answer.slice(0, 400)}\n`);
    for (const answer of surplus.slice(0, 3)) process.stdout.write(`  oracle   ${answer.slice(0, 400)}\n`);
  }
  return different;
}

function main(): number {
  if (!existsSync(H2_JAR) || spawnSync('java', ['-version']).status !== 0) {
    process.stdout.write(`SKIPPED: needs Java 17 and ${H2_JAR} (Debian: default-jdk-headless libh2-java)\n`);
    return process.argv.includes('--required') ? 1 : 0;
  }
  process.stdout.write('Not run by H2; each text is checked by the Oracle grammar instead:\n');
  for (const { what } of NOT_IN_H2) process.stdout.write(`  - ${what}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'vd-answers-'));
  const fileOf = (name: string) => join(folder, `${name}.jsonl`);
  const specs = specsOnCore();
  const { status: oracleStatus } = runSpecs(specs, {
    VAULTDESK_TEST_DATABASE: 'oracle-sim',
    VAULTDESK_ANSWERS_FILE: fileOf('oracle'),
  });
  const { status: postgresStatus } = runSpecs(specs, {
    VAULTDESK_TEST_DATABASE: '',
    VAULTDESK_ANSWERS_FILE: fileOf('postgres'),
  });
  // An installation moved from one database to the other and back.
  const { status: copyStatus } = runSpecs(['server/test/oracle-sim/database-copy.peer.ts'], {});
  const oracle = readAnswers(fileOf('oracle'));
  const different = compare(readAnswers(fileOf('postgres')), oracle);
  const count = [...oracle.values()].reduce((sum, answers) => sum + answers.length, 0);
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(
    `${specs.length} spec files, ${count} HTTP answers of ${oracle.size} tests compared: `,
  );
  process.stdout.write(`${different} tests answer differently\n`);
  const isGreen = [oracleStatus, postgresStatus, copyStatus].every((status) => status === 0);
  return isGreen && different === 0 && count > 0 ? 0 : 1;
}

process.exitCode = main();
