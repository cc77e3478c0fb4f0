import { createHash, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import { DER, derElement, derInteger, derOid, insideDer, readDer, type DerElement } from './der.ts';
import { sha256 } from './hash.ts';

const OID = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  signedData: '1.2.840.113549.1.7.2',
  stampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;
const DIGESTS: Readonly<Record<string, string>> = {
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
};
/** Status of an answer that holds a stamp: granted, or granted with changes. */
const GRANTED = new Set([0, 1]);
const CHAIN_MAX = 8;

/** A time stamp of RFC 3161 whose signature holds. */
export interface TimeStamp {
  /** When the authority says it saw the hash. */
  at: Date;
  /** Serial number at the authority, hex. */
  serial: string;
  /** Subject of the certificate that signed. */
  signer: string;
  /** Whether that certificate leads to an authority that was given as trusted. */
  isTrusted: boolean;
}

/** The request for a stamp of SHA-256(`data`), asking for the certificate too. `nonce` has 16 random bytes. */
export function stampRequest(data: Buffer, nonce: Buffer): Buffer {
  const algorithm = derElement(DER.sequence, derOid(OID.sha256), derElement(DER.null));
  const imprint = derElement(DER.sequence, algorithm, derElement(DER.octets, sha256(data)));
  const wantsCertificate = derElement(DER.boolean, Buffer.of(0xff));
  return derElement(DER.sequence, derInteger(Buffer.of(1)), imprint, derInteger(nonce), wantsCertificate);
}

/**
 * Reads the answer to a request: the hash is that of `data`, the nonce the one asked with (when given), the signature
 * over it holds, and the signer's certificate may stamp times. `trusted`: PEM certificates of authorities. A sentence
 * saying what is wrong otherwise.
 */
export function readStamp(
  answer: Buffer,
  expected: { data: Buffer; nonce?: Buffer; trusted?: readonly string[] },
): TimeStamp | string {
  const [outer] = readDer(answer) ?? [];
  const [status, token] = insideDer(outer, DER.sequence) ?? [];
  const code = insideDer(status, DER.sequence)?.[0]?.content;
  if (code === undefined) return 'the answer is no time stamp';
  if (!GRANTED.has(code.readUIntBE(0, Math.min(code.length, 6)))) return 'the authority refused the stamp';
  const signed = signedDataOf(token);
  if (signed === undefined) return 'the token is malformed';
  const info = stampInfoOf(signed.content);
  if (info === undefined) return 'what was stamped is malformed';
  const isSame = info.hash.length === 32 && timingSafeEqual(info.hash, sha256(expected.data));
  if (!isSame) return 'the stamp is of other data';
  if (expected.nonce !== undefined && !info.nonce?.equals(derInteger(expected.nonce)))
    return 'the stamp answers another request';
  const signer = signerOf(signed);
  if (signer === undefined) return 'the signature does not hold';
  if (!signer.keyUsage?.includes(OID.timeStamping)) return 'the certificate is not for stamping times';
  const isInTime = info.at >= new Date(signer.validFrom) && info.at <= new Date(signer.validTo);
  if (!isInTime) return 'the certificate was not valid at that time';
  const { at, serial } = info;
  return { at, serial, signer: signer.subject, isTrusted: isTrusted(signer, signed, expected.trusted ?? []) };
}

interface SignedData {
  /** The bytes that are stamped: DER of TSTInfo. */
  content: Buffer;
  certificates: X509Certificate[];
  signerInfo: DerElement[];
}

/** RFC 5652 §5.1, as far as a time stamp uses it. */
function signedDataOf(token: DerElement | undefined): SignedData | undefined {
  const [type, wrapped] = insideDer(token, DER.sequence) ?? [];
  if (!isOid(type, OID.signedData)) return undefined;
  const [body] = insideDer(wrapped, 0xa0) ?? [];
  const parts = insideDer(body, DER.sequence) ?? [];
  const [contentType, contentHolder] = insideDer(parts[2], DER.sequence) ?? [];
  const [content] = insideDer(contentHolder, 0xa0) ?? [];
  const signers = insideDer(parts.at(-1), DER.set) ?? [];
  const signerInfo = insideDer(signers[0], DER.sequence);
  if (!isOid(contentType, OID.stampInfo) || content?.tag !== DER.octets || signerInfo === undefined)
    return undefined;
  const list = insideDer(
    parts.find(({ tag }) => tag === 0xa0),
    0xa0,
  );
  const certificates = (list ?? []).flatMap(({ whole }) => certificateOf(whole) ?? []);
  return { content: content.content, certificates, signerInfo };
}

function certificateOf(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

function isOid(element: DerElement | undefined, dotted: string): boolean {
  return element?.whole.equals(derOid(dotted)) === true;
}

/** RFC 3161 §2.4.2. */
function stampInfoOf(
  der: Buffer,
): { hash: Buffer; at: Date; serial: string; nonce: Buffer | undefined } | undefined {
  const [outer] = readDer(der) ?? [];
  const [, , imprint, serial, time, ...rest] = insideDer(outer, DER.sequence) ?? [];
  const [algorithm, hash] = insideDer(imprint, DER.sequence) ?? [];
  const [oid] = insideDer(algorithm, DER.sequence) ?? [];
  const at = time?.tag === DER.generalizedTime ? parseTime(time.content.toString('latin1')) : undefined;
  const isForm = isOid(oid, OID.sha256) && hash?.tag === DER.octets && serial?.tag === DER.integer;
  if (!isForm || at === undefined) return undefined;
  const nonce = rest.find(({ tag }) => tag === DER.integer)?.whole;
  return { hash: hash.content, at, serial: serial.content.toString('hex'), nonce };
}

function parseTime(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, part = ''] = match;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${part.slice(0, 4)}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** The certificate whose key signed; undefined when there is none (RFC 5652 §5.4). */
function signerOf({ content, certificates, signerInfo }: SignedData): X509Certificate | undefined {
  const attributes = signerInfo.find(({ tag }) => tag === 0xa0);
  const [digestAlgorithm] = insideDer(signerInfo[2], DER.sequence) ?? [];
  const signature = signerInfo.findLast(({ tag }) => tag === DER.octets)?.content;
  const digest = Object.entries(DIGESTS).find(([dotted]) => isOid(digestAlgorithm, dotted))?.[1];
  if (attributes === undefined || signature === undefined || digest === undefined) return undefined;
  const list = readDer(attributes.content) ?? [];
  const valueOf = (dotted: string) => {
    const attribute = list.map((one) => insideDer(one, DER.sequence)).find((one) => isOid(one?.[0], dotted));
    return insideDer(attribute?.[1], DER.set)?.[0];
  };
  const stated = valueOf(OID.messageDigest)?.content;
  const isStated = stated !== undefined && createHash(digest).update(content).digest().equals(stated);
  if (!isStated || !isOid(valueOf(OID.contentType), OID.stampInfo)) return undefined;
  // Signed is the SET, though it stands there under an implicit tag.
  const signed = derElement(DER.set, attributes.content);
  return certificates.find((certificate) => {
    try {
      return verify(digest, signed, certificate.publicKey, signature);
    } catch {
      return false;
    }
  });
}

/** Whether issuers lead from the certificate to a trusted one, through those of the token. */
function isTrusted(
  signer: X509Certificate,
  { certificates }: SignedData,
  trusted: readonly string[],
): boolean {
  const roots = trusted.flatMap((pem) => certificateOf(Buffer.from(pem)) ?? []);
  let current: X509Certificate | undefined = signer;
  for (let depth = 0; current !== undefined && depth < CHAIN_MAX; depth += 1) {
    const here: X509Certificate = current;
    const isRoot = (one: X509Certificate) =>
      one.fingerprint256 === here.fingerprint256 || (here.checkIssued(one) && here.verify(one.publicKey));
    if (roots.some(isRoot)) return true;
    current = certificates.find(
      (one) =>
        one.fingerprint256 !== here.fingerprint256 &&
        one.ca &&
        here.checkIssued(one) &&
        here.verify(one.publicKey),
    );
  }
  return false;
}
