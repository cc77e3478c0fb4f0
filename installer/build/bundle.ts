import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  formatManifest,
  formatRelease,
  MANIFEST_FILE,
  PUBLIC_KEY_FILE,
  SIGNATURE_FILE,
  type Architecture,
  type Release,
} from '../verify/index.ts';
import manifest from '../../package.json' with { type: 'json' };
import { gatherCommon, type CommonFiles } from './common-files.ts';
import { fetchNode, fetchPostgres, RUNTIME, type Cache } from './runtime.ts';
import { nodeFiles, postgresFiles } from './runtime-files.ts';
import { makeSbom } from './sbom.ts';
import { openSigner, type KeyPlace, type Signer } from './signing.ts';
import { readSource, type SourceState } from './source.ts';
import { gzip, writeTar, type TarEntry } from './tar.ts';
import { byPath, plain, type TreeFile } from './tree-file.ts';

/** What people carry on a stick; above it the build fails. */
export const BUNDLE_BYTES_MAX = 90_000_000;

/** Where a bundle is built from and to. */
export interface BundleOptions {
  /** Folder of the checkout. */
  project: string;
  /** Where archives and the public key go. */
  outDir: string;
  /** Keeps fetched packages and the development key between builds; `outDir` unless given. */
  stateDir?: string;
  architectures: readonly Architecture[];
  /** The release key; without it a development key is made and kept in `stateDir`. */
  key?: KeyPlace | undefined;
  log(line: string): void;
  /** How packages are fetched; by npm unless given. */
  fetch?: Cache['fetch'];
}

/** A bundle that was built. */
export interface BuiltBundle {
  arch: Architecture;
  /** Path of the archive. */
  archive: string;
  sha256: string;
  sizeBytes: number;
  release: Release;
  /** The tree in the archive, without its top folder. */
  files: TreeFile[];
}

/** What was built. */
export interface BuiltBundles {
  bundles: BuiltBundle[];
  signer: Signer;
  source: SourceState;
}

/**
 * Builds the bundles of the given architectures into `outDir`, with the public key beside them. Throws when the checkout has
 * changes and a release key is given, when a package is not the pinned one, and when a bundle is larger than 90 MB.
 */
export async function buildBundle(options: BundleOptions): Promise<BuiltBundles> {
  const { project, outDir, stateDir = outDir, architectures, log, fetch } = options;
  const source = readSource(project);
  if (!source.isClean && options.key !== undefined)
    throw new Error('The checkout has changes; a release is built from a commit alone.');
  if (!source.isClean) log('the checkout has changes: this bundle is not what its commit says');
  await mkdir(outDir, { recursive: true });
  const signer = await openSigner(options.key, join(stateDir, 'bundle-key'));
  log(`signed with a ${signer.kind} key, ${signer.fingerprint}`);
  const work = join(outDir, 'bundle-work');
  const common = await gatherCommon(project, work);
  await rm(work, { recursive: true, force: true });
  const cache = { folder: join(stateDir, 'bundle-cache'), ...(fetch ? { fetch } : {}) };
  const bundles: BuiltBundle[] = [];
  for (const arch of architectures) {
    const bundle = await writeBundle({ arch, outDir, common, signer, source, cache });
    log(`${bundle.archive}: ${(bundle.sizeBytes / 1e6).toFixed(1)} MB, ${bundle.files.length} files`);
    bundles.push(bundle);
  }
  await writeFile(join(outDir, PUBLIC_KEY_FILE), signer.publicPem);
  return { bundles, signer, source };
}

interface Parts {
  arch: Architecture;
  outDir: string;
  common: CommonFiles;
  signer: Signer;
  source: SourceState;
  cache: Cache;
}

async function writeBundle(parts: Parts): Promise<BuiltBundle> {
  const { arch, outDir, common, signer, source, cache } = parts;
  const release: Release = {
    ...{ version: manifest.version, commit: source.commit },
    ...{ builtAt: new Date(source.timeSeconds * 1_000).toISOString(), arch },
    ...{ node: RUNTIME.node.version, postgres: RUNTIME.postgres.version, schemaSteps: common.schemaSteps },
    ...{ keyKind: signer.kind, keyFingerprint: signer.fingerprint },
  };
  const runtimes = [
    ...nodeFiles(await fetchNode(arch, cache)),
    ...postgresFiles(await fetchPostgres(arch, cache)),
  ];
  const unsigned = [...common.files, ...runtimes, plain('release.json', formatRelease(release))];
  unsigned.push(plain('sbom.cdx.json', makeSbom(release, common.packages, unsigned)));
  const files = signTree(unsigned, signer);
  const top = `vaultdesk-${release.version}-linux-${arch}`;
  const packed = gzip(writeTar(entriesOf(files, top), { mtime: source.timeSeconds }));
  if (packed.length > BUNDLE_BYTES_MAX)
    throw new Error(`The bundle has ${packed.length} bytes, more than ${BUNDLE_BYTES_MAX}.`);
  const archive = join(outDir, `${top}.tar.gz`);
  await writeFile(archive, packed);
  return { arch, archive, sha256: sha256(packed), sizeBytes: packed.length, release, files };
}

/** The files in the order of their paths, with the list of their sums and the signature over it. */
export function signTree(files: readonly TreeFile[], signer: Signer): TreeFile[] {
  const sums = new Map(files.map(({ path, content }) => [path, sha256(content)]));
  if (sums.size < files.length) throw new Error('Two files of the bundle have one path.');
  const list = Buffer.from(formatManifest(sums));
  return [...files, plain(MANIFEST_FILE, list), plain(SIGNATURE_FILE, signer.sign(list))].sort(byPath);
}

/** Entries of an archive below the folder `top`: each folder before what is in it. */
export function entriesOf(files: readonly TreeFile[], top: string): TarEntry[] {
  const folders = new Set<string>();
  return files.flatMap(({ path, mode, content }) => {
    const place = `${top}/${path}`;
    const above = place.split('/').slice(0, -1);
    const missing = above
      .map((_, at) => above.slice(0, at + 1).join('/'))
      .filter((folder) => !folders.has(folder));
    for (const folder of missing) folders.add(folder);
    return [
      ...missing.map((folder): TarEntry => ({
        path: folder,
        mode: 0o755,
        kind: 'folder',
        content: Buffer.alloc(0),
      })),
      { path: place, mode, kind: 'file', content },
    ];
  });
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
