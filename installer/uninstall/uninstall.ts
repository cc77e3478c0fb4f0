import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InstallFault } from '../fault.ts';
import { removeTree } from '../install/files.ts';
import type { Layout } from '../install/layout.ts';
import { removeAccount, removeTraces } from '../install/users.ts';
import { hasProgram, runProgram } from '../run-program.ts';
import { SERVICES } from '../units/render.ts';

/** What an install wrote of itself. */
export interface InstallRecord {
  version: string;
  layout: Layout;
  databaseMode: string;
  accounts: string[];
  traces: string[];
  /** Folders above ours that were made for it, the innermost last. */
  folders: string[];
}

/** Reads the record of an installation. Throws `install.missing` where there is none. */
export function readRecord(path: string): InstallRecord {
  if (!existsSync(path)) throw new InstallFault('install.missing', path);
  return JSON.parse(readFileSync(path, 'utf8')) as InstallRecord;
}

/**
 * Takes an installation away: services, programs, commands; with `isPurge` settings, keys, data, and accounts as well, so
 * that nothing is left. Without it they stay, for the bank to keep or to destroy. Gives what stays.
 */
export function uninstall(record: InstallRecord, isPurge: boolean, onStep: (name: string) => void): string[] {
  const { layout } = record;
  if (layout.prefix === undefined) removeUnits(layout, onStep);
  onStep('programs');
  if (hasProgram('semanage'))
    runProgram('semanage', [
      'fcontext',
      '--delete',
      `${layout.base}/releases/[^/]+/(node|postgres)/bin(/.*)?`,
    ]);
  const programs = [layout.command, `${layout.command}-db`, layout.current, join(layout.base, 'releases')];
  for (const path of programs) removeTree(path);
  const kept = [layout.etc, layout.home, layout.databaseHome].filter((path) => existsSync(path));
  if (!isPurge) {
    rmSync(layout.record, { force: true });
    removeEmptyUp(layout.base);
    return [...kept, ...record.accounts];
  }
  onStep('data, keys, and settings');
  for (const path of kept) removeTree(path);
  if (layout.prefix !== undefined)
    for (const path of [layout.socketDir, join(layout.prefix, 'bin')]) removeTree(path);
  for (const path of [layout.base, ...record.folders.toReversed()]) removeEmptyUp(path);
  onStep('accounts');
  for (const name of record.accounts) removeAccount(name);
  removeTraces(record.traces);
  return [];
}

function removeUnits({ units }: Layout, onStep: (name: string) => void): void {
  onStep('services');
  for (const unit of Object.values(SERVICES).filter((name) => existsSync(join(units, name)))) {
    runProgram('systemctl', ['disable', '--now', '--quiet', unit]);
    runProgram('systemctl', ['reset-failed', unit]);
    rmSync(join(units, unit), { force: true });
    rmSync(join(units, `${unit}.d`), { recursive: true, force: true });
  }
  runProgram('systemctl', ['daemon-reload']);
}

/** Removes a folder that nothing is left in; folders of the system are never empty. */
function removeEmptyUp(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
