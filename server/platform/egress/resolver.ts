import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { ResolvedAddress, ResolveHost } from './ports.ts';

/**
 * Name lookups at once. They run on the four threads that files and password hashes use as well: a name server that
 * is away must not stop those.
 */
const LOOKUPS_AT_ONCE = 2;
const LOOKUPS_WAITING_MAX = 200;

/** Asks the system as every other program does: hosts file, search domains, all addresses of both families. */
export const systemResolver: ResolveHost = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true, verbatim: true }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses);
    });
  });

/** Bounds lookups, and asks once for a name that several want at the same moment. Addresses resolve to themselves. */
export function boundedResolver(resolve: ResolveHost): ResolveHost {
  const running = new Map<string, Promise<readonly ResolvedAddress[]>>();
  const waiting: (() => void)[] = [];
  let activeCount = 0;

  async function ask(host: string): Promise<readonly ResolvedAddress[]> {
    if (activeCount >= LOOKUPS_AT_ONCE) {
      if (waiting.length >= LOOKUPS_WAITING_MAX) throw new Error('Too many names are being looked up.');
      await new Promise<void>((next) => waiting.push(next));
    } else activeCount += 1;
    try {
      return await resolve(host);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else activeCount -= 1;
    }
  }

  return (host) => {
    const family = isIP(host);
    if (family !== 0) return Promise.resolve([{ address: host, family }]);
    const known = running.get(host);
    if (known !== undefined) return known;
    const asked = ask(host).finally(() => running.delete(host));
    running.set(host, asked);
    return asked;
  };
}
