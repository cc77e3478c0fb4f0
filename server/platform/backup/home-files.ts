import { mkdir, open, readFile, readdir } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { StartError } from '../../kernel/index.ts';
import { backupDamaged } from './backup-file.ts';
import type { FilePiece } from './backup.ts';

/**
 * What of the home folder goes into a backup: settings, the trail's own keys and heads, and archives. Never a master key,
 * and nothing that opens one: with them a single file would hold everything. Logs, spools, and certificates are made anew.
 */
const PLACES = [
  ...['config.yaml', 'keys/audit.keys', 'keys/seal.key', 'keys/anchor.key', 'keys/anchor.pub'],
  ...['keys/master.fingerprint', 'anchors', 'stamps', 'digests', 'archive'],
  ...['evaluation-accounts.json', 'evaluation-token.txt', 'evaluation.done', 'evaluation-idp'],
] as const;
/** Settings that are there already stay: the machine may be another one. */
const KEPT: ReadonlySet<string> = new Set(['config.yaml']);
const PIECE_BYTES = 512 * 1024;
const FILES_MAX = 1_000_000;
const OWNER_ONLY = 0o600;

/** The list of master keys: a restored site must find each of them again, so only those that data keys need stand in it. */
const MASTER_LIST = 'keys/master.fingerprint';

/**
 * The files of a home folder, piece by piece. A file that grows meanwhile ends where it ended when it was opened. Of the
 * list of master keys the one in use is taken, which is the last, and those that `isNeeded`.
 */
export async function* homePieces(
  home: string,
  isNeeded: (kekId: string) => boolean,
): AsyncGenerator<FilePiece> {
  let count = 0;
  for (const place of PLACES) {
    for await (const path of filesBelow(home, place)) {
      if ((count += 1) > FILES_MAX) throw new RangeError('there are too many files in the home folder');
      if (path === MASTER_LIST) yield await masterList(home, isNeeded);
      else yield* piecesOf(home, path);
    }
  }
}

async function masterList(home: string, isNeeded: (kekId: string) => boolean): Promise<FilePiece> {
  const listed = (await readFile(join(home, MASTER_LIST), 'utf8')).split('\n').filter((line) => line !== '');
  const kept = listed.filter((kekId, index) => index === listed.length - 1 || isNeeded(kekId));
  return { path: MASTER_LIST, isFirst: true, bytes: Buffer.from(kept.map((kekId) => `${kekId}\n`).join('')) };
}

async function* filesBelow(home: string, place: string): AsyncGenerator<string> {
  const entries = await readdir(join(home, place), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (entries === 'ENOTDIR') yield place;
  if (!Array.isArray(entries)) return;
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${place}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(home, path);
    else if (entry.isFile()) yield path;
  }
}

async function* piecesOf(home: string, path: string): AsyncGenerator<FilePiece> {
  const file = await open(join(home, path), 'r');
  try {
    const { size } = await file.stat();
    let at = 0;
    do {
      const length = Math.min(PIECE_BYTES, size - at);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
      yield { path, isFirst: at === 0, bytes: buffer.subarray(0, bytesRead) };
      at += length;
    } while (at < size);
  } finally {
    await file.close();
  }
}

/** Puts the files of a backup into a home folder. */
export interface HomeTaker {
  take(piece: FilePiece): Promise<void>;
  /** Files that were there already and stayed. */
  readonly kept: readonly string[];
}

/**
 * Writes files (0600, folders 0700) where there is none. One that is there with other content is another installation's:
 * throws the StartError `backup.home_taken`, before anything of it is changed. `isDry` only looks.
 */
export function homeTaker(home: string, isDry: boolean): HomeTaker {
  const kept: string[] = [];
  let skipped: string | undefined;
  return {
    kept,
    async take({ path, isFirst, bytes }) {
      const target = join(home, assertBelow(path));
      if (isFirst) {
        skipped = undefined;
        const there = await readFile(target).catch(() => undefined);
        if (there !== undefined) {
          const isSame = there.subarray(0, bytes.length).equals(bytes);
          if (!isSame && !KEPT.has(path)) throw taken(target);
          skipped = path;
          if (!isSame) kept.push(path);
        }
      }
      if (isDry || skipped === path) return;
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      const file = await open(target, isFirst ? 'w' : 'a', OWNER_ONLY);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

/** A path of a backup stays below the home folder, and among what a backup holds. */
function assertBelow(path: string): string {
  const isPlain = normalize(path) === path.replaceAll('/', sep) && !path.startsWith('..');
  const isKnown = PLACES.some((place) => path === place || path.startsWith(`${place}/`));
  if (!isPlain || !isKnown) throw backupDamaged('it holds a file that no backup holds');
  return path;
}

function taken(path: string): StartError {
  return new StartError({
    code: 'backup.home_taken',
    sentence: `The home folder holds another ${path}.`,
    remedy: 'Restore into an empty home folder; nothing was changed.',
  });
}
