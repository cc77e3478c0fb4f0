import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Names of the two files that are not in the list, because they are about it. */
export const MANIFEST_FILE = 'MANIFEST.sha256';
/** Base64 of an Ed25519 signature (RFC 8032) over the bytes of the list. */
export const SIGNATURE_FILE = 'MANIFEST.sig';

/** A bundle has some 1,500 files; more than this is no bundle of ours. */
export const FILES_MAX = 20_000;
const READ_BYTES = 1024 * 1024;
const LINE = /^([0-9a-f]{64}) {2}(.+)$/;
/** Names that every system and `sha256sum -c` reads as they stand; no `.` or `..`, no blank at an end. */
const PATH =
  /^(?!\/)(?!.*\/$)(?!.*\/\/)(?!(.*\/)?\.{1,2}(\/|$))[A-Za-z0-9 ._+@=,()[\]-][A-Za-z0-9 ._+@=,()[\]/-]*$/;

/** Relative path with `/` → SHA-256, 64 lower-case hex digits. */
export type Manifest = ReadonlyMap<string, string>;

/** Whether a relative path may stand in a list. */
export function isManifestPath(path: string): boolean {
  return PATH.test(path) && path.length <= 255 && path.trim() === path;
}

/** The list as `sha256sum -c` reads it, in the order of the bytes of the names. Throws RangeError for a name that won't do. */
export function formatManifest(manifest: Manifest): string {
  const paths = [...manifest.keys()].sort(byBytes);
  const bad = paths.find((path) => !isManifestPath(path));
  if (bad !== undefined) throw new RangeError(`${JSON.stringify(bad)} cannot stand in a list of checksums`);
  return paths.map((path) => `${manifest.get(path)}  ${path}\n`).join('');
}

/** Reads such a list; undefined when a line, a name, the order, or the end is not as `formatManifest` makes it. */
export function parseManifest(text: string): Manifest | undefined {
  if (!text.endsWith('\n')) return undefined;
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > FILES_MAX) return undefined;
  const manifest = new Map<string, string>();
  let before = '';
  for (const line of lines) {
    const [, hash, path] = LINE.exec(line) ?? [];
    if (hash === undefined || path === undefined) return undefined;
    if (!isManifestPath(path) || byBytes(before, path) >= 0) return undefined;
    manifest.set(path, hash);
    before = path;
  }
  return manifest;
}

/** Order of the bytes in UTF-8, the same on every machine and in every locale. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** SHA-256 of a file, lower-case hex, read in pieces of 1 MiB. */
export async function hashFile(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(READ_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, READ_BYTES);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
