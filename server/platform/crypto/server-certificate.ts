import { createPrivateKey, generateKeyPair, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { randomBytes } from './random.ts';

/**
 * RSA, because node-forge writes no other certificates. 2,048 bits are good to 2030 (NIST SP 800-57), longer than the
 * certificate, and a reconnect storm costs a third of what 3,072 bits would.
 */
const MODULUS_BITS = 2_048;
const SERIAL_BYTES = 16;
/** Browsers refuse server certificates valid for more than 398 days. */
const VALID_DAYS = 397;
/** Clients whose clock is behind must not find a certificate from the future. */
const BACKDATE_MS = 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const ALWAYS_NAMED = ['localhost', '127.0.0.1', '::1'];
/** subjectAltName kinds of RFC 5280 §4.2.1.6 as node-forge numbers them. */
const ALT_NAME = { dns: 2, ip: 7 } as const;
/** Exported by node-forge 1.x (lib/x509.js), but missing in its type declarations. */
const untypedPki = forge.pki as typeof forge.pki & {
  getTBSCertificate(certificate: forge.pki.Certificate): forge.asn1.Asn1;
};
const generateKeys = promisify(generateKeyPair);

/** Certificate and private key, PEM. */
export interface ServerCertificate {
  certificate: string;
  privateKey: string;
  notAfter: Date;
}

/**
 * Makes a self-signed TLS server certificate for `localhost`, 127.0.0.1, ::1 and the given names or addresses; it is
 * no authority and can sign nothing else. Keys and signature come from OpenSSL, only the form from node-forge.
 */
export async function createServerCertificate(options: {
  hostnames?: readonly string[];
  now: Date;
  /** 397 unless set: what browsers take. Other programs take longer ones. */
  validDays?: number;
}): Promise<ServerCertificate> {
  const { privateKey, publicKey } = await generateKeys('rsa', {
    modulusLength: MODULUS_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const names = [...new Set([...ALWAYS_NAMED, ...(options.hostnames ?? [])])];
  const notAfter = new Date(options.now.getTime() + (options.validDays ?? VALID_DAYS) * DAY_MS);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = positiveSerial();
  certificate.validity.notBefore = new Date(options.now.getTime() - BACKDATE_MS);
  certificate.validity.notAfter = notAfter;
  const subject = [{ name: 'commonName', value: options.hostnames?.[0] ?? 'localhost' }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: names.map(altName) },
    { name: 'subjectKeyIdentifier' },
  ]);
  return { certificate: signed(certificate, privateKey), privateKey, notAfter };
}

/** Signs the certificate's body with OpenSSL; node-forge would need seconds of blocking arithmetic. */
function signed(certificate: forge.pki.Certificate, privateKeyPem: string): string {
  const algorithm = forge.pki.oids['sha256WithRSAEncryption'];
  if (algorithm === undefined) throw new Error('node-forge does not know sha256WithRSAEncryption');
  certificate.signatureOid = algorithm;
  certificate.siginfo.algorithmOid = algorithm;
  certificate.tbsCertificate = untypedPki.getTBSCertificate(certificate);
  const body = Buffer.from(forge.asn1.toDer(certificate.tbsCertificate).getBytes(), 'latin1');
  certificate.signature = sign('sha256', body, createPrivateKey(privateKeyPem)).toString('latin1');
  return forge.pki.certificateToPem(certificate);
}

function altName(name: string) {
  return isIP(name) === 0 ? { type: ALT_NAME.dns, value: name } : { type: ALT_NAME.ip, ip: name };
}

/** RFC 5280 §4.1.2.2: positive and not zero; the first bit off, the next one on keeps all 16 bytes. */
function positiveSerial(): string {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial.toString('hex');
}
