import { expect } from 'chai';
import { createRequire } from 'node:module';

/** Lowest versions without known faults of what verifies and parses sign-ins, as each is found from where it is used. */
const FLOORS: readonly (readonly [name: string, floor: string, from: string])[] = [
  ['@node-saml/node-saml', '5.1.0', 'passport-saml'],
  ['xml-crypto', '6.1.2', '.'],
  ['xml-crypto', '6.1.2', '@node-saml/node-saml'],
  ['xml-encryption', '3.1.0', '.'],
  ['xml-encryption', '3.1.0', '@node-saml/node-saml'],
  ['@xmldom/xmldom', '0.8.15', '.'],
  ['@xmldom/xmldom', '0.8.15', '@node-saml/node-saml'],
  ['@xmldom/xmldom', '0.8.15', 'xml-crypto'],
  ['@xmldom/xmldom', '0.8.15', 'xml-encryption'],
];

const here = createRequire(import.meta.url);

function versionOf(name: string, from: string): string {
  const require = from === '.' ? here : createRequire(here.resolve(from));
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (require(`${folder}/${name}/package.json`) as { version: string }).version;
    } catch {
      // Not in this folder; the next one up.
    }
  }
  throw new Error(`${name} is not installed.`);
}

const isAtLeast = (version: string, floor: string) =>
  version.localeCompare(floor, 'en', { numeric: true }) >= 0;

describe('packages behind sign-ins', () => {
  for (const [name, floor, from] of FLOORS) {
    it(`has ${name} of at least ${floor}, seen from ${from}`, () => {
      expect(isAtLeast(versionOf(name, from), floor), versionOf(name, from)).to.equal(true);
    });
  }
});
