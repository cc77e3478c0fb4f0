import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { privateKeyOf, publicKeyOf } from './keys.ts';

/** A method of signing: its hash, and the kind of key it goes with. */
export interface SignatureMethod {
  hash: 'sha256' | 'sha384' | 'sha512';
  key: 'rsa' | 'ec';
}

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';

/** What we verify and sign with. SHA-1, HMAC, DSA, and non-exclusive canonical forms are not on it for anybody. */
export const SIGNATURE_ALGORITHMS: Readonly<Record<string, SignatureMethod>> = {
  [`${MORE}rsa-sha256`]: { hash: 'sha256', key: 'rsa' },
  [`${MORE}rsa-sha384`]: { hash: 'sha384', key: 'rsa' },
  [`${MORE}rsa-sha512`]: { hash: 'sha512', key: 'rsa' },
  [`${MORE}ecdsa-sha256`]: { hash: 'sha256', key: 'ec' },
  [`${MORE}ecdsa-sha384`]: { hash: 'sha384', key: 'ec' },
  [`${MORE}ecdsa-sha512`]: { hash: 'sha512', key: 'ec' },
};

/** Digests of what is signed (RFC 9231 §2.1.3 for SHA-384). */
export const DIGEST_ALGORITHMS: Readonly<Record<string, SignatureMethod['hash']>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  [`${MORE}sha384`]: 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};

/** Both halves of an ECDSA signature one after the other, as XML signature has them (RFC 9231 §2.3.6). */
const RAW = 'ieee-p1363';

/** Whether a signature is right and the key of the kind that the method names. */
export function isSignedBy(
  { hash, key: kind }: SignatureMethod,
  signed: { bytes: Buffer; signature: Buffer; key: KeyObject; encodings?: readonly ('ieee-p1363' | 'der')[] },
): boolean {
  const { bytes, signature, key, encodings = [RAW] } = signed;
  if (key.asymmetricKeyType !== kind) return false;
  if (kind === 'rsa') return verify(hash, bytes, key, signature);
  return encodings.some((dsaEncoding) => verify(hash, bytes, { key, dsaEncoding }, signature));
}

/** A method as the XML library calls it. */
function signerOf(name: string, method: SignatureMethod) {
  return {
    getAlgorithmName: () => name,
    getSignature: (text: string, pem: string) =>
      sign(method.hash, Buffer.from(text), { key: privateKeyOf(pem), dsaEncoding: RAW }).toString('base64'),
    verifySignature: (text: string, pem: string, value: string) =>
      isSignedBy(method, {
        bytes: Buffer.from(text),
        signature: Buffer.from(value, 'base64'),
        key: publicKeyOf(pem),
      }),
  };
}

const SIGNERS = new Map(
  Object.entries(SIGNATURE_ALGORITHMS).map(([name, method]) => [name, signerOf(name, method)]),
);
const DIGESTERS = new Map(
  Object.entries(DIGEST_ALGORITHMS).map(([name, hash]) => [
    name,
    {
      getAlgorithmName: () => name,
      getHash: (xml: string) => createHash(hash).update(xml, 'utf8').digest('base64'),
    },
  ]),
);

interface Finder {
  findSignatureAlgorithm(name: string): unknown;
  findHashAlgorithm(name: string): unknown;
}

/**
 * The XML library knows no ECDSA and no SHA-384, and takes a key of either kind for any method. Its verifiers are also made
 * inside the SAML library, out of our reach, so the two look-ups are widened where both find them. What is not on our list
 * was refused before by its form.
 */
function useOurs(): void {
  const finder = SignedXml.prototype as unknown as Finder;
  const { findSignatureAlgorithm, findHashAlgorithm } = finder;
  finder.findSignatureAlgorithm = function (name) {
    return SIGNERS.get(name) ?? findSignatureAlgorithm.call(this, name);
  };
  finder.findHashAlgorithm = function (name) {
    return DIGESTERS.get(name) ?? findHashAlgorithm.call(this, name);
  };
}

useOurs();
