import process from 'node:process';
import pg from 'pg';
import { createPostgresPort, migrationSql, schemaStatus, verifySchema } from '../../migrations/index.ts';
import type { Config } from '../platform/config/index.ts';
import { withDatabase } from './instance.ts';

const USAGE = 'usage: vaultdesk migrate status | verify | sql --dialect postgres|oracle [--from N]\n';

/** `vaultdesk migrate …`: where the schema stands, whether it is whole, and the SQL for a database administrator. */
export async function migrateCommand(args: string[], config: Config): Promise<number> {
  const [verb] = args;
  if (verb === 'sql') {
    const dialect = valueOf(args, '--dialect');
    if (dialect !== 'postgres' && dialect !== 'oracle') return usage();
    const from = valueOf(args, '--from');
    process.stdout.write(migrationSql(dialect, from === undefined ? 0 : Number(from)));
    return 0;
  }
  if (verb !== 'status' && verb !== 'verify') return usage();
  return withDatabase(config, async ({ url }) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const deps = { port: createPostgresPort(client), now: () => new Date() };
      if (verb === 'verify') await verifySchema(deps);
      process.stdout.write(`${JSON.stringify(await schemaStatus(deps))}\n`);
      return 0;
    } finally {
      await client.end();
    }
  });
}

function valueOf(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

function usage(): number {
  process.stderr.write(USAGE);
  return 2;
}
