import { copyFile, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A record ends with signature lines and a blank line; one is far shorter than this. */
const TAIL_BYTES = 64 * 1024;
const RECORD_END = '\n\n';
const SIGNATURE = '\u2014 ';

/**
 * Copies the heads that are anchored at this moment. An export made afterwards holds all of them, so a head that is
 * anchored while the export is verified is not taken for one whose entries were cut off.
 */
export async function copyAnchors(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const copy = join(to, entry.name);
    await copyFile(join(from, entry.name), copy);
    await cutTornRecord(copy);
  }
}

/** The file may have been copied in the middle of a record: what lies behind the last whole one is cut off. */
async function cutTornRecord(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await handle.read(tail, 0, tail.length, size - tail.length);
    for (let end = tail.lastIndexOf(RECORD_END); end > 0; end = tail.lastIndexOf(RECORD_END, end - 1)) {
      const line = tail.subarray(tail.lastIndexOf('\n', end - 1) + 1, end).toString('utf8');
      if (!line.startsWith(SIGNATURE)) continue;
      await handle.truncate(size - tail.length + end + RECORD_END.length);
      return;
    }
  } finally {
    await handle.close();
  }
}
