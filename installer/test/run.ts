import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { CASES } from './cases.ts';
import { baseSystem, Machine, missingTools } from './machine.ts';
import type { Stage } from './stage.ts';
import { bundleFiles } from './stage.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** Systems it is run on. */
const SUITES = ['bookworm'];

/** `npm run test:install [-- --suite bullseye]`: ends with `N passed, N failed, N skipped`; exit 1 when one failed. */
async function main(args: readonly string[]): Promise<number> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const missing = missingTools();
  const bundle = bundleFiles(join(PROJECT, 'dist'));
  const why =
    missing.length > 0
      ? `there is no ${missing.join(', ')}`
      : bundle
        ? ''
        : 'dist/ holds no bundle: npm run bundle';
  const named = args.includes('--suite') ? [args[args.indexOf('--suite') + 1] ?? ''] : SUITES;
  for (const suite of named) {
    if (why !== '' || bundle === undefined) {
      process.stdout.write(`SKIPPED: an install on Debian ${suite}: ${why}\n`);
      counts.skipped += CASES.length;
      continue;
    }
    const folder = mkdtempSync(join(tmpdir(), 'vaultdesk-install-'));
    const machine = new Machine(folder, { isTraced: true });
    try {
      machine.make(baseSystem(suite));
      for (const file of bundle.files) copyFileSync(file, join(machine.root, 'srv/stick', basename(file)));
      copyFileSync(join(PROJECT, 'installer/test/people.mjs'), join(machine.root, 'srv/stick/people.mjs'));
      await machine.boot();
      const stage: Stage = {
        machine,
        folder,
        bundle: `/srv/stick/${bundle.name}`,
        fingerprint: bundle.fingerprint,
        before: [],
      };
      machine.sh(`cd /srv/stick && tar xzf ${bundle.name}.tar.gz`);
      stage.before = machine.state();
      await runCases(suite, stage, counts);
    } finally {
      await machine.remove();
      if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  return counts.failed === 0 ? 0 : 1;
}

async function runCases(
  suite: string,
  stage: Stage,
  counts: { passed: number; failed: number },
): Promise<void> {
  for (const { name, run } of CASES) {
    const startedMs = performance.now();
    try {
      const said = await run(stage);
      counts.passed += 1;
      const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
      process.stdout.write(`ok   ${suite} ${name} (${seconds} s)${said ? `: ${said}` : ''}\n`);
    } catch (error) {
      counts.failed += 1;
      process.stdout.write(
        `FAIL ${suite} ${name}\n     ${(error as Error).message.replaceAll('\n', '\n     ')}\n`,
      );
    }
  }
}

// Nothing of an earlier run that was killed stays in memory.
for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith('vaultdesk-install-')))
  process.stderr.write(`left by an earlier run: ${join(tmpdir(), name)}\n`);
process.exitCode = await main(process.argv.slice(2));
