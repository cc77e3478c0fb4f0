import type { Database } from './data-source.ts';

const LOOK_EVERY_MS = 20;
/** A backend that still writes after this hangs with its disk; then nothing may start either. */
const ENDED_WITHIN_MS = 30_000;
/** Ends the sessions of a name but one, and counts those that are still there. */
const END_SESSIONS = `SELECT COUNT(pg_terminate_backend(pid)) AS running FROM pg_stat_activity
  WHERE application_name LIKE $1 AND application_name <> $2 AND usename = current_user`;

/** How a process's sessions are called in the database, so that its successor finds them. */
export interface SessionName {
  /** The process, over its starts. */
  node: string;
  /** This start of it. */
  start: string;
}

/** The address under which every session of this process carries its name; Oracle's is left as it is. */
export function nameSessions(url: string, name: SessionName): string {
  if (!url.startsWith('postgres')) return url;
  return `${url}${url.includes('?') ? '&' : '?'}application_name=${encodeURIComponent(textOf(name))}`;
}

/**
 * Ends what an earlier start of this process left in the database. A killed process is gone at once, but PostgreSQL
 * finishes the commit it was told; no number of the trail may come in after its successor has stated the last one.
 */
export async function endPredecessors(database: Database, name: SessionName): Promise<void> {
  if (database.dialect.name !== 'postgres') return;
  const endMs = performance.now() + ENDED_WITHIN_MS;
  for (;;) {
    const names = [`vaultdesk ${name.node} %`, textOf(name)];
    const [row] = await database.source.query<{ running: string }[]>(END_SESSIONS, names);
    if (Number(row?.running ?? 0) === 0) return;
    if (performance.now() > endMs) throw new Error('Sessions of an earlier start do not end.');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function textOf({ node, start }: SessionName): string {
  return `vaultdesk ${node} ${start}`;
}
