// `npm run test:peers`: the product against other people's programs, which .ci/peers installs. Nothing is skipped here.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const SUITES = [
  ['Oracle dialect on H2, and the answers of both databases', 'server/test/oracle-sim/run.ts', '--required'],
];

let failed = 0;
for (const [title, file, ...args] of SUITES) {
  process.stdout.write(`\n== ${title}\n`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], { stdio: 'inherit' });
  if (status !== 0) failed += 1;
}
process.stdout.write(`${SUITES.length - failed} passed, ${failed} failed, 0 skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
