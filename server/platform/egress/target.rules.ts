import { canonicalHost } from './address.rules.ts';

/** Longest address that is called. */
export const URL_CHARACTERS_MAX = 2_048;

/** An HTTP address taken apart. */
export interface HttpTarget {
  protocol: 'http' | 'https';
  host: string;
  port: number;
  /** Path and query as they go over the wire, beginning with a slash. */
  path: string;
  /** Value of the Host header. */
  authority: string;
}

/** Why an address was not even looked up. */
export type TargetFault = 'url_form' | 'url_credentials' | 'url_host' | 'url_port';

const FORM = /^(https?):\/\/([^/?#]*)((?:[/?][^#]*)?)$/;
/** What may stand in an address: printable ASCII without the characters that readers of URLs disagree about. */
const CLEAN = /^[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/;

/**
 * Takes an address apart, or says why it is none. The text itself is judged, before any reader of URLs repairs it:
 * a reader drops tabs, turns backslashes into slashes, and 0x7f.1 into 127.0.0.1.
 */
export function parseHttpUrl(text: string): HttpTarget | TargetFault {
  if (text.length > URL_CHARACTERS_MAX || !CLEAN.test(text)) return 'url_form';
  const match = FORM.exec(text);
  if (match === null || !URL.canParse(text)) return 'url_form';
  const [, scheme, authority = ''] = match;
  if (authority.includes('@')) return 'url_credentials';
  const [, rawHost = '', rawPort] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority) ?? [];
  const isBracketed = rawHost.startsWith('[');
  const host = canonicalHost(isBracketed ? rawHost.slice(1, -1) : rawHost);
  if (host === undefined || isBracketed !== host.includes(':')) return 'url_host';
  if (rawPort !== undefined && !isPortText(rawPort)) return 'url_port';
  const url = new URL(text);
  const protocol = scheme as 'http' | 'https';
  return {
    protocol,
    host,
    port: rawPort === undefined ? (protocol === 'https' ? 443 : 80) : Number(rawPort),
    path: `${url.pathname}${url.search}`,
    authority: url.host,
  };
}

function isPortText(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && isPort(Number(text));
}

/** Whether a number is a TCP port one can call. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
