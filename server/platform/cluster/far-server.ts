import type { Server } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Clock } from '../../kernel/index.ts';
import { createServerCertificate } from '../crypto/index.ts';
import type { LinkPlace } from './address.ts';
import type { LinkProof } from './link-proof.ts';
import type { ClusterLog } from './types.ts';
import { createWire, type Frame, type Wire } from './wire.ts';

/** Where on the network a process is dialled, and how its peers prove themselves. */
export interface Network {
  place: LinkPlace;
  proof: LinkProof;
}

interface FarDeps {
  clock: Clock;
  log: ClusterLog;
  self: { id: string; incarnation: string };
  reply(wire: Wire, id: number, payload: unknown): Promise<void>;
  /** The peer proved itself: it is answered with the own proof, and told what happens from now on. */
  welcome(wire: Wire, proof: string): void;
  leave(wire: Wire): void;
}

/** Whoever dials over the network has this long to prove itself. */
const PROVEN_WITHIN_MS = 5_000;
/** Connections over the network that may be unproven at once. */
const STRANGERS_MAX = 64;

/** The end that processes of other machines and homes dial; it does not listen yet. */
export async function createFarServer({ proof }: Network, deps: FarDeps): Promise<Server> {
  const { self, log } = deps;
  // It names nobody, so that it needs no keeping: the proof stands for both ends.
  const { certificate: cert, privateKey: key } = await createServerCertificate({ now: deps.clock.now() });
  const options = { cert, key, minVersion: 'TLSv1.3', handshakeTimeout: PROVEN_WITHIN_MS } as const;
  let strangers = 0;

  function accept(socket: TLSSocket): void {
    socket.on('error', () => undefined);
    if (strangers >= STRANGERS_MAX) return void socket.destroy();
    strangers += 1;
    let isStranger = true;
    const timer = setTimeout(() => socket.destroy(), PROVEN_WITHIN_MS);
    const endWait = () => {
      if (isStranger) strangers -= 1;
      isStranger = false;
      clearTimeout(timer);
    };
    const hear = (frame: Frame) => {
      if (frame[0] === 'call' && !isStranger) return void deps.reply(wire, frame[1], frame[2]);
      if (frame[0] !== 'hello' || !proof.isProven(socket, 'dialer', frame[1])) {
        log.warn("link refused: no proof of the installation's key");
        return wire.destroy();
      }
      endWait();
      deps.welcome(wire, proof.prove(socket, 'listener', self));
    };
    const wire = createWire(socket, hear, () => isStranger);
    socket.on('close', () => {
      endWait();
      deps.leave(wire);
    });
  }
  const server = createServer(options, accept);
  server.on('tlsClientError', () => undefined);
  return server;
}
