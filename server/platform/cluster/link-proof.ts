import type { TLSSocket } from 'node:tls';
import { timingSafeEqual, type Crypto } from '../crypto/index.ts';

/** Which end of a link proves itself: what one end said is of no use to the other. */
export type LinkEnd = 'dialer' | 'listener';

/** Proves over the network that both ends of a link hold the installation's key. */
export interface LinkProof {
  /** What this end says of itself on this connection. */
  prove(socket: TLSSocket, end: LinkEnd, self: { id: string; incarnation: string }): string;
  isProven(
    socket: TLSSocket,
    end: LinkEnd,
    claim: { id: string; incarnation: string; proof?: unknown },
  ): boolean;
}

const BINDING_BYTES = 32;
const BINDING_LABEL = 'EXPORTER-vaultdesk-link';
/** A keyed hash has eight bytes; four under keys of their own make 256 bits. */
const INDEXES = ['link.proof.1', 'link.proof.2', 'link.proof.3', 'link.proof.4'];

/**
 * A keyed hash over the end, its name, and a secret of this TLS connection (RFC 5705, RFC 8446 §7.5). Somebody between
 * the two has another connection to each, so that he can pass no proof on; certificates need name nobody.
 */
export function createLinkProof(crypto: Pick<Crypto, 'blindIndex'>): LinkProof {
  const prove: LinkProof['prove'] = (socket, end, { id, incarnation }) => {
    const binding = socket
      .exportKeyingMaterial(BINDING_BYTES, BINDING_LABEL, Buffer.alloc(0))
      .toString('hex');
    const text = [end, id, incarnation, binding].join('\n');
    return Buffer.concat(INDEXES.map((index) => crypto.blindIndex(index, text))).toString('base64url');
  };
  return {
    prove,
    isProven: (socket, end, { proof, ...claim }) =>
      typeof proof === 'string' && isSame(proof, prove(socket, end, claim)),
  };
}

function isSame(claimed: string, right: string): boolean {
  const [left, wanted] = [Buffer.from(claimed), Buffer.from(right)];
  return left.length === wanted.length && timingSafeEqual(left, wanted);
}
