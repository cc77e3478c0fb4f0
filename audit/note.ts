import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

/** A signed note (c2sp.org/signed-note): text, a blank line, one line for each signature. */
export interface SignedNote {
  /** Ends with a line feed. */
  text: string;
  signatures: readonly NoteSignature[];
}

/** One signature line. */
export interface NoteSignature {
  name: string;
  /** First 4 bytes of SHA-256(name ‖ LF ‖ algorithm ‖ public key), as 8 hex digits. */
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

const ED25519 = 0x01;
const ED25519_KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes, RFC 8410 §4. */
const ED25519_SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;
const NAME_PATTERN = /^[^\s+]{1,200}$/u;

/** Makes a new Ed25519 key; PKCS#8 PEM, to be kept in a file of mode 0600. */
export function generateSealKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Makes a signer from a PKCS#8 PEM Ed25519 key.
 * @throws Error when the key is of another kind or the name has spaces or a plus sign.
 */
export function createNoteSigner(name: string, privateKeyPem: string): NoteSigner {
  const key = createPrivateKey(privateKeyPem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the seal key is not an Ed25519 key');
  if (!NAME_PATTERN.test(name)) throw new Error('the name of a log has no spaces and no plus sign');
  const raw = rawPublicKey(createPublicKey(key));
  const keyId = computeKeyId(name, raw);
  return {
    name,
    keyId,
    verifierKey: `${name}+${keyId}+${Buffer.concat([Buffer.of(ED25519), raw]).toString('base64')}`,
    sign(text) {
      if (!text.endsWith('\n')) throw new Error('the text of a note ends with a line feed');
      const signature = Buffer.concat([Buffer.from(keyId, 'hex'), sign(null, Buffer.from(text), key)]);
      return `${text}\n\u2014 ${name} ${signature.toString('base64')}\n`;
    },
  };
}

/** Reads a verifier key; undefined when it is malformed or its id does not fit. */
export function parseVerifierKey(text: string): NoteVerifier | undefined {
  const [name = '', keyId = '', ...rest] = text.split('+');
  const bytes = decodeBase64(rest.join('+'));
  const isEd25519 = bytes?.length === 1 + ED25519_KEY_BYTES && bytes[0] === ED25519;
  if (!isEd25519 || !NAME_PATTERN.test(name)) return undefined;
  const raw = bytes.subarray(1);
  if (computeKeyId(name, raw) !== keyId) return undefined;
  const key = createPublicKey({
    key: Buffer.concat([ED25519_SPKI_PREFIX, raw]),
    format: 'der',
    type: 'spki',
  });
  return {
    name,
    keyId,
    fingerprint: createHash('sha256').update(raw).digest('hex'),
    verify: (signed, signature) => verify(null, Buffer.from(signed), key, signature),
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

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(-ED25519_KEY_BYTES);
}

function computeKeyId(name: string, rawKey: Buffer): string {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), rawKey]);
  return createHash('sha256').update(input).digest().subarray(0, KEY_ID_BYTES).toString('hex');
}
