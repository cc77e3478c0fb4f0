import { open, rename } from 'node:fs/promises';

/** Writes a file of mode 0600 that is whole or not there. */
export async function writeSecret(path: string, content: string): Promise<void> {
  const file = await open(`${path}.tmp`, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
}
