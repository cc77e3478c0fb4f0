import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * The common name of the certificate a client showed, when the listener asked for one and its authority vouches for it;
 * undefined on every other connection, and for a certificate with no name or several.
 */
export function certificateNameOf(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
