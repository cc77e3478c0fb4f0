import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ARCHITECTURES, PUBLIC_KEY_FILE, type Architecture } from '../verify/index.ts';
import { buildBundle, type BuiltBundle, type BuiltBundles } from './bundle.ts';
import { hostBase, readBase } from './oci-base.ts';
import { makeImage } from './oci.ts';
import { makeKey } from './signing.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(PROJECT, 'dist');
const SUMS_FILE = 'SHA256SUMS';

const USAGE = `usage: npm run bundle -- [options]

  --arch x64|arm64               one architecture; both without it
  --key FILE                     the release key; without it a development key is made and every check says so
  --key-passphrase-file FILE     what the key is locked with
  --image-base FILE.tar          root file system under the container image; the C library of this machine without it
  --no-image                     no container image
  --twice                        builds a second time and compares byte by byte
  --make-key FILE                makes a release key and prints its fingerprint; builds nothing
`;

/** `npm run bundle`. Answers the exit code: 0, 1 when a build fails or differs, 2 for bad use. */
async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined || options.help) {
    process.stdout.write(USAGE);
    return options === undefined ? 2 : 0;
  }
  const passphraseFile = options['key-passphrase-file'];
  const newKey = options['make-key'];
  if (newKey !== undefined) {
    process.stdout.write(`${await makeKey({ file: newKey, passphraseFile })}\n`);
    return 0;
  }
  const key = options.key === undefined ? undefined : { file: options.key, passphraseFile };
  const architectures = options.arch === undefined ? ARCHITECTURES : [options.arch as Architecture];
  const build = (outDir: string) =>
    buildBundle({ project: PROJECT, outDir, stateDir: OUT, architectures, key, log });
  const built = await build(OUT);
  const images = options['no-image'] ? [] : await writeImages(built, options['image-base']);
  await writeSums(built, [...built.bundles.map(({ archive }) => archive), ...images]);
  return options.twice ? compare(built, build) : 0;
}

function readOptions(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        ...{ arch: { type: 'string' }, key: { type: 'string' }, 'key-passphrase-file': { type: 'string' } },
        ...{ 'image-base': { type: 'string' }, 'no-image': { type: 'boolean' }, twice: { type: 'boolean' } },
        ...{ 'make-key': { type: 'string' }, help: { type: 'boolean' } },
      } as const,
    });
    const isArch = values.arch === undefined || ARCHITECTURES.some((arch) => arch === values.arch);
    return isArch ? values : undefined;
  } catch {
    return undefined;
  }
}

function log(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The container images, beside the bundles. */
async function writeImages(
  { bundles, source }: BuiltBundles,
  basePath: string | undefined,
): Promise<string[]> {
  const images: string[] = [];
  for (const { arch, archive, release, files } of bundles) {
    const base = basePath === undefined ? await hostBase(arch, source.timeSeconds) : await readBase(basePath);
    const image = archive.replace(/\.tar\.gz$/, '.oci.tar');
    if (base === undefined) {
      log(
        `no container image for ${arch}: its C library is not on this machine; hand a base over with --image-base`,
      );
      await rm(image, { force: true });
      continue;
    }
    await writeFile(image, makeImage(release, files, base));
    log(image);
    images.push(image);
  }
  return images;
}

/** Sums of all that is carried, as `sha256sum -c` reads them, and the signature over them. */
async function writeSums({ signer }: BuiltBundles, archives: readonly string[]): Promise<void> {
  const files = [...archives, join(OUT, PUBLIC_KEY_FILE)].sort();
  const sums = await Promise.all(
    files.map(async (path) => `${sha256(await readFile(path))}  ${basename(path)}\n`),
  );
  const list = Buffer.from(sums.join(''));
  await writeFile(join(OUT, SUMS_FILE), list);
  await writeFile(join(OUT, `${SUMS_FILE}.sig`), signer.sign(list));
  log(`${join(OUT, SUMS_FILE)} and ${SUMS_FILE}.sig`);
}

/** Builds again elsewhere, with the same key, and names what differs. */
async function compare(
  first: BuiltBundles,
  build: (outDir: string) => Promise<BuiltBundles>,
): Promise<number> {
  const again = join(OUT, 'bundle-again');
  await rm(again, { recursive: true, force: true });
  const second = await build(again);
  const differing = first.bundles.flatMap((bundle, at) =>
    differences(bundle, second.bundles[at] as BuiltBundle),
  );
  await rm(again, { recursive: true, force: true });
  log(differing.length === 0 ? 'two builds, the same bytes' : `two builds differ: ${differing.join(', ')}`);
  return differing.length === 0 ? 0 : 1;
}

function differences(a: BuiltBundle, b: BuiltBundle): string[] {
  if (a.sha256 === b.sha256) return [];
  const other = new Map(b.files.map(({ path, content }) => [path, sha256(content)]));
  const paths = a.files
    .filter(({ path, content }) => other.get(path) !== sha256(content))
    .map(({ path }) => path);
  return paths.length === 0 ? [basename(a.archive)] : paths;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bundle: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
