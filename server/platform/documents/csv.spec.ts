import { expect } from 'chai';
import fc from 'fast-check';
import { createCsv } from './csv.ts';
import { buildDocument, fileOf } from './test/documents.ts';

const AT = new Date('2026-01-07T01:59:58Z');
const ORIGIN = '王小明 · 2026-01-07 10:00:00 UTC+08:00';

/** RFC 4180 with CRLF: the reader that the standard describes. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let row: string[] = [];
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (found === null) throw new Error('Not RFC 4180.');
    row.push(found[1] === undefined ? (found[2] ?? '') : found[1].replaceAll('""', '"'));
    if (found[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

function textOf(subject: string): string {
  const bytes = fileOf(createCsv(buildDocument()), [[1, subject, AT, -2.5, true]]);
  return parseCsv(bytes.toString('utf8').slice(1))[1]?.[1] ?? '';
}

describe('CSV', () => {
  it('begins with a byte order mark and the titles, and names its origin in every row', () => {
    const text = fileOf(createCsv(buildDocument()), [
      [1, '挂失', AT, -2.5, true],
      [2, null, null, null, null],
    ]).toString('utf8');
    expect(text.startsWith('\ufeff编号,主题,')).to.equal(true);
    expect(parseCsv(text.slice(1))).to.deep.equal([
      ['编号', '主题', '时间', '得分', '投诉', '导出人与时间'],
      ['1', '挂失', '2026-01-07 09:59:58', '-2.5', '是', ORIGIN],
      ['2', '', '', '', '', ORIGIN],
    ]);
  });

  it('writes its titles when there are no rows', () => {
    const rows = parseCsv(
      fileOf(createCsv(buildDocument({ lang: 'en' })), [])
        .toString('utf8')
        .slice(1),
    );
    expect(rows).to.deep.equal([['编号', '主题', '时间', '得分', '投诉', 'Exported by']]);
  });

  const FORMULAS = [
    '=1+1',
    '+cmd|x',
    '-2+3',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1+1',
    '＋1+1',
    '－1+1',
    '＠x',
    ' =1',
    '\u200b=1',
  ];
  for (const formula of FORMULAS) {
    it(`shows ${JSON.stringify(formula)} as the text it is`, () =>
      expect(textOf(formula)).to.equal(`'${formula}`));
  }

  for (const plain of ['-12.5', '+8613812345678', '0', '1-2', 'a=b', '挂失=补卡', '', "'=1"]) {
    it(`leaves ${JSON.stringify(plain)} alone`, () => expect(textOf(plain)).to.equal(plain));
  }

  it('guards the title of a column and the name of the account as well', () => {
    const columns = [{ title: '=HYPERLINK("x")', type: 'text' as const, width: 5 }];
    const origin = { account: '=cmd', at: AT, offsetMinutes: 0 };
    const [head, row] = parseCsv(
      fileOf(createCsv(buildDocument({ columns, origin })), [['x']])
        .toString('utf8')
        .slice(1),
    );
    expect(head?.[0]).to.equal(`'=HYPERLINK("x")`);
    expect(row?.[1]).to.match(/^'=cmd/);
  });

  it('gives back every text as it was, but for the guard and NUL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = textOf(text).replace(/^'(?=[\p{Z}\p{Cf}\p{Cc}]*[=+\-@\t\r\n＝＋－＠])/u, '');
        expect(shown).to.equal(
          text.replaceAll('\0', '␀').replace(/^'(?=[\p{Z}\p{Cf}\p{Cc}]*[=+\-@\t\r\n＝＋－＠])/u, ''),
        );
      }),
    );
  });
});
