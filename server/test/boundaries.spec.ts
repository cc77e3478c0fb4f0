import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
const { forbidden } = require('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };

/** For each rule a file that breaks it, what it imports, and `import` where the rule leaves types alone. */
const PLANTED: Record<string, [file: string, imports: string, word?: 'import']> = {
  'no-circular': ['server/desk/circle-a.ts', './circle-b.ts'],
  'kernel-is-pure': ['server/kernel/impure.ts', 'node:fs'],
  'libs-know-no-server': ['audit/curious.ts', '../server/kernel/index.ts'],
  'libs-are-independent': ['migrations/leaning.ts', '../audit/index.ts'],
  'audit-has-few-deps': ['audit/heavy.ts', 'pg'],
  'platform-knows-no-domain': ['server/platform/log/nosy.ts', '../../desk/index.ts'],
  'modules-through-index': ['server/robot/shortcut.ts', '../desk/inner.ts'],
  'platform-through-index': ['server/desk/shortcut.ts', '../platform/log/inner.ts'],
  'libs-through-index': ['server/desk/deep.ts', '../../audit/inner.ts'],
  'lib-tests-through-test': ['server/desk/deep.spec.ts', '../../audit/inner.ts'],
  'identity-is-lowest': ['server/identity/high.ts', '../desk/index.ts'],
  'knowledge-below-desk': ['server/knowledge/high.ts', '../desk/index.ts'],
  'desk-knows-no-robot-qa-reports-channels': ['server/desk/high.ts', '../robot/index.ts'],
  'tailoring-only-identity': ['server/tailoring/curious.ts', '../desk/index.ts'],
  'tailoring-through-ports': ['server/robot/told.ts', '../tailoring/index.ts'],
  'robot-beside-qa': ['server/robot/aside.ts', '../qa/index.ts'],
  'qa-beside-robot': ['server/qa/aside.ts', '../robot/index.ts'],
  'reports-read-only': ['server/reports/curious.ts', '../desk/index.ts'],
  'channels-only-desk': ['server/channels/sms/curious.ts', '../../robot/index.ts'],
  'connectors-only-kernel-http': ['server/connectors/odata/curious.ts', '../../platform/log/index.ts'],
  'plugins-apart': ['server/channels/sms/neighbour.ts', '../email/index.ts'],
  'plugin-lists-only-in-compose': ['server/desk/lists.ts', '../channels/index.ts'],
  'typeorm-in-repos': ['server/desk/desk.service.ts', 'typeorm'],
  'express-at-the-edge': ['server/desk/desk.routes.ts', 'express'],
  'crypto-in-few-places': ['server/desk/cipher.ts', 'node:crypto'],
  'compose-is-the-top': ['server/desk/top.ts', '../compose.ts'],
  'compliance-knows-no-business': ['server/compliance/curious.ts', '../desk/index.ts'],
  'sockets-in-few-places': ['server/desk/caller.ts', 'node:net'],
  'web-clients-in-few-places': ['server/robot/caller.ts', 'node:https', 'import'],
  'installer-few': ['installer/greedy.ts', '../server/desk/index.ts'],
  'browser-apart': ['web-admin/src/server.ts', '../../server/kernel/index.ts'],
  'browser-tests-from-outside': ['web-admin/e2e/inside.ts', '../../server/kernel/index.ts'],
  'widget-apart': ['web-admin/widget/heavy.ts', '../src/main.ts'],
  'features-apart': ['web-admin/src/features/inbox/aside.ts', '../tickets/index.ts'],
  'no-dev-dep': ['server/desk/dev.ts', 'chai'],
  'no-test-code': ['server/desk/lazy.ts', './desk.spec.ts'],
};

/** What the planted files import, empty themselves. */
const TARGETS = [
  'server/kernel/index.ts',
  'server/platform/log/index.ts',
  'server/platform/log/inner.ts',
  'server/compose.ts',
  'server/desk/index.ts',
  'server/desk/inner.ts',
  'server/desk/desk.spec.ts',
  'server/robot/index.ts',
  'server/qa/index.ts',
  'server/tailoring/index.ts',
  'server/channels/index.ts',
  'server/channels/email/index.ts',
  'audit/index.ts',
  'audit/inner.ts',
  'web-admin/src/main.ts',
  'web-admin/src/features/tickets/index.ts',
];

describe('import boundaries', () => {
  let folder: string;
  let found: Set<string>;

  before(function () {
    this.timeout(60_000);
    folder = mkdtempSync(join(tmpdir(), 'vd-boundaries-'));
    const write = (file: string, text: string) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    };
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
      cpSync(join(PROJECT, file), join(folder, file));
    }
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    for (const file of TARGETS) write(file, 'export const nothing = 0;\n');
    // Type imports count, so half of the planted ones are type imports.
    Object.values(PLANTED).forEach(([file, imports, only], index) => {
      const word = only ?? (index % 2 === 0 ? 'import' : 'import type');
      write(file, `${word} * as other from '${imports}';\nexport type Other = typeof other;\n`);
    });
    write(
      'server/desk/circle-b.ts',
      "import * as other from './circle-a.ts';\nexport type B = typeof other;\n",
    );
    const cruiser = join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const folders = ['server', 'audit', 'migrations', 'installer', 'web-admin'];
    const args = [cruiser, '-T', 'json', '-c', '.dependency-cruiser.cjs', ...folders];
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (!stdout) throw new Error(stderr);
    const report = JSON.parse(stdout) as {
      summary: { violations: { from: string; rule: { name: string } }[] };
    };
    found = new Set(report.summary.violations.map(({ from, rule }) => `${rule.name} ${from}`));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has a planted violation for every rule', () => {
    expect(Object.keys(PLANTED).sort()).to.deep.equal(forbidden.map(({ name }) => name).sort());
  });

  for (const [rule, [file, imports]] of Object.entries(PLANTED)) {
    it(`${rule}: refuses ${imports} in ${file}`, () => {
      expect([...found]).to.include(`${rule} ${file}`);
    });
  }
});
