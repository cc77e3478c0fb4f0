import { createOraclePort, migrateUp } from '../../../migrations/index.ts';
import type { TestDatabase } from '../support/database.ts';
import { connectSim } from './oracledb-sim.ts';

export { oracledbSim as oracleDriver } from './oracledb-sim.ts';

let databaseCount = 0;

/** A migrated Oracle stand-in of its own, for one spec file; it lives in memory and ends with the process. */
export async function buildDatabase(): Promise<TestDatabase> {
  databaseCount += 1;
  const name = `spec_${process.pid}_${databaseCount}`;
  const url = `oracle://vaultdesk:unused@h2/${name}`;
  const connection = await connectSim(name);
  await migrateUp({ port: createOraclePort(connection as never), now: () => new Date() });
  await connection.close();
  return { url, ownerUrl: url, name, drop: () => Promise.resolve() };
}
