import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mustRun, runProgram } from '../run-program.ts';
import type { Layout } from './layout.ts';
import type { UndoList } from './undo.ts';

/** Ids of an account. */
export interface Account {
  uid: number;
  gid: number;
}

/** The two accounts of an installation, and which of them were made for it. */
export interface Accounts {
  server: Account;
  database: Account;
  made: string[];
  /** Files that the programs for accounts leave behind, and which were not there before. */
  traces: string[];
}

/** What useradd and its kin write beside their files. */
const TRACES = ['passwd-', 'group-', 'shadow-', 'gshadow-', '.pwd.lock', 'subuid-', 'subgid-'].map(
  (name) => `/etc/${name}`,
);

/** Ids of an account of this system; undefined when there is none. */
export function findAccount(name: string): Account | undefined {
  const [, , uid, gid] = runProgram('getent', ['passwd', name]).stdout.trim().split(':');
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Groups above it that already existed stay. */
function hasGroup(name: string): boolean {
  return readFileSync('/etc/group', 'utf8')
    .split('\n')
    .some((line) => line.startsWith(`${name}:`));
}

/**
 * Makes the accounts that are missing: no password, no shell, no home. The server's is in the group of the database's, which
 * opens the folder of the socket to it and nothing else.
 */
export function makeAccounts({ user, databaseUser, home, databaseHome }: Layout, undo: UndoList): Accounts {
  const made: string[] = [];
  const traces = TRACES.filter((path) => !existsSync(path));
  undo.add('traces of accounts', () => removeTraces(traces));
  const make = (name: string, folder: string, groups: string[]): Account => {
    const known = findAccount(name);
    if (known) return known;
    undo.add(`account ${name}`, () => removeAccount(name));
    const own = hasGroup(name) ? ['--gid', name] : ['--user-group'];
    const more = groups.length > 0 ? ['--groups', groups.join(',')] : [];
    mustRun('useradd', [
      ...['--system', '--no-create-home', '--home-dir', folder, '--shell', '/usr/sbin/nologin'],
      ...['--comment', 'Vaultdesk', ...own, ...more, name],
    ]);
    made.push(name);
    const account = findAccount(name);
    if (account === undefined) throw new Error(`useradd made no account ${name}`);
    return account;
  };
  const database = make(databaseUser, databaseHome, []);
  const server = make(user, home, [databaseUser]);
  return { server, database, made, traces };
}

/** Removes an account with its group. */
export function removeAccount(name: string): void {
  if (findAccount(name)) mustRun('userdel', [name]);
  if (hasGroup(name)) runProgram('groupdel', [name]);
}

/** Removes what the programs for accounts left behind; they are copies of what was before. */
export function removeTraces(traces: readonly string[]): void {
  for (const path of traces.filter((each) => TRACES.includes(each))) rmSync(path, { force: true });
}
