import { userInfo } from 'node:os';
import process from 'node:process';
import { text } from 'node:stream/consumers';
// Walks over sealed values know the tables of the modules that are loaded: all of them.
import '../compose.ts';
import { openFoundation, placesOf, type Foundation } from '../foundation.ts';
import { AppError, systemClock, type Actor } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import { joinMasterKey, splitMasterKey, versionOfIndexKey } from '../platform/crypto/index.ts';
import { createJobs, type Jobs } from '../platform/jobs/index.ts';
import type { Log } from '../platform/log/index.ts';
import { portable, sealedTables } from '../platform/persistence/index.ts';
import {
  countKeys,
  countNeeding,
  findInstallationKey,
  listIndexKeys,
  REKEY_JOBS,
} from '../platform/rekey/index.ts';
import { fileKeysOf } from '../wiring-keys.ts';
import { rekeyJobsOf } from '../wiring-rekey.ts';
import { openInstanceDatabase, readStatus } from './instance.ts';

const USAGE = `usage: vaultdesk crypto status [--json]
       vaultdesk crypto rotate kek        makes a master key; data keys are wrapped by it, no row of data changes
       vaultdesk crypto move-keys         wraps data keys by the master key of the place in use; no row of data changes
       vaultdesk crypto rotate dek        gives every requester a new data key, then seals their values anew
       vaultdesk crypto rotate index      gives the search indexes a new key and hashes every row anew
       vaultdesk crypto reencrypt --resume  seals values under the keys and the suite in use
       vaultdesk crypto retire kek ID     destroys an older master key that no data key needs
       vaultdesk crypto retire dek ID     destroys an older data or index key that no row needs
       vaultdesk crypto split-key N K     the master key as N shares of words; any K give it back
       vaultdesk crypto join-key          writes the master key from shares on stdin, one a line
       vaultdesk crypto check             opens a sample of every sealed column
       vaultdesk crypto shred --customer ID  says how a person is erased
`;

/** What goes wrong is thrown; the log of the running server is not this command's to write. */
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log;
const POLL_MS = 500;
/** Stands for the running server, whose work it is: every kind can be asked for, and none is run here. */
const ASKING = { indexWalks: [], writer: { isWorking: false } };
/** Rows of each table that a check opens. */
const SAMPLE_ROWS = 500;

const JOB = portable<
  { id: string },
  { state: string; done: number | null; runResult: unknown; errorCode: string | null }
>('cli.job', 'SELECT state, done, run_result, error_code FROM job WHERE id = :id', {
  params: { id: 'uuid' },
  result: { state: 'text', done: 'int', runResult: 'json', errorCode: 'text' },
});

/** `vaultdesk crypto …`: exit code 0 done, 1 failed or unreadable values, 2 bad use. */
export async function cryptoCommand(args: string[], config: Config): Promise<number> {
  const [verb = '', object, id] = args;
  if (verb === 'join-key') return joinKey(config);
  const work = WORK[[verb, verb === 'rotate' || verb === 'retire' ? object : ''].join(' ').trim()];
  if (work === undefined || (verb === 'retire' && id === undefined)) {
    process.stderr.write(USAGE);
    return 2;
  }
  const isRunning = readStatus(config).state !== 'stopped';
  const { database, stop } = await openInstanceDatabase(config);
  await database.close();
  const foundation = await openFoundation({
    ...{ config, databaseUrl: database.url, clock: systemClock, log: QUIET, node: `crypto-${process.pid}` },
  });
  try {
    return await work({ foundation, isRunning, args });
  } finally {
    await foundation.close();
    await stop();
  }
}

interface Call {
  foundation: Foundation;
  /** A server runs, whose jobs do the work; otherwise this command does it itself. */
  isRunning: boolean;
  args: readonly string[];
}

const WORK: Record<string, (call: Call) => Promise<number>> = {
  status,
  check,
  'rotate kek': rotateKek,
  'move-keys': moveKeys,
  'rotate dek': (call) =>
    runJob(call, REKEY_JOBS.renew, { before: call.foundation.clock.now().toISOString() }),
  'rotate index': (call) => runInServer(call, () => runJob(call, REKEY_JOBS.rotateIndex, {})),
  reencrypt: (call) => runJob(call, REKEY_JOBS.reseal, {}),
  'retire dek': retireDek,
  'retire kek': retireKek,
  'split-key': splitKey,
  async shred() {
    process.stdout.write('A person is erased by two officers on the page Records of the console.\n');
    return 2;
  },
};

async function status({ foundation, args }: Call): Promise<number> {
  const { keys, uow, config } = foundation;
  const counts = await uow.read(countKeys);
  const masterKeys = (await keys.list()).map((kekId) => ({
    kekId,
    isInUse: kekId === keys.kekId,
    dataKeys: counts
      .filter((line) => line.kekId === kekId && line.state !== 'destroyed')
      .reduce((sum, line) => sum + line.keys, 0),
  }));
  const dataKeys = Object.fromEntries(
    ['pre_active', 'active', 'decrypt_only', 'destroyed'].map((state) => [
      state,
      counts.filter((line) => line.state === state).reduce((sum, line) => sum + line.keys, 0),
    ]),
  );
  const indexKeys = await uow.read(listIndexKeys);
  const ownKeys = {
    installation: (await uow.read((db) => findInstallationKey(db, 'active')))?.id ?? null,
    indexes: indexKeys.map(({ id, state }) => ({ id, version: versionOfIndexKey(indexKeys, id), state })),
  };
  const facts = { suite: config.crypto.suite, masterKeys, dataKeys, ...ownKeys };
  if (args.includes('--json')) {
    process.stdout.write(`${JSON.stringify(facts)}\n`);
    return 0;
  }
  const lines = masterKeys.map(
    ({ kekId, isInUse, dataKeys: count }) => `  ${kekId}  ${count} data keys${isInUse ? ', in use' : ''}`,
  );
  const states = Object.entries(dataKeys).map(([state, count]) => `  ${state}  ${count}`);
  process.stdout.write(
    `suite ${facts.suite}\nmaster keys\n${lines.join('\n')}\ndata keys\n${states.join('\n')}\n` +
      `key of the installation ${facts.installation}\nkeys of the search indexes\n` +
      facts.indexes.map(({ id, version, state }) => `  ${id}  version ${version}, ${state}\n`).join(''),
  );
  return 0;
}

async function rotateKek(call: Call): Promise<number> {
  const { keys, uow } = call.foundation;
  const kekId = await keys.newKek();
  await uow.run({ actor: actorOf() }, async (tx) =>
    tx.record({ action: 'key.rotate', outcome: 'ok', target: { type: 'master-key', id: kekId } }),
  );
  process.stdout.write(`made ${kekId}; back it up before anything else\n`);
  return runJob(call, REKEY_JOBS.rewrap, {});
}

/** After a change of `keys.provider`: what was wrapped elsewhere is wrapped where keys are now. Says what is left. */
async function moveKeys(call: Call): Promise<number> {
  const { keys, uow } = call.foundation;
  const code = await runJob(call, REKEY_JOBS.rewrap, {});
  if (code !== 0) return code;
  const counts = await uow.read(countKeys);
  const left = counts
    .filter(({ kekId, state }) => kekId !== keys.kekId && state !== 'destroyed')
    .reduce((sum, line) => sum + line.keys, 0);
  if (left === 0) {
    process.stdout.write(`every data key is under ${keys.kekId}; keys.also is not needed any more\n`);
    return 0;
  }
  process.stderr.write(
    `vaultdesk: ${left} data keys are still under other master keys: start the servers anew with this configuration, then repeat [crypto.key_in_use]\n`,
  );
  return 1;
}

async function retireKek({ foundation, args }: Call): Promise<number> {
  const { keys, uow } = foundation;
  const kekId = args[2] as string;
  const known = await keys.list();
  if (!known.includes(kekId)) {
    process.stderr.write(`vaultdesk: there is no master key ${kekId}; there are ${known.join(', ')}\n`);
    return 1;
  }
  const count = await uow.read((db) => countNeeding(db, kekId));
  // The newest of a place a site has left is in use there as well; docs/operations/keys.md says how such a place ends.
  const place = kekId.split(/[-:]/)[0];
  const newest = (await keys.list()).filter((id) => id.split(/[-:]/)[0] === place).at(-1);
  if (count > 0 || kekId === newest) {
    const why =
      count > 0 ? `${count} data keys need it; run rotate kek first` : 'it is the newest of its place';
    process.stderr.write(`vaultdesk: ${kekId} stays: ${why} [crypto.key_in_use]\n`);
    return 1;
  }
  await uow.run({ actor: actorOf() }, async (tx) =>
    tx.record({ action: 'key.destroy', outcome: 'ok', target: { type: 'master-key', id: kekId } }),
  );
  await keys.retire(kekId);
  process.stdout.write(`${kekId} is destroyed; destroy its backups as well\n`);
  return 0;
}

async function retireDek(call: Call): Promise<number> {
  const id = Number(call.args[2]);
  if (!Number.isSafeInteger(id) || id < 1) {
    process.stderr.write(`vaultdesk: ${call.args[2]} is no number of a key; see vaultdesk crypto status\n`);
    return 2;
  }
  return runInServer(call, () => runJob(call, REKEY_JOBS.retire, { id }));
}

/** Prints the shares once; nobody can ask for the same ones again. */
async function splitKey({ foundation, args }: Call): Promise<number> {
  const [count, threshold] = [Number(args[1]), Number(args[2])];
  if (!(threshold >= 2 && threshold <= count && count <= 16)) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { uow, config } = foundation;
  const { kekId, shares } = await splitMasterKey(await fileKeysOf(config, placesOf(config.home).keys), {
    threshold,
    count,
  });
  await uow.run({ actor: actorOf() }, async (tx) => {
    const target = { type: 'master-key', id: kekId };
    tx.record({ action: 'key.split', outcome: 'ok', target, details: { shares: count, threshold } });
  });
  process.stderr.write(`${kekId}: ${count} shares, ${threshold} give it back; one person, one share\n`);
  process.stdout.write(shares.map((share) => `${share}\n`).join(''));
  return 0;
}

/** Needs no database: without the key the server does not start. */
async function joinKey(config: Config): Promise<number> {
  const lines = (await text(process.stdin)).split('\n').filter((line) => line.trim() !== '');
  const kekId = await joinMasterKey(await fileKeysOf(config, placesOf(config.home).keys), lines);
  process.stdout.write(`${kekId} is in its place\n`);
  return 0;
}

/** Opens the first rows of each table; prints how many values could be read, and exits 1 when one could not. */
async function check({ foundation }: Call): Promise<number> {
  const { uow, crypto } = foundation;
  let unreadable = 0;
  for (const table of sealedTables()) {
    const [statement, params] = table.pageOf(undefined, SAMPLE_ROWS);
    const rows = (await uow.read((db) => db.all(statement, params))).map((row) => table.read(row));
    const items = rows.flatMap(({ rowId, values }) =>
      values.map(({ column, envelope }) => ({ cell: { table: table.table, column, rowId }, envelope })),
    );
    const opened = await crypto.openManyBytes(items);
    const bad = opened.filter((plain) => plain === undefined).length;
    for (const plain of opened) plain?.fill(0);
    unreadable += bad;
    process.stdout.write(`${table.table}: ${items.length} values opened, ${bad} unreadable\n`);
  }
  return unreadable === 0 ? 0 : 1;
}

/** Which rows are hashed only a whole server knows: own fields are settings. */
async function runInServer({ isRunning }: Call, work: () => Promise<number>): Promise<number> {
  if (isRunning) return work();
  process.stderr.write('vaultdesk: start the server first; this is done while it serves\n');
  return 1;
}

/** Asks for a job and shows how far it is; Ctrl-C leaves it to the server. A killed one goes on from where it was. */
async function runJob(call: Call, kind: string, params: Record<string, string | number>): Promise<number> {
  const { foundation, isRunning } = call;
  const jobs = jobsOf(foundation, isRunning);
  const id = await foundation.uow.run({ actor: actorOf() }, async (tx) => {
    const jobId = await jobs.queue.enqueue(tx, kind, params, { key: kind });
    tx.record({ action: 'key.rotate', outcome: 'ok', target: { type: 'job', id: jobId }, details: { kind } });
    return jobId;
  });
  if (!isRunning) jobs.start();
  else if (kind === REKEY_JOBS.renew || kind === REKEY_JOBS.rotateIndex) process.stderr.write(SETTLING);
  try {
    const ok = await follow(foundation, kind, id);
    if (!ok || kind !== REKEY_JOBS.renew) return ok ? 0 : 1;
    return await runJob(call, REKEY_JOBS.reseal, {});
  } finally {
    if (!isRunning) await jobs.stop();
  }
}

/** With a running server the kinds are for asking alone: nothing is started here. */
function jobsOf(foundation: Foundation, isRunning: boolean): Jobs {
  const { uow, clock, ids, log, database, config } = foundation;
  const withDb = database.read.bind(database);
  const jobs = createJobs({ uow, clock, ids, log, withDb, timeZone: config.timeZone });
  jobs.add(rekeyJobsOf(foundation, isRunning ? ASKING : undefined));
  return jobs;
}

async function follow({ uow }: Foundation, kind: string, id: string): Promise<boolean> {
  const tell = progressLine();
  for (;;) {
    const row = await uow.read((db) => db.one(JOB, { id }));
    if (row === undefined) throw new AppError('request.not_found');
    tell(`${kind}: ${row.state}, ${row.done ?? 0} done`);
    if (row.state === 'succeeded') {
      if (process.stderr.isTTY) process.stderr.write('\n');
      process.stdout.write(`${JSON.stringify(row.runResult)}\n`);
      const { isDestroyed, state, count } = (row.runResult ?? {}) as Record<string, unknown>;
      if (isDestroyed !== false) return true;
      const why = state === 'decrypt_only' ? `${String(count)} rows need it` : `it is ${String(state)}`;
      process.stderr.write(`vaultdesk: the key stays: ${why} [crypto.key_in_use]\n`);
      return false;
    }
    if (['failed', 'cancelled', 'parked'].includes(row.state)) {
      process.stderr.write(`\nvaultdesk: ${kind} ended as ${row.state} [${row.errorCode ?? ''}]\n`);
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Writes a line over itself on a terminal, and each new one once elsewhere. */
function progressLine(): (line: string) => void {
  const { stderr } = process;
  let last = '';
  return (line) => {
    if (line === last) return;
    last = line;
    stderr.write(stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  };
}

/** Before new keys of the installation are used, every process is told and given time. */
const SETTLING = 'vaultdesk: every process is told of the new key first; this waits about a minute\n';

function actorOf(): Actor {
  return { type: 'os', id: userInfo().username };
}
