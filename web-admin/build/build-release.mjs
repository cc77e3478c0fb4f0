// Bundles the programs of a release: each one ES module that needs no package beside it, and knows neither the evaluation
// instance nor its identity provider. Comments about licences go into files of their own, source maps nowhere.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { sourceAddresses, THREADS } from './build-server.mjs';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const PROGRAMS = { vaultdesk: 'server/cli/main.ts', installer: 'installer/main.ts' };

/** Drivers of databases that TypeORM knows and we don't, native halves of those we do, and a loader of TypeScript. */
const ABSENT = [
  ...['@google-cloud/spanner', '@sap/hana-client', 'better-sqlite3', 'ioredis', 'mongodb', 'mssql', 'mysql'],
  ...['mysql2', 'pg-native', 'pg-query-stream', 'react-native-sqlite-storage', 'redis', 'sql.js', 'sqlite3'],
  ...['expo-sqlite', 'ts-node', 'typeorm-aurora-data-api-driver', 'hdb-pool', 'oracledb/build/*'],
];

/** What has no place on a bank's server: an evaluation instance with passwords in a file, and tests. */
const BANNED =
  /^(server\/evaluation|sso\/evaluation-idp|web-admin)\/|\.spec\.ts$|\/(test|e2e)\/[^/]+\.ts$|node_modules\/samlp\//;

/** Packages that speak CommonJS ask for `require` and their folder; our modules for the address of their source. */
const BANNER = `import { createRequire as releaseRequire } from 'node:module';
import { dirname as releaseDirname } from 'node:path';
import { fileURLToPath as releasePath } from 'node:url';
const require = releaseRequire(import.meta.url);
const __filename = releasePath(import.meta.url);
const __dirname = releaseDirname(__filename);
const sourceAddress = (path) => new URL('../' + path, import.meta.url).href;`;

/** The interpreters of XPath that packages have of their own; in a release they are inside, and found by no path. */
const xpathPackages = {
  name: 'xpath-packages',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]sso[/\\]xpath-packages\.ts$/ }, async ({ path }) => {
      const { XPATH_PACKAGES } = await import(pathToFileURL(path).href);
      const found = XPATH_PACKAGES.map((each) => relative(PROJECT, each.path));
      const imports = found.map(
        (file, at) => `import xpath${at} from ${JSON.stringify(join(PROJECT, file))};`,
      );
      const list = found.map((file, at) => `{ path: ${JSON.stringify(file)}, xpath: xpath${at} }`);
      return { contents: `${imports.join('\n')}\nexport const XPATH_PACKAGES = [${list.join(', ')}];` };
    });
  },
};

/**
 * Builds programs and threads into `outDir`/server, and comments about licences into `outDir`/licences. Answers the
 * sources of all of them, relative to the project. Throws when one of them has no place in a release. The same sources give
 * the same bytes.
 */
export async function buildRelease({ outDir }) {
  const folder = join(outDir, 'server');
  const { outputFiles, metafile } = await build({
    absWorkingDir: PROJECT,
    outdir: folder,
    entryPoints: { ...PROGRAMS, ...THREADS },
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    write: false,
    metafile: true,
    charset: 'utf8',
    legalComments: 'external',
    logLevel: 'error',
    external: ABSENT,
    plugins: [xpathPackages, sourceAddresses],
    banner: { js: BANNER },
    define: { VAULTDESK_RELEASE: 'true' },
  });
  const sources = Object.keys(metafile.inputs).sort();
  const banned = sources.filter((path) => BANNED.test(path));
  if (banned.length > 0) throw new Error(`These have no place in a release: ${banned.join(', ')}`);
  await rm(folder, { recursive: true, force: true });
  for (const { path, contents } of outputFiles) {
    const place = path.endsWith('.LEGAL.txt') ? join(outDir, 'licences', basename(path)) : path;
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, contents);
  }
  return { sources };
}
