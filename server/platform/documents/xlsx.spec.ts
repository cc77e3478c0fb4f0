import { expect } from 'chai';
import fc from 'fast-check';
import { buildDocument, fileOf } from './test/documents.ts';
import { readXlsx, type ReadCell } from '../../test/support/read-xlsx.ts';
import { createXlsx, CUT_MARK, XLSX_CELL_CHARACTERS_MAX, XLSX_ROWS_MAX } from './xlsx.ts';
import { STYLE } from './xlsx-parts.ts';

const AT = new Date('2026-01-07T01:59:58Z');

function cellOf(subject: string): ReadCell | undefined {
  return readXlsx(fileOf(createXlsx(buildDocument()), [[1, subject]])).sheets[0]?.cells.get('B2');
}

describe('XLSX', () => {
  it('writes typed cells under a frozen and filtered heading', () => {
    const { sheets } = readXlsx(fileOf(createXlsx(buildDocument()), [[7, '挂失', AT, -2.5, true], [8]]));
    const { cells, xml, rowCount } = sheets[0] ?? {
      cells: new Map<string, ReadCell>(),
      xml: '',
      rowCount: 0,
    };
    expect(cells.get('A1')).to.deep.equal({ kind: 'text', value: '编号', style: STYLE.heading });
    expect(cells.get('A2')).to.deep.equal({ kind: 'number', value: 7, style: STYLE.integer });
    expect(cells.get('B2')).to.deep.equal({ kind: 'text', value: '挂失', style: STYLE.text });
    expect(cells.get('D2')).to.deep.equal({ kind: 'number', value: -2.5, style: STYLE.number });
    expect(cells.get('E2')).to.deep.equal({ kind: 'text', value: '是', style: STYLE.text });
    expect(cells.has('B3')).to.equal(false);
    expect(rowCount).to.equal(3);
    expect(xml).to.include('state="frozen"').and.to.include('<autoFilter ref="A1:E3"/>');
    expect(xml).to.include('<col min="2" max="2" width="40" customWidth="1"/>');
  });

  it('counts instants in days of the reader’s zone', () => {
    const { sheets } = readXlsx(fileOf(createXlsx(buildDocument()), [[1, '', AT]]));
    const cell = sheets[0]?.cells.get('C2');
    // 2026-01-07 is day 46,029; 09:59:58 of it have passed in China.
    expect(cell?.value).to.be.closeTo(46_029 + (10 * 3_600 - 2) / 86_400, 1e-6);
    expect(cell?.style).to.equal(STYLE.instant);
  });

  it('names who exported what and when on a sheet of its own and in the footers', () => {
    const { sheets, parts } = readXlsx(fileOf(createXlsx(buildDocument()), []));
    const lines = [...(sheets[1]?.cells.values() ?? [])].map(({ value }) => value);
    expect(lines).to.deep.equal([
      '工单列表',
      '王小明 · 2026-01-07 10:00:00 UTC+08:00',
      'UTC+08:00',
      '状态：处理中',
    ]);
    for (const { xml } of sheets) expect(xml).to.include('<oddFooter>&amp;L王小明 · 2026-01-07 10:00:00');
    expect(parts['docProps/core.xml']).to.include('<dc:creator>王小明</dc:creator>');
    expect(parts['docProps/core.xml']).to.include('2026-01-07T02:00:00Z');
  });

  for (const formula of ['=1+1', '+cmd', '@SUM(A1)', '＝1+1', '\t=1', ' =1']) {
    it(`keeps ${JSON.stringify(formula)} as a quoted text`, () => {
      expect(cellOf(formula)).to.deep.equal({ kind: 'text', value: formula, style: STYLE.quoted });
    });
  }

  it('keeps numbers as they are, and as text where a spreadsheet would round them', () => {
    const columns = [{ title: 'n', type: 'integer' as const, width: 9 }];
    const rows = [[-5], [999_999_999_999_999], [6_222_021_001_116_246], [Number.NaN]];
    const { sheets } = readXlsx(fileOf(createXlsx(buildDocument({ columns })), rows));
    const values = ['A2', 'A3', 'A4', 'A5'].map((ref) => sheets[0]?.cells.get(ref)?.value);
    expect(values).to.deep.equal([-5, 999_999_999_999_999, '6222021001116246', 'NaN']);
  });

  it('holds the longest text a cell may have, and cuts a longer one where all can see', () => {
    expect(cellOf('长'.repeat(XLSX_CELL_CHARACTERS_MAX))?.value).to.have.length(XLSX_CELL_CHARACTERS_MAX);
    const cut = String(cellOf('长'.repeat(XLSX_CELL_CHARACTERS_MAX + 1))?.value);
    expect(cut).to.have.length(XLSX_CELL_CHARACTERS_MAX);
    expect(cut.endsWith(`长${CUT_MARK}`)).to.equal(true);
    const pairs = String(cellOf('😀'.repeat(XLSX_CELL_CHARACTERS_MAX))?.value);
    expect(pairs.slice(0, -CUT_MARK.length)).to.match(/^(?:😀)+$/u);
  });

  it('holds every text, also what XML cannot', () => {
    for (const text of [
      'a\u0000b\u0007\ufffe',
      'tab\tline\nreturn\r',
      '_x0041_',
      '<b>&amp;"',
      '\ud800x',
      '𠮷😀',
    ]) {
      expect(cellOf(text)?.value, JSON.stringify(text)).to.equal(text);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void expect(cellOf(text)?.value).to.equal(text)),
      {
        numRuns: 40,
      },
    );
  });

  it('refuses more rows than a sheet has', () => {
    const writer = createXlsx(buildDocument({ columns: [] }));
    const rows = Array.from({ length: XLSX_ROWS_MAX }, () => []);
    expect(() => writer.rows(rows)).to.throw(RangeError);
  });
});
