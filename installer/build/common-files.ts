import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { readSteps } from '../../migrations/index.ts';
import { buildConsole } from '../../web-admin/build/build-console.mjs';
import { buildRelease } from '../../web-admin/build/build-release.mjs';
import { buildWidget } from '../../web-admin/build/build-widget.mjs';
import { packagesOf, type InsidePackage } from './packages.ts';
import { makeNotice } from './notices.ts';
import { executable, filesBelow, plain, type TreeFile } from './tree-file.ts';

const FONT_PACKAGE = 'node_modules/@expo-google-fonts/noto-sans-sc';

/** Folders that are taken as they are: from, to, and which files. */
const FOLDERS: readonly (readonly [from: string, to: string, keeps: RegExp])[] = [
  ['migrations/steps', 'migrations/steps', /\.(sql|json)$/],
  ['migrations/protection', 'migrations/protection', /\.sql$/],
  ['server/knowledge/packs', 'server/knowledge/packs', /\.json$/],
  ['server/robot/flows/presets', 'server/robot/flows/presets', /\.json$/],
  ['installer/units', 'units', /\.(service|timer|socket|target|path|conf)$/],
  ['installer/answers', 'answers', /\.(json|yaml)$/],
  ['installer/build/licences', 'licences', /\.txt$/],
  ['docs', 'docs', /\.(md|json|png|yaml)$/],
];

/** Files that are taken as they are. Most are read at run time, from beside the source of the module that reads them. */
const FILES: readonly (readonly [from: string, to: string])[] = [
  ['server/robot/engine/polarity.zh.json', 'server/robot/engine/polarity.zh.json'],
  ['audit/audit-verify.mjs', 'audit/audit-verify.mjs'],
  ['audit/audit-verify.html', 'audit/audit-verify.html'],
  [`${FONT_PACKAGE}/400Regular/NotoSansSC_400Regular.ttf`, 'server/fonts/NotoSansSC_400Regular.ttf'],
  ...['README.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE'].map((name) => [name, name] as const),
];

/** Address of a file beside a module; a name made at run time ends the part that is known. */
const ADDRESS = /new URL\(\s*['"`]([^'"`$]*)[^'"`]*['"`],\s*import\.meta\.url,?\s*\)/g;

/** Modules that ask for a package at run time in a checkout, and know better in a release, which has none beside it. */
const ASKING: ReadonlySet<string> = new Set([
  'server/platform/database/binaries.ts',
  'server/platform/documents/font.ts',
  'server/wiring-keys.ts',
  'sso/xpath-packages.ts',
]);

/** What bundles of all architectures have in common. */
export interface CommonFiles {
  files: TreeFile[];
  packages: InsidePackage[];
  /** How many migration steps there are. */
  schemaSteps: number;
}

/** Builds programs and web files in `workDir`, which is emptied, and gathers what else is in every bundle. About 20 s. */
export async function gatherCommon(project: string, workDir: string): Promise<CommonFiles> {
  await rm(workDir, { recursive: true, force: true });
  await mkdir(workDir, { recursive: true });
  const [{ sources }, console, widget] = await Promise.all([
    buildRelease({ outDir: workDir }),
    buildConsole({ outDir: join(workDir, 'web/console') }),
    buildWidget({ outDir: join(workDir, 'web') }),
  ]);
  const inside = [...sources, ...console.sources, ...widget.sources, `${FONT_PACKAGE}/package.json`];
  const packages = await packagesOf(inside, project);
  const { steps, text } = checksumsOfSteps(join(project, 'migrations/steps'));
  const read = async (from: string) => readFile(join(project, from));
  const files = [
    ...(await filesBelow(join(workDir, 'server'), 'server')),
    ...(await filesBelow(join(workDir, 'licences'), 'licences')),
    ...(await filesBelow(join(workDir, 'web'), 'web', (path) => /^(console|widget)\//.test(path))),
    ...(
      await Promise.all(
        FOLDERS.map(([from, to, keeps]) => filesBelow(join(project, from), to, (path) => keeps.test(path))),
      )
    ).flat(),
    ...(await Promise.all(FILES.map(async ([from, to]) => plain(to, await read(from))))),
    executable('install.sh', await read('installer/install.sh')),
    plain('migrations/steps.json', text),
    plain('licences/NOTICE.txt', makeNotice(packages)),
  ];
  await requireRunTimeFiles(project, sources, files);
  return { files, packages, schemaSteps: steps };
}

/** Number, name, kind, and the checksums of each step, as the ledger of a database holds them. */
function checksumsOfSteps(folder: string): { steps: number; text: string } {
  const steps = readSteps(folder).map(({ position, name, kind, sql }) => ({
    ...{ position, name, kind },
    ...{ postgres: sql.postgres.checksum, oracle: sql.oracle.checksum },
  }));
  return { steps: steps.length, text: `${JSON.stringify(steps, null, 1)}\n` };
}

/**
 * A module that finds a file by its own address must find it in the bundle too, and none may ask for a package there.
 * `sources` are relative to `project`; throws an Error that names module and file.
 */
export async function requireRunTimeFiles(
  project: string,
  sources: readonly string[],
  files: readonly TreeFile[],
): Promise<void> {
  const there = files.map(({ path }) => path);
  for (const source of sources.filter((path) => path.endsWith('.ts') && !path.includes('node_modules/'))) {
    const text = await readFile(join(project, source), 'utf8');
    if (text.includes('createRequire(') && !ASKING.has(source))
      throw new Error(`${source} asks for a package at run time, which a release has not beside it.`);
    for (const [, address = ''] of text.matchAll(ADDRESS)) {
      const path = posix.join(posix.dirname(source), address);
      // The top of the bundle, or what only runs in a checkout.
      if (path === './' || path === '.' || !existsSync(join(project, path))) continue;
      if (!there.some((file) => file === path || file.startsWith(path.replace(/\/?$/, '/'))))
        throw new Error(`${source} reads ${path}, which is not in the bundle.`);
    }
  }
}
