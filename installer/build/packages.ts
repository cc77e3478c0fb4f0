import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package whose code is in the bundle. */
export interface InsidePackage {
  name: string;
  version: string;
  /** SPDX expression, the chosen part where a package offers a choice. */
  licence: string;
  /** SHA-512 of the packed file, lower-case hex, as the lockfile pins it. */
  sha512: string;
  /** Place in the lockfile, `node_modules/a/node_modules/b`. */
  place: string;
  /** Places of the packages it asks for that are in the bundle too. */
  needs: string[];
  /** Texts of licences and notices in its folder, file name → text. */
  texts: ReadonlyMap<string, string>;
  author: string | undefined;
}

interface LockEntry {
  integrity?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** A choice where a package offers one, and the licence of those that name none but carry its text. */
const CHOSEN: Readonly<Record<string, string>> = {
  'node-forge': 'BSD-3-Clause',
  oracledb: 'UPL-1.0',
  pause: 'MIT',
  'passport-strategy': 'MIT',
  'png-js': 'MIT',
};

/** What may be delivered without handing out our source; docs/adr/0001. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'],
  ...['UPL-1.0', 'OFL-1.1', 'MIT AND OFL-1.1', 'Unlicense', 'Zlib', 'CC0-1.0', 'Python-2.0'],
]);

const TEXT_FILE = /^(licen[cs]e|copying|notice|ofl)([-_.].*)?$/i;

/**
 * The packages that given sources (paths with `node_modules/` in them) belong to, by name and version. Throws RangeError for
 * one whose licence is not allowed or that the lockfile does not know.
 */
export async function packagesOf(sources: readonly string[], project: string): Promise<InsidePackage[]> {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  const places = [...new Set(sources.flatMap((source) => placeOf(source) ?? []))].sort();
  const known = new Set(places);
  return Promise.all(
    places.map(async (place) => {
      const entry = lock.packages[place];
      if (entry?.integrity === undefined) throw new RangeError(`The lockfile does not pin ${place}.`);
      const needs = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
        .flatMap((name) => resolveIn(known, place, name) ?? [])
        .sort();
      return { ...(await readPackage(join(project, place))), place, needs, sha512: hexOf(entry.integrity) };
    }),
  );
}

/** `node_modules/a/node_modules/@b/c` of a path below it; undefined for our own files. */
function placeOf(source: string): string | undefined {
  const path = source.replaceAll('\\', '/').replaceAll('\0', '');
  const at = path.indexOf('node_modules/');
  return /^((?:node_modules\/(?:@[^/]+\/)?[^/]+\/)+)/
    .exec(at < 0 ? '' : path.slice(at))?.[1]
    ?.replace(/\/$/, '');
}

/** Where Node would find `name` from `place`. */
function resolveIn(known: ReadonlySet<string>, place: string, name: string): string | undefined {
  for (let from = place; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))) {
    const found = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`;
    if (known.has(found)) return found;
    if (from === '') return undefined;
  }
}

function hexOf(integrity: string): string {
  const [, base64 = ''] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
  if (base64 === '') throw new RangeError(`${integrity} is no SHA-512.`);
  return Buffer.from(base64, 'base64').toString('hex');
}

async function readPackage(folder: string) {
  const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: unknown;
    author?: string | { name?: string };
  };
  const stated = typeof about.license === 'string' ? about.license.replaceAll(/^\(|\)$/g, '') : '';
  const licence = CHOSEN[about.name] ?? stated;
  if (!ALLOWED.has(licence))
    throw new RangeError(
      `The licence of ${about.name}, ${JSON.stringify(stated)}, is not one that may be in a bundle.`,
    );
  const names = (await readdir(folder)).filter((name) => TEXT_FILE.test(name)).sort();
  const texts = await Promise.all(
    names.map(async (name): Promise<[string, string]> => [name, await readFile(join(folder, name), 'utf8')]),
  );
  const author = typeof about.author === 'string' ? about.author : about.author?.name;
  return { name: about.name, version: about.version, licence, texts: new Map(texts), author };
}
