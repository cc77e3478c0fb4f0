import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

const CA_BITS = 3_072;
const SERVER_BITS = 2_048;
/** An authority inside a bank outlives ten certificates. */
const CA_DAYS = 3_650;
/** Browsers refuse server certificates valid for more than 398 days. */
const SERVER_DAYS = 397;
const DAY_MS = 86_400_000;
/** Clients whose clock is behind must not find a certificate from the future. */
const BACKDATE_MS = 3_600_000;
/** Missing in the declarations of node-forge 1.x. */
const pki = forge.pki as typeof forge.pki & {
  getTBSCertificate(certificate: forge.pki.Certificate): forge.asn1.Asn1;
  getCertificationRequestInfo(request: forge.pki.CertificateSigningRequest): forge.asn1.Asn1;
};

/** A certificate with its key, PEM. */
export interface KeyPair {
  certificate: string;
  privateKey: string;
}

/**
 * An authority of this installation alone, and a server certificate of it. Keys and signatures come from OpenSSL, only the
 * form from node-forge. The authority may sign nothing but server certificates below it.
 */
export function makeLocalAuthority(hostname: string, now: Date): { authority: KeyPair; server: KeyPair } {
  const ca = keys(CA_BITS);
  const issuer = [
    { name: 'commonName', value: `Vaultdesk local authority ${randomBytes(4).toString('hex')}` },
    { name: 'organizationName', value: hostname.slice(0, 64) },
  ];
  const authority = certify(
    { subject: issuer, issuer, publicKey: ca.publicKey, signer: ca.privateKey, now, days: CA_DAYS },
    [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      { name: 'subjectKeyIdentifier' },
    ],
  );
  const own = keys(SERVER_BITS);
  const subject = [{ name: 'commonName', value: hostname.slice(0, 64) }];
  const server = certify(
    { subject, issuer, publicKey: own.publicKey, signer: ca.privateKey, now, days: SERVER_DAYS },
    [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: altNames(hostname) },
      { name: 'subjectKeyIdentifier' },
    ],
  );
  return {
    authority: { certificate: authority, privateKey: ca.privateKey },
    server: { certificate: server, privateKey: own.privateKey },
  };
}

/** The request for a certificate over a key, PEM, that the bank's own authority answers. */
export function makeRequest(hostname: string, privateKey: string): string {
  const request = pki.createCertificationRequest();
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string;
  request.publicKey = pki.publicKeyFromPem(publicKey);
  request.setSubject([{ name: 'commonName', value: hostname.slice(0, 64) }]);
  request.setAttributes([
    { name: 'extensionRequest', extensions: [{ name: 'subjectAltName', altNames: altNames(hostname) }] },
  ] as never);
  const algorithm = pki.oids['sha256WithRSAEncryption'] as string;
  const parts = request as unknown as Record<string, unknown> & { siginfo: { algorithmOid: string } };
  parts['signatureOid'] = algorithm;
  parts.siginfo.algorithmOid = algorithm;
  const info = pki.getCertificationRequestInfo(request);
  parts['certificationRequestInfo'] = info;
  parts['signature'] = signed(info, privateKey);
  return pki.certificationRequestToPem(request);
}

function keys(modulusLength: number): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

function certify(
  about: {
    subject: forge.pki.CertificateField[];
    issuer: forge.pki.CertificateField[];
    publicKey: string;
    signer: string;
    now: Date;
    days: number;
  },
  extensions: object[],
): string {
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.publicKeyFromPem(about.publicKey);
  certificate.serialNumber = serial();
  certificate.validity.notBefore = new Date(about.now.getTime() - BACKDATE_MS);
  certificate.validity.notAfter = new Date(about.now.getTime() + about.days * DAY_MS);
  certificate.setSubject(about.subject);
  certificate.setIssuer(about.issuer);
  certificate.setExtensions(extensions);
  const algorithm = pki.oids['sha256WithRSAEncryption'] as string;
  certificate.signatureOid = algorithm;
  certificate.siginfo.algorithmOid = algorithm;
  certificate.tbsCertificate = pki.getTBSCertificate(certificate);
  certificate.signature = signed(certificate.tbsCertificate, about.signer);
  return pki.certificateToPem(certificate);
}

function signed(body: forge.asn1.Asn1, privateKeyPem: string): string {
  const bytes = Buffer.from(forge.asn1.toDer(body).getBytes(), 'latin1');
  return sign('sha256', bytes, createPrivateKey(privateKeyPem)).toString('latin1');
}

function altNames(hostname: string) {
  const names = [...new Set([hostname, 'localhost', '127.0.0.1', '::1'])];
  return names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }));
}

/** RFC 5280 §4.1.2.2: positive and not zero; the first bit off, the next one on keeps all 16 bytes. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
