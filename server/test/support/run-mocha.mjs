// `npm test`: runs the suite and ends with the line `N passed, N failed, N skipped`.
// Flags: --long (full counts), --e2e (browser tests only); anything else goes to mocha.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const args = process.argv.slice(2);
const isLong = args.includes('--long');
const isE2e = args.includes('--e2e');
const rest = args.filter((arg) => arg !== '--long' && arg !== '--e2e');
const namesFiles = rest.some((arg) => /\.spec\.tsx?$/.test(arg));
// One folder for everything the suite leaves behind, removed at the end.
const scratch = mkdtempSync(join(tmpdir(), 'vaultdesk-test-'));
const env = { ...process.env, TMPDIR: scratch, VAULTDESK_TEST_LONG: isLong ? '1' : '' };

function run(program, programArgs) {
  return spawnSync(process.execPath, [program, ...programArgs], { stdio: 'inherit', env }).status ?? 1;
}

let status = 0;
if (!namesFiles && existsSync('server/evaluation/build.mjs')) status = run('server/evaluation/build.mjs', []);
if (status === 0) {
  const mochaArgs = namesFiles
    ? ['--config', '.mocharc.json', '--spec', ...rest]
    : ['--config', '.mocharc.json', ...(isE2e ? ['--spec', 'web-admin/e2e/**/*.spec.ts'] : []), ...rest];
  status = run('node_modules/mocha/bin/mocha.js', mochaArgs);
}
rmSync(scratch, { recursive: true, force: true });
process.exit(status);
