import process from 'node:process';
import { judgeAll } from './verdicts.ts';

/**
 * `npm run test:oracle-sql`: every statement and every schema step through an Oracle grammar, all of them anew. Writes
 * down what was accepted, prints `N statements, M refused`, and exits 1 when M is not 0.
 */
const isTerminal = process.stderr.isTTY;
const report = await judgeAll({
  isFresh: !process.argv.includes('--new'),
  keep: true,
  onProgress(done, total) {
    if (isTerminal) process.stderr.write(`\r${done}/${total}${done === total ? '\n' : ''}`);
    else if (done % 100 === 0) process.stderr.write(`${done}/${total}\n`);
  },
});
for (const { origin, text, why } of report.refused)
  process.stdout.write(`REFUSED ${origin}: ${why}\n  ${text}\n`);
process.stdout.write(`${report.grammar}: ${report.texts} statements, ${report.refused.length} refused\n`);
process.exitCode = report.refused.length === 0 ? 0 : 1;
