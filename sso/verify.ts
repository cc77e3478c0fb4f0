import { X509Certificate } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { checkSignatureForm, signatureOf } from './algorithms.ts';
import { plainKeyOf } from './keys.ts';
import { demand, SsoRefusal } from './refusal.ts';
import { parseXml } from './xml.ts';
import './xpath-lookups.ts';

/**
 * Verifies the signature that stands in the root of a message of ours to judge (logout, metadata) and gives the root
 * parsed again from the signed bytes. Plain answers to sign-ins go through the SAML library instead.
 */
export function verifyRoot(text: string, certificates: readonly string[]): Element {
  const signature = signatureOf(parseXml(text));
  demand(signature !== undefined, 'sso.signature', 'unsigned');
  checkSignatureForm(signature);
  return signedRoot(text, signature, certificates);
}

/**
 * The root parsed again from the bytes that its signature covers; the signature's form has been checked. Throws
 * `sso.signature` when none of the certificates verifies it.
 */
export function signedRoot(text: string, signature: Element, certificates: readonly string[]): Element {
  const normalised = text.replace(/\r\n?/g, '\n');
  for (const certificate of certificates) {
    const signed = signedBy(normalised, signature, certificate);
    if (signed !== undefined) return parseXml(signed);
  }
  throw new SsoRefusal('sso.signature', 'unverified');
}

/** SHA-256 fingerprint of the certificate that verifies a signature in a text; undefined when none does. */
export function signerOf(
  text: string,
  signature: Element,
  certificates: readonly string[],
): string | undefined {
  checkSignatureForm(signature);
  const signer = certificates.find((certificate) => signedBy(text, signature, certificate) !== undefined);
  if (signer === undefined) return undefined;
  return new X509Certificate(signer).fingerprint256.replaceAll(':', '').toLowerCase();
}

function signedBy(text: string, signature: Element, certificate: string): string | undefined {
  const verifier = new SignedXml({ publicCert: plainKeyOf(certificate) });
  try {
    verifier.loadSignature(signature as unknown as Node);
    if (!verifier.checkSignature(text)) return undefined;
    const references = verifier.getSignedReferences();
    return references.length === 1 ? references[0] : undefined;
  } catch {
    return undefined;
  }
}
