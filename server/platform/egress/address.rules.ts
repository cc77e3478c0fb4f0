import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/**
 * Addresses that no host name may lead to, whatever the rule for the name says: this machine, its neighbours, the
 * metadata services of clouds, and what is no single machine. A rule reaches one of them only by naming the address.
 * Private networks are not among them: they are where a bank's systems stand, and each needs its rule anyway.
 */
const SPECIAL: readonly (readonly [kind: SpecialKind, networks: readonly string[]])[] = [
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  ['metadata', ['169.254.169.254/32', '100.100.100.200/32', '192.0.0.192/32', '168.63.129.16/32']],
  ['metadata', ['fd00:ec2::254/128', 'fd20:ce::254/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10', 'fec0::/10']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  ['reserved', ['240.0.0.0/4', '192.0.0.0/24', '100::/64', '2001::/32', '64:ff9b:1::/48']],
];

/** Why an address is special. */
export type SpecialKind = 'loopback' | 'unspecified' | 'metadata' | 'link-local' | 'multicast' | 'reserved';

const lists = SPECIAL.map(([kind, networks]) => [kind, networkList(networks)] as const);

/** Prefixes of IPv6 addresses that hold an IPv4 address, and the group where it begins. */
const EMBEDDING: readonly (readonly [prefix: readonly number[], at: number])[] = [
  [[0, 0, 0, 0, 0, 0xffff], 6], // IPv4-mapped, RFC 4291 §2.5.5.2
  [[0, 0, 0, 0, 0xffff, 0], 6], // IPv4-translated, RFC 2765
  [[0x64, 0xff9b, 0, 0, 0, 0], 6], // NAT64, RFC 6052
  [[0, 0, 0, 0, 0, 0], 6], // IPv4-compatible, RFC 4291 §2.5.5.1
  [[0x2002], 1], // 6to4, RFC 3056
];

function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, head = '', a, b, c, d] = dotted ?? [];
  const pair = (high: unknown, low: unknown) => (Number(high) * 256 + Number(low)).toString(16);
  const text = dotted === null ? address : `${head}${pair(a, b)}:${pair(c, d)}`;
  const [left = '', right] = text.split('::');
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  if (right === undefined) return numbers(left);
  const zeros = new Array<number>(8 - numbers(left).length - numbers(right).length).fill(0);
  return [...numbers(left), ...zeros, ...numbers(right)];
}

/** The IPv4 address inside an IPv6 address, or undefined. `::` and `::1` hold none. */
export function embeddedAddress(address: string): string | undefined {
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address);
  for (const [prefix, at] of EMBEDDING) {
    if (!prefix.every((group, index) => groups[index] === group)) continue;
    const [high = 0, low = 0] = groups.slice(at, at + 2);
    if (at === 6 && prefix.every((group) => group === 0) && high === 0 && low <= 1) return undefined;
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return undefined;
}

/** Why only a rule that names this address reaches it; undefined for ordinary addresses. */
export function specialKind(address: string): SpecialKind | undefined {
  // A zone (`fe80::1%eth0`) belongs to link-local addresses only.
  const plain = address.split('%')[0] ?? '';
  const inner = embeddedAddress(plain);
  for (const each of inner === undefined ? [plain] : [inner, plain]) {
    const found = lists.find(([, list]) => contains(list, each));
    if (found !== undefined) return found[0];
  }
  return undefined;
}

/** Whether an address lies in a rule's own list of addresses and networks; an embedded IPv4 address counts too. */
export function isNamed(address: string, networks: readonly string[]): boolean {
  const list = networkList(networks);
  const inner = embeddedAddress(address);
  return contains(list, address) || (inner !== undefined && contains(list, inner));
}

/**
 * The one accepted spelling of a host: a name in ASCII of at most 253 characters, a dotted IPv4 address, or an IPv6
 * address as RFC 5952 writes it, in lower case. Undefined for every other one (octal, hexadecimal, and short IPv4,
 * brackets, zones, trailing dots, other scripts), so that no two spellings of one machine meet two judgements.
 */
export function canonicalHost(text: string): string | undefined {
  if (text.length === 0 || text.length > 253) return undefined;
  const host = text.toLowerCase();
  if (isIP(host) === 6) {
    if (host.includes('%') || embeddedAddress(host) !== undefined) return undefined;
    return new URL(`http://[${host}]`).hostname.slice(1, -1);
  }
  if (isIPv4(host)) return host;
  const labels = host.split('.');
  if (!labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))) return undefined;
  // A last label that is a number makes readers of URLs take the whole for an IPv4 address.
  if (/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) return undefined;
  const url = `http://${host}`;
  return URL.canParse(url) && new URL(url).hostname === host ? host : undefined;
}

/** An address or network as a rule lists it. */
export function isNetworkText(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128));
}
