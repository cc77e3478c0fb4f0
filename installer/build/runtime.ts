import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../verify/index.ts';
import pinned from './runtime.json' with { type: 'json' };
import { readTar, type TarEntry } from './tar.ts';

/** A package as it is pinned: what was reviewed is what is taken, whatever a registry says. */
export interface PinnedPackage {
  name: string;
  version: string;
  /** `sha512-` and base64 over the packed file. */
  integrity: string;
}

/** A program or library inside the runtimes, for the list of parts. */
export interface RuntimePart {
  name: string;
  version: string;
  /** SPDX expression, or the name of a file in licences/. */
  licence: string;
  /** `vendor:product` by which lists of vulnerabilities name it. */
  cpe?: string;
  /** File of the bundle whose SHA-256 stands for it; absent where it is compiled into another one. */
  file?: string;
}

/** What a bundle brings to run on. */
export const RUNTIME = pinned;

/** Fetching must not hang for ever on a network that swallows packets. */
const FETCH_MS = 10 * 60_000;

/** Where packed packages are kept, so that a build works again without a network. */
export interface Cache {
  folder: string;
  /** Gets the packed file of `NAME@VERSION` into a folder and answers its path. npm unless a test says otherwise. */
  fetch?: (spec: string, into: string) => Promise<string>;
}

/** Entries of the package with Node for an architecture. */
export function fetchNode(arch: Architecture, cache: Cache): Promise<TarEntry[]> {
  return openPackage(RUNTIME.node.packages[arch], cache);
}

/** Entries of the package with PostgreSQL for an architecture. */
export function fetchPostgres(arch: Architecture, cache: Cache): Promise<TarEntry[]> {
  return openPackage(RUNTIME.postgres.packages[arch], cache);
}

/**
 * The entries of a pinned package, without the `package/` before their paths. From the cache when it holds the file, else
 * fetched into it. Throws RangeError when what comes is not what was pinned; such a file is not kept.
 */
export async function openPackage(wanted: PinnedPackage, cache: Cache): Promise<TarEntry[]> {
  const file = join(cache.folder, `${wanted.name.replace('/', '+')}-${wanted.version}.tgz`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined && integrityOf(kept) === wanted.integrity) return entriesOf(kept);
  await mkdir(cache.folder, { recursive: true });
  const draft = await mkdtemp(join(cache.folder, 'fetch-'));
  try {
    const spec = `${wanted.name}@${wanted.version}`;
    const packed = await readFile(await (cache.fetch ?? fetchByNpm)(spec, draft));
    const found = integrityOf(packed);
    if (found !== wanted.integrity)
      throw new RangeError(`${spec} is not the pinned package: wanted ${wanted.integrity}, found ${found}`);
    await writeFile(join(draft, 'packed'), packed);
    await rename(join(draft, 'packed'), file);
    return entriesOf(packed);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function integrityOf(packed: Buffer): string {
  return `sha512-${createHash('sha512').update(packed).digest('base64')}`;
}

function entriesOf(packed: Buffer): TarEntry[] {
  return readTar(packed).map((entry) => ({ ...entry, path: entry.path.replace(/^package\//, '') }));
}

/** npm finds its registry by its own settings, and takes the file from its cache where that has it. */
async function fetchByNpm(spec: string, into: string): Promise<string> {
  const args = ['pack', spec, '--json', '--prefer-offline', '--ignore-scripts', '--pack-destination', into];
  const result = spawnSync('npm', args, { encoding: 'utf8', timeout: FETCH_MS, maxBuffer: 64 * 1024 * 1024 });
  if (result.error) throw new Error(`npm cannot be started: ${result.error.message}`);
  if (result.status !== 0) {
    const why =
      result.stderr.split('\n').find((line) => /^npm (error|ERR!)/.test(line)) ?? `exit ${result.status}`;
    throw new Error(`npm could not fetch ${spec}: ${why}`);
  }
  const [packed] = JSON.parse(result.stdout) as { filename: string }[];
  if (packed === undefined) throw new Error(`npm said nothing of the file of ${spec}.`);
  return join(into, packed.filename.replace(/^@/, '').replace('/', '-'));
}
