import { createHash } from 'node:crypto';
import {
  createPemSigner,
  generatePrivateKey,
  SCHEMES,
  schemeOf,
  signCosignature,
  type RawSigner,
  type SignatureKind,
} from './signatures.ts';

/** A signed note (c2sp.org/signed-note): text, a blank line, one line for each signature. */
export interface SignedNote {
  /** Ends with a line feed. */
  text: string;
  signatures: readonly NoteSignature[];
}

/** One signature line. */
export interface NoteSignature {
  name: string;
  /** First 4 bytes of SHA-256(name ‖ LF ‖ kind ‖ public key), as 8 hex digits. */
  keyId: string;
  signature: Buffer;
}

/** Signs notes under a name. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: string;
  /** The public key in the verifier-key form `NAME+KEYID+BASE64`. */
  readonly verifierKey: string;
  /** Gives the whole note: text, blank line, signature line. */
  sign(text: string): string;
}

/** A public key that notes are checked with. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  /** SHA-256 of the raw public key, hex: what people compare on paper. */
  readonly fingerprint: string;
  verify(text: string, signature: Buffer): boolean;
}

const KEY_ID_BYTES = 4;
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;
const NAME_PATTERN = /^[^\s+]{1,200}$/u;

/** Makes a new seal key; PKCS#8 PEM, to be kept in a file of mode 0600. */
export function generateSealKey(kind: SignatureKind = 'ed25519'): string {
  return generatePrivateKey(kind);
}

/**
 * Makes a signer from a key in PEM (PKCS#8), or from one that lies elsewhere.
 * @throws Error when the key is of an unknown kind or the name has spaces or a plus sign.
 */
export function createNoteSigner(name: string, key: string | RawSigner): NoteSigner {
  const raw = typeof key === 'string' ? createPemSigner(key) : key;
  if (!NAME_PATTERN.test(name)) throw new Error('the name of a log has no spaces and no plus sign');
  const { type } = SCHEMES.find(({ kind }) => kind === raw.kind)!;
  const bytes = Buffer.concat([type, raw.publicKey]);
  const keyId = computeKeyId(name, bytes);
  return {
    name,
    keyId,
    verifierKey: `${name}+${keyId}+${bytes.toString('base64')}`,
    sign(text) {
      if (!text.endsWith('\n')) throw new Error('the text of a note ends with a line feed');
      const signature = Buffer.concat([Buffer.from(keyId, 'hex'), raw.sign(Buffer.from(text))]);
      return `${text}\n\u2014 ${name} ${signature.toString('base64')}\n`;
    },
  };
}

/** Signs, as a witness, heads of other trails: c2sp.org/tlog-cosignature. */
export interface Cosigner {
  readonly name: string;
  readonly verifierKey: string;
  /** The signature line of a text, with its line feed. */
  cosign(text: string, at: Date): string;
}

/**
 * Makes a witness's signer from an Ed25519 key in PEM (PKCS#8).
 * @throws Error when the key is of another kind or the name has spaces or a plus sign.
 */
export function createCosigner(name: string, pem: string): Cosigner {
  const raw = createPemSigner(pem);
  if (raw.kind !== 'ed25519') throw new Error('the key of a witness is an Ed25519 key');
  if (!NAME_PATTERN.test(name)) throw new Error('the name of a witness has no spaces and no plus sign');
  const { type } = SCHEMES.find(({ kind }) => kind === 'cosignature')!;
  const bytes = Buffer.concat([type, raw.publicKey]);
  const keyId = computeKeyId(name, bytes);
  return {
    name,
    verifierKey: `${name}+${keyId}+${bytes.toString('base64')}`,
    cosign(text, at) {
      const signature = Buffer.concat([Buffer.from(keyId, 'hex'), signCosignature(raw, text, at)]);
      return `\u2014 ${name} ${signature.toString('base64')}\n`;
    },
  };
}

/** Reads a verifier key; undefined when it is malformed, of another kind, or its id does not fit. */
export function parseVerifierKey(text: string, use: 'seal' | 'witness' = 'seal'): NoteVerifier | undefined {
  const [name = '', keyId = '', ...rest] = text.split('+');
  const bytes = decodeBase64(rest.join('+'));
  const found = bytes && schemeOf(bytes);
  if (found === undefined || !NAME_PATTERN.test(name) || computeKeyId(name, bytes!) !== keyId)
    return undefined;
  const { scheme, raw } = found;
  if ((scheme.kind === 'cosignature') !== (use === 'witness')) return undefined;
  let key: ReturnType<typeof scheme.publicKeyOf>;
  try {
    key = scheme.publicKeyOf(raw);
  } catch {
    // Not a point of the curve.
    return undefined;
  }
  return {
    name,
    keyId,
    fingerprint: createHash('sha256').update(raw).digest('hex'),
    verify: (signed, signature) => scheme.verify(key, Buffer.from(signed), signature),
  };
}

/** Reads a signed note; undefined when it is malformed. Unknown signatures are kept: they may be witnesses'. */
export function parseNote(note: string): SignedNote | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end <= 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const match = SIGNATURE_LINE.exec(line);
    const bytes = match === null ? undefined : decodeBase64(match[2] as string);
    if (match === null || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
    signatures.push({
      name: match[1] as string,
      keyId: bytes.subarray(0, KEY_ID_BYTES).toString('hex'),
      signature: bytes.subarray(KEY_ID_BYTES),
    });
  }
  return { text: note.slice(0, end + 1), signatures };
}

/** Tells whether the note carries a valid signature of this key. */
export function isSignedBy(note: SignedNote, verifier: NoteVerifier): boolean {
  return note.signatures.some(
    ({ name, keyId, signature }) =>
      name === verifier.name && keyId === verifier.keyId && verifier.verify(note.text, signature),
  );
}

/** Decodes strict standard base64 (RFC 4648 §4, with padding); undefined for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function computeKeyId(name: string, typeAndKey: Buffer): string {
  const input = Buffer.concat([Buffer.from(`${name}\n`), typeAndKey]);
  return createHash('sha256').update(input).digest().subarray(0, KEY_ID_BYTES).toString('hex');
}
