import type { KeyPair, SpParty } from './types.ts';
import { escapeXml, NS } from './xml.ts';

const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings:';
/** What may be encrypted for us; the list of `algorithms.ts`, strongest first. */
const ENCRYPTION_METHODS = [
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
];

/**
 * Our metadata for one identity provider (SAML metadata §2.4.4): both bindings of logout, every key of ours, so that
 * a new one is known before it signs.
 */
export function spMetadata(sp: SpParty): string {
  const logout = ['HTTP-Redirect', 'HTTP-POST'].map(
    (binding) =>
      `<md:SingleLogoutService Binding="${BINDINGS}${binding}" Location="${escapeXml(sp.sloUrl)}"/>`,
  );
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<md:EntityDescriptor xmlns:md="${NS.metadata}" xmlns:ds="${NS.signature}"` +
    ` entityID="${escapeXml(sp.entityId)}"><md:SPSSODescriptor AuthnRequestsSigned="true"` +
    ` WantAssertionsSigned="true" protocolSupportEnumeration="${NS.protocol}">` +
    sp.keys.map((key) => keyDescriptor(key, 'signing')).join('') +
    sp.keys.map((key) => keyDescriptor(key, 'encryption')).join('') +
    logout.join('') +
    `<md:AssertionConsumerService Binding="${BINDINGS}HTTP-POST" Location="${escapeXml(sp.acsUrl)}"` +
    ` index="0" isDefault="true"/></md:SPSSODescriptor></md:EntityDescriptor>\n`
  );
}

function keyDescriptor({ certificate }: KeyPair, use: 'signing' | 'encryption'): string {
  const body = certificate.replace(/-----[^-]+-----|\s/g, '');
  const methods =
    use === 'signing'
      ? ''
      : ENCRYPTION_METHODS.map((method) => `<md:EncryptionMethod Algorithm="${method}"/>`).join('');
  return (
    `<md:KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}` +
    `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${methods}</md:KeyDescriptor>`
  );
}
