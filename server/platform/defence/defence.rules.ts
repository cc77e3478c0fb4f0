/** Why an address is turned away. */
export type BlockReason = 'bait' | 'scan' | 'guessing';

/** What the HTTP side saw of one request. */
export interface Sighting {
  /** Pattern of the route, or `none`. */
  route: string;
  /** Path as it was sent; looked at here, kept nowhere. */
  path: string;
  /** Code of the error it was answered with. */
  code?: string | undefined;
}

/** Points at which an address is turned away; they fade within `FADE_MS`. */
export const POINTS_MAX = 100;
/** Time in which a full account of points is forgotten. */
export const FADE_MS = 10 * 60_000;
/** The first time; each further time within a day twice as long. */
export const BLOCK_FIRST_MS = 15 * 60_000;
/** No block is longer. */
export const BLOCK_MAX_MS = 24 * 60 * 60_000;

/**
 * Addresses that nobody has a reason to ask for here: programs that others run, and files that lie about by mistake. Who
 * asks for one looks for holes. Nothing of ours ever has such a name.
 */
const BAIT = [
  /^\/\.(?:env|git|svn|hg|aws|ssh|htaccess|htpasswd|DS_Store)(?:[/.]|$)/i,
  /^\/(?:wp-login|wp-admin|wp-content|wp-includes|xmlrpc)(?:[/.]|$)/i,
  /^\/(?:phpmyadmin|pma|adminer|phpinfo|cgi-bin|server-status)(?:[/.]|$)/i,
  /^\/(?:actuator|jolokia|solr|jenkins|struts|weblogic|console\/login|manager\/html)(?:[/.]|$)/i,
  /^\/(?:vendor\/phpunit|HNAP1|boaform|GponForm|owa\/auth|ecp)(?:[/.]|$)/i,
  /\.(?:php|asp|aspx|jsp|cgi|bak|sql|swp)$/i,
];
const GUESSES = new Set(['session.credentials_invalid', 'session.locked', 'setup.code_invalid']);
const GUESS_POINTS = 5;
/** What a scanner is answered all the time, and an honest client by mistake. */
const SCAN_POINTS: Readonly<Record<string, number>> = {
  'request.host_invalid': 4,
  'request.headers_too_large': 4,
  'request.origin_refused': 4,
  'request.method_not_allowed': 3,
  'request.media_type': 2,
  'request.invalid': 1,
};
const UNKNOWN_PATH_POINTS = 2;

/** Whether a path is one that only somebody who looks for holes asks for. */
export function isBait(path: string): boolean {
  return BAIT.some((pattern) => pattern.test(path));
}

/** The points of one request, and of what kind they are; none for the rest of the world. */
export function pointsOf({
  route,
  path,
  code,
}: Sighting): { points: number; reason: BlockReason } | undefined {
  if (code === undefined) return undefined;
  if (route === 'none' && isBait(path)) return { points: POINTS_MAX, reason: 'bait' };
  if (GUESSES.has(code)) return { points: GUESS_POINTS, reason: 'guessing' };
  if (code === 'request.not_found' && route === 'none')
    return { points: UNKNOWN_PATH_POINTS, reason: 'scan' };
  const points = SCAN_POINTS[code];
  return points === undefined ? undefined : { points, reason: 'scan' };
}

/** Milliseconds of the next block of an address that had so many within a day. */
export function blockMs(earlierCount: number): number {
  return Math.min(BLOCK_MAX_MS, BLOCK_FIRST_MS * 2 ** Math.min(earlierCount, 10));
}
