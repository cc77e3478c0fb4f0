import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

const PREFIX = 'SHA256:';

/**
 * Reads a release key from PEM (SubjectPublicKeyInfo). Undefined for anything but a public Ed25519 key: a private one is
 * refused too, since it has no business on the machine that checks.
 */
export function readPublicKey(pem: string): KeyObject | undefined {
  if (!/^\s*-----BEGIN PUBLIC KEY-----/.test(pem)) return undefined;
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** `SHA256:` and 64 lower-case hex digits over the key's DER form (SubjectPublicKeyInfo): fit for paper and for reading out. */
export function fingerprintOf(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return `${PREFIX}${createHash('sha256').update(der).digest('hex')}`;
}

/** A fingerprint as people type it: capitals, blanks, and colons between the digits do no harm. Undefined if it is none. */
export function parseFingerprint(text: string): string | undefined {
  const [, digits = ''] = /^sha256:(.*)$/i.exec(text.trim()) ?? [];
  const hex = digits.replaceAll(/[\s:]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? `${PREFIX}${hex}` : undefined;
}

/** Whether `signature` (base64, one line) is that of `key` over `bytes`. */
export function isSignedBy(key: KeyObject, bytes: Buffer, signature: string): boolean {
  const text = signature.trim();
  if (!/^[A-Za-z0-9+/]{86}==$/.test(text)) return false;
  return verify(null, bytes, key, Buffer.from(text, 'base64'));
}
