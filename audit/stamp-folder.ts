import type { AnchorRecord } from './anchors.ts';
import { parseCanonical } from './canonical.ts';
import { parseHead } from './head.ts';
import { appendRecord, readRecordLines, type RecordLine } from './record-folder.ts';
import { readStamp } from './timestamp.ts';

/** Keeps a stamped head: one canonical line of `stamps-YYYY-MM-DD.jsonl`, fsynced. */
export function appendStamp(
  folder: string,
  { checkpoint, answer, at }: { checkpoint: string; answer: Buffer; at: Date },
): Promise<void> {
  return appendRecord(
    folder,
    { kind: 'stamps', at },
    { answer: answer.toString('base64'), checkpoint, v: 1 },
  );
}

/**
 * The stamped heads as anchor records, oldest first: a head counts only when its stamp holds and, with `trusted`
 * authorities given, leads to one of them. Anything else is given without a head, which the verifier reports.
 */
export async function* readStamps(
  folder: string,
  trusted: readonly string[] = [],
): AsyncGenerator<AnchorRecord> {
  for await (const line of readRecordLines(folder, 'stamps')) yield recordOf(line, trusted);
}

function recordOf({ file, line, isTorn }: RecordLine, trusted: readonly string[]): AnchorRecord {
  const parsed = parseLine(line);
  // A kill, and the head was stamped again.
  if (parsed === undefined) return { file, text: line.slice(0, 100), head: undefined, isTorn };
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
