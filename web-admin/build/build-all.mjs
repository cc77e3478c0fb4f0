// Builds what a start needs, into dist/: the server, the console, the widget, and the demonstration bank. With --if-stale
// the web files only when a source is newer than the last build. `npm run build`, `npm start` and `npm test` use it.
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { glob } from 'tinyglobby';
import { buildConsole } from './build-console.mjs';
import { buildServer } from './build-server.mjs';
import { buildWidget } from './build-widget.mjs';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const STAMP = join(PROJECT, 'dist', 'web', '.stamp');

/** What the build depends on: names, sizes and times of the sources, and the locked packages. */
async function stampOf() {
  const files = await glob(
    ['web-admin/**/*', 'docs/guides/*.md', 'package-lock.json', '!web-admin/e2e/**', '!**/*.spec.*'],
    {
      cwd: PROJECT,
    },
  );
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const { size, mtimeMs } = await stat(join(PROJECT, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

await buildServer();

const stamp = await stampOf();
const known = await readFile(STAMP, 'utf8').catch(() => '');
if (!process.argv.includes('--if-stale') || known !== stamp) {
  const startedMs = Date.now();
  process.stdout.write('building the console and the widget …\n');
  await mkdir(join(PROJECT, 'dist', 'web'), { recursive: true });
  await Promise.all([buildConsole(), buildWidget()]);
  await writeFile(STAMP, stamp);
  process.stdout.write(`built in ${((Date.now() - startedMs) / 1000).toFixed(1)} s\n`);
}
