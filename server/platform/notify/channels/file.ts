import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../kernel/index.ts';
import type { OutgoingMessage, Sender } from './message.ts';

/** Size at which a file is put aside, in bytes, and how many are kept. */
const FILE_BYTES_MAX = 10 * 1024 * 1024;
const FILES_KEPT = 5;

/** Appends a JSON line to `NAME.jsonl` in `folder`, for programs of the site that watch it. */
export function createFileSender(deps: { folder: string; name: string }): Sender {
  const path = join(deps.folder, `${deps.name}.jsonl`);
  return {
    async send(message) {
      try {
        await mkdir(deps.folder, { recursive: true, mode: 0o700 });
        await rotate(path);
        await appendFile(path, lineOf(message), { mode: 0o600, flush: true });
      } catch (cause) {
        throw new AppError('storage.full', { cause });
      }
    },
  };
}

function lineOf({ id, kind, severity, at, title, body, link, params }: OutgoingMessage): string {
  return `${JSON.stringify({ at: at.toISOString(), id, kind, severity, title, body, link, params })}\n`;
}

async function rotate(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size < FILE_BYTES_MAX) return;
  for (let number = FILES_KEPT - 1; number >= 1; number -= 1) {
    await rename(`${path}.${number}`, `${path}.${number + 1}`).catch(() => undefined);
  }
  await rename(path, `${path}.1`);
}
