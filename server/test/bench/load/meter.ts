import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Instance } from '../../support/instance.ts';

/** Linux counts processor time in hundredths of a second on every platform we run on (USER_HZ). */
const TICK_MS = 10;

/** What the server and its database have used up so far. */
export interface Reading {
  serverMs: number;
  databaseMs: number;
  /** Transactions committed in the server's database: a prepared statement alone is one. */
  commits: number;
}

/** Reads the processor time of the server and of every PostgreSQL process, those that have ended included. */
export async function readMeter(instance: Instance): Promise<Reading> {
  const { pids, database } = instance.status;
  const children = readFileSync(`/proc/${pids.database}/task/${pids.database}/children`, 'utf8').trim();
  const databaseMs = children
    .split(' ')
    .filter((pid) => pid !== '')
    .reduce((sum, pid) => sum + processorMs(Number(pid)), processorMs(pids.database));
  const serverMs = serverPids(instance).reduce((sum, pid) => sum + processorMs(pid), 0);
  return { serverMs, databaseMs, commits: await readCommits(database.url) };
}

/** What was used between two readings. */
export function between(before: Reading, after: Reading): Reading {
  return {
    serverMs: after.serverMs - before.serverMs,
    databaseMs: after.databaseMs - before.databaseMs,
    commits: after.commits - before.commits,
  };
}

/** User and system time of a process and of its children that have ended; 0 once it is gone (see proc(5), stat). */
function processorMs(pid: number): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return 0;
  }
  // The name in brackets may hold spaces; after it the fields are plain, `utime` being the fourteenth of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS;
}

/** Memory that the server's processes have in the machine now, in KiB. */
export function residentKib(instance: Instance): number {
  return serverPids(instance).reduce((sum, pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return sum + Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  }, 0);
}

/** The server and its workers; a server without workers of its own may name itself. */
function serverPids({ status }: Instance): number[] {
  return [...new Set([status.pids.server, ...status.pids.workers])];
}

/** Bytes of write-ahead log written so far, and what tables and indexes have on the disk. */
export function readDisk({ status }: Instance): Promise<{ log: number; rows: number }> {
  return ask(
    status.database.url,
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS log,
      pg_database_size(current_database())::float8 AS rows`,
  );
}

async function readCommits(url: string): Promise<number> {
  const sql = 'SELECT SUM(xact_commit)::float8 AS commits FROM pg_stat_database';
  return (await ask<{ commits: number }>(url, sql)).commits;
}

async function ask<T extends object>(url: string, sql: string): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows[0] as T;
  } finally {
    await client.end();
  }
}
