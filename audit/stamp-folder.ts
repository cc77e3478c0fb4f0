import { mkdir, open, readdir } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AnchorRecord } from './anchors.ts';
import { canonicalJson, parseCanonical } from './canonical.ts';
import { parseHead } from './head.ts';
import { readStamp } from './timestamp.ts';

const FILE_PATTERN = /^stamps-\d{4}-\d\d-\d\d\.jsonl$/;
/** A head, and an answer with some certificates in it. */
const LINE_BYTES_MAX = 256 * 1024;

/** Keeps a stamped head: one canonical line of `stamps-YYYY-MM-DD.jsonl`, fsynced. */
export async function appendStamp(
  folder: string,
  stamp: { checkpoint: string; answer: Buffer; at: Date },
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const handle = await open(join(folder, `stamps-${stamp.at.toISOString().slice(0, 10)}.jsonl`), 'a', 0o640);
  try {
    const { checkpoint, answer } = stamp;
    // A kill may have left half a line; what follows it stands on a line of its own.
    const { size } = await handle.stat();
    const isTorn =
      size > 0 &&
      !(await endsWithLine(join(folder, `stamps-${stamp.at.toISOString().slice(0, 10)}.jsonl`), size));
    const line = canonicalJson({ answer: answer.toString('base64'), checkpoint, v: 1 });
    await handle.appendFile(`${isTorn ? '\n' : ''}${line}\n`);
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

/**
 * The stamped heads as anchor records, oldest first: a head counts only when its stamp holds and, with `trusted`
 * authorities given, leads to one of them. Anything else is given without a head, which the verifier reports.
 */
export async function* readStamps(
  folder: string,
  trusted: readonly string[] = [],
): AsyncGenerator<AnchorRecord> {
  for (const name of await stampFiles(folder)) {
    const input = createReadStream(join(folder, name), { encoding: 'utf8' });
    let held: AnchorRecord | undefined;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (held !== undefined) yield held;
      held = recordOf(name, line, trusted);
    }
    // A kill can leave half a line only at the end of what was written then.
    if (held !== undefined) yield held;
  }
}

async function stampFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => FILE_PATTERN.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function recordOf(file: string, line: string, trusted: readonly string[]): AnchorRecord {
  const parsed = line.length > LINE_BYTES_MAX ? undefined : parseLine(line);
  // Half a line is no canonical JSON and ends in no brace: a kill, and the head was stamped again.
  if (parsed === undefined)
    return { file, text: line.slice(0, 100), head: undefined, isTorn: !line.endsWith('}') };
  const stamp = readStamp(parsed.answer, { data: Buffer.from(parsed.checkpoint), trusted });
  const isWhole = typeof stamp !== 'string' && (trusted.length === 0 || stamp.isTrusted);
  return {
    file,
    text: parsed.checkpoint,
    head: isWhole ? parseHead(parsed.checkpoint) : undefined,
    isTorn: false,
  };
}

function parseLine(line: string): { checkpoint: string; answer: Buffer } | undefined {
  try {
    const value = parseCanonical(line) as Record<string, unknown> | null;
    const { v, checkpoint, answer } = value ?? {};
    if (v !== 1 || typeof checkpoint !== 'string' || typeof answer !== 'string') return undefined;
    return { checkpoint, answer: Buffer.from(answer, 'base64') };
  } catch {
    return undefined;
  }
}
