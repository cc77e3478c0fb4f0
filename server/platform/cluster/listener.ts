import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { AppError } from '../../kernel/index.ts';
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
  log: ClusterLog;
  answer(payload: unknown): Promise<unknown>;
  /** Called with each process that has just come. */
  greet(tell: Tell): void;
}

/** Listens on a Unix socket; nobody may reach it who may not enter its folder. */
export function createListener(deps: ListenerDeps): Listener {
  const { self, socketPath, log } = deps;
  const wires = new Set<Wire>();
  const server: Server = createServer(accept);

  async function reply(wire: Wire, id: number, payload: unknown): Promise<void> {
    try {
      wire.send(['answer', id, await deps.answer(payload)]);
    } catch (error) {
      if (!(error instanceof AppError)) log.warn('call of another process failed', {}, error);
      const { code, details } = error instanceof AppError ? error : new AppError('server.internal');
      wire.send(['refusal', id, { code, ...(details === undefined ? {} : { details }) }]);
    }
  }
  function accept(socket: Socket): void {
    const wire = createWire(socket, (frame) => {
      if (frame[0] === 'call') void reply(wire, frame[1], frame[2]);
      if (frame[0] !== 'hello') return;
      wire.send(['hello', self]);
      wires.add(wire);
      deps.greet((topic, payload) => wire.send(['event', topic, payload]));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => wires.delete(wire));
  }

  return {
    async listen() {
      await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });
      // Left by a process of this name that was killed; no other one may have it.
      await rm(socketPath, { force: true });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(socketPath, resolve);
      });
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
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
