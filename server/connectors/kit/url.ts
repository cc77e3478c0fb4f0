/** Percent-encodes everything but unreserved characters (RFC 3986 §2.3); a space is %20, since some refuse `+`. */
export function encodePart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A value as one segment of a path: it can neither end the segment nor step out of it. */
export function pathSegment(value: string): string {
  return value === '.' || value === '..' ? value.replaceAll('.', '%2E') : encodePart(value);
}

/** A query without its question mark; empty when there is nothing. */
export function queryText(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`)
    .join('&');
}

/** Host, port, and protocol of an address in settings; undefined for anything but a plain http or https address. */
export function placeOfUrl(
  url: string,
): { protocol: 'https' | 'http'; host: string; port: number } | undefined {
  const match =
    /^(https?):\/\/(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?(?:\/[\x21-\x7e]*)?$/.exec(url);
  if (match === null || url.includes('#')) return undefined;
  const [, protocol, host = '', port] = match;
  const known = protocol === 'https' ? 443 : 80;
  return {
    protocol: protocol as 'https' | 'http',
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: port === undefined ? known : Number(port),
  };
}
