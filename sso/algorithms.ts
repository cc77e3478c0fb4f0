import { demand } from './refusal.ts';
import { DIGEST_ALGORITHMS, SIGNATURE_ALGORITHMS } from './xml-algorithms.ts';
import {
  attributeOf,
  attributesOf,
  childrenNamed,
  childrenOf,
  isNamed,
  NS,
  onlyChild,
  textOf,
} from './xml.ts';

const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = `${NS.signature}enveloped-signature`;

/** What requests and answers of ours are signed with. */
export const OUR_SIGNATURE = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const OUR_DIGEST = 'http://www.w3.org/2001/04/xmlenc#sha256';

const GCM = new Set([
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
]);
const CBC = new Set([`${NS.encryption}aes128-cbc`, `${NS.encryption}aes256-cbc`]);
const TRIPLE_DES = `${NS.encryption}tripledes-cbc`;
const OAEP = `${NS.encryption}rsa-oaep-mgf1p`;
/** SHA-1 inside OAEP is no signature; its collisions do not matter there (NIST SP 800-131A rev. 2, table 5). */
const OAEP_DIGESTS = new Set([`${NS.signature}sha1`]);
/** Vector and tag of GCM, and at least one byte. */
const GCM_BYTES_MIN = 12 + 16 + 1;

/** What an identity provider may do besides the list. */
export interface AlgorithmPolicy {
  allowCbc: boolean;
  allow3des: boolean;
}

/** The signature that stands right inside an element; undefined when there is none, refused when there are two. */
export function signatureOf(element: Element): Element | undefined {
  const found = childrenNamed(element, NS.signature, 'Signature');
  demand(found.length <= 1, 'sso.signature', 'two-signatures');
  return found[0];
}

/**
 * Refuses any form of signature but the one SAML describes (core §5.4): a single reference to the element the signature
 * stands in, enveloped, exclusive canonical form, algorithms of the list, no further content.
 */
export function checkSignatureForm(signature: Element): void {
  const parent = signature.parentNode as Element;
  const parts = childrenOf(signature);
  const names = parts.map((part) => (part.namespaceURI === NS.signature ? part.localName : '?')).join(' ');
  const isForm = names === 'SignedInfo SignatureValue' || names === 'SignedInfo SignatureValue KeyInfo';
  demand(isForm, 'sso.signature', 'signature-form');
  const info = parts[0] as Element;
  textOf(parts[1] as Element, 'sso.signature');
  const infoNames = childrenOf(info).map((part) =>
    part.namespaceURI === NS.signature ? part.localName : '?',
  );
  const isInfo = infoNames.join(' ') === 'CanonicalizationMethod SignatureMethod Reference';
  demand(isInfo, 'sso.signature', 'signed-info-form');
  const [canonical, method, reference] = childrenOf(info) as [Element, Element, Element];
  demand(attributeOf(canonical, 'Algorithm') === EXC_C14N, 'sso.algorithm', 'canonical-form');
  checkPrefixes(canonical);
  demand(
    Object.hasOwn(SIGNATURE_ALGORITHMS, attributeOf(method, 'Algorithm') ?? ''),
    'sso.algorithm',
    'signature-method',
  );
  demand(childrenOf(method).length === 0, 'sso.signature', 'signature-method-form');
  const id = attributeOf(parent, 'ID') ?? '';
  demand(/^[A-Za-z_][\w.-]{0,255}$/.test(id), 'sso.signature', 'id');
  demand(attributeOf(reference, 'URI') === `#${id}`, 'sso.signature', 'reference');
  checkReference(reference);
}

function checkReference(reference: Element): void {
  const names = childrenOf(reference).map((part) =>
    part.namespaceURI === NS.signature ? part.localName : '?',
  );
  const isForm = names.join(' ') === 'Transforms DigestMethod DigestValue';
  demand(isForm, 'sso.signature', 'reference-form');
  const [transforms, digest, value] = childrenOf(reference) as [Element, Element, Element];
  const steps = childrenOf(transforms);
  const algorithms = steps.map((step) => attributeOf(step, 'Algorithm')).join(' ');
  demand(
    steps.every((step) => isNamed(step, NS.signature, 'Transform')),
    'sso.signature',
    'transform-form',
  );
  demand(algorithms === `${ENVELOPED} ${EXC_C14N}`, 'sso.algorithm', 'transforms');
  demand(childrenOf(steps[0] as Element).length === 0, 'sso.signature', 'transform-form');
  checkPrefixes(steps[1] as Element);
  const isKnownDigest = Object.hasOwn(DIGEST_ALGORITHMS, attributeOf(digest, 'Algorithm') ?? '');
  demand(isKnownDigest, 'sso.algorithm', 'digest-method');
  textOf(value, 'sso.signature');
}

/** The one child an exclusive canonical form may have is the list of prefixes it keeps. */
function checkPrefixes(method: Element): void {
  const children = childrenOf(method);
  const isForm =
    children.length === 0 ||
    (children.length === 1 && isNamed(children[0] as Element, NS.exclusive, 'InclusiveNamespaces'));
  demand(isForm, 'sso.algorithm', 'canonical-form');
}

/** Refuses any form of encryption but one key for one element, in line, by the list. */
export function checkEncryption(
  encrypted: Element,
  policy: AlgorithmPolicy & { isResponseSigned: boolean },
): void {
  const data = onlyChild(encrypted, [NS.encryption, 'EncryptedData'], 'sso.decryption');
  demand(childrenOf(encrypted).length === 1, 'sso.decryption', 'encrypted-form');
  const type = attributeOf(data, 'Type');
  demand(type === undefined || type === `${NS.encryption}Element`, 'sso.decryption', 'encrypted-type');
  const method = onlyChild(data, [NS.encryption, 'EncryptionMethod'], 'sso.decryption');
  const bytes = cipherBytes(data);
  const algorithm = attributeOf(method, 'Algorithm') ?? '';
  const isCbc = CBC.has(algorithm) || algorithm === TRIPLE_DES;
  const isAllowed =
    GCM.has(algorithm) ||
    (CBC.has(algorithm) && policy.allowCbc) ||
    (algorithm === TRIPLE_DES && policy.allowCbc && policy.allow3des);
  demand(isAllowed, 'sso.algorithm', 'encryption-method');
  demand(!isCbc || policy.isResponseSigned, 'sso.algorithm', 'unsigned-cbc');
  demand(isCbc || bytes >= GCM_BYTES_MIN, 'sso.decryption', 'cipher-length');
  const keyInfo = onlyChild(data, [NS.signature, 'KeyInfo'], 'sso.decryption');
  demand(childrenOf(keyInfo).length === 1, 'sso.decryption', 'key-form');
  const key = onlyChild(keyInfo, [NS.encryption, 'EncryptedKey'], 'sso.decryption');
  checkTransport(onlyChild(key, [NS.encryption, 'EncryptionMethod'], 'sso.decryption'));
  cipherBytes(key);
}

function checkTransport(method: Element): void {
  demand(attributeOf(method, 'Algorithm') === OAEP, 'sso.algorithm', 'key-transport');
  for (const part of childrenOf(method)) {
    const isDigest = isNamed(part, NS.signature, 'DigestMethod');
    demand(isDigest && OAEP_DIGESTS.has(attributeOf(part, 'Algorithm') ?? ''), 'sso.algorithm', 'key-digest');
  }
}

function cipherBytes(element: Element): number {
  const data = onlyChild(element, [NS.encryption, 'CipherData'], 'sso.decryption');
  const value = onlyChild(data, [NS.encryption, 'CipherValue'], 'sso.decryption');
  demand(childrenOf(data).length === 1 && attributesOf(value).length === 0, 'sso.decryption', 'cipher-form');
  return Math.floor((textOf(value, 'sso.decryption').replace(/\s/g, '').length * 3) / 4);
}
