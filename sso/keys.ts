import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { demand } from './refusal.ts';

/** Keys kept parsed; certificates of twenty identity providers and the keys of ours. */
const KEYS_MAX = 128;

/** Parsing a key costs as much as using it, and the same few come with every message. */
function remembered<T>(parse: (pem: string) => T): (pem: string) => T {
  const known = new Map<string, T>();
  return (pem) => {
    const held = known.get(pem);
    if (held !== undefined) return held;
    const parsed = parse(pem);
    if (known.size >= KEYS_MAX) known.delete(known.keys().next().value as string);
    known.set(pem, parsed);
    return parsed;
  };
}

/** The public key of a certificate, or of a key, PEM. */
export const publicKeyOf: (pem: string) => KeyObject = remembered((pem) => createPublicKey(pem));

/** A private key of ours, PEM; whoever calls holds that text already. */
export const privateKeyOf: (pem: string) => KeyObject = remembered((pem) => createPrivateKey(pem));

/**
 * The public key of a certificate as a text of its own, so that no part of a certificate can be mistaken for another kind
 * of key. Throws `sso.algorithm` for kinds that sign nothing here.
 */
export const plainKeyOf: (certificate: string) => string = remembered((certificate) => {
  const key = new X509Certificate(certificate).publicKey;
  demand(['rsa', 'ec'].includes(key.asymmetricKeyType ?? ''), 'sso.algorithm', 'key-type');
  return key.export({ type: 'spki', format: 'pem' }) as string;
});
