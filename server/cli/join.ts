import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { placesOf } from '../foundation.ts';
import { AppError, StartError, systemClock } from '../kernel/index.ts';
import { listAddresses } from '../platform/cluster/index.ts';
import { homeOf, loadConfig, type Config } from '../platform/config/index.ts';
import {
  createCrypto,
  createFileKeyProvider,
  createSecretFile,
  ensureSecretFolder,
} from '../platform/crypto/index.ts';
import { createDekStore, openDatabase, type Database } from '../platform/persistence/index.ts';
import { workOnTrail } from './audit-recorder.ts';

const USAGE = `usage: vaultdesk join --from HOME --node NAME --listen HOST:PORT [--database URL]

Makes VAULTDESK_HOME the home folder of a second server on one database: the same keys, a name and a certificate
of its own. HOME is the home folder of the first server, or a copy of it; of its contents only keys/ is needed.
The database is the one of --database or VAULTDESK_DATABASE_URL.
`;

/** What says which keys a keys folder has. */
const FINGERPRINTS = 'master.fingerprint';
/** What an evaluation instance shows its people; the accounts themselves stand in the database. */
const EVALUATION_FILES = ['evaluation-accounts.json', 'evaluation-token.txt', 'evaluation.done'];

interface Wish {
  from: string;
  node: string;
  listen: string;
  database: string | undefined;
}

/** `vaultdesk join …`: exit code 0 when the home is made, 2 on bad use; otherwise it throws, and nothing was written. */
export async function joinCommand(args: readonly string[]): Promise<number> {
  const wish = parse(args);
  if (wish === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const home = homeOf();
  await assertFree(home);
  const settings = {
    cluster: { node: wish.node, listen: wish.listen },
    ...(wish.database === undefined ? {} : { database: { url: wish.database } }),
  };
  // As the server will read them: throws `config.invalid` with everything that is wrong.
  const config = loadConfig({ given: settings });
  const from = placesOf(resolve(wish.from));
  const database = await openDatabase({ url: config.database.url as string, poolSize: 2 });
  try {
    await assertKeysFit(database, from.keys, config);
    await assertPlaceFree(database, wish.node);
    await write(home, { from: resolve(wish.from), keys: from.keys, settings });
    await workOnTrail(database, home, async (tx) =>
      tx.record({ action: 'server.join', outcome: 'ok', details: { by: 'command-line', node: wish.node } }),
    );
  } finally {
    await database.close();
  }
  process.stdout.write(`${home} is the home folder of ${wish.node}; start the server with it.\n`);
  return 0;
}

function parse(args: readonly string[]): Wish | undefined {
  try {
    const option = { type: 'string' } as const;
    const options = { from: option, node: option, listen: option, database: option };
    const { from, node, listen, database } = parseArgs({ args: [...args], options }).values;
    return from && node && listen ? { from, node, listen, database } : undefined;
  } catch {
    return undefined;
  }
}

async function assertFree(home: string): Promise<void> {
  const entries = await readdir(home).catch(() => []);
  if (entries.length === 0) return;
  throw new StartError({
    code: 'join.home_taken',
    sentence: `${home} is not empty.`,
    remedy: 'Name an empty or new folder in VAULTDESK_HOME.',
  });
}

async function assertKeysFit(database: Database, keys: string, config: Config): Promise<void> {
  if (!existsSync(join(keys, FINGERPRINTS))) {
    throw new StartError({
      code: 'join.keys_missing',
      sentence: `${keys} holds no keys.`,
      remedy: 'Name the home folder of the first server, or a copy of it, with --from.',
    });
  }
  const store = createDekStore(database);
  const known = await store.findInstallation('active').catch((cause: unknown) => {
    if (cause instanceof AppError && cause.code === 'storage.unavailable') throw cause;
    return undefined;
  });
  if (known === undefined) {
    throw new StartError({
      code: 'join.database_empty',
      sentence: 'The database holds no installation.',
      remedy: 'Start the first server with it, then join.',
    });
  }
  const provider = await createFileKeyProvider({ folder: keys });
  const installationId = known.ownerId;
  const { suite } = config.crypto;
  // Throws when these keys do not open what the database holds.
  (await createCrypto({ provider, store, clock: systemClock, installationId, suite })).close();
}

/** The name must be another one, and those who run must be ready for company. */
async function assertPlaceFree(database: Database, node: string): Promise<void> {
  const servers = await database.read((db) => listAddresses(db));
  if (servers.some(({ id }) => id === node || id.startsWith(`${node}.`))) {
    throw new StartError({
      code: 'join.name_taken',
      sentence: `A server with the name ${node} works on this database.`,
      remedy: 'Choose another name with --node.',
    });
  }
  if (!servers.some(({ isOnNetwork }) => isOnNetwork)) {
    throw new StartError({
      code: 'join.alone',
      sentence: 'No server that runs on this database takes others in.',
      remedy: 'Set cluster.listen in config.yaml of the first server, start it again, then join.',
    });
  }
}

async function write(home: string, what: { from: string; keys: string; settings: object }): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const { keys } = placesOf(home);
  await ensureSecretFolder(keys);
  for (const name of await readdir(what.keys)) {
    await createSecretFile(join(keys, name), await readFile(join(what.keys, name)));
  }
  for (const name of EVALUATION_FILES) {
    const file = join(what.from, name);
    if (existsSync(file)) await createSecretFile(join(home, name), await readFile(file));
  }
  // Last, and with the address of the database: only its owner may read it.
  await createSecretFile(join(home, 'config.yaml'), stringify(what.settings));
}
