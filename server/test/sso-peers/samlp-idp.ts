import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inflateRawSync } from 'node:zlib';
import samlp from 'samlp';
import type { KeyPair } from '../../../sso/index.ts';
import type { Peer } from './peer.ts';

const PERSON = 'node.person';
const BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const bodyOf = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '');

/** An identity provider on npm's samlp: answers whoever asks. It keeps no sessions, so it begins no logout. */
export async function startSamlpPeer({ certificate, privateKey }: KeyPair): Promise<Peer> {
  const known = { acsUrl: '', audience: '', encryption: '' };
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const xml = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    const encryption =
      known.encryption === ''
        ? {}
        : {
            encryptionCert: known.encryption,
            encryptionPublicKey: known.encryption,
            encryptionAlgorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
            keyEncryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
          };
    const options = {
      ...{ issuer: entityId(), cert: certificate, key: privateKey },
      ...{
        signatureAlgorithm: 'rsa-sha256',
        digestAlgorithm: 'sha256',
        signResponse: true,
        signAssertion: true,
      },
      ...{ lifetimeInSeconds: 300, inResponseTo: / ID="([^"]+)"/.exec(xml)?.[1] },
      ...{ destination: known.acsUrl, recipient: known.acsUrl, audience: known.audience },
      sessionIndex: `_${randomBytes(16).toString('hex')}`,
      authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      profileMapper: () => ({
        getClaims: () => ({ uid: PERSON, groups: ['agents'] }),
        getNameIdentifier: () => ({ nameIdentifier: PERSON }),
      }),
      ...encryption,
    };
    samlp.getSamlResponse(options as never, {} as never, (error, answer) => {
      const value = error ? '' : Buffer.from(answer).toString('base64');
      const state = searchParams.get('RelayState') ?? '';
      response.end(
        `<input name="SAMLResponse" value="${value}"><input name="RelayState" value="${state}">${error ? String(error) : ''}`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  function entityId(): string {
    return `${base}/metadata`;
  }
  return {
    name: 'samlp',
    metadata:
      `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId()}"><md:IDPSSODescriptor ` +
      `protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo ` +
      `xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${bodyOf(certificate)}` +
      `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
      `<md:SingleSignOnService Binding="${BINDING}" Location="${base}/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`,
    person: PERSON,
    map: {},
    async introduce(metadata, { isEncrypted, certificate: ours }) {
      known.acsUrl = /AssertionConsumerService [^>]*Location="([^"]+)"/.exec(metadata)?.[1] ?? '';
      known.audience = /entityID="([^"]+)"/.exec(metadata)?.[1] ?? '';
      const lines = ours.replace(/.{64}/g, '$&\n');
      known.encryption = isEncrypted
        ? `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
        : '';
    },
    stop: () => void server.close(),
  };
}
