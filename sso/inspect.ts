import { signatureOf } from './algorithms.ts';
import { readCertificate } from './idp-metadata.ts';
import { SsoRefusal } from './refusal.ts';
import { signerOf } from './verify.ts';
import { childrenNamed, descendants, instantOf, isNamed, NS, parseXml, textOf } from './xml.ts';

/** What an answer or assertion says of itself, for an administrator to compare; none of it is trusted. */
export interface Inspected {
  issuer: string | undefined;
  /** The clock of the identity provider, as it stands in the message. */
  issuedAt: Date | undefined;
  isEncrypted: boolean;
  isSigned: boolean;
  /** Fingerprints of certificates that the message names. */
  named: readonly string[];
  /** The certificate of ours to try that verifies one of its signatures. */
  verifiedBy: string | undefined;
}

/** Fingerprints tried against a message, and what it says of itself. Throws `SsoRefusal` when it is no message. */
export function inspectMessage(text: string, certificates: readonly string[]): Inspected {
  const root = parseXml(text);
  const all = [root, ...descendants(root)];
  const assertion = all.find((element) => isNamed(element, NS.assertion, 'Assertion'));
  const signatures = [root, assertion].flatMap(
    (element) => orNone(() => element && signatureOf(element)) ?? [],
  );
  const verified = signatures.map((signature) =>
    orNone(() => signerOf(text.replace(/\r\n?/g, '\n'), signature, certificates)),
  );
  const issuer = childrenNamed(root, NS.assertion, 'Issuer')[0];
  const issued = orNone(() => instantOf(root, 'IssueInstant', 'sso.malformed'));
  return {
    issuer: issuer && orNone(() => textOf(issuer, 'sso.issuer')),
    issuedAt: issued === undefined ? undefined : new Date(issued),
    isEncrypted: all.some((element) => isNamed(element, NS.assertion, 'EncryptedAssertion')),
    isSigned: signatures.length > 0,
    named: [...new Set(all.flatMap(namedCertificate))],
    verifiedBy: verified.find((fingerprint) => fingerprint !== undefined),
  };
}

function namedCertificate(element: Element): string[] {
  if (!isNamed(element, NS.signature, 'X509Certificate')) return [];
  const body = orNone(() => textOf(element, 'sso.malformed').replace(/\s/g, '')) ?? '';
  const pem = `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  return orNone(() => [readCertificate(pem).fingerprint]) ?? [];
}

/** A part that cannot be read is a part that is not shown. */
function orNone<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof SsoRefusal) return undefined;
    throw error;
  }
}
