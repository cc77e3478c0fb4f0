import { hostname } from 'node:os';
import { dirname } from 'node:path';

/** A place on the network. */
export interface LinkPlace {
  host: string;
  port: number;
}

const NETWORK = / tls:\/\/(.+):(\d+)$/;

/** Where the others find a process: its machine, the socket on it, and its place on the network if it has one. */
export function addressOf(socketPath: string, place?: LinkPlace): string {
  return `${hostname()}:${socketPath}${place ? ` tls://${place.host}:${place.port}` : ''}`;
}

/** Whether processes of other machines and homes reach an address. */
export function isOnNetwork(address: string): boolean {
  return NETWORK.test(address);
}

/**
 * The way to an address: the socket where it lies beside the own one, else the network; undefined for a process of
 * another machine or home folder that is not on it.
 */
export function wayTo(address: string, ownPath: string): { path: string } | LinkPlace | undefined {
  const [, host, port] = NETWORK.exec(address) ?? [];
  const prefix = `${hostname()}:`;
  const path = address.replace(NETWORK, '').slice(prefix.length);
  if (address.startsWith(prefix) && dirname(path) === dirname(ownPath)) return { path };
  return host === undefined ? undefined : { host, port: Number(port) };
}
