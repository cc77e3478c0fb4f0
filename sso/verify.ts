import { X509Certificate } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { checkSignatureForm, signatureOf } from './algorithms.ts';
import { demand, SsoRefusal } from './refusal.ts';
import { parseXml } from './xml.ts';

/**
 * Verifies the signature that stands in the root of a message of ours to judge (logout, metadata) and gives the root
 * parsed again from the signed bytes. Answers to sign-ins go through the SAML library instead.
 */
export function verifyRoot(text: string, certificates: readonly string[]): Element {
  const signature = signatureOf(parseXml(text));
  demand(signature !== undefined, 'sso.signature', 'unsigned');
  checkSignatureForm(signature);
  const normalised = text.replace(/\r\n?/g, '\n');
  for (const certificate of certificates) {
    const signed = signedBy(normalised, signature, certificate);
    if (signed !== undefined) return parseXml(signed);
  }
  throw new SsoRefusal('sso.signature', 'unverified');
}

function signedBy(text: string, signature: Element, certificate: string): string | undefined {
  const verifier = new SignedXml({ publicCert: publicKeyOf(certificate) });
  try {
    verifier.loadSignature(signature as unknown as Node);
    if (!verifier.checkSignature(text)) return undefined;
    const references = verifier.getSignedReferences();
    return references.length === 1 ? references[0] : undefined;
  } catch {
    return undefined;
  }
}

/** The public key alone, so that no part of a certificate can be mistaken for another kind of key. */
function publicKeyOf(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey;
  demand(key.asymmetricKeyType === 'rsa', 'sso.algorithm', 'key-type');
  return key.export({ type: 'spki', format: 'pem' }) as string;
}
