import type { InsidePackage } from './packages.ts';

const PERMISSION = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so`;
const DISCLAIMER = `THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Texts for packages that name a licence and carry no file with it; SPDX identifier → text behind the copyright line. */
const STANDARD: Readonly<Record<string, string>> = {
  MIT: `${PERMISSION}, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

${DISCLAIMER}`,
  'MIT-0': `${PERMISSION}.\n\n${DISCLAIMER}`,
};

const HEAD = `Vaultdesk contains the work of others. What each of them asks to be passed on stands here, package by package, and in
the other files of this folder: nodejs.txt for Node and all that is compiled into it; postgresql.txt, openssl-1.1.1.txt,
icu-60.txt, libxml2.txt, zlib.txt, and xz.txt for PostgreSQL and the libraries beside it; *.LEGAL.txt for comments that
the build took out of the programs. Versions and checksums are in sbom.cdx.json.
`;

/**
 * One file with the licence of each package whose code is in the bundle. Throws RangeError for a package without a text whose
 * licence has none here: a notice must not be left out.
 */
export function makeNotice(packages: readonly InsidePackage[]): string {
  const sections = [...packages]
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
    .map(
      (inside) =>
        `${'='.repeat(100)}\n${inside.name} ${inside.version}: ${inside.licence}\n\n${textsOf(inside)}\n`,
    );
  return `${HEAD}\n${sections.join('\n')}`;
}

function textsOf({ name, licence, texts, author }: InsidePackage): string {
  if (texts.size > 0) return [...texts.values()].map((text) => text.replaceAll('\r', '').trim()).join('\n\n');
  const text = STANDARD[licence];
  if (text === undefined) throw new RangeError(`${name} carries no text of its licence ${licence}.`);
  return `Copyright (c) ${author ?? `the authors of ${name}`}\n\n${text}`;
}
