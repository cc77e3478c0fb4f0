import { generateKeyPairSync } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

/** A certificate and its key, PEM. */
export interface TestCertificate {
  cert: string;
  key: string;
}

/** What a certificate of a spec says. */
export interface CertificateWish {
  /** Names and addresses; the first is the common name. */
  names: readonly string[];
  notBefore?: Date;
  notAfter?: Date;
  /** Signed by its own key instead of the authority's. */
  isSelfSigned?: boolean;
}

const DAY_MS = 86_400_000;
let serial = 1;

function newKeys(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

function draft(publicKeyPem: string, name: string, from: Date, until: Date): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKeyPem);
  certificate.serialNumber = (serial += 1).toString(16).padStart(4, '0');
  certificate.validity.notBefore = from;
  certificate.validity.notAfter = until;
  certificate.setSubject([{ name: 'commonName', value: name }]);
  return certificate;
}

/** An authority of a spec: `ca` is what others trust, `issue` makes certificates under it. */
export function createAuthority(): { ca: string; issue(wish: CertificateWish): TestCertificate } {
  const keys = newKeys();
  const now = Date.now();
  const root = draft(keys.publicKey, 'Spec Authority', new Date(now - DAY_MS), new Date(now + 30 * DAY_MS));
  root.setIssuer(root.subject.attributes);
  root.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]);
  const rootKey = forge.pki.privateKeyFromPem(keys.privateKey);
  root.sign(rootKey, forge.md.sha256.create());
  return {
    ca: forge.pki.certificateToPem(root),
    issue({ names, notBefore, notAfter, isSelfSigned = false }) {
      const own = newKeys();
      const from = notBefore ?? new Date(now - DAY_MS);
      const certificate = draft(own.publicKey, names[0] ?? '', from, notAfter ?? new Date(now + 10 * DAY_MS));
      certificate.setIssuer(isSelfSigned ? certificate.subject.attributes : root.subject.attributes);
      certificate.setExtensions([
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        {
          name: 'subjectAltName',
          altNames: names.map((name) =>
            isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name },
          ),
        },
      ]);
      const signer = isSelfSigned ? forge.pki.privateKeyFromPem(own.privateKey) : rootKey;
      certificate.sign(signer, forge.md.sha256.create());
      return { cert: forge.pki.certificateToPem(certificate), key: own.privateKey };
    },
  };
}
