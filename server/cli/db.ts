import process from 'node:process';
import { migrateUp, probeFeatures, verifySchema } from '../../migrations/index.ts';
import { systemClock } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import { sha256 } from '../platform/crypto/index.ts';
import {
  assertDatabaseFits,
  copyDatabase,
  dialectOf,
  openDatabase,
  type Database,
} from '../platform/persistence/index.ts';
import { createProgressLine } from './copy-progress.ts';
import { copyParts } from './database-copy.ts';
import { openSchemaPort } from '../schema-port.ts';
import { auditVerb } from './audit.ts';
import { openInstanceDatabase, urlArgument } from './instance.ts';
import { onSchema, requireDeclared } from './schema.ts';

const USAGE = `usage: vaultdesk db copy [--from URL] --to URL
       vaultdesk db compat [--url URL] [--json]

  URL is postgres://… or oracle://…; @FILE reads it from a file, so that no password stands in the list of processes.
  Without --from the database of this instance is copied; an embedded one is started for it.
`;
const CONNECTIONS = 2;
const NOTHING_COPIED = 'nothing was copied';
const PUT_BACK = `Put the named columns back, then copy again; ${NOTHING_COPIED}.`;

/**
 * `vaultdesk db …`: moves an installation between databases, and tries whether a database has what is needed. Exit 0, 1 on a
 * failure or when something is missing, 2 for a wrong call.
 */
export async function dbCommand(args: string[], loadConfig: () => Config): Promise<number> {
  const [verb] = args;
  if (verb === 'compat') return compat(args, loadConfig);
  const from = urlArgument(args, '--from');
  const to = urlArgument(args, '--to');
  if (verb !== 'copy' || !to || from === to || (args.includes('--from') && !from)) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = loadConfig();
  await withTwo(config, { from, to }, async (source, target) => {
    await requireSchema(source);
    await assertDatabaseFits(target);
    await bringUp(target);
    const deps = { from: source, to: target, ...copyParts(), clock: systemClock, sha256 };
    const report = await copyDatabase({ ...deps, onProgress: createProgressLine() });
    process.stdout.write(`${JSON.stringify(report)}\n`);
  });
  const code = await auditVerb(['verify', '--db', to], config);
  if (code === 0) {
    process.stderr.write(
      'The copy is whole. Set database.url to it, start the server there, and never start one on the source again.\n',
    );
  }
  return code;
}

async function compat(args: string[], loadConfig: () => Config): Promise<number> {
  const url = urlArgument(args, '--url') ?? loadConfig().database.url;
  if (!url || dialectOf(url).name === 'oracle') {
    process.stderr.write(
      `${USAGE}\nOnly databases of the PostgreSQL family are tried; for Oracle see migrate verify.\n`,
    );
    return 2;
  }
  const { port, close } = await openSchemaPort(url);
  const states = await probeFeatures(port).finally(close);
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(states)}\n`);
  for (const { id, isThere, neededFor, fault } of args.includes('--json') ? [] : states) {
    process.stdout.write(
      `${isThere ? 'there  ' : 'MISSING'}  ${id}: ${neededFor}${fault ? `; ${fault}` : ''}\n`,
    );
  }
  return states.every(({ isThere }) => isThere) ? 0 : 1;
}

async function withTwo(
  config: Config,
  { from, to }: { from: string | undefined; to: string },
  work: (source: Database, target: Database) => Promise<void>,
): Promise<void> {
  const source = from
    ? { database: await openDatabase({ url: from, poolSize: CONNECTIONS }), stop: async () => undefined }
    : await openInstanceDatabase(config);
  try {
    const target = await openDatabase({ url: to, poolSize: CONNECTIONS });
    await work(source.database, target).finally(() => target.close());
  } finally {
    await source.database.close();
    await source.stop();
  }
}

async function requireSchema(source: Database): Promise<void> {
  await onSchema(source, NOTHING_COPIED, (port) => verifySchema({ port, now: () => new Date() }));
  await requireDeclared(source, 'source', PUT_BACK);
}

async function bringUp(target: Database): Promise<void> {
  await onSchema(target, NOTHING_COPIED, (port) => migrateUp({ port, now: () => new Date() }));
  await requireDeclared(target, 'target', PUT_BACK);
}
