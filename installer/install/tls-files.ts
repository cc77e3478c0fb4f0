import type { Answers } from '../answers/read.ts';
import { makeLocalAuthority, makeRequest, type KeyPair } from '../tls/local-ca.ts';
import { readGiven } from '../tls/material.ts';

/** The certificate of the server and what goes with it. */
export interface TlsFiles {
  /** Files anybody may read, by name. */
  open: [name: string, text: string][];
  privateKey: string;
  authority: KeyPair | undefined;
  request: string | undefined;
}

/** Makes or reads the certificate, before anything is written; undefined where a proxy does TLS. */
export function prepareTls(answers: Answers, now = new Date()): TlsFiles | undefined {
  const mode = answers.text('tls.mode');
  const hostname = answers.text('hostname');
  if (mode === 'front') return undefined;
  if (mode === 'pem' || mode === 'p12') {
    const { chain, privateKey } = readGiven(answers);
    return { open: [['server.crt', chain]], privateKey, authority: undefined, request: undefined };
  }
  const { authority, server } = makeLocalAuthority(hostname, now);
  const own: [string, string][] = [
    ['server.crt', server.certificate + authority.certificate],
    ['ca.crt', authority.certificate],
  ];
  if (mode === 'local-ca') return { open: own, privateKey: server.privateKey, authority, request: undefined };
  // Until the bank's authority has answered the request, the certificate of ours serves; theirs, for the same key, then
  // takes its place.
  const request = makeRequest(hostname, server.privateKey);
  return { open: [...own, ['server.csr', request]], privateKey: server.privateKey, authority, request };
}
