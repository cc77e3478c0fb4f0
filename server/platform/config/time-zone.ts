import process from 'node:process';

/**
 * Lets the whole process count in UTC. node-oracledb writes and reads a TIMESTAMP by the process's own wall clock: in any
 * other zone two processes could disagree, and an hour would be lost whenever clocks are put forward. Times are shown in
 * people's zones, which are always named.
 */
export function pinTimeZone(): void {
  process.env.TZ = 'UTC';
}
