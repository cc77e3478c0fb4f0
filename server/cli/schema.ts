import { MigrationError, type SchemaPort } from '../../migrations/index.ts';
import { StartError } from '../kernel/index.ts';
import { schemaDifferences, type Database } from '../platform/persistence/index.ts';
import { openSchemaPort } from '../schema-port.ts';

/**
 * Works on the schema of a database through a connection of its own. A `MigrationError` becomes a `StartError` of the same
 * code that ends with `outcome`, what the command left as it was.
 */
export async function onSchema<T>(
  database: Database,
  outcome: string,
  work: (port: SchemaPort) => Promise<T>,
): Promise<T> {
  const { port, close } = await openSchemaPort(database.url);
  try {
    return await work(port);
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    throw new StartError({
      code: error.code,
      sentence: error.message,
      remedy: `See docs/operations/troubleshooting.md; ${outcome}.`,
      cause: error,
    });
  } finally {
    await close();
  }
}

/** Throws `migration.schema_differs` naming each difference between the live tables and what the program declares. */
export async function requireDeclared(database: Database, side: string, remedy: string): Promise<void> {
  const differences = await database.read((db) => schemaDifferences(db, database.dialect.name));
  if (differences.length === 0) return;
  throw new StartError({
    code: 'migration.schema_differs',
    sentence: `The ${side} differs from what this program declares: ${differences.join('; ')}.`,
    remedy,
  });
}
