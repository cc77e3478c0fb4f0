// Builds the chat widget and the demonstration page: dist/web/widget/{loader.js,index.html,assets/app.{js,css}} and
// dist/web/demo/. Called by the build of the whole, or alone: `node web-admin/build/build-widget.mjs`.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCE = join(HERE, '..');
/** The whole widget, compressed. A customer on a slow line waits for it before the first word. */
const GZIP_BYTES_MAX = 40 * 1024;
/** Chromium 90 and Firefox ESR know more; the floor leaves room for the browsers inside banking applications. */
const TARGET = ['es2017'];

const COMMON = {
  bundle: true,
  metafile: true,
  minify: true,
  format: 'iife',
  target: TARGET,
  legalComments: 'none',
  charset: 'utf8',
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** Names the build by its content, so that caches may keep the files for ever. */
async function versionOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

/**
 * Builds both into `outDir` (default `dist/web` of the repository). Answers the compressed sizes in bytes, by file and in
 * total, and the sources that are in them.
 * Throws when the widget is over its budget.
 */
export async function buildWidget({ outDir = join(SOURCE, '..', 'dist', 'web') } = {}) {
  const widgetDir = join(outDir, 'widget');
  const demoDir = join(outDir, 'demo');
  await rm(widgetDir, { recursive: true, force: true });
  await rm(demoDir, { recursive: true, force: true });
  await mkdir(widgetDir, { recursive: true });
  const built = await Promise.all([
    build({
      ...COMMON,
      entryPoints: [join(SOURCE, 'widget/loader.ts')],
      outfile: join(widgetDir, 'loader.js'),
    }),
    build({
      ...COMMON,
      entryPoints: [join(SOURCE, 'widget/app/main.tsx')],
      outfile: join(widgetDir, 'assets/app.js'),
    }),
    build({
      ...COMMON,
      format: undefined,
      target: ['chrome90', 'firefox91'],
      entryPoints: [join(SOURCE, 'widget/app/app.css')],
      outfile: join(widgetDir, 'assets/app.css'),
    }),
    cp(join(SOURCE, 'demo'), demoDir, { recursive: true }),
  ]);
  const page = await readFile(join(SOURCE, 'widget/app/index.html'), 'utf8');
  const version = await versionOf([join(widgetDir, 'assets/app.js'), join(widgetDir, 'assets/app.css')]);
  await writeFile(join(widgetDir, 'index.html'), page.replaceAll('%VERSION%', version));
  const sources = built.flatMap((result) => Object.keys(result?.metafile?.inputs ?? {}));
  return { sizes: await measure(widgetDir), sources };
}

async function measure(widgetDir) {
  const sizes = {};
  for (const file of ['loader.js', 'assets/app.js', 'assets/app.css', 'index.html']) {
    sizes[file] = gzipSync(await readFile(join(widgetDir, file)), { level: 9 }).length;
  }
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  if (total > GZIP_BYTES_MAX) {
    throw new Error(`The widget has ${total} bytes compressed, more than ${GZIP_BYTES_MAX}.`);
  }
  return { ...sizes, total };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { sizes } = await buildWidget();
  for (const [file, size] of Object.entries(sizes)) process.stdout.write(`${file}\t${size} bytes gzip\n`);
}
