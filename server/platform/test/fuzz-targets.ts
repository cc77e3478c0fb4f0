import { JSON_TOKENS, takeEach, type FuzzTarget } from '../../test/support/fuzz.ts';
import { sha256 } from '../crypto/index.ts';
import { cleanFileName } from '../files/file-name.ts';
import { inspect } from '../files/inspect.ts';
import { makeOffice, makeZip } from '../files/test/make-zip.ts';
import { parseJson } from '../http/body.ts';
import { parseRange } from '../http/range.ts';

/** Parsers of what comes over HTTP, and of uploaded files. */
export function platformTargets(): FuzzTarget[] {
  const frame = (value: object) => JSON.stringify(value);
  return [
    {
      name: 'bodies in JSON',
      seeds: [frame({ a: [1, { b: 'c' }], d: null }), '[]', '"x"'],
      tokens: JSON_TOKENS,
      take: (input) => parseJson(input),
    },
    {
      name: 'uploads, archives, and workbooks',
      seeds: [
        makeOffice('xl'),
        makeOffice('word'),
        makeZip([{ name: 'a.txt', bytes: Buffer.from('text') }]),
        Buffer.from(
          'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
          'base64',
        ),
        Buffer.concat([
          Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0000b080001000101011100', 'hex'),
        ]),
        Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;', 'latin1'),
      ],
      tokens: [
        'PK\x03\x04',
        'PK\x01\x02',
        'PK\x05\x06',
        'xl/',
        '../',
        '[Content_Types].xml',
        'IHDR',
        '\x00\x00\x00\x00',
      ],
      take: (input) => {
        const pieces = async function* ({ first, last }: { first: number; last: number }) {
          if (last >= first) yield input.subarray(first, last + 1);
        };
        const source = { sizeBytes: input.length, read: pieces, pass: pieces };
        const name = cleanFileName(`${input.toString('utf8', 0, 40)}.xlsx`);
        return inspect(source, {
          name,
          sha256: sha256(input).toString('hex'),
          groups: ['images', 'documents'],
        });
      },
    },
    {
      name: 'ranges of bytes',
      seeds: ['bytes=0-99', 'bytes=-5'],
      tokens: ['bytes=', '-', ',', ' ', '0', '99999999999999999999', '\u0000'],
      take: (input) => takeEach(() => parseRange(input.toString('latin1'), 1_000)),
    },
  ];
}
