import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { StartError } from '../../kernel/index.ts';

/** The operating-system account PostgreSQL runs under. */
export interface RunAccount {
  uid: number;
  gid: number;
  /** True when it is not our own account: we are root and hand files over to it. */
  isOther: boolean;
}

/**
 * Accounts tried for root's PostgreSQL, in this order. PostgreSQL refuses root, and initdb refuses an id without a
 * name, so an unused number will not do. `vaultdesk-db` is the installer's own account; `nobody` exists everywhere
 * and has no rights. Other programs that run as `nobody` could reach the data files, which is why only an evaluation
 * instance started as root uses it.
 */
const ACCOUNT_NAMES = ['vaultdesk-db', 'nobody', 'daemon'];

/** Reads the inside ranges of /proc/self/uid_map or gid_map: `inside outside count` per line. */
export function parseIdMap(text: string): (id: number) => boolean {
  const ranges = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((fields) => fields.length === 3);
  return (id) => ranges.some(([start = 0, , count = 0]) => id >= start && id < start + count);
}

/** Picks the first of our account names that passwd(5) has and the system maps; deterministic for one machine. */
export function chooseAccount(passwd: string, isMapped: (id: number) => boolean): RunAccount | undefined {
  const entries = new Map(passwd.split('\n').map((line) => [line.split(':')[0] ?? '', line.split(':')]));
  for (const name of ACCOUNT_NAMES) {
    const [, , uid, gid] = (entries.get(name) ?? []).map(Number);
    if (uid === undefined || gid === undefined || uid === 0) continue;
    if (isMapped(uid) && isMapped(gid)) return { uid, gid, isOther: true };
  }
  return undefined;
}

/**
 * Our own account, or for root an unprivileged one: the owner of `existingDataDir` when there is one (so that a later
 * start finds its data whatever /etc/passwd says by then), else the first of ACCOUNT_NAMES.
 */
export function runAccount(existingDataDir: string | undefined): RunAccount {
  const uid = process.geteuid?.() ?? 0;
  if (uid !== 0) return { uid, gid: process.getegid?.() ?? uid, isOther: false };
  if (existingDataDir !== undefined) {
    const owner = statSync(existingDataDir);
    if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, isOther: true };
  }
  const hasUid = parseIdMap(readFileSync('/proc/self/uid_map', 'utf8'));
  const hasGid = parseIdMap(readFileSync('/proc/self/gid_map', 'utf8'));
  const chosen = chooseAccount(readPasswd(), (id) => hasUid(id) && hasGid(id));
  if (chosen !== undefined) return chosen;
  throw new StartError({
    code: 'database.no_account',
    sentence: 'PostgreSQL refuses to run as root, and this container has no other account to run it under.',
    remedy: 'Start Vaultdesk as an ordinary user, or give it another database by VAULTDESK_DATABASE_URL.',
  });
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return ''; // A container without the file has no named accounts at all.
  }
}

/**
 * Tells whether `account` may enter `folder` and every folder above it, by owner, group, and other bits. We ask the
 * mode bits because no program of ours need be reachable for that account. Missing folders count as enterable.
 */
export function canEnter(folder: string, account: RunAccount): boolean {
  if (!account.isOther) return true;
  for (let path = resolve(folder); ; path = dirname(path)) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) {
      const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001;
      if ((stat.mode & bit) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
}
