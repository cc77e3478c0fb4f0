import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { plainAddress } from './client-address.ts';

/** How many connections one address may hold at a worker. */
export interface ConnectionLimit {
  perAddressMax: number;
  /** Whether an address is counted: not the proxies everybody comes through, nor the loopback. */
  isCounted(address: string): boolean;
}

/**
 * Closes what an address opens beyond its number, without a byte: there is nobody to explain it to yet. It stands before
 * the server's own listeners, which never see what is refused: Node 20 crashes when the socket below a TLS socket is
 * destroyed while it is being wrapped.
 */
export function limitConnections(server: Server, { perAddressMax, isCounted }: ConnectionLimit): void {
  const counts = new Map<string, number>();
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  const accept = (socket: Socket) => listeners.forEach((listener) => listener.call(server, socket));
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress === undefined ? '' : plainAddress(socket.remoteAddress);
    if (address === '' || !isCounted(address)) {
      accept(socket);
      return;
    }
    const count = counts.get(address) ?? 0;
    if (count >= perAddressMax) {
      socket.destroy();
      return;
    }
    counts.set(address, count + 1);
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left === 0) counts.delete(address);
      else counts.set(address, left);
    });
    accept(socket);
  });
}
