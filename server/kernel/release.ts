/** The build of a release says so; in a checkout nobody does. */
declare const VAULTDESK_RELEASE: true | undefined;

/**
 * Whether this is the program of a bundle and not of a checkout. A release runs from one folder, brings its own PostgreSQL,
 * and knows no evaluation instance.
 */
export const IS_RELEASE = typeof VAULTDESK_RELEASE !== 'undefined';

/** Address of what the build made (web files, threads): below `dist/` of a checkout, at the top of a release. */
export function builtFile(path: string): URL {
  return new URL(`../../${IS_RELEASE ? '' : 'dist/'}${path}`, import.meta.url);
}
