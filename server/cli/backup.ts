import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { migrateUp, readSteps, verifySchema } from '../../migrations/index.ts';
import { placesOf } from '../foundation.ts';
import { AppError, createIds, StartError, systemClock } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import {
  BackupFileReader,
  BackupFileWriter,
  homePieces,
  homeTaker,
  readBackup,
  restoreBackup,
  writeBackup,
  type BackupHeader,
} from '../platform/backup/index.ts';
import {
  backupKeyId,
  combineShares,
  createSecretFile,
  ensureSecretFolder,
  makeBackupKey,
  publicBackupKey,
  randomBytes,
  sha256,
  splitSecret,
} from '../platform/crypto/index.ts';
import { makeHome, startDatabase } from '../platform/database/index.ts';
import {
  assertDatabaseFits,
  openDatabase,
  openInstallation,
  type Database,
} from '../platform/persistence/index.ts';
import { countKeys } from '../platform/rekey/index.ts';
import { VERSION } from '../version.ts';
import { workOnTrail } from './audit-recorder.ts';
import { createProgressLine } from './copy-progress.ts';
import { copyParts } from './database-copy.ts';
import { withDatabase } from './instance.ts';
import { presentFault } from './process.ts';
import { onSchema, requireDeclared } from './schema.ts';

const USAGE = `usage: vaultdesk backup key N K             makes the backup key: N shares of words, any K of which read backups
       vaultdesk backup --to FILE [--json]  writes a backup while serving; it cannot be read on this machine
       vaultdesk verify-backup FILE [--json]  checks it; with shares on stdin, a line each, down to the last row
       vaultdesk restore --from FILE [--json]  into an empty database and home folder; shares on stdin, a line each
`;
/** Name of the public backup key in the keys folder. */
const PUBLIC_KEY_FILE = 'backup.pub';
const SHARES_MAX = 16;
const CONNECTIONS = 2;

/** Exit codes of the outside contract, by the code of the fault. */
const EXITS: Readonly<Record<string, number>> = {
  'backup.damaged': 50,
  'backup.wrong_key': 51,
  'backup.key_missing': 51,
  'crypto.share_invalid': 51,
  'backup.version': 22,
  'backup.home_taken': 12,
  'copy.target_not_empty': 12,
  'copy.target_other': 12,
  'database.unreachable': 40,
  'storage.unavailable': 40,
};

/** `vaultdesk backup …`, `verify-backup`, `restore`: 0 done, 2 bad use, else the code of the contract. */
export async function backupCommand(verb: string, args: string[], config: Config): Promise<number> {
  const isJson = args.includes('--json');
  const plain = args.filter((arg) => arg !== '--json');
  try {
    const done = await workOf(verb, plain, config);
    if (done === undefined) {
      process.stderr.write(USAGE);
      return 2;
    }
    process.stdout.write(isJson ? `${JSON.stringify(done.facts)}\n` : `${done.said}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${presentFault(error)}\n`);
    const code = error instanceof StartError || error instanceof AppError ? error.code : '';
    if (isJson) process.stdout.write(`${JSON.stringify({ fault: code })}\n`);
    return EXITS[code] ?? 1;
  }
}

interface Done {
  facts: Record<string, unknown>;
  said: string;
}

async function workOf(verb: string, args: string[], config: Config): Promise<Done | undefined> {
  const [first = '', second = ''] = args;
  if (verb === 'backup' && first === 'key' && args.length === 3) return makeKey(config, args);
  if (verb === 'backup' && first === '--to' && args.length === 2) return backUp(config, resolve(second));
  if (verb === 'verify-backup' && args.length === 1) return verify(resolve(first));
  if (verb === 'restore' && first === '--from' && args.length === 2) return restore(config, resolve(second));
  return undefined;
}

/** The public half stays here; the private one leaves as shares and is nowhere else. */
async function makeKey(config: Config, args: readonly string[]): Promise<Done | undefined> {
  const [count, threshold] = [Number(args[1]), Number(args[2])];
  if (!(threshold >= 2 && threshold <= count && count <= SHARES_MAX)) return undefined;
  const { keys } = placesOf(config.home);
  const { publicKey, privateKey } = makeBackupKey();
  const keyId = backupKeyId(publicKey);
  const shares = splitSecret(privateKey, { threshold, count });
  privateKey.fill(0);
  await ensureSecretFolder(keys);
  if (!(await createSecretFile(join(keys, PUBLIC_KEY_FILE), `${publicKey.toString('hex')}\n`))) {
    throw new StartError({
      code: 'backup.key_exists',
      sentence: `There is a backup key already, in ${join(keys, PUBLIC_KEY_FILE)}.`,
      remedy:
        'Move that file away to make another; backups made so far are still read by the shares of the old one.',
    });
  }
  await withDatabase(config, (database) =>
    workOnTrail(database, config.home, async (tx) => {
      const target = { type: 'backup-key', id: keyId };
      tx.record({ action: 'key.create', outcome: 'ok', target });
      tx.record({ action: 'key.split', outcome: 'ok', target, details: { shares: count, threshold } });
    }),
  );
  process.stderr.write(
    `backup key ${keyId}: ${count} shares, ${threshold} read backups; one person, one share\n`,
  );
  return { facts: { keyId, shares }, said: shares.join('\n') };
}

async function backUp(config: Config, path: string): Promise<Done> {
  const publicKey = await publicKeyOf(config);
  return withDatabase(config, async (database) => {
    await onSchema(database, 'no backup was made', (port) => verifySchema({ port, now: () => new Date() }));
    const ids = createIds({ clock: systemClock, randomBytes });
    const installationId = await openInstallation(database, { clock: systemClock, ids });
    const to = await BackupFileWriter.open(path, publicKey, {
      ...{ productVersion: VERSION, schemaStep: newestStep(), dialect: database.dialect.name },
      ...{ arch: process.arch, installationId, createdAt: systemClock.now().toISOString() },
    });
    try {
      const keys = (await database.read(countKeys)).filter(({ state }) => state !== 'destroyed');
      const files = homePieces(config.home, (kekId) => keys.some((line) => line.kekId === kekId));
      const sum = await writeBackup({
        ...{ from: database, ...copyParts(), to, files, onProgress: createProgressLine() },
      });
      await to.finish();
      const keyId = backupKeyId(publicKey);
      const details = { keyId, bytes: to.bytes, tables: sum.tableCount, rows: sum.rowCount };
      await workOnTrail(database, config.home, async (tx) =>
        tx.record({ action: 'backup.create', outcome: 'ok', target: { type: 'backup', id: keyId }, details }),
      );
      const facts = { file: path, bytes: to.bytes, keyId, ...sum };
      return {
        facts,
        said: `${path}: ${sum.rowCount} rows of ${sum.tableCount} tables, ${sum.fileCount} files`,
      };
    } catch (error) {
      await to.abandon();
      throw error;
    }
  });
}

async function verify(path: string): Promise<Done> {
  const reader = await BackupFileReader.open(path);
  try {
    await reader.checkDigest();
    const { header } = reader;
    const lines = await sharesGiven();
    if (lines.length === 0) {
      const said = `${path}: its bytes are those that were written; what is in it was not looked at, for want of shares`;
      return { facts: { ...aboutOf(header), isOpened: false }, said };
    }
    const { sums: _sums, ...sum } = await readBackup(reader, privateKeyOf(reader, lines));
    const said = `${path}: whole, ${sum.rowCount} rows of ${sum.tableCount} tables, ${sum.fileCount} files`;
    return { facts: { ...aboutOf(header), isOpened: true, ...sum }, said };
  } finally {
    await reader.close();
  }
}

/** Reads all of it first, so that a damaged or a wrong one changes nothing. */
async function restore(config: Config, path: string): Promise<Done> {
  const reader = await BackupFileReader.open(path);
  try {
    assertVersion(reader.header);
    const privateKey = privateKeyOf(reader, await sharesGiven());
    await reader.checkDigest();
    const look = homeTaker(config.home, true);
    await readBackup(reader, privateKey, { file: look.take, rows: async () => undefined });
    const sum = await withTarget(config, async (to) => {
      await assertDatabaseFits(to);
      const outcome = 'nothing was restored';
      await onSchema(to, outcome, (port) => migrateUp({ port, now: () => new Date() }));
      await requireDeclared(to, 'target', `Give an empty database; ${outcome}.`);
      const taker = homeTaker(config.home, false);
      const deps = { to, ...copyParts(), clock: systemClock, sha256, onProgress: createProgressLine() };
      const done = await restoreBackup({ ...deps, from: reader, privateKey, file: taker.take });
      await workOnTrail(to, config.home, async (tx) =>
        tx.record({
          ...{ action: 'backup.restore', outcome: 'ok', target: { type: 'backup', id: reader.header.keyId } },
          details: { createdAt: reader.header.createdAt, rows: done.rowCount },
        }),
      );
      return { ...done, kept: taker.kept };
    });
    privateKey.fill(0);
    process.stderr.write(
      'Restored. Put the master key back (vaultdesk crypto join-key, or its module), then start the server, then run vaultdesk audit verify.\n',
    );
    const said = `${sum.rowCount} rows of ${sum.tableCount} tables and ${sum.fileCount} files restored`;
    return { facts: { ...aboutOf(reader.header), ...sum }, said };
  } finally {
    await reader.close();
  }
}

/** The database that is configured, or one of the home folder's own. */
async function withTarget<T>(config: Config, work: (to: Database) => Promise<T>): Promise<T> {
  const { url } = config.database;
  if (url === undefined) {
    makeHome(config.home);
  }
  const quiet = { info: () => undefined, warn: () => undefined };
  const embedded = url === undefined ? await startDatabase({ home: config.home, log: quiet }) : undefined;
  try {
    const to = await openDatabase({ url: url ?? embedded?.url ?? '', poolSize: CONNECTIONS });
    return await work(to).finally(() => to.close());
  } finally {
    await embedded?.stop();
  }
}

function assertVersion({ schemaStep, productVersion }: BackupHeader): void {
  if (schemaStep === newestStep()) return;
  const isKnown = readSteps().some(({ name }) => name === schemaStep);
  throw new StartError({
    code: 'backup.version',
    sentence: `The backup is of version ${productVersion}, schema ${schemaStep}; this is ${VERSION}, schema ${newestStep()}.`,
    remedy: isKnown
      ? 'Restore it with the version that made it, then upgrade; nothing was changed.'
      : 'It is newer than this program: restore it with that version; nothing was changed.',
  });
}

function newestStep(): string {
  return readSteps().at(-1)?.name ?? '';
}

async function publicKeyOf(config: Config): Promise<Buffer> {
  const path = join(placesOf(config.home).keys, PUBLIC_KEY_FILE);
  const hex = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (/^[0-9a-f]{64}$/.test(hex)) return Buffer.from(hex, 'hex');
  throw new StartError({
    code: 'backup.key_missing',
    sentence: hex === '' ? 'There is no backup key yet.' : `The backup key ${path} is damaged.`,
    remedy: hex === '' ? 'Make one: vaultdesk backup key 5 3.' : 'Move it away and make another.',
  });
}

/** Nobody is asked when stdin is a terminal: shares come through a pipe or a file. */
async function sharesGiven(): Promise<string[]> {
  if (process.stdin.isTTY) return [];
  return (await text(process.stdin)).split('\n').filter((line) => line.trim() !== '');
}

function privateKeyOf({ header }: BackupFileReader, lines: readonly string[]): Buffer {
  const privateKey = combineShares(lines);
  if (backupKeyId(publicBackupKey(privateKey)) === header.keyId) return privateKey;
  privateKey.fill(0);
  throw new StartError({
    code: 'backup.wrong_key',
    sentence: `These shares are of another backup key than ${header.keyId}, which the backup was written for.`,
    remedy: 'Give the shares of that key; nothing was changed.',
  });
}

function aboutOf({ productVersion, schemaStep, installationId, createdAt, keyId, dialect }: BackupHeader) {
  return { productVersion, schemaStep, installationId, createdAt, keyId, dialect };
}
