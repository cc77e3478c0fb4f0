import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { sha256 } from './digest.ts';
import { keyFault } from './key-provider.ts';
import { createSecretFile, readSecretFile } from './secret-file.ts';

const KEY_ID_HEX_CHARACTERS = 16;

/** An Ed25519 key that signs (RFC 8032); the private half never leaves it. */
export interface SigningKey {
  /** First 8 bytes of SHA-256 of the public key's DER form, as hex. */
  readonly keyId: string;
  /** PEM, SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** 64 bytes. */
  sign(data: Uint8Array): Buffer;
}

/** Makes a new Ed25519 key pair; PEM, PKCS #8 and SubjectPublicKeyInfo. */
export function generateSigningKey(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

/** Takes a private key (PEM, PKCS #8) into use; throws `crypto.key_missing` for anything but Ed25519. */
export function openSigningKey(privateKeyPem: string): SigningKey {
  const privateKey = ed25519(() => createPrivateKey(privateKeyPem));
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: idOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (data) => sign(null, data, privateKey),
  };
}

/** Reads the signing key kept in a file (0600), made when there is none; refuses a file open to others. */
export async function loadSigningKey(path: string): Promise<SigningKey> {
  const existing = await readSecretFile(path);
  if (existing === undefined) await createSecretFile(path, generateSigningKey().privateKey);
  const content = existing ?? (await readSecretFile(path));
  if (content === undefined) throw keyFault('key_unreadable', `The new key ${path} cannot be read back.`);
  return openSigningKey(content.toString('utf8'));
}

/** Tells whether an Ed25519 signature fits; false for a key or signature of any other form. */
export function verifySignature(publicKeyPem: string, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(
      null,
      data,
      ed25519(() => createPublicKey(publicKeyPem)),
      signature,
    );
  } catch {
    return false;
  }
}

/** The id of a public key (PEM): first 8 bytes of SHA-256 of its DER form, as hex. */
export function signingKeyId(publicKeyPem: string): string {
  return idOf(ed25519(() => createPublicKey(publicKeyPem)));
}

function idOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return sha256(der).toString('hex').slice(0, KEY_ID_HEX_CHARACTERS);
}

function ed25519(read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw keyFault('key_format', 'The signing key cannot be read.', cause);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw keyFault('key_format', 'The signing key is not an Ed25519 key.');
}
