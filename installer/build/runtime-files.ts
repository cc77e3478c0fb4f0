import { posix } from 'node:path';
import type { TarEntry } from './tar.ts';
import { executable, plain, type TreeFile } from './tree-file.ts';

/**
 * What a running database never opens: headers of a build, static libraries, the embedded C preprocessor, and languages and
 * extensions whose interpreters and libraries no server has (`perl`, `python`, `tcl`, `ossp-uuid`, `libxslt`).
 */
const UNUSED =
  /\.(a|pc)$|\/(pkgconfig|pgxs)\/|\/lib(ecpg|ecpg_compat|pgtypes|xslt|ossp-uuid)\.|plperl|plpython|pltcl|uuid-ossp|pgxml\.so|\/xml2(\.|--)/;

/** Node of its package: the program and the texts of its licences. Throws when one of them is not in it. */
export function nodeFiles(entries: readonly TarEntry[]): TreeFile[] {
  const contentOf = (path: string) => {
    const found = entries.find((entry) => entry.path === path && entry.kind === 'file');
    if (found === undefined) throw new RangeError(`The package of Node has no ${path}.`);
    return found.content;
  };
  return [
    executable('node/bin/node', contentOf('bin/node')),
    plain('licences/nodejs.txt', contentOf('LICENSE')),
  ];
}

interface LinkEntry {
  source: string;
  target: string;
}

/**
 * PostgreSQL of its package. The package would make symbolic links to its libraries by a script at install time; here each
 * library gets the name programs ask for (its SONAME), so that a bundle has no links at all.
 */
export function postgresFiles(entries: readonly TarEntry[]): TreeFile[] {
  const links = linksOf(entries);
  const files = entries.flatMap(({ path, kind, content }): TreeFile[] => {
    if (kind !== 'file' || !path.startsWith('native/') || path === 'native/pg-symlinks.json') return [];
    const place = `postgres/${(links.get(path) ?? path).slice('native/'.length)}`;
    if (UNUSED.test(place)) return [];
    return [place.startsWith('postgres/bin/') ? executable(place, content) : plain(place, content)];
  });
  const wanted = ['bin/initdb', 'bin/pg_ctl', 'bin/postgres', 'lib/libicuuc.so.60', 'lib/libpq.so.5'];
  const missing = wanted.filter((path) => !files.some((file) => file.path === `postgres/${path}`));
  if (missing.length > 0) throw new RangeError(`The package of PostgreSQL has no ${missing.join(', ')}.`);
  return files;
}

/** From each library to the one name it is asked for by: `libpq.so.5` of `libpq.so`, `libpq.so.5`, and `libpq.so.5.18`. */
function linksOf(entries: readonly TarEntry[]): Map<string, string> {
  const list = entries.find(({ path }) => path === 'native/pg-symlinks.json');
  if (list === undefined) throw new RangeError('The package of PostgreSQL has no native/pg-symlinks.json.');
  const links = new Map<string, string>();
  for (const { source, target } of JSON.parse(list.content.toString('utf8')) as LinkEntry[]) {
    if (posix.dirname(source) !== posix.dirname(target))
      throw new RangeError(`The link ${target} leads into another folder.`);
    if (/\.so\.\d+$/.test(target)) links.set(source, target);
  }
  return links;
}
