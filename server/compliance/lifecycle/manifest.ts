import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../kernel/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { writeTextDurably } from './archive-file.ts';
import type { SweepChunkRow, SweepRunRow } from './lifecycle.entity.ts';

/** One archive file in a manifest. */
export interface ManifestChunk {
  chunkNo: number;
  recordClass: string;
  recordCount: number;
  rowCount: number;
  oldestAt: string;
  newestAt: string;
  /** SHA-256 of the removed ids, sorted and joined by line feeds; the entry of the trail holds it as well. */
  idsSha256: string;
  file: string;
  sha256: string;
}

/** `manifest.json` of an archive folder. Its own SHA-256 stands in the trail. */
export interface Manifest {
  format: 'vaultdesk-archive/1';
  installation: string;
  runId: string;
  asOf: string;
  chunks: ManifestChunk[];
}

/** Name of the manifest in its folder. */
export const MANIFEST_FILE = 'manifest.json';
const SUMS_FILE = 'SHA256SUMS';
const MANIFEST_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Writes the manifest and `SHA256SUMS` (readable by `sha256sum -c`) of a finished run, and takes away files of chunks
 * that were never committed. Gives the manifest's SHA-256.
 */
export async function writeManifest(
  folder: string,
  installation: string,
  run: SweepRunRow,
  chunks: readonly SweepChunkRow[],
): Promise<string> {
  const listed = chunks.flatMap((chunk) => (chunk.archiveFile === null ? [] : [toManifestChunk(chunk)]));
  const manifest: Manifest = {
    format: 'vaultdesk-archive/1',
    installation,
    runId: run.id,
    asOf: run.asOf.toISOString(),
    chunks: listed,
  };
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  const hash = sha256(text).toString('hex');
  const known = new Set([...listed.map(({ file }) => file), MANIFEST_FILE, SUMS_FILE]);
  for (const name of await readdir(folder)) if (!known.has(name)) await unlink(join(folder, name));
  await writeTextDurably(join(folder, MANIFEST_FILE), text);
  const sums = [...listed.map((chunk) => `${chunk.sha256}  ${chunk.file}`), `${hash}  ${MANIFEST_FILE}`];
  await writeTextDurably(join(folder, SUMS_FILE), `${sums.join('\n')}\n`);
  return hash;
}

function toManifestChunk(chunk: SweepChunkRow): ManifestChunk {
  return {
    chunkNo: chunk.chunkNo,
    recordClass: chunk.recordClass,
    recordCount: chunk.recordCount,
    rowCount: chunk.rowCount,
    oldestAt: chunk.oldestAt.toISOString(),
    newestAt: chunk.newestAt.toISOString(),
    idsSha256: chunk.idsHash.toString('hex'),
    file: chunk.archiveFile ?? '',
    sha256: chunk.archiveHash?.toString('hex') ?? '',
  };
}

/** Reads a manifest; throws `archive.damaged` for anything else. */
export async function readManifest(folder: string): Promise<{ manifest: Manifest; sha256: string }> {
  const content = await readFile(join(folder, MANIFEST_FILE));
  if (content.length > MANIFEST_BYTES_MAX) throw new AppError('archive.damaged');
  try {
    const manifest = JSON.parse(content.toString('utf8')) as Manifest;
    if (manifest.format !== 'vaultdesk-archive/1' || !Array.isArray(manifest.chunks)) {
      throw new AppError('archive.damaged');
    }
    return { manifest, sha256: sha256(content).toString('hex') };
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError('archive.damaged', { cause });
  }
}
