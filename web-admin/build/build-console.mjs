// Builds the console into dist/web/console: hashed assets, each with a brotli and a gzip copy beside it.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { strictCspPlugin } from './csp-plugin.mjs';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Oldest browsers the console is built for; `browser-check.js` turns older ones away. */
const TARGETS = ['chrome90', 'firefox115', 'safari16.4'];

const COMPRESSED = new Set(['.js', '.css', '.html', '.svg', '.json', '.woff2']);
const COMPRESSED_BYTES_MIN = 1024;

/** Puts the plain script that turns old browsers away before the modules, under a name with its hash. */
function browserCheckPlugin() {
  let fileName = '';
  return {
    name: 'vaultdesk-browser-check',
    async buildStart() {
      const source = await readFile(join(SOURCE, 'browser-check.js'), 'utf8');
      const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
      fileName = `assets/browser-check-${hash}.js`;
      this.emitFile({ type: 'asset', fileName, source });
    },
    transformIndexHtml() {
      return [{ tag: 'script', attrs: { src: `/${fileName}` }, injectTo: 'head-prepend' }];
    },
  };
}

/**
 * Files that do nothing by being loaded: what an index offers and the first page does not use stays out of the first
 * page's scripts.
 */
const OURS = /\/web-admin\/src\/(auth|components|features|i18n|shell|tailoring)\/.*\.tsx?(\?\w+)?$/;
const PURE_PACKAGES = /\/node_modules\/(@rc-component|@ant-design|@tanstack|antd|react-router)\//;

function hasSideEffects(id) {
  return !OURS.test(id) && !PURE_PACKAGES.test(id);
}

/**
 * Takes each file of texts twice, once for each language's catalogue: what a copy does not give is left out of it, so
 * that a browser loads one language. The files themselves keep both side by side, where people compare them.
 */
function onePerLanguagePlugin() {
  return {
    name: 'vaultdesk-one-per-language',
    enforce: 'pre',
    async resolveId(source, importer) {
      const language = /\/i18n\/(zh|en)\.ts$/.exec(importer ?? '')?.[1];
      if (language === undefined || !source.endsWith('messages.ts')) return null;
      const found = await this.resolve(source, importer, { skipSelf: true });
      return found && `${found.id}?${language}`;
    },
  };
}

/** The router offers its build without checks for developers to no bundler by itself. */
const ROUTER = ['react-router/dom', 'react-router'].map((find, index) => ({
  find: new RegExp(`^${find}$`),
  replacement: fileURLToPath(
    new URL(
      `../../node_modules/react-router/dist/production/${['dom-export', 'index'][index]}.mjs`,
      import.meta.url,
    ),
  ),
}));

/** All files below a folder. */
async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function compressFile(path) {
  const content = await readFile(path);
  if (content.length < COMPRESSED_BYTES_MIN) return;
  const brotli = await promisify(brotliCompress)(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  await writeFile(`${path}.br`, brotli);
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
}

/**
 * Builds the console and answers how long it took. Fails when a package was not patched for the content security
 * policy. `outDir` is emptied first.
 */
export async function buildConsole({ outDir = join(PROJECT, 'dist/web/console'), logLevel = 'warn' } = {}) {
  const startedMs = Date.now();
  const built = await build({
    configFile: false,
    root: SOURCE,
    base: '/',
    publicDir: false,
    logLevel,
    mode: 'production',
    resolve: { alias: ROUTER },
    plugins: [strictCspPlugin(), onePerLanguagePlugin(), browserCheckPlugin(), react()],
    build: {
      outDir,
      emptyOutDir: true,
      target: TARGETS,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: true,
      sourcemap: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 4096,
      rollupOptions: { treeshake: { moduleSideEffects: hasSideEffects } },
    },
  });
  const files = await filesBelow(outDir);
  await Promise.all(files.filter((path) => COMPRESSED.has(extname(path))).map(compressFile));
  const sources = built.output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
  return { outDir, files: files.length, sources, ms: Date.now() - startedMs };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const result = await buildConsole({ logLevel: 'info' });
  process.stdout.write(`console: ${result.files} files in ${result.outDir} (${result.ms} ms)\n`);
}
