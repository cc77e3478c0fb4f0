import { constants } from 'node:fs';
import { link, mkdir, open, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { keyFault } from './key-provider.ts';
import { randomToken } from './random.ts';

/** Key files are a few hundred bytes; anything longer is not one. */
const SECRET_FILE_BYTES_MAX = 16 * 1024;
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** Makes the folder for keys (0700) when it is missing and refuses one that others may enter. */
export async function ensureSecretFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode } = await stat(folder);
  if ((mode & OTHERS) !== 0) {
    throw keyFault(
      'folder_readable_by_others',
      `The folder ${folder} is open to others (mode ${octal(mode)}); run chmod 700 on it.`,
    );
  }
}

/** Reads a secret file; undefined when there is none. Refuses one that anybody but its owner may read or write. */
export async function readSecretFile(path: string): Promise<Buffer | undefined> {
  const file = await open(path, constants.O_RDONLY).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw keyFault('key_unreadable', `The key file ${path} cannot be read (${cause.code}).`, cause);
  });
  if (file === undefined) return undefined;
  try {
    // The opened file is asked, not the path, so that nobody can swap it between check and use.
    const { mode, size } = await file.stat();
    if ((mode & OTHERS) !== 0) {
      throw keyFault(
        'key_readable_by_others',
        `The key file ${path} is open to others (mode ${octal(mode)}); run chmod 600 on it.`,
      );
    }
    if (size > SECRET_FILE_BYTES_MAX) {
      throw keyFault('key_length', `The key file ${path} is too long to be a key file.`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Writes a new secret file (0600), on disk before it appears under its name. Returns false and changes nothing when
 * the file exists already, for example because another worker was faster.
 */
export async function createSecretFile(path: string, content: string | Buffer): Promise<boolean> {
  const temporary = `${path}.${randomToken(16)}`;
  const file = await open(temporary, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
    await syncFolder(dirname(path));
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  } finally {
    await unlink(temporary);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
