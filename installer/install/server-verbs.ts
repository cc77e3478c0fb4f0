import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InstallFault } from '../fault.ts';
import type { Answers } from '../answers/read.ts';
import { runProgram, type ProgramOptions } from '../run-program.ts';
import { setRights } from './files.ts';
import { embeddedUrl } from './database.ts';
import type { Layout } from './layout.ts';
import type { Accounts } from './users.ts';

/** The code that opens the page of the first three administrators; it is shown once. */
export interface SetupCode {
  code: string;
  page: string;
  expiresAt: string;
}

interface About {
  layout: Layout;
  answers: Answers;
  accounts: Accounts;
  /** Called before each of them; throws when the install was interrupted. */
  step(name: string): Promise<void>;
}

const MIGRATE_MS = 300_000;

/** Runs what the server itself does before its first start: the schema, the identity provider, the code. Its account is used. */
export async function runServerVerbs(about: About): Promise<SetupCode> {
  const { answers, step } = about;
  await step('schema');
  migrate(about);
  if (answers.has('saml.metadata_file')) {
    await step('identity provider');
    addIdentityProvider(about);
  }
  await step('code for the administrators');
  return JSON.parse(serverVerb(about, ['admin', 'setup', '--json'])) as SetupCode;
}

/** With the database that comes along its administrator protects the trail from the server's own login. */
function migrate(about: About): void {
  const { layout, answers, accounts } = about;
  if (answers.text('database.mode') !== 'embedded') {
    serverVerb(about, ['migrate', 'up']);
    return;
  }
  const url = embeddedUrl(layout);
  const who = layout.prefix === undefined ? accounts.database : {};
  const administrator = embeddedUrl(layout, 'administrator');
  const args = ['migrate', 'up', '--administrator', administrator];
  // The account of the database does not come into the home folder; the address is all it needs.
  run(about, args, { ...who, env: { VAULTDESK_HOME: '/nonexistent', VAULTDESK_DATABASE_URL: url } });
}

/** The account of the server reads no files of root's; copies are made for the moment. */
function addIdentityProvider(about: About): void {
  const { layout, answers, accounts } = about;
  const folder = mkdtempSync(join(layout.home, 'install-'));
  try {
    const own = layout.prefix === undefined ? accounts.server : {};
    setRights(folder, { mode: 0o700, ...own });
    const files = (['metadata', 'map'] as const).map((name) => {
      const path = join(folder, name);
      copyFileSync(answers.text(`saml.${name}_file`), path);
      setRights(path, { mode: 0o600, ...own });
      return path;
    });
    const [metadata = '', map = ''] = files;
    serverVerb(about, ['idp', 'add', '--id', answers.text('saml.id'), '--metadata', metadata, '--map', map]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function serverVerb(about: About, args: string[]): string {
  const { layout, accounts } = about;
  const who = layout.prefix === undefined ? accounts.server : {};
  return run(about, args, { ...who, env: { VAULTDESK_HOME: layout.home } });
}

/** Runs `vaultdesk ARGS`; what it said on a failure tells the kind of fault. */
function run({ layout, accounts }: About, args: string[], options: ProgramOptions): string {
  const node = join(layout.current, 'node/bin/node');
  const program = join(layout.current, 'server/vaultdesk.mjs');
  // Groups of the account count as well: the folder of the socket is open to one.
  const asOther =
    options.uid === undefined
      ? []
      : ['setpriv', `--reuid=${options.uid}`, `--regid=${options.gid ?? options.uid}`];
  const isServer = options.uid === accounts.server.uid && options.uid !== undefined;
  const groups = isServer ? [`--groups=${accounts.server.gid},${accounts.database.gid}`] : ['--clear-groups'];
  const whole =
    asOther.length === 0 ? [node, program, ...args] : [...asOther, ...groups, node, program, ...args];
  const [file = '', ...rest] = whole;
  const { env = {} } = options;
  const { status, stdout, stderr } = runProgram(file, rest, {
    env: { LANG: 'C.UTF-8', ...env },
    timeoutMs: MIGRATE_MS,
  });
  if (status === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-2).join(' ');
  if (/\[database\.unreachable\]/.test(said)) throw new InstallFault('database.unreachable', said);
  if (/\[(database|migration)\./.test(said)) throw new InstallFault('database.unfit', said);
  throw new Error(`vaultdesk ${args.slice(0, 2).join(' ')} (${status}): ${said}`);
}
