import { hostname } from 'node:os';

/** Where the others find a process: its machine, and the socket on it. */
export function addressOf(socketPath: string): string {
  return `${hostname()}:${socketPath}`;
}

/** The socket of an address of this machine; undefined for another one's. */
export function pathOf(address: string): string | undefined {
  const prefix = `${hostname()}:`;
  return address.startsWith(prefix) ? address.slice(prefix.length) : undefined;
}
