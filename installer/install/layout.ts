import { userInfo } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Answers } from '../answers/read.ts';

/** Where everything of an installation is, and whose it is. */
export interface Layout {
  /** Folder of an install without systemd; undefined for one into the system. */
  prefix: string | undefined;
  /** `releases/V` below it, and `current`. */
  base: string;
  current: string;
  /** config.yaml, tls/, keys/, secrets/, release.pub, answers.yaml, install.json. */
  etc: string;
  /** VAULTDESK_HOME. */
  home: string;
  /** Data folder of the bundled PostgreSQL, in a folder of its account. */
  databaseHome: string;
  database: string;
  /** Folder of its socket. */
  socketDir: string;
  /** Program people run. */
  command: string;
  units: string;
  user: string;
  databaseUser: string;
  /** Record of the install: what was made, for taking it away again. */
  record: string;
}

const SYSTEM_RECORD = '/etc/vaultdesk/install.json';

/** The record that says an installation is here. */
export function recordOf(prefix: string | undefined): string {
  return prefix === undefined ? SYSTEM_RECORD : join(prefix, 'etc', 'install.json');
}

/** The places of an install with these answers. Without systemd everything is below the prefix, and the caller's. */
export function layoutOf(answers: Pick<Answers, 'text'>, prefix: string | undefined): Layout {
  if (prefix !== undefined) {
    const user = userInfo().username;
    return {
      ...{ prefix, base: prefix, current: join(prefix, 'current'), etc: join(prefix, 'etc') },
      ...{
        home: join(prefix, 'data'),
        databaseHome: join(prefix, 'db'),
        database: join(prefix, 'db', 'data'),
      },
      ...{ socketDir: join(prefix, 'run'), command: join(prefix, 'bin', 'vaultdesk'), units: '' },
      ...{ user, databaseUser: user, record: recordOf(prefix) },
    };
  }
  const [home, user] = [answers.text('data_dir').replace(/\/+$/, ''), answers.text('user')];
  const databaseUser = `${user}-db`;
  const databaseHome = `${home}-db`;
  return {
    ...{ prefix, base: '/opt/vaultdesk', current: '/opt/vaultdesk/current', etc: '/etc/vaultdesk' },
    ...{ home, databaseHome, database: join(databaseHome, 'data'), socketDir: '/run/vaultdesk-db' },
    ...{ command: '/usr/local/sbin/vaultdesk', units: '/etc/systemd/system' },
    ...{ user, databaseUser, record: SYSTEM_RECORD },
  };
}

/** Whether this process is root. */
export const isRoot = (): boolean => process.geteuid?.() === 0;
