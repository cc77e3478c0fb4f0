import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import forge from 'node-forge';
import type { Answers } from '../answers/read.ts';
import { InstallFault } from '../fault.ts';

/** A chain with its key as the bank gave them. */
export interface Given {
  /** PEM, the server's own certificate first. */
  chain: string;
  certificates: X509Certificate[];
  key: KeyObject;
  /** PEM, PKCS#8, not locked. */
  privateKey: string;
}

const BYTES_MAX = 1024 * 1024;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Reads what `tls.mode` pem or p12 names. Throws `tls.unusable` with the file and why, never with a secret. */
export function readGiven(answers: Answers): Given {
  const file = answers.text('tls.file');
  const passwordFile = answers.maybe('tls.password_file');
  const password =
    passwordFile === undefined ? undefined : readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '');
  try {
    const bytes = readFileSync(file);
    if (bytes.length > BYTES_MAX) throw new Error('larger than 1 MiB');
    return answers.text('tls.mode') === 'p12'
      ? fromPkcs12(bytes, password ?? '')
      : fromPem(bytes.toString('utf8'), readFileSync(answers.text('tls.key_file'), 'utf8'), password);
  } catch (cause) {
    if (cause instanceof InstallFault) throw cause;
    throw new InstallFault('tls.unusable', `${file}: ${(cause as Error).message}`, cause);
  }
}

function fromPem(chainText: string, keyText: string, passphrase: string | undefined): Given {
  const pems = chainText.match(PEM_CERTIFICATE) ?? [];
  if (pems.length === 0) throw new Error('holds no certificate');
  const key = createPrivateKey({ key: keyText, ...(passphrase === undefined ? {} : { passphrase }) });
  return { ...chainOf(pems), ...keyOf(key) };
}

function fromPkcs12(bytes: Buffer, password: string): Given {
  const store = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(bytes.toString('latin1')), password);
  const { pkcs8ShroudedKeyBag, keyBag, certBag } = forge.pki.oids as Record<string, string>;
  const bags = (kind: string | undefined) => store.getBags({ bagType: kind as string })[kind as string] ?? [];
  const [held] = [...bags(pkcs8ShroudedKeyBag), ...bags(keyBag)];
  if (held?.key === undefined || held.key === null) throw new Error('holds no RSA key');
  const key = createPrivateKey(forge.pki.privateKeyToPem(held.key));
  const pems = bags(certBag).flatMap(({ cert }) => (cert ? [forge.pki.certificateToPem(cert)] : []));
  // A store has no order: the server's own certificate goes first, each one before its issuer.
  const all = pems.map((pem) => new X509Certificate(pem));
  const ordered: X509Certificate[] = [];
  let next = all.find((certificate) => certificate.checkPrivateKey(key));
  if (next === undefined) throw new Error('holds no certificate of its key');
  while (next !== undefined && !ordered.includes(next)) {
    ordered.push(next);
    const last: X509Certificate = next;
    next = all.find((certificate) => certificate !== last && last.checkIssued(certificate));
  }
  return { ...chainOf(ordered.map((certificate) => certificate.toString())), ...keyOf(key) };
}

function chainOf(pems: readonly string[]): Pick<Given, 'chain' | 'certificates'> {
  return {
    chain: `${pems.map((pem) => pem.trim()).join('\n')}\n`,
    certificates: pems.map((pem) => new X509Certificate(pem)),
  };
}

function keyOf(key: KeyObject): Pick<Given, 'key' | 'privateKey'> {
  return { key, privateKey: key.export({ type: 'pkcs8', format: 'pem' }) as string };
}
