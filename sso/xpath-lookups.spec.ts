import { DOMParser } from '@xmldom/xmldom';
import { expect } from 'chai';
import fc from 'fast-check';
import { createRequire } from 'node:module';
import { lookUp } from './xpath-lookups.ts';
import { XPATH_PACKAGES, type Select } from './xpath-packages.ts';

const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
/** The expressions of the packages, as counted while they verified and opened answers. */
const ABSOLUTE = [
  ...['Id', 'ID', 'id'].map((name) => `//*[@*[local-name(.)='${name}']='_x']`),
  ...['//*[@ID="_x"]', "//*[local-name()='SignedInfo']", "//*[local-name(.)='KeyInfo']"],
  ...["/*[local-name()='Response']/@InResponseTo", "/*[local-name()='Response']/*[local-name()='Assertion']"],
  `//*[local-name(.)='KeyInfo' and namespace-uri(.)='${SIGNATURE}']`,
  "//*[local-name(.)='KeyInfo']/*[local-name(.)='SignedInfo']/*[local-name(.)='Assertion']",
];
const RELATIVE = [
  `.//*[local-name(.)='Signature' and namespace-uri(.)='${SIGNATURE}']`,
  `./*[local-name(.)='Signature' and namespace-uri(.)='${SIGNATURE}']`,
  ...["./*[local-name()='Assertion']", ".//*[local-name(.)='SignedInfo']/@Algorithm"],
  ...[
    './/comment()',
    ".//*[local-name(.)='KeyInfo']/text()",
    ".//*[local-name(.)='Assertion']/*[local-name(.)='Assertion']",
  ],
];
const OTHER = ['//comment()', '//*', "//*[local-name()='Response'][1]", './/*[@ID]', "//a[@ID='_x']", ''];

/** The packages' interpreters as they are without us. */
function untouched(path: string): Select {
  const require = createRequire(import.meta.url);
  const kept = require.cache[path];
  delete require.cache[path];
  const { selectWithResolver } = require(path) as { selectWithResolver: Select };
  require.cache[path] = kept;
  return selectWithResolver;
}

const attributes = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom('ID', 'Id', 'id', 'x:ID', 'xmlns:ID', 'InResponseTo', 'x:InResponseTo', 'Algorithm'),
    fc.constantFrom('_x', '_y', 'urn:_x'),
  ),
  { selector: ([name]) => name, maxLength: 3 },
);
const names = fc.constantFrom(
  ...[
    'Response',
    'Assertion',
    'x:Assertion',
    'Signature',
    's:Signature',
    's:KeyInfo',
    'KeyInfo',
    'SignedInfo',
  ],
);
const { document } = fc.letrec<{ node: string; document: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('text', ' ', '<!-- c -->', '<![CDATA[_x]]>', ''),
    fc
      .tuple(names, attributes, fc.array(tie('node'), { maxLength: 4 }))
      .map(
        ([name, list, inner]) =>
          `<${name}${list.map(([key, value]) => ` ${key}="${value}"`).join('')}>${inner.join('')}</${name}>`,
      ),
  ),
  document: fc
    .tuple(fc.constantFrom('Response', 'x:Response', 'Assertion'), attributes, fc.array(tie('node')))
    .map(
      ([name, list, inner]) =>
        `<${name} xmlns:x="urn:x" xmlns:s="${SIGNATURE}"` +
        `${list.map(([key, value]) => ` ${key}="${value}"`).join('')}>${inner.join('')}</${name}>`,
    ),
}));

describe('look-ups of the XML packages', () => {
  for (const { path } of XPATH_PACKAGES) {
    const interpret = untouched(path);
    const from = path.split('node_modules/').slice(1).join('').replace('xpath/xpath.js', '');
    it(`find what the interpreter finds that belongs to ${from === '' ? 'the others' : from}`, () => {
      fc.assert(
        fc.property(document, (xml) => {
          const parsed = new DOMParser().parseFromString(xml, 'text/xml');
          const elements = Array.from(parsed.getElementsByTagName('*'));
          const places = [...ABSOLUTE.map((each) => [each, [parsed]] as const)];
          places.push(...RELATIVE.map((each) => [each, [parsed, ...elements] as never] as const));
          for (const [expression, contexts] of places) {
            for (const context of contexts as readonly Node[]) {
              const found = lookUp(expression, context);
              const expected = interpret(expression, context, null) as Node[];
              if (found === undefined) throw new Error(`${expression} is not looked up.`);
              const isSame =
                found.length === expected.length && found.every((node, index) => node === expected[index]);
              if (!isSame) throw new Error(`${expression}: ${found.length} against ${expected.length}`);
            }
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  it('leave every other expression, and places that are no document, to the interpreter', () => {
    const parsed = new DOMParser().parseFromString('<Response ID="_x"/>', 'text/xml');
    for (const expression of OTHER) expect(lookUp(expression, parsed), expression).to.equal(undefined);
    for (const expression of ABSOLUTE) expect(lookUp(expression, parsed.documentElement)).to.equal(undefined);
  });

  it('serve every copy of the interpreter', () => {
    const parsed = new DOMParser().parseFromString('<Response ID="_x"/>', 'text/xml');
    const require = createRequire(import.meta.url);
    for (const { path } of XPATH_PACKAGES) {
      const { selectWithResolver } = require(path) as { selectWithResolver: Select };
      expect(String(selectWithResolver)).to.include('lookUp');
      expect(selectWithResolver('//*[@ID="_x"]', parsed, null, true)).to.equal(parsed.documentElement);
    }
  });
});
