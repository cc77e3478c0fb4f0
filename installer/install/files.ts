import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { UndoList } from './undo.ts';

/** Whose a file is and what others may do with it. */
export interface Rights {
  mode: number;
  uid?: number;
  gid?: number;
}

/** Makes a folder with exactly these rights, whatever the umask; folders above it are made 0755 and taken back as well. */
export function makeFolder(path: string, rights: Rights, undo: UndoList): void {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  for (const folder of missing) {
    const isLast = folder === path;
    undo.add(folder, () => (isLast ? rmSync(folder, { recursive: true, force: true }) : removeEmpty(folder)));
    mkdirSync(folder, { mode: 0o700 });
    setRights(folder, isLast ? rights : { mode: 0o755 });
  }
  if (missing.length === 0) setRights(path, rights);
}

/** Writes a file that was not there, on disk before it has its name. */
export function makeFile(path: string, content: string | Buffer, rights: Rights, undo: UndoList): void {
  if (existsSync(path)) throw new Error(`${path} is there already`);
  undo.add(path, () => rmSync(path, { force: true }));
  const partial = `${path}.partial`;
  undo.add(partial, () => rmSync(partial, { force: true }));
  writeFileSync(partial, content, { mode: 0o600 });
  setRights(partial, rights);
  syncPath(partial);
  renameSync(partial, path);
  syncPath(dirname(path));
}

/** Makes a link that was not there, or puts it in the place of another one at once. */
export function makeLink(target: string, path: string, undo: UndoList): void {
  undo.add(path, () => rmSync(path, { force: true }));
  const partial = `${path}.partial`;
  rmSync(partial, { force: true });
  symlinkSync(target, partial);
  renameSync(partial, path);
  syncPath(dirname(path));
}

/** Owner first: changing it takes special bits away. */
export function setRights(path: string, { mode, uid, gid }: Rights): void {
  if (uid !== undefined) chownSync(path, uid, gid ?? uid);
  chmodSync(path, mode);
}

/** Modes of what is copied; the owner is whoever copies. */
export interface TreeModes {
  folder: number;
  file: number;
  program: number;
}

/** Copies plain files and folders, on disk when it returns; refuses anything else. The umask plays no part. */
export function copyTree(from: string, to: string, modes: TreeModes): void {
  mkdirSync(to, { mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target, modes);
    else if (entry.isFile()) {
      copyFileSync(source, target);
      chmodSync(target, (lstatSync(source).mode & 0o111) === 0 ? modes.file : modes.program);
      syncPath(target);
    } else throw new Error(`${source} is no plain file`);
  }
  chmodSync(to, modes.folder);
  syncPath(to);
}

/** Puts a file or folder on disk. */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Removes a tree, read-only folders of our own account among it. */
export function removeTree(path: string): void {
  if (!existsSync(path) && lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  openFolders(path);
  rmSync(path, { recursive: true, force: true });
}

function openFolders(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  chmodSync(path, 0o700);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) openFolders(join(path, entry.name));
  }
}
