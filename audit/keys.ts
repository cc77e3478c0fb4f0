import { canonicalJson, parseCanonical } from './canonical.ts';
import {
  createNoteSigner,
  isSignedBy,
  parseNote,
  parseVerifierKey,
  type NoteSigner,
  type NoteVerifier,
} from './note.ts';
import type { RawSigner } from './signatures.ts';

/** A key of the trail and the first seal number it may sign. */
export interface TrailKey extends NoteVerifier {
  readonly verifierKey: string;
  readonly fromSeal: number;
}

/** The public keys of a trail, oldest first; each later one is signed by the one before. */
export interface TrailKeys {
  readonly origin: string;
  readonly keys: readonly TrailKey[];
}

/** A key file that is malformed, or whose chain of keys does not hold. */
export class KeyFileError extends Error {
  /** `form`: not a key file at all; `chain`: a key is not signed by its predecessor. */
  readonly kind: 'form' | 'chain';

  constructor(kind: 'form' | 'chain', message: string) {
    super(message);
    this.name = 'KeyFileError';
    this.kind = kind;
  }
}

interface KeyLine {
  key: string;
  from: number;
  note?: string;
}

const KEYS_MAX = 1_000;

/** The public key file of a new trail; canonical JSON and a line feed. Publish it, and its fingerprint on paper. */
export function createKeyFile(signer: NoteSigner): string {
  return writeKeyFile(signer.name, [{ key: signer.verifierKey, from: 1 }]);
}

/**
 * Adds the next key, signed by the present one, in force from seal number `fromSeal` on.
 * @throws KeyFileError when the old file does not hold or `oldSigner` is not its last key.
 */
export function addKey(
  keyFile: string,
  oldSigner: NoteSigner,
  next: { key: string | RawSigner; fromSeal: number },
): string {
  const { origin, keys } = parseKeyFile(keyFile);
  const last = keys.at(-1);
  if (last?.keyId !== oldSigner.keyId || next.fromSeal <= last.fromSeal) {
    throw new KeyFileError('chain', 'the next key is signed by the last one and follows it');
  }
  const { verifierKey } = createNoteSigner(origin, next.key);
  const note = oldSigner.sign(keyStatement(origin, verifierKey, next.fromSeal));
  const lines = (parseCanonical(keyFile.trimEnd()) as unknown as { keys: KeyLine[] }).keys;
  return writeKeyFile(origin, [...lines, { key: verifierKey, from: next.fromSeal, note }]);
}

/**
 * Reads a key file and checks its chain. The first key is what the reader trusts: compare its fingerprint.
 * @throws KeyFileError
 */
export function parseKeyFile(text: string): TrailKeys {
  const { origin, lines } = parseForm(text);
  const keys: TrailKey[] = [];
  for (const line of lines) {
    const verifier = parseVerifierKey(line.key);
    if (verifier === undefined)
      throw new KeyFileError('form', 'a key is malformed or of an unknown algorithm');
    if (verifier.name !== origin) throw new KeyFileError('form', 'a key has the name of another trail');
    assertFollows(line, { origin, before: keys.at(-1) });
    keys.push({ ...verifier, verifierKey: line.key, fromSeal: line.from });
  }
  return { origin, keys };
}

/** The key in force for a seal number. */
export function keyForSeal({ keys }: TrailKeys, sealNo: number): TrailKey | undefined {
  return keys.findLast((key) => key.fromSeal <= sealNo);
}

function assertFollows(line: KeyLine, context: { origin: string; before: TrailKey | undefined }): void {
  const { origin, before } = context;
  if (before === undefined) {
    if (line.from !== 1) throw new KeyFileError('form', 'the first key is in force from seal 1');
    return;
  }
  const note = parseNote(line.note ?? '');
  const isSigned =
    note !== undefined && note.text === keyStatement(origin, line.key, line.from) && isSignedBy(note, before);
  if (!isSigned || line.from <= before.fromSeal) {
    throw new KeyFileError('chain', 'a key is not signed by the one before it');
  }
}

function parseForm(text: string): { origin: string; lines: KeyLine[] } {
  let value: { v?: unknown; origin?: unknown; keys?: unknown } | null;
  try {
    value = parseCanonical(text.endsWith('\n') ? text.slice(0, -1) : text) as typeof value;
  } catch {
    throw new KeyFileError('form', 'the key file is not canonical JSON');
  }
  if (value?.v !== 1) throw new KeyFileError('form', 'the key file has an unknown version');
  const { origin, keys } = value;
  const isForm =
    typeof origin === 'string' && Array.isArray(keys) && keys.length > 0 && keys.length <= KEYS_MAX;
  if (!isForm || !keys.every(isKeyLine)) throw new KeyFileError('form', 'the key file lacks its keys');
  return { origin, lines: keys };
}

function isKeyLine(value: unknown): value is KeyLine {
  const line = value as Partial<KeyLine> | null;
  const hasKey = typeof line?.key === 'string' && Number.isSafeInteger(line.from);
  return hasKey && (line.note === undefined || typeof line.note === 'string');
}

function keyStatement(origin: string, verifierKey: string, fromSeal: number): string {
  return `vaultdesk audit key v1\n${origin}\n${fromSeal}\n${verifierKey}\n`;
}

function writeKeyFile(origin: string, keys: readonly KeyLine[]): string {
  return `${canonicalJson({ v: 1, origin, keys: keys.map((line) => ({ ...line })) })}\n`;
}
