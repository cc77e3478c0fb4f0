import { BlockList, isIP, isIPv6 } from 'node:net';

/** Name under which a Unix socket may be listed as a trusted proxy. */
const UNIX_SOCKET = 'unix';
const FORWARDED_ADDRESSES_MAX = 20;

/** Tells whether an address lies in a list of addresses and networks. */
export type NetworkList = (address: string) => boolean;

/** `::ffff:10.0.0.1`, as a dual-stack socket reports it, is `10.0.0.1`. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** Whether a text is an IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** Compiles addresses and networks; throws on one it cannot read, so that a typing error is found at start. */
export function createNetworkList(entries: readonly string[]): NetworkList {
  const list = new BlockList();
  const hasUnix = entries.includes(UNIX_SOCKET);
  for (const entry of entries) {
    if (entry === UNIX_SOCKET) continue;
    const [address = '', prefix] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (isIP(address) === 0) throw new Error(`"${entry}" is no address or network.`);
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    if (address === UNIX_SOCKET) return hasUnix;
    return isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
}

/** Whether an address is this machine's own. */
export const isLoopback: NetworkList = createNetworkList(['127.0.0.0/8', '::1']);

/**
 * The client's address: the socket's, unless that is a listed proxy; then the right-most address of
 * `X-Forwarded-For` that is no listed proxy. Anything left of it may be the client's invention.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: NetworkList,
): string {
  let address = socketAddress === undefined ? UNIX_SOCKET : plainAddress(socketAddress);
  if (forwardedFor === undefined || !isTrusted(address)) return address;
  const hops = forwardedFor.split(',').slice(-FORWARDED_ADDRESSES_MAX);
  for (const hop of hops.reverse()) {
    const candidate = plainAddress(hop.trim());
    if (isIP(candidate) === 0) return address;
    address = candidate;
    if (!isTrusted(address)) return address;
  }
  return address;
}
