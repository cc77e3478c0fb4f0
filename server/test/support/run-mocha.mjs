// `npm test`: runs the suite and ends with the line `N passed, N failed, N skipped`.
// Flags: --long (full counts), --e2e (browser tests only); anything else goes to mocha.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const args = process.argv.slice(2);
const isLong = args.includes('--long');
const isE2e = args.includes('--e2e');
const rest = args.filter((arg) => arg !== '--long' && arg !== '--e2e');
const namesFiles = rest.some((arg) => /\.spec\.tsx?$/.test(arg));
// One folder for everything the suite leaves behind, removed at the end.
// Not in .mocharc.json: mocha adds that list to the files named on the command line instead of replacing it.
const ALL = '{server,audit,sso,migrations,installer,web-admin}/**/*.spec.{ts,tsx}';
const scratch = mkdtempSync(join(tmpdir(), 'vaultdesk-test-'));
// As root PostgreSQL runs under another account, which must be able to pass through to its data folder.
chmodSync(scratch, 0o711);
const env = { ...process.env, TMPDIR: scratch, VAULTDESK_TEST_LONG: isLong ? '1' : '' };

function run(program, programArgs) {
  return spawnSync(process.execPath, [program, ...programArgs], { stdio: 'inherit', env }).status ?? 1;
}

let status = 0;
if (!namesFiles && existsSync('web-admin/build/build-all.mjs'))
  status = run('web-admin/build/build-all.mjs', []);
if (status === 0) {
  const mochaArgs = namesFiles
    ? ['--config', '.mocharc.json', '--spec', ...rest]
    : ['--config', '.mocharc.json', '--spec', isE2e ? 'web-admin/e2e/**/*.spec.ts' : ALL, ...rest];
  status = run('node_modules/mocha/bin/mocha.js', mochaArgs);
}
rmSync(scratch, { recursive: true, force: true });
process.exit(status);
