import process from 'node:process';
import {
  MigrationError,
  migrateUp,
  migrationSql,
  readSteps,
  schemaStatus,
  verifySchema,
  type RunnerDeps,
} from '../../migrations/index.ts';
import { StartError } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import { schemaDifferences, type Database } from '../platform/persistence/index.ts';
import { openSchemaPort } from '../schema-port.ts';
import { withDatabase } from './instance.ts';
// The declared tables of every module, for the comparison.
import '../compose.ts';

const USAGE =
  'usage: vaultdesk migrate status | up | verify | sql --dialect postgres|oracle [--from N] [--to N]\n';

/**
 * `vaultdesk migrate …`: where the schema stands, bringing it up to this program, whether it is whole and as declared, and
 * the SQL for a database administrator to read.
 */
export async function migrateCommand(
  args: string[],
  config: Config,
  print: (text: string) => void = (text) => void process.stdout.write(text),
): Promise<number> {
  const [verb] = args;
  if (verb === 'sql') return printSql(args, print);
  if (verb !== 'status' && verb !== 'verify' && verb !== 'up') return usage();
  return withDatabase(config, async (database) => {
    const { port, close } = await openSchemaPort(database.url);
    try {
      const deps = { port, now: () => new Date() };
      if (verb === 'up') await migrateUp(deps);
      if (verb === 'verify') await verify(database, deps);
      print(`${JSON.stringify(await schemaStatus(deps))}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      throw new StartError({
        code: error.code,
        sentence: error.message,
        remedy: 'See docs/operations/troubleshooting.md; nothing was changed by this command.',
      });
    } finally {
      await close();
    }
  });
}

/** Steps applied and unchanged, and the live tables as the program declares them. */
async function verify(database: Database, deps: RunnerDeps): Promise<void> {
  await verifySchema(deps);
  const differences = await database.read((db) => schemaDifferences(db, database.dialect.name));
  if (differences.length === 0) return;
  throw new StartError({
    code: 'migration.schema_differs',
    sentence: `The database differs from what this program declares: ${differences.join('; ')}.`,
    remedy: 'Somebody changed it by hand; put the named columns back, then verify again.',
  });
}

function printSql(args: string[], print: (text: string) => void): number {
  const dialect = valueOf(args, '--dialect');
  if (dialect !== 'postgres' && dialect !== 'oracle') return usage();
  const steps = readSteps();
  const from = stepNumber(args, '--from', 0, steps.length);
  const to = stepNumber(args, '--to', steps.length, steps.length);
  if (from === undefined || to === undefined || from > to) return usage();
  print(migrationSql(dialect, from, steps.slice(0, to)));
  return 0;
}

function valueOf(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

function stepNumber(args: string[], name: string, fallback: number, max: number): number | undefined {
  const text = valueOf(args, name);
  if (text === undefined) return args.includes(name) ? undefined : fallback;
  const number = Number(text);
  return Number.isInteger(number) && number >= 0 && number <= max ? number : undefined;
}

function usage(): number {
  process.stderr.write(USAGE);
  return 2;
}
