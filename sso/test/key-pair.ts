import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import forge from 'node-forge';
import type { KeyPair } from '../types.ts';

const untypedPki = forge.pki as typeof forge.pki & {
  getTBSCertificate(certificate: forge.pki.Certificate): forge.asn1.Asn1;
};

/** Version, number, algorithm, issuer, validity, and subject stand before it (RFC 5280 §4.1). */
const SUBJECT_KEY_AT = 6;

/** A key on a curve with a certificate; nobody checks who signed that. */
export function createEcKeyPair(like: KeyPair, namedCurve: 'P-256' | 'P-384' | 'P-521'): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const der = forge.pki.pemToDer(like.certificate);
  const certificate = forge.asn1.fromDer(der);
  const parts = (certificate.value[0] as forge.asn1.Asn1).value as forge.asn1.Asn1[];
  parts[SUBJECT_KEY_AT] = forge.asn1.fromDer(publicKey.toString('latin1'));
  const body = Buffer.from(forge.asn1.toDer(certificate).getBytes(), 'latin1').toString('base64');
  const pem = `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  return { certificate: pem, privateKey };
}

/** A key of 2,048 bits with a certificate of its own, valid for `days` from `from`. */
export function createKeyPair(name: string, from = new Date(), days = 365): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(from.getTime() - 3_600_000);
  certificate.validity.notAfter = new Date(from.getTime() + days * 86_400_000);
  certificate.setSubject([{ name: 'commonName', value: name }]);
  certificate.setIssuer([{ name: 'commonName', value: name }]);
  const oid = forge.pki.oids['sha256WithRSAEncryption'] as string;
  certificate.signatureOid = oid;
  certificate.siginfo.algorithmOid = oid;
  certificate.tbsCertificate = untypedPki.getTBSCertificate(certificate);
  const body = Buffer.from(forge.asn1.toDer(certificate.tbsCertificate).getBytes(), 'latin1');
  certificate.signature = sign('sha256', body, createPrivateKey(privateKey)).toString('latin1');
  return { certificate: forge.pki.certificateToPem(certificate), privateKey };
}
