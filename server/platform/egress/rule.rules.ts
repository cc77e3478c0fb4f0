import { canonicalHost, isNamed, isNetworkText, specialKind } from './address.rules.ts';
import { EGRESS_PROTOCOLS, type EgressProtocol, type EgressUse, type ResolvedAddress } from './ports.ts';
import { isPort } from './target.rules.ts';

/** What a rule opens: one place for one owner, and, where it says so, only at these addresses. */
export interface EgressAllowance {
  owner: string;
  protocol: EgressProtocol;
  host: string;
  port: number;
  /** Addresses and networks the host may stand for; empty: any that are not special. */
  addresses: readonly string[];
}

/** Addresses a rule may list. */
export const RULE_ADDRESSES_MAX = 16;

/** The form of an owner: the part of the product, and its instance. */
export const OWNER_PATTERN = '^[a-z][a-z0-9-]{0,29}:[A-Za-z0-9._-]{1,64}$';

const OWNER = new RegExp(OWNER_PATTERN);
/** `OWNER PROTOCOL HOST:PORT [ADDRESS,…]`; only settings may say `webhook:*`, since they know no ids. */
const LINE = /^([a-z][a-z0-9-]{0,29}:(?:\*|[A-Za-z0-9._-]{1,64})) ([a-z]+) (\S+):(\d{1,5})(?: (\S+))?$/;

/** Whether a text may name an owner. */
export function isOwner(text: string): boolean {
  return OWNER.test(text);
}

/** Reads one line of `egress.allow`; undefined when it has another form. */
export function parseAllowLine(line: string): EgressAllowance | undefined {
  const [, owner, word, rawHost = '', rawPort, list] = LINE.exec(line) ?? [];
  const protocol = EGRESS_PROTOCOLS.find((each) => each === word);
  const bracketed = /^\[(.*)\]$/.exec(rawHost);
  const host = canonicalHost(bracketed?.[1] ?? rawHost);
  const port = Number(rawPort);
  const addresses = list === undefined ? [] : list.split(',');
  if (owner === undefined || protocol === undefined || host === undefined || !isPort(port)) return undefined;
  if (host.includes(':') !== (bracketed !== null)) return undefined;
  if (addresses.length > RULE_ADDRESSES_MAX || !addresses.every(isNetworkText)) return undefined;
  return { owner, protocol, host, port, addresses };
}

/** Whether a rule opens this place for this owner. Hosts are compared in their one spelling. */
export function opens(rule: EgressAllowance, use: EgressUse, place: { host: string; port: number }): boolean {
  const isOwned = rule.owner.endsWith(':*')
    ? use.owner.startsWith(rule.owner.slice(0, -1)) && isOwner(use.owner)
    : rule.owner === use.owner;
  return isOwned && rule.protocol === use.protocol && rule.host === place.host && rule.port === place.port;
}

/**
 * Why the addresses of a host may not be used, or undefined when all of them may. One bad address among good ones
 * refuses them all: a name that stands for both is a trick or a fault.
 */
export function addressFault(
  rule: EgressAllowance,
  addresses: readonly ResolvedAddress[],
): string | undefined {
  if (addresses.length === 0) return 'address_none';
  for (const { address } of addresses) {
    if (rule.addresses.length > 0) {
      if (!isNamed(address, rule.addresses)) return 'address_unlisted';
    } else if (rule.host !== address) {
      const kind = specialKind(address);
      if (kind !== undefined) return `address_${kind.replace('-', '_')}`;
    }
  }
  return undefined;
}
