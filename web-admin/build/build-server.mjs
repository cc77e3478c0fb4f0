// Bundles the server's own modules, which a start from source would read through the TypeScript loader one by one, into
// dist/server/: the evaluation instance, its identity provider, the command line, and the threads. Packages stay
// outside, source maps name the TypeScript. Nothing is built while no source has changed.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { glob } from 'tinyglobby';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const TARGET = join(PROJECT, 'dist', 'server');
const STAMP = join(TARGET, '.stamp');
/** A running server may still load a part of the build before; a day later none does. */
const OLD_PART_MS = 24 * 3_600_000;

/** Programs, which share what they have in common. */
const PROGRAMS = {
  evaluation: 'server/evaluation/main.ts',
  'evaluation-idp': 'sso/evaluation-idp/main.ts',
  vaultdesk: 'server/cli/main.ts',
};
/** Threads, each whole in its file: a thread starts faster that way. */
export const THREADS = {
  'robot-worker': 'server/robot/training/training.worker.ts',
  'thumbnail-worker': 'server/platform/files/thumbnail.worker.ts',
};

/** What the build depends on: names, sizes and times of the sources, and the locked packages. */
async function stampOf() {
  const files = await glob(
    [
      '{server,audit,sso,migrations}/**/*.ts',
      'web-admin/build/build-server.mjs',
      'package-lock.json',
      '!**/*.spec.ts',
    ],
    { cwd: PROJECT },
  );
  const states = await Promise.all(
    files.sort().map(async (file) => ({ file, ...(await sizeAndTime(file)) })),
  );
  const hash = createHash('sha256');
  for (const { file, size, mtimeMs } of states) hash.update(`${file} ${size} ${mtimeMs}\n`);
  return hash.digest('hex');
}

async function sizeAndTime(file) {
  const { size, mtimeMs } = await stat(join(PROJECT, file));
  return { size, mtimeMs };
}

/** A module finds files beside it by its own address, which stays that of its source. */
export const sourceAddresses = {
  name: 'source-addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const source = JSON.stringify(relative(PROJECT, path));
      return { loader: 'ts', contents: text.replaceAll('import.meta.url', `sourceAddress(${source})`) };
    });
  },
};
const BANNER = `const sourceAddress = (path) => new URL('../../' + path, import.meta.url).href;`;

/** Builds the server when a source is newer; several processes may do so at once. */
export async function buildServer() {
  const stamp = await stampOf();
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === stamp) return;
  const { build } = await import('esbuild');
  const common = {
    absWorkingDir: PROJECT,
    outdir: TARGET,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
  };
  const [programs, threads] = await Promise.all([
    build({
      ...common,
      entryPoints: PROGRAMS,
      packages: 'external',
      splitting: true,
      chunkNames: 'part-[hash]',
      sourcemap: 'linked',
      plugins: [sourceAddresses],
      banner: { js: BANNER },
    }),
    build({ ...common, entryPoints: THREADS }),
  ]);
  const outputs = [...programs.outputFiles, ...threads.outputFiles];
  // Parts before the programs that name them, the stamp last.
  outputs.sort((a, b) => Number(b.path.includes('part-')) - Number(a.path.includes('part-')));
  await mkdir(TARGET, { recursive: true });
  for (const { path, contents } of outputs) await place(path, contents);
  await place(STAMP, stamp);
  await removeOldParts(new Set(outputs.map(({ path }) => basename(path))));
}

/** Whoever reads the file meanwhile has the old one or the new one, whole. */
async function place(path, contents) {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
  await writeFile(draft, contents);
  await rename(draft, path);
}

async function removeOldParts(current) {
  for (const name of await readdir(TARGET)) {
    if (!name.startsWith('part-') || current.has(name)) continue;
    const { mtimeMs } = await stat(join(TARGET, name));
    if (Date.now() - mtimeMs > OLD_PART_MS) await rm(join(TARGET, name), { force: true });
  }
}
