import { expect } from 'chai';
import { readCertificate, readIdpMetadata } from './idp-metadata.ts';
import { signRoot } from './outgoing.ts';
import { SsoRefusal } from './refusal.ts';
import { spMetadata } from './sp-metadata.ts';
import { idpKey, otherKey, SP, signXml } from './test/idp.ts';
import { createKeyPair } from './test/key-pair.ts';
import { attributeOf, descendants, parseXml } from './xml.ts';

const NOW = new Date();
const clock = { now: () => NOW };
const MD = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';
const BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-';
const bare = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '');
const key = (pem: string, use = ' use="signing"') =>
  `<md:KeyDescriptor${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n${bare(pem)}\n` +
  `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
const sso = (binding: string, url = 'https://idp.bank.example/sso') =>
  `<md:SingleSignOnService Binding="${BINDING}${binding}" Location="${url}"/>`;
const slo = `<md:SingleLogoutService Binding="${BINDING}POST" Location="https://idp.bank.example/slo" ResponseLocation="https://idp.bank.example/done"/>`;

function entity(change: { keys?: string; services?: string; attributes?: string; id?: string } = {}): string {
  return (
    `<md:EntityDescriptor ${MD} entityID="${change.id ?? 'https://idp.bank.example'}" ID="_m"${change.attributes ?? ''}>` +
    `<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
    `${change.keys ?? key(idpKey.certificate)}${slo}${change.services ?? sso('Redirect') + sso('POST')}` +
    `</md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}

function fault(text: string, signers?: readonly string[]): string {
  try {
    readIdpMetadata(text, signers === undefined ? { clock } : { clock, signers });
    return 'taken';
  } catch (error) {
    if (error instanceof SsoRefusal) return `${error.code} ${error.why}`;
    throw error;
  }
}

describe('metadata of an identity provider', () => {
  it('is read with both certificates of a change of keys, and comments around', () => {
    const second = key(otherKey.certificate, '');
    const text = `<?xml version="1.0"?><!-- by hand --><!-- x -->\n${entity({ keys: key(idpKey.certificate) + second })}\n`;
    const read = readIdpMetadata(`\uFEFF${text}`, { clock });
    expect(read.entityId).to.equal('https://idp.bank.example');
    expect([read.ssoUrl, read.ssoBinding]).to.deep.equal(['https://idp.bank.example/sso', 'redirect']);
    expect([read.sloBinding, read.sloResponseUrl]).to.deep.equal(['post', 'https://idp.bank.example/done']);
    expect(read.certificates.map((pem) => readCertificate(pem).fingerprint)).to.deep.equal(
      [idpKey, otherKey].map(({ certificate }) => readCertificate(certificate).fingerprint),
    );
  });

  it('leaves out a certificate that ended, and one for encryption', () => {
    const ended = createKeyPair('old', new Date(NOW.getTime() - 86_400_000), 0.5);
    const keys =
      key(ended.certificate) + key(idpKey.certificate) + key(otherKey.certificate, ' use="encryption"');
    expect(readIdpMetadata(entity({ keys }), { clock }).certificates).to.have.length(1);
    expect(fault(entity({ keys: key(ended.certificate) }))).to.equal('sso.metadata certificate-ended');
  });

  it('is taken from a list of one, and refused from a list of two', () => {
    const list = (...entities: string[]) =>
      `<md:EntitiesDescriptor ${MD}>${entities.join('')}</md:EntitiesDescriptor>`;
    expect(fault(list(entity()))).to.equal('taken');
    const other = entity({ id: 'https://other' }).replace('ID="_m"', 'ID="_n"');
    expect(fault(list(entity(), other))).to.equal('sso.metadata several-entities');
    expect(fault(list())).to.equal('sso.metadata several-entities');
  });

  it('must be signed by who was named, when somebody was', () => {
    const unsigned = entity().replace('><md:IDP', '><saml:Issuer xmlns:saml="urn:x">x</saml:Issuer><md:IDP');
    const signed = signRoot(unsigned, '_m', otherKey);
    expect(fault(signed, [otherKey.certificate])).to.equal('taken');
    expect(fault(signed, [idpKey.certificate])).to.equal('sso.signature unverified');
    expect(fault(entity(), [otherKey.certificate])).to.equal('sso.signature unsigned');
    expect(fault(signed.replace('/sso"', '/evil"'), [otherKey.certificate])).to.equal(
      'sso.signature unverified',
    );
    const weak = signXml(unsigned, '_m', { key: otherKey, digest: 'http://www.w3.org/2000/09/xmldsig#sha1' });
    expect(fault(weak, [otherKey.certificate])).to.equal('sso.algorithm digest-method');
  });

  const FAULTS: Record<string, readonly [string, string]> = {
    'validUntil has passed': [
      entity({ attributes: ' validUntil="2020-01-01T00:00:00Z"' }),
      'sso.metadata valid-until',
    ],
    'there is no certificate': [entity({ keys: '' }), 'sso.metadata no-certificate'],
    'a certificate is none': [entity({ keys: key('AAAA') }), 'sso.metadata certificate'],
    'there is no place to sign in': [entity({ services: '' }), 'sso.metadata single-sign-on-service'],
    'the place is plain HTTP': [
      entity({ services: sso('POST', 'http://idp.bank.example/') }),
      'sso.metadata address',
    ],
    'the place is a script': [
      entity({ services: sso('POST', 'javascript:alert(1)') }),
      'sso.metadata address',
    ],
    'the place holds a password': [
      entity({ services: sso('POST', 'https://a:b@idp.bank.example/') }),
      'sso.metadata address',
    ],
    'it has a document type': [`<!DOCTYPE x>${entity()}`, 'sso.malformed markup-declaration'],
    'it is a page': ['<html><body/></html>', 'sso.metadata entity-descriptor'],
    'it is empty': ['', 'sso.malformed outside-root'],
    'a comment has no end': [`${entity()}<!-- `, 'sso.metadata comment'],
    'it has no name': [entity({ id: '' }), 'sso.metadata entity-id'],
  };
  for (const [name, [text, expected]] of Object.entries(FAULTS)) {
    it(`is refused when ${name}`, () => expect(fault(text)).to.equal(expected));
  }
});

describe('our metadata', () => {
  it('names both bindings of logout, the place of answers, and every key twice', () => {
    const root = parseXml(spMetadata({ ...SP, keys: [...SP.keys, otherKey] }));
    const named = (name: string) => descendants(root).filter(({ localName }) => localName === name);
    expect(named('SingleLogoutService').map((element) => attributeOf(element, 'Binding'))).to.deep.equal([
      `${BINDING}Redirect`,
      `${BINDING}POST`,
    ]);
    expect(
      named('AssertionConsumerService').map((element) => attributeOf(element, 'Location')),
    ).to.deep.equal([SP.acsUrl]);
    expect(named('KeyDescriptor').map((element) => attributeOf(element, 'use'))).to.deep.equal([
      ...['signing', 'signing', 'encryption', 'encryption'],
    ]);
  });
});
