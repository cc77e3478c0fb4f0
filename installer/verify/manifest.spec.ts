import { expect } from 'chai';
import { byBytes, FILES_MAX, formatManifest, isManifestPath, parseManifest } from './manifest.ts';

const HASH = 'a'.repeat(64);

describe('list of checksums', () => {
  it('is read as it was written, in the order of the bytes', () => {
    const manifest = new Map([
      ['b', HASH],
      ['B', HASH],
      ['a/u', HASH],
      ['a+b/c d.sql', HASH],
    ]);
    const text = formatManifest(manifest);
    expect(text.split('\n').map((line) => line.slice(66))).to.deep.equal([
      'B',
      'a+b/c d.sql',
      'a/u',
      'b',
      '',
    ]);
    expect(parseManifest(text)).to.deep.equal(new Map([...manifest].sort(([a], [b]) => byBytes(a, b))));
  });

  const bad = [
    '',
    '/etc/passwd',
    '../x',
    'a/../b',
    'a/..',
    './a',
    'a//b',
    'a/',
    'a\\b',
    'a\nb',
    'ü',
    'x'.repeat(256),
  ];
  for (const path of [...bad, ' a', 'a ', '..']) {
    it(`refuses the name ${JSON.stringify(path.slice(0, 20))}`, () => {
      expect(isManifestPath(path)).to.equal(false);
      expect(() => formatManifest(new Map([[path, HASH]]))).to.throw(RangeError);
      expect(parseManifest(`${HASH}  ${path}\n`)).to.equal(undefined);
    });
  }

  it('takes names with dots and marks that files really have', () => {
    const good = ['.hidden', 'a..b', 'x/y.z+1', '@scope/pkg', 'a_(1).txt', '[id].html', 'x'.repeat(255)];
    expect(good.filter((path) => !isManifestPath(path))).to.deep.equal([]);
  });

  const line = (path: string) => `${HASH}  ${path}\n`;
  const faults: Record<string, string> = {
    'an empty text': '',
    'a cut last line': line('a') + line('b').slice(0, -1),
    'a name twice': line('a') + line('a'),
    'another order': line('b') + line('a'),
    'capitals in a sum': line('a').toUpperCase(),
    'the mark of binary files': `${HASH} *a\n`,
    'an empty line': `${line('a')}\n`,
    'more files than a bundle has': Array.from({ length: FILES_MAX + 1 }, (_, at) =>
      line(String(at).padStart(6, '0')),
    ).join(''),
  };
  for (const [what, text] of Object.entries(faults)) {
    it(`refuses ${what}`, () => expect(parseManifest(text)).to.equal(undefined));
  }
});
