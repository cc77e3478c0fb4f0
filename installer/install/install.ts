import { existsSync, readFileSync, renameSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { Answers } from '../answers/read.ts';
import { formatAnswers } from '../answers/write.ts';
import { asFault, InstallFault } from '../fault.ts';
import { mustRun, runProgram } from '../run-program.ts';
import { renderUnits } from '../units/render.ts';
import { verifyTree, type Release } from '../verify/index.ts';
import { renderCommand, renderDatabaseCommand } from './command.ts';
import { publicUrl, renderConfig } from './config.ts';
import { makeDatabase } from './database.ts';
import { copyTree, makeFile, makeFolder, makeLink, removeTree, syncPath } from './files.ts';
import { layoutOf, type Layout } from './layout.ts';
import { prepareTls, type TlsFiles } from './tls-files.ts';
import { ownServices, systemdServices, systemdVersion, waitReady, type Services } from './services.ts';
import { labelFiles } from './selinux.ts';
import { runServerVerbs, type SetupCode } from './server-verbs.ts';
import { openUndo, type UndoList } from './undo.ts';
import { makeAccounts, type Accounts } from './users.ts';

/** With less on a disk nothing that failed there failed for another reason. */
const FULL_BYTES = 32 * 1024 * 1024;

/** What an install is made from. */
export interface InstallOptions {
  /** The unpacked bundle, verified. */
  bundle: string;
  release: Release;
  /** The key it was verified with, which later bundles are checked by. */
  key: { pem: string; fingerprint: string };
  answers: Answers;
  /** Folder of an install without systemd. */
  prefix: string | undefined;
  /** Told the name of each step as it begins. */
  onStep(name: string): void;
}

/** What an install made. */
export interface Installed {
  url: string;
  setup: SetupCode;
  layout: Layout;
  /** The authority to be given to browsers, and the request to be signed, where there is one. */
  authorityFile: string | undefined;
  requestFile: string | undefined;
}

interface Work extends InstallOptions {
  layout: Layout;
  undo: UndoList;
  tls: TlsFiles | undefined;
  version: number;
  /** Folders above ours that are not there yet. */
  folders: string[];
}

/**
 * Installs: accounts, folders, release, keys, certificate, database, units; starts, waits until the server is ready, and makes the
 * code for the first administrators. Whatever fails, everything that was made is taken back; the fault is thrown.
 */
export async function install(options: InstallOptions): Promise<Installed> {
  const { answers, prefix } = options;
  const layout = layoutOf(answers, prefix);
  const tls = prepareTls(answers);
  const undo = openUndo();
  const version = prefix === undefined ? systemdVersion() : 0;
  const work: Work = { ...options, layout, undo, tls, version, folders: missingAbove(layout) };
  const services = prefix === undefined ? systemdServices(layout, undo) : ownServices(layout, undo);
  try {
    const accounts = await makeAll(work, services);
    const setup = await bringUp(work, { services, accounts });
    await services.settle();
    writeRecord(work, accounts);
    undo.close();
    const tlsFolder = join(layout.etc, 'tls');
    return {
      ...{ url: publicUrl(answers), setup, layout },
      authorityFile: tls?.authority ? join(tlsFolder, 'ca.crt') : undefined,
      requestFile: tls?.request ? join(tlsFolder, 'server.csr') : undefined,
    };
  } catch (error) {
    await services.settle();
    const fault = await realCause(error, work);
    const left = undo.undoAll();
    undo.close();
    if (left.length > 0)
      throw new InstallFault('install.left_over', `${fault.where}; ${left.join(', ')}`, fault);
    throw fault;
  }
}

/** A signal to the whole group ends a step's program as well, and a full disk is told by each program in its own words. */
async function realCause(error: unknown, { layout, undo }: Work): Promise<InstallFault> {
  const fault = asFault(error);
  if (fault.code !== 'install.step') return fault;
  const interrupted = await undo.breathe().catch((each: unknown) => each);
  if (interrupted instanceof InstallFault) return interrupted;
  for (const path of [layout.home, layout.databaseHome, layout.base, layout.etc].filter((each) =>
    existsSync(each),
  )) {
    const { bavail, bsize } = statfsSync(path);
    if (bavail * bsize < FULL_BYTES) return new InstallFault('install.disk_full', path, error);
  }
  return fault;
}

async function makeAll(work: Work, services: Services): Promise<Accounts> {
  const { layout, answers, undo, onStep, prefix } = work;
  const step = async (name: string) => {
    await undo.breathe();
    onStep(name);
  };
  await step('accounts');
  const accounts = prefix === undefined ? makeAccounts(layout, undo) : ownAccounts();
  await step('release');
  await copyRelease(work);
  await step('folders');
  makeFolders(work, accounts);
  await step('keys and certificate');
  writeSecrets(work, accounts);
  if (answers.text('database.mode') === 'embedded') {
    await step('database');
    const workers = answers.has('workers') ? answers.number('workers') : undefined;
    makeDatabase({ layout, accounts, workers, undo });
  }
  await step('settings');
  const { gid } = accounts.server;
  const config = join(layout.etc, 'config.yaml');
  const rights = prefix === undefined ? { mode: 0o640, uid: 0, gid } : { mode: 0o600 };
  makeFile(config, renderConfig(answers, layout, work.version), rights, undo);
  makeLink(config, join(layout.home, 'config.yaml'), undo);
  makeLink(join(layout.etc, 'keys'), join(layout.home, 'keys'), undo);
  if (prefix === undefined) {
    await step('units');
    writeUnits(work);
    labelFiles(layout, undo);
  }
  writeCommands(work);
  if (answers.text('database.mode') === 'embedded') {
    await step('start of the database');
    await services.startDatabase();
  }
  return accounts;
}

/** Steps of the schema, the code for the administrators, then the server itself. */
async function bringUp(work: Work, parts: { services: Services; accounts: Accounts }): Promise<SetupCode> {
  const { layout, answers, undo, onStep } = work;
  const { services, accounts } = parts;
  const isFront = answers.text('tls.mode') === 'front';
  const step = async (name: string) => {
    await undo.breathe();
    onStep(name);
  };
  const setup = await runServerVerbs({ layout, answers, accounts, step });
  await step('start of the server');
  await services.startServer();
  const listen = isFront ? '127.0.0.1' : answers.text('listen');
  await waitReady({
    host: listen === '0.0.0.0' ? '127.0.0.1' : listen === '::' ? '::1' : listen,
    port: answers.number('port'),
    isPlain: isFront,
    check() {
      undo.checkpoint();
      services.requireServer();
    },
  });
  return setup;
}

/** Folders that will have to be made above ours; taken away again when nothing is in them any more. */
function missingAbove({ base, etc, home, databaseHome, command, prefix }: Layout): string[] {
  const found = new Set<string>();
  for (const path of [base, etc, home, databaseHome, command, ...(prefix ? [join(prefix, 'bin')] : [])])
    for (let folder = dirname(path); !existsSync(folder); folder = dirname(folder)) found.add(folder);
  return [...found].sort();
}

function ownAccounts(): Accounts {
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return { server: own, database: own, made: [], traces: [] };
}

/** Copies the release beside its place, checks the copy, and puts it there at once. */
async function copyRelease({ bundle, release, layout, undo, prefix, key }: Work): Promise<void> {
  const releases = join(layout.base, 'releases');
  makeFolder(layout.base, { mode: 0o755 }, undo);
  makeFolder(releases, { mode: 0o755 }, undo);
  const target = join(releases, release.version);
  const partial = `${target}.partial`;
  undo.add(partial, () => removeTree(partial));
  undo.add(target, () => removeTree(target));
  removeTree(partial);
  const isSystem = prefix === undefined;
  const modes = isSystem
    ? { folder: 0o555, file: 0o444, program: 0o555 }
    : { folder: 0o755, file: 0o644, program: 0o755 };
  copyTree(bundle, partial, modes);
  const keyFile = join(releases, '.key.partial');
  undo.add(keyFile, () => removeTree(keyFile));
  makeFile(keyFile, key.pem, { mode: 0o600 }, undo);
  const { ok, findings } = await verifyTree(partial, {
    trust: { publicKeyFile: keyFile, isInstalledKey: true },
  });
  removeTree(keyFile);
  if (!ok) throw new Error(`the copy differs: ${findings.map(({ where }) => where).join(', ')}`);
  renameSync(partial, target);
  syncPath(releases);
  makeLink(join('releases', release.version), layout.current, undo);
}

function makeFolders({ layout, undo, prefix }: Work, { server }: Accounts): void {
  const system = prefix === undefined;
  const own = system ? { uid: server.uid, gid: server.gid } : {};
  const shared = system ? { mode: 0o750, uid: 0, gid: server.gid } : { mode: 0o700 };
  makeFolder(layout.etc, shared, undo);
  makeFolder(join(layout.etc, 'tls'), shared, undo);
  makeFolder(join(layout.etc, 'keys'), { mode: 0o700, ...own }, undo);
  makeFolder(join(layout.etc, 'secrets'), { mode: 0o700, ...own }, undo);
  makeFolder(layout.home, { mode: 0o700, ...own }, undo);
  if (!system)
    for (const folder of [layout.socketDir, join(prefix, 'bin')]) makeFolder(folder, { mode: 0o700 }, undo);
}

function writeSecrets(work: Work, { server }: Accounts): void {
  const { layout, answers, undo, prefix, tls, key, version } = work;
  const system = prefix === undefined;
  const own = system ? { uid: server.uid, gid: server.gid } : {};
  const put = (path: string, content: string, rights: { mode: number; uid?: number; gid?: number }) =>
    makeFile(join(layout.etc, path), content, rights, undo);
  put('release.pub', key.pem, { mode: 0o644 });
  for (const [name, text] of tls?.open ?? []) put(`tls/${name}`, text, { mode: 0o644 });
  // Root's alone where the service manager hands it over; else the server reads it.
  if (tls) put('tls/server.key', tls.privateKey, { mode: 0o600, ...(version >= 247 ? {} : own) });
  if (tls?.authority) put('tls/ca.key', tls.authority.privateKey, { mode: 0o600 });
  const secrets = [
    ['database.password_file', 'secrets/database.password'],
    ['keys.passphrase_file', 'secrets/keys.passphrase'],
  ] as const;
  for (const [name, place] of secrets) {
    const file = answers.maybe(name);
    if (file !== undefined) put(place, readFileSync(file, 'utf8'), { mode: 0o600, ...own });
  }
  const authority = answers.maybe('syslog.ca_file');
  if (authority !== undefined) put('tls/syslog-ca.crt', readFileSync(authority, 'utf8'), { mode: 0o644 });
  put('answers.yaml', formatAnswers(answers), { mode: 0o600 });
}

function writeUnits({ layout, answers, undo, bundle, version }: Work): void {
  const units = renderUnits(join(bundle, 'units'), { answers, layout, systemdVersion: version });
  undo.add('units', () => void runProgram('systemctl', ['daemon-reload']));
  for (const [name, text] of units) makeFile(join(layout.units, name), text, { mode: 0o644 }, undo);
  mustRun('systemctl', ['daemon-reload']);
}

function writeCommands({ layout, answers, undo, prefix }: Work): void {
  const folder = dirname(layout.command);
  if (!existsSync(folder)) makeFolder(folder, { mode: 0o755 }, undo);
  makeFile(layout.command, renderCommand(layout), { mode: 0o755 }, undo);
  if (prefix !== undefined && answers.text('database.mode') === 'embedded')
    makeFile(`${layout.command}-db`, renderDatabaseCommand(layout), { mode: 0o755 }, undo);
}

/** What `uninstall` works by. It is written last: an install without it is none. */
function writeRecord(
  { layout, answers, undo, release, key, folders }: Work,
  { made, traces }: Accounts,
): void {
  const record = {
    ...{ version: release.version, keyFingerprint: key.fingerprint, installedAt: new Date().toISOString() },
    ...{ layout, databaseMode: answers.text('database.mode'), accounts: made, traces, folders },
  };
  makeFile(layout.record, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 }, undo);
}
