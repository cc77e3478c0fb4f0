import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type CanonicalValue } from './canonical.ts';
import { LineError, readLines, textOf } from './lines.ts';

/** What lies beside the heads of an anchor: stamped ones, and those that witnesses signed. */
export type RecordKind = 'stamps' | 'cosigned';

/** Bytes of a line: a head, and an answer with some certificates in it. */
const LINE_BYTES_MAX = 256 * 1024;

/** A line as it was found; one that a kill broke off is `isTorn`, one over the limit has no text. */
export interface RecordLine {
  file: string;
  line: string;
  isTorn: boolean;
}

/** Keeps a record: one canonical line of `KIND-YYYY-MM-DD.jsonl`, fsynced. */
export async function appendRecord(
  folder: string,
  { kind, at }: { kind: RecordKind; at: Date },
  record: CanonicalValue,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const path = join(folder, `${kind}-${at.toISOString().slice(0, 10)}.jsonl`);
  const handle = await open(path, 'a', 0o640);
  try {
    // A kill may have left half a line; what follows it stands on a line of its own.
    const { size } = await handle.stat();
    const isTorn = size > 0 && !(await endsWithLine(path, size));
    await handle.appendFile(`${isTorn ? '\n' : ''}${canonicalJson(record)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function endsWithLine(path: string, size: number): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const last = Buffer.alloc(1);
    await handle.read(last, 0, 1, size - 1);
    return last[0] === 0x0a;
  } finally {
    await handle.close();
  }
}

/** The lines of the records, oldest file first, in bounded memory; none where there is no folder. */
export async function* readRecordLines(folder: string, kind: RecordKind): AsyncGenerator<RecordLine> {
  for (const file of await filesOf(folder, kind)) {
    try {
      for await (const lines of readLines(join(folder, file), { lineBytesMax: LINE_BYTES_MAX })) {
        for (const one of lines) {
          const line = textOf(one);
          // Half a record ends in no brace.
          yield { file, line, isTorn: !line.endsWith('}') };
        }
      }
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      yield { file, line: '', isTorn: error.kind === 'open' };
    }
  }
}

async function filesOf(folder: string, kind: RecordKind): Promise<string[]> {
  const pattern = /^(stamps|cosigned)-\d{4}-\d\d-\d\d\.jsonl$/;
  try {
    return (await readdir(folder)).filter((name) => pattern.exec(name)?.[1] === kind).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
