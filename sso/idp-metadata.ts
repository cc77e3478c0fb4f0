import { X509Certificate } from 'node:crypto';
import { demand, SsoRefusal } from './refusal.ts';
import { CERTIFICATES_MAX, type Binding, type SsoClock } from './types.ts';
import { verifyRoot } from './verify.ts';
import {
  attributeOf,
  childrenNamed,
  descendants,
  instantOf,
  isNamed,
  NS,
  onlyChild,
  parseXml,
  textOf,
} from './xml.ts';

/** What the metadata of an identity provider says. */
export interface IdpMetadata {
  entityId: string;
  ssoUrl: string;
  ssoBinding: Binding;
  sloUrl: string | undefined;
  sloBinding: Binding | undefined;
  sloResponseUrl: string | undefined;
  certificates: readonly string[];
  validUntil: Date | undefined;
}

/** Bytes of a metadata document. */
export const METADATA_BYTES_MAX = 1024 * 1024;
const RSA_BITS_MIN = 2_048;
const URL_CHARACTERS_MAX = 1_000;
const BINDINGS: readonly (readonly [Binding, string])[] = [
  ['redirect', 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'],
  ['post', 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'],
];

/**
 * Reads the metadata of one identity provider. With `signers` the document must be signed by one of them. Refuses
 * several identity providers, an ended `validUntil`, weak or ended certificates; `why` names what is wrong.
 */
export function readIdpMetadata(
  text: string,
  { clock, signers }: { clock: SsoClock; signers?: readonly string[] },
): IdpMetadata {
  demand(Buffer.byteLength(text) <= METADATA_BYTES_MAX, 'sso.metadata', 'size');
  const clean = withoutComments(text.replace(/^\uFEFF/, ''));
  const root = signers === undefined ? parseXml(clean) : verifyRoot(clean, signers);
  const entity = onlyIdp(root);
  const nowMs = clock.now().getTime();
  const idp = onlyChild(entity, [NS.metadata, 'IDPSSODescriptor'], 'sso.metadata');
  const ends = [root, entity, idp].map((element) => instantOf(element, 'validUntil', 'sso.metadata'));
  const until = Math.min(...ends.map((end) => end ?? Number.POSITIVE_INFINITY));
  demand(nowMs < until, 'sso.metadata', 'valid-until');
  const entityId = attributeOf(entity, 'entityID') ?? '';
  demand(entityId.length >= 1 && entityId.length <= URL_CHARACTERS_MAX, 'sso.metadata', 'entity-id');
  const sso = endpoint(idp, 'SingleSignOnService');
  demand(sso !== undefined, 'sso.metadata', 'single-sign-on-service');
  const slo = endpoint(idp, 'SingleLogoutService');
  return {
    ...{ entityId, ssoUrl: sso.url, ssoBinding: sso.binding },
    ...{ sloUrl: slo?.url, sloBinding: slo?.binding, sloResponseUrl: slo?.responseUrl },
    certificates: certificatesOf(idp, clock),
    validUntil: Number.isFinite(until) ? new Date(until) : undefined,
  };
}

/** Comments are common in metadata and outside every signature we take; without them no reader can differ. */
function withoutComments(text: string): string {
  let rest = text;
  let clean = '';
  for (let start = rest.indexOf('<!--'); start !== -1; start = rest.indexOf('<!--')) {
    const end = rest.indexOf('-->', start + 4);
    demand(end !== -1, 'sso.metadata', 'comment');
    clean += rest.slice(0, start);
    rest = rest.slice(end + 3);
  }
  return clean + rest;
}

function onlyIdp(root: Element): Element {
  if (isNamed(root, NS.metadata, 'EntityDescriptor')) return root;
  demand(isNamed(root, NS.metadata, 'EntitiesDescriptor'), 'sso.metadata', 'entity-descriptor');
  const entities = descendants(root).filter((element) => isNamed(element, NS.metadata, 'EntityDescriptor'));
  const idps = entities.filter((entity) => childrenNamed(entity, NS.metadata, 'IDPSSODescriptor').length > 0);
  demand(entities.length === 1 && idps.length === 1, 'sso.metadata', 'several-entities');
  return idps[0] as Element;
}

function endpoint(idp: Element, name: string) {
  const services = childrenNamed(idp, NS.metadata, name);
  for (const [binding, uri] of BINDINGS) {
    const service = services.find((element) => attributeOf(element, 'Binding') === uri);
    if (service === undefined) continue;
    const url = checkUrl(attributeOf(service, 'Location'));
    const response = attributeOf(service, 'ResponseLocation');
    return { binding, url, responseUrl: response === undefined ? undefined : checkUrl(response) };
  }
  return undefined;
}

/** HTTPS, or HTTP on the loopback for an evaluation; no credentials, no fragment. */
function checkUrl(text: string | undefined): string {
  const url =
    text !== undefined && text.length <= URL_CHARACTERS_MAX && URL.canParse(text) ? new URL(text) : undefined;
  demand(url !== undefined && url.username === '' && url.hash === '', 'sso.metadata', 'address');
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  demand(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback), 'sso.metadata', 'address');
  return text as string;
}

function certificatesOf(idp: Element, clock: SsoClock): string[] {
  const found = new Map<string, string>();
  for (const descriptor of childrenNamed(idp, NS.metadata, 'KeyDescriptor')) {
    if ((attributeOf(descriptor, 'use') ?? 'signing') !== 'signing') continue;
    const elements = descendants(descriptor).filter((element) =>
      isNamed(element, NS.signature, 'X509Certificate'),
    );
    for (const element of elements) {
      const body = textOf(element, 'sso.metadata').replace(/\s/g, '');
      const lines = body.replace(/.{64}/g, '$&\n').trim();
      const { pem, fingerprint } = readCertificate(
        `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
      );
      found.set(fingerprint, pem);
    }
  }
  const nowMs = clock.now().getTime();
  const certificates = [...found.values()].filter((pem) => readCertificate(pem).notAfter.getTime() > nowMs);
  demand(certificates.length > 0, 'sso.metadata', found.size > 0 ? 'certificate-ended' : 'no-certificate');
  demand(certificates.length <= CERTIFICATES_MAX, 'sso.metadata', 'certificates');
  return certificates;
}

/** A certificate of an identity provider as people compare it. */
export interface ReadCertificate {
  pem: string;
  /** SHA-256 over the DER, hexadecimal. */
  fingerprint: string;
  notBefore: Date;
  notAfter: Date;
}

/** The NIST curves that ECDSA of XML signature is used with. */
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];

function isStrong({ publicKey }: X509Certificate): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey;
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS_MIN;
  return asymmetricKeyType === 'ec' && CURVES.includes(asymmetricKeyDetails?.namedCurve ?? '');
}

/** Reads a PEM certificate with an RSA key of at least 2,048 bits, or one on a NIST curve. Throws `sso.metadata`. */
export function readCertificate(pem: string): ReadCertificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (cause) {
    throw new SsoRefusal('sso.metadata', 'certificate', cause);
  }
  demand(isStrong(certificate), 'sso.metadata', 'weak-key');
  return {
    pem: certificate.toString(),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  };
}
