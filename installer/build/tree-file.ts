import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byBytes } from '../verify/index.ts';

/** A file of a bundle, before it is written anywhere. */
export interface TreeFile {
  /** Relative path with `/`. */
  path: string;
  /** 0644, or 0755 for what is executed; nothing else, so that no umask of a builder shows. */
  mode: 0o644 | 0o755;
  content: Buffer;
}

/** Order of the bytes of the paths. */
export function byPath(a: { path: string }, b: { path: string }): number {
  return byBytes(a.path, b.path);
}

/** A file that is read. */
export function plain(path: string, content: Buffer | string): TreeFile {
  return { path, mode: 0o644, content: Buffer.from(content) };
}

/** A file that is executed. */
export function executable(path: string, content: Buffer | string): TreeFile {
  return { path, mode: 0o755, content: Buffer.from(content) };
}

/**
 * The plain files below `folder` as `to`/…, in the order of their bytes, those that `keeps` wants. Throws when the folder is
 * not there, or when nothing is wanted of it: a bundle without a part of it must not come to be.
 */
export async function filesBelow(
  folder: string,
  to: string,
  keeps: (path: string) => boolean = () => true,
): Promise<TreeFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replace(/^\//, ''))
    .filter((path) => keeps(path))
    .sort(byBytes);
  if (paths.length === 0) throw new Error(`There is nothing for the bundle in ${folder}.`);
  return Promise.all(paths.map(async (path) => plain(`${to}/${path}`, await readFile(join(folder, path)))));
}
