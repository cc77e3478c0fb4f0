import type { AnchorRecord } from './anchors.ts';
import { canonicalJson, parseCanonical } from './canonical.ts';
import { parseHead, type SignedHead } from './head.ts';
import { KeyFileError } from './keys.ts';
import { isSignedBy, parseVerifierKey, type NoteVerifier } from './note.ts';
import { appendRecord, readRecordLines } from './record-folder.ts';

/** Witnesses whose keys one file may name. */
const WITNESSES_MAX = 20;
const RECORD_VERSION = 1;

/**
 * Reads the keys of witnesses, one verifier key a line. Compare their fingerprints with those on paper.
 * @throws KeyFileError
 */
export function parseWitnessKeys(text: string): NoteVerifier[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const keys = lines.slice(0, WITNESSES_MAX + 1).map((line) => parseVerifierKey(line, 'witness'));
  const known = keys.filter((key) => key !== undefined);
  if (known.length === 0 || known.length !== lines.length || lines.length > WITNESSES_MAX)
    throw new KeyFileError('form', 'a key of a witness is malformed or of an unknown kind');
  return known;
}

/** The head with the line of a witness behind its signature; undefined unless one of the witnesses made the line. */
export function addCosignature(
  checkpoint: string,
  line: string,
  witnesses: readonly NoteVerifier[],
): string | undefined {
  const text = `${checkpoint}${line}`;
  return headOf(text, witnesses) && text;
}

/** The line that keeps such a head, with its line feed. */
export function cosignedLine(checkpoint: string): string {
  return `${canonicalJson({ checkpoint, v: RECORD_VERSION })}\n`;
}

/** Keeps a head that a witness signed: one canonical line of `cosigned-YYYY-MM-DD.jsonl`, fsynced. */
export function appendCosigned(folder: string, head: { checkpoint: string; at: Date }): Promise<void> {
  const { checkpoint, at } = head;
  return appendRecord(folder, { kind: 'cosigned', at }, { checkpoint, v: RECORD_VERSION });
}

/** The heads that witnesses signed, oldest first; one that none of these signed is given without a head. */
export async function* readCosigned(
  folder: string,
  witnesses: readonly NoteVerifier[],
): AsyncGenerator<AnchorRecord> {
  for await (const { file, line, isTorn } of readRecordLines(folder, 'cosigned')) {
    const text = textIn(line);
    const head = text === undefined ? undefined : headOf(text, witnesses);
    yield { file, text: text ?? line.slice(0, 100), head, isTorn: text === undefined && isTorn };
  }
}

function headOf(text: string, witnesses: readonly NoteVerifier[]): SignedHead | undefined {
  const head = parseHead(text);
  return head !== undefined && witnesses.some((one) => isSignedBy(head.note, one)) ? head : undefined;
}

function textIn(line: string): string | undefined {
  try {
    const value = parseCanonical(line) as { v?: unknown; checkpoint?: unknown } | null;
    const { v, checkpoint } = value ?? {};
    return v === RECORD_VERSION && typeof checkpoint === 'string' ? checkpoint : undefined;
  } catch {
    return undefined;
  }
}
