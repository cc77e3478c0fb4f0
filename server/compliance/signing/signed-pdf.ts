import type { TrailKeys } from '../../../audit/index.ts';
import { isSignedBy, parseNote } from '../../../audit/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';

/** Signs a text with the key of the tree heads; gives the signed note. The text ends with a line feed. */
export type SignNote = (text: string) => string;

/** First line of what is signed; no head of a tree begins like it, so neither can be taken for the other. */
const HEADER = 'vaultdesk document v1';
/** Behind the end of a PDF comes nothing that a reader shows; comments there begin with a percent sign. */
const MARK = '\n%vaultdesk-signature\n';

/** What a document's signature covers: its bytes. */
function statementOf(bytes: Buffer): string {
  return `${HEADER}\nsha256 ${sha256(bytes).toString('hex')}\n`;
}

/** The PDF with a signature behind its end: a signed note over the SHA-256 of all bytes before the mark. */
export function signPdf(bytes: Buffer, signNote: SignNote): Buffer {
  const lines = signNote(statementOf(bytes)).split('\n');
  return Buffer.concat([bytes, Buffer.from(`${MARK}${lines.map((line) => `%${line}`).join('\n')}\n`)]);
}

/** Whether a PDF carries the signature of one of the trail's keys over exactly its bytes. */
export function isSignedPdf(pdf: Buffer, { keys }: Pick<TrailKeys, 'keys'>): boolean {
  const end = pdf.lastIndexOf(MARK);
  if (end < 0) return false;
  const text = pdf
    .subarray(end + MARK.length)
    .toString('utf8')
    .split('\n')
    .map((line) => line.slice(1))
    .join('\n');
  const note = parseNote(`${text.trimEnd()}\n`);
  if (note === undefined || note.text !== statementOf(pdf.subarray(0, end))) return false;
  return keys.some((key) => isSignedBy(note, key));
}
