import { createOraclePort, migrateUp } from '../../../migrations/index.ts';
import type { OpenSchemaPort } from '../../schema-port.ts';
import type { TestDatabase } from '../support/database.ts';
import { connectSim, dropSim } from './oracledb-sim.ts';

export { oracledbSim as oracleDriver } from './oracledb-sim.ts';

let databaseCount = 0;

/** A session of the migration runner on a stand-in that is there. */
export async function openSchema(url: string): Promise<OpenSchemaPort> {
  const connection = await connectSim(url);
  return { port: createOraclePort(connection as never), close: () => connection.close() };
}

/** A migrated Oracle stand-in of its own, for one spec file; it lives in memory. */
export async function buildDatabase(): Promise<TestDatabase> {
  databaseCount += 1;
  const name = `spec_${process.pid}_${databaseCount}`;
  const url = `oracle://vaultdesk:unused@h2/${name}`;
  const connection = await connectSim(name);
  await migrateUp({ port: createOraclePort(connection as never), now: () => new Date() });
  await connection.close();
  return { url, ownerUrl: url, name, drop: () => dropSim(name) };
}
