import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { StartError } from '../../kernel/index.ts';
import { canEnter, type RunAccount } from './account.ts';

/** A Unix socket's path holds 107 bytes and the closing NUL (unix(7)); PostgreSQL appends this name to its folder. */
const SOCKET_PATH_BYTES_MAX = 107;
const SOCKET_NAME = '.s.PGSQL.5432';
const POINTER = 'pgdata.location';

/** Where the folders of one embedded database are. */
export interface Places {
  home: string;
  /** The folder outside the home that holds what cannot be inside, or undefined. Named in `home/pgdata.location`. */
  outside: string | undefined;
  dataDir: string;
}

/**
 * Makes the home folder when it is missing. Root's home is 0711, so that the account PostgreSQL runs under can pass
 * through to `pgdata/` (0700) without listing anything; everyone else's is 0700.
 */
export function makeHome(home: string): string {
  const isRoot = process.geteuid?.() === 0;
  if (!existsSync(home)) {
    mkdirSync(home, { recursive: true });
    chmodSync(home, isRoot ? 0o711 : 0o700);
  }
  return realpathSync(home);
}

/** The folder outside the home that an earlier start chose, or undefined. */
export function readOutside(home: string): string | undefined {
  const pointer = join(home, POINTER);
  if (!existsSync(pointer)) return undefined;
  const outside = readFileSync(pointer, 'utf8').trim();
  if (existsSync(outside)) return outside;
  if (existsSync(join(home, 'pgdata'))) return undefined; // Only a copy of the programs was there.
  throw new StartError({
    code: 'database.data_missing',
    sentence: `${pointer} says the data is in ${outside}, but that folder is gone.`,
    remedy: `Bring the folder back, or delete ${pointer} to begin with an empty database.`,
  });
}

/** Where data already is, or undefined before the first start. */
export function existingDataDir(home: string): string | undefined {
  const outside = readOutside(home);
  const candidates = [join(home, 'pgdata'), ...(outside === undefined ? [] : [join(outside, 'pgdata')])];
  return candidates.find((folder) => existsSync(folder));
}

/** Decides where the data folder is or will be; makes the folder outside the home only when the account needs it. */
export function choosePlaces(home: string, account: RunAccount): Places {
  const existing = existingDataDir(home);
  const outside = readOutside(home);
  if (existing !== undefined && !canEnter(existing, account)) {
    throw new StartError({
      code: 'database.permission',
      sentence: `The data folder ${existing} lies below a folder that uid ${account.uid} may not enter.`,
      remedy: 'Give the folders above it the mode they had (at least o+x), then start again.',
    });
  }
  if (existing !== undefined) return { home, outside, dataDir: existing };
  if (outside === undefined && canEnter(home, account))
    return { home, outside, dataDir: join(home, 'pgdata') };
  const chosen = outside ?? makeOutside(home, account);
  return { home, outside: chosen, dataDir: join(chosen, 'pgdata') };
}

/**
 * Makes a folder that `account` can enter, under a name nobody can foresee or have made before us, and says where in
 * `home/pgdata.location`. /var/lib first: /tmp is emptied by many systems.
 */
export function makeOutside(home: string, account: RunAccount): string {
  for (const parent of ['/var/lib', tmpdir()]) {
    if (!canEnter(parent, account)) continue;
    try {
      const outside = mkdtempSync(join(parent, 'vaultdesk-evaluation-'));
      writeFileSync(join(outside, 'HOME'), `${home}\n`);
      if (account.isOther) chownSync(outside, account.uid, account.gid);
      const pointer = join(home, POINTER);
      writeFileSync(`${pointer}.partial`, `${outside}\n`);
      renameSync(`${pointer}.partial`, pointer);
      return outside;
    } catch (error) {
      if (!['EACCES', 'EROFS', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  throw new StartError({
    code: 'database.no_place',
    sentence: `uid ${account.uid} may not enter ${home}, and neither /var/lib nor ${tmpdir()} can hold its data.`,
    remedy: 'Set VAULTDESK_HOME to a folder below one that every account may enter.',
  });
}

/** Makes a folder that only `account` (and root) may enter. */
export function makePrivate(folder: string, account: RunAccount): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (account.isOther) chownSync(folder, account.uid, account.gid);
  return folder;
}

/** A 0700 folder for the socket: beside the data, or in the temporary folder when that path is too long. */
export function makeSocketDir(beside: string, account: RunAccount): string {
  const near = join(beside, 'pgrun');
  if (Buffer.byteLength(join(near, SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX) {
    clearSocket(near);
    return makePrivate(near, account);
  }
  for (const parent of [tmpdir(), '/tmp']) {
    const isShort = Buffer.byteLength(join(parent, 'vaultdesk-XXXXXX', SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX;
    if (isShort && canEnter(parent, account))
      return makePrivate(mkdtempSync(join(parent, 'vaultdesk-')), account);
  }
  throw new StartError({
    code: 'database.socket_path',
    sentence: `The path of the database socket below ${beside} would be longer than 107 bytes.`,
    remedy: 'Set VAULTDESK_HOME to a folder with a shorter path.',
  });
}

/**
 * Removes the socket that a killed postmaster left. Its pid may still answer as a zombie (a container whose first
 * process reaps nothing), and PostgreSQL would then refuse; the caller has made sure that nobody works in the data
 * folder.
 */
export function clearSocket(socketDir: string): void {
  for (const name of [SOCKET_NAME, `${SOCKET_NAME}.lock`]) rmSync(join(socketDir, name), { force: true });
}
