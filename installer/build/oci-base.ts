import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import type { Architecture } from '../verify/index.ts';
import { IMAGE_USER } from './oci.ts';
import { writeTar, type TarEntry } from './tar.ts';

/** What Node and PostgreSQL ask of the C library and the C++ runtime; the last two find names on older systems. */
const LIBRARIES = [
  ...[
    'libc.so.6',
    'libm.so.6',
    'libdl.so.2',
    'libpthread.so.0',
    'librt.so.1',
    'libgcc_s.so.1',
    'libstdc++.so.6',
  ],
  ...['libresolv.so.2', 'libnss_files.so.2', 'libnss_dns.so.2'],
];
const FOLDERS: Readonly<Record<Architecture, readonly string[]>> = {
  x64: ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib64', '/usr/lib64'],
  arm64: ['/lib/aarch64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/lib64', '/usr/lib64'],
};
const LOADERS: Readonly<Record<Architecture, string>> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
};
/** The locale of a database must know UTF-8; where the system has it as a folder. */
const LOCALE = '/usr/lib/locale/C.utf8';
/** The licences of the libraries, where the packages of the system put them. */
const COPYRIGHTS = ['libc6', 'libgcc-s1', 'libstdc++6'].map((name) => `/usr/share/doc/${name}/copyright`);

const ACCOUNTS = `root:x:0:0:root:/:/sbin/nologin\nvaultdesk:x:${IMAGE_USER}:${IMAGE_USER}::/var/lib/vaultdesk:/sbin/nologin\n`;
const GROUPS = `root:x:0:\nvaultdesk:x:${IMAGE_USER}:\n`;

/** A root file system that was handed over as an archive, packed or not. */
export async function readBase(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/**
 * The smallest root file system the release runs on: the C library, the C++ runtime, and the loader of this machine, no shell.
 * Undefined where this machine is of another architecture or its C library is not where expected; then an image needs a base
 * handed over. `mtime` in seconds.
 */
export async function hostBase(arch: Architecture, mtime: number): Promise<Buffer | undefined> {
  if (process.arch !== arch) return undefined;
  const [target] = FOLDERS[arch] as [string, ...string[]];
  const found = await Promise.all(
    LIBRARIES.map(async (name) => ({ name, content: await findIn(arch, name) })),
  );
  const loader = await readFile(LOADERS[arch]).catch(() => undefined);
  if (loader === undefined || found.slice(0, 7).some(({ content }) => content === undefined))
    return undefined;
  const files: [path: string, content: Buffer | string, mode?: number][] = [
    [LOADERS[arch], loader, 0o755],
    ...found.flatMap(({ name, content }): [string, Buffer][] =>
      content ? [[`${target}/${name}`, content]] : [],
    ),
    ...(await textsOf([...COPYRIGHTS, ...(await localeFiles())])),
    ['/etc/passwd', ACCOUNTS],
    ['/etc/group', GROUPS],
    ['/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'],
  ];
  const entries = files.map(([path, content, mode = 0o644]): TarEntry => {
    return { path: path.slice(1), mode, kind: 'file', content: Buffer.from(content) };
  });
  return writeTar(withFolders(entries), { mtime });
}

async function findIn(arch: Architecture, name: string): Promise<Buffer | undefined> {
  for (const folder of FOLDERS[arch]) {
    const content = await readFile(`${folder}/${name}`).catch(() => undefined);
    if (content !== undefined) return content;
  }
  return undefined;
}

async function localeFiles(): Promise<string[]> {
  const entries = await readdir(LOCALE, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
}

/** What of the given files there is. */
async function textsOf(paths: readonly string[]): Promise<[string, Buffer][]> {
  const read = paths.map(async (path): Promise<[string, Buffer][]> => {
    const content = await readFile(path).catch(() => undefined);
    return content === undefined ? [] : [[path, content]];
  });
  return (await Promise.all(read)).flat();
}

/** Each file behind its folders, in the order of the paths, with the places that a container mounts over. */
function withFolders(files: readonly TarEntry[]): TarEntry[] {
  const folder = (path: string, mode = 0o755): TarEntry => ({
    path,
    mode,
    kind: 'folder',
    content: Buffer.alloc(0),
  });
  const all = new Map<string, TarEntry>();
  const mounts = [
    'proc',
    'sys',
    'dev',
    'run',
    'var',
    'var/lib',
    'opt',
    'opt/vaultdesk',
    'opt/vaultdesk/releases',
  ];
  for (const path of mounts) all.set(path, folder(path));
  all.set('tmp', folder('tmp', 0o1777));
  for (const file of files) {
    for (let above = dirname(file.path); above !== '.'; above = dirname(above)) all.set(above, folder(above));
    all.set(file.path, file);
  }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
