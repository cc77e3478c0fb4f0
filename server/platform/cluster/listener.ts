import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { AppError, type Clock } from '../../kernel/index.ts';
import { createFarServer, type Network } from './far-server.ts';
import type { ClusterLog } from './types.ts';
import { createWire, type Wire } from './wire.ts';

/** Tells one process, or all. */
export type Tell = (topic: string, payload: unknown) => void;

/** The end that the others dial: answers their calls, and tells them what happens here. */
export interface Listener {
  listen(): Promise<void>;
  broadcast: Tell;
  close(): Promise<void>;
}

interface ListenerDeps {
  self: { id: string; incarnation: string };
  socketPath: string;
  network?: Network;
  clock: Clock;
  log: ClusterLog;
  answer(payload: unknown): Promise<unknown>;
  /** Called with each process that has just come. */
  greet(tell: Tell): void;
}

/**
 * Listens on a Unix socket, which nobody may reach who may not enter its folder; and on the network, where each peer
 * proves first that it holds the installation's key.
 */
export function createListener(deps: ListenerDeps): Listener {
  const { self, socketPath, log, network } = deps;
  const wires = new Set<Wire>();
  const servers: Server[] = [];

  async function reply(wire: Wire, id: number, payload: unknown): Promise<void> {
    try {
      wire.send(['answer', id, await deps.answer(payload)]);
    } catch (error) {
      if (!(error instanceof AppError)) log.warn('call of another process failed', {}, error);
      const { code, details } = error instanceof AppError ? error : new AppError('server.internal');
      wire.send(['refusal', id, { code, ...(details === undefined ? {} : { details }) }]);
    }
  }
  function welcome(wire: Wire, proof?: string): void {
    wire.send(['hello', proof === undefined ? self : { ...self, proof }]);
    wires.add(wire);
    deps.greet((topic, payload) => wire.send(['event', topic, payload]));
  }
  const leave = (wire: Wire) => void wires.delete(wire);
  function acceptNear(socket: Socket): void {
    const wire = createWire(socket, (frame) => {
      if (frame[0] === 'call') void reply(wire, frame[1], frame[2]);
      if (frame[0] === 'hello') welcome(wire);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => leave(wire));
  }
  return {
    async listen() {
      await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });
      // Left by a process of this name that was killed; no other one may have it.
      await rm(socketPath, { force: true });
      const near = createServer(acceptNear);
      servers.push(near);
      await opened(near, () => near.listen(socketPath));
      if (!network) return;
      const far = await createFarServer(network, { clock: deps.clock, log, self, reply, welcome, leave });
      servers.push(far);
      await opened(far, () => far.listen(network.place.port, network.place.host));
    },
    broadcast(topic, payload) {
      if (wires.size === 0) return;
      const encoded = JSON.stringify(['event', topic, payload]);
      for (const wire of wires) wire.sendEncoded(encoded);
    },
    async close() {
      for (const wire of wires) {
        wire.send(['bye']);
        wire.end();
      }
      await Promise.all(
        servers.map((server) => server.listening && new Promise<void>((done) => server.close(() => done()))),
      );
    },
  };
}

function opened(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    listen();
  });
}
