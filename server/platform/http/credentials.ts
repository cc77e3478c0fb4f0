import type { IncomingMessage } from 'node:http';
import type { Authenticator, Credentials, Principal } from './ports.ts';

/** Name of the session cookie. `__Host-` binds it to this host, to HTTPS, and to the whole path (RFC 6265bis). */
export const SESSION_COOKIE = '__Host-vaultdesk';

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{16,4096})$/i;
const TOKEN_CHARACTERS_MAX = 4096;

/** Reads one cookie; a name that comes twice counts as absent, since one of them was planted. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value] = values;
  return values.length === 1 && value !== undefined && value.length <= TOKEN_CHARACTERS_MAX
    ? value
    : undefined;
}

/** Reads the credentials of a request. With a bearer token the cookie is not looked at: one way in per request. */
export function readCredentials(request: Pick<IncomingMessage, 'headers'>, ip: string): Credentials {
  const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { bearer, ip };
  const cookie = readCookie(request.headers.cookie, SESSION_COOKIE);
  if (cookie === undefined) return { ip };
  return { cookie, ip, isBackground: request.headers['x-background'] === '1' };
}

/** Asks the authenticators in turn; the first that knows the credentials decides. */
export async function authenticate(
  authenticators: readonly Authenticator[],
  credentials: Credentials,
): Promise<Principal | undefined> {
  if (credentials.bearer === undefined && credentials.cookie === undefined) return undefined;
  for (const authenticator of authenticators) {
    const principal = await authenticator(credentials);
    if (principal !== undefined) return principal;
  }
  return undefined;
}

/** Compares two texts in a time that depends on their lengths only. */
export function isSameSecret(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ (right.charCodeAt(index % (right.length || 1)) || 0);
  }
  return difference === 0;
}
