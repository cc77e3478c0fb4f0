import { statfs } from 'node:fs/promises';
import { AppError } from '../../kernel/index.ts';

/**
 * Below this much free space changes are refused. PostgreSQL that cannot extend its log stops altogether, and then
 * nothing can be read either; and what reading writes (audit entries) must still find room.
 */
export const FREE_BYTES_MIN = 64 * 1024 * 1024;
const LOOK_EVERY_MS = 1_000;
/** After the database refused a write for want of space it counts as full for this long. */
const REFUSED_MS = 5_000;

/** Knows whether there is room to write. */
export interface StorageGuard {
  /** False while changes are refused, and for some seconds after the database refused one for want of space. */
  readonly hasRoom: boolean;
  /** Throws `storage.full` while less than 64 MiB are free. */
  assertWritable(): void;
  /** Tells of an error; one that says the database's disk is full is remembered. */
  note(error: unknown): void;
  /** Looks at once; for readiness. */
  look(): Promise<void>;
  /** Bytes that are free where the least are; Infinity when no folder can be asked. */
  freeBytes(): Promise<number>;
  close(): void;
}

/** Watches the disks of `folders`; one that cannot be asked (not there yet) is passed over. */
export function createStorageGuard(deps: {
  folders: readonly string[];
  now(): Date;
  /** Bytes that may still be written where the folder is; default: of the file system. */
  freeBytes?(folder: string): Promise<number>;
}): StorageGuard {
  const { folders, freeBytes = freeBytesOf } = deps;
  let isFull = false;
  let refusedAtMs = -Infinity;

  async function least(): Promise<number> {
    const free = await Promise.all(folders.map((folder) => freeBytes(folder).catch(() => Infinity)));
    return Math.min(...free);
  }
  async function look(): Promise<void> {
    isFull = (await least()) < FREE_BYTES_MIN;
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();

  return {
    get hasRoom() {
      return !isFull && deps.now().getTime() - refusedAtMs > REFUSED_MS;
    },
    assertWritable() {
      if (isFull) throw new AppError('storage.full');
    },
    note(error) {
      if (error instanceof AppError && error.code === 'storage.full' && error.cause !== undefined) {
        refusedAtMs = deps.now().getTime();
      }
    },
    look,
    freeBytes: least,
    close: () => clearInterval(timer),
  };
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
