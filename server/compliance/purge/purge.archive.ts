import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createSha256 } from '../../platform/crypto/index.ts';
import type { AuditPurgeRow } from '../../platform/persistence/index.ts';

/** SHA-256 of the manifest of an archive, which names the SHA-256 of every file of it. */
export async function digestOfManifest(folder: string): Promise<Buffer> {
  const hash = createSha256();
  for await (const chunk of createReadStream(join(folder, 'manifest.json'))) hash.update(chunk as Buffer);
  return hash.digest();
}

/** Whether the archive of a purge lies where it was written, as it was written; `moved` when it is no longer there. */
export async function archiveState(
  archiveRoot: string,
  { archiveName, archiveDigest }: Pick<AuditPurgeRow, 'archiveName' | 'archiveDigest'>,
): Promise<'there' | 'differs' | 'moved'> {
  try {
    const digest = await digestOfManifest(join(archiveRoot, archiveName));
    return digest.equals(archiveDigest) ? 'there' : 'differs';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'moved';
    throw error;
  }
}
