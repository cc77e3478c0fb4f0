import { expect } from 'chai';
import { strToU8, zipSync } from 'fflate';
import { createXlsx } from './xlsx.ts';
import { readXlsx, WorkbookError } from './xlsx-read.ts';

const LIMITS = { rowsMax: 10, cellCharactersMax: 100 };
const WORKBOOK =
  '<workbook xmlns:r="r"><sheets><sheet name="Data" sheetId="1" r:id="rId7"/></sheets></workbook>';
const RELATIONS = '<Relationships><Relationship Id="rId7" Target="worksheets/data.xml"/></Relationships>';

function buildWorkbook(sheet: string, shared = ''): Buffer {
  return Buffer.from(
    zipSync({
      'xl/workbook.xml': strToU8(WORKBOOK),
      'xl/_rels/workbook.xml.rels': strToU8(RELATIONS),
      'xl/worksheets/data.xml': strToU8(`<worksheet><sheetData>${sheet}</sheetData></worksheet>`),
      'xl/sharedStrings.xml': strToU8(`<sst>${shared}</sst>`),
    }),
  );
}
const problemOf = (bytes: Buffer, limits = LIMITS) => {
  try {
    readXlsx(bytes, limits);
    return 'none';
  } catch (error) {
    return error instanceof WorkbookError ? error.problem : String(error);
  }
};

describe('reading a workbook', () => {
  it('gives back what our own writer wrote, line breaks and formulas as text', () => {
    const columns = ['question', 'similar'].map((title) => ({ title, type: 'text' as const, width: 20 }));
    const origin = { account: 'editor', at: new Date('2026-01-05T00:00:00Z'), offsetMinutes: 480 };
    const writer = createXlsx({ title: 'T', lang: 'zh-CN', origin, columns, notes: [] });
    const rows = [
      ['怎么挂失 <卡> & "折"？', '卡丢了\n卡不见了'],
      ['=1+1', ''],
    ];
    const bytes = Buffer.concat([writer.rows(rows), writer.close()]);
    const read = readXlsx(bytes, LIMITS).rows;
    expect(read.map(({ line }) => line)).to.deep.equal([1, 2, 3]);
    expect(read[0]!.cells).to.deep.equal(['question', 'similar']);
    expect(read[1]!.cells).to.deep.equal(rows[0]);
    expect(read[2]!.cells[0]).to.equal('=1+1');
  });

  it('reads shared strings, runs, numbers, booleans, gaps, and prefixes as other programs write them', () => {
    const shared = '<si><t>一</t></si><si><r><t>二</t></r><rPh><t>er</t></rPh><r><t> 三</t></r></si>';
    const sheet =
      '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2"><v>12.5</v></c></row>' +
      '<row r="5"><c r="A5" t="b"><v>1</v></c><c r="B5" t="str"><f>A1</f><v>x_x000D_y</v></c></row><row r="6"/>';
    const expected = [
      { line: 2, cells: ['一', '', '二 三', '12.5'] },
      { line: 5, cells: ['true', 'x\ny'] },
    ];
    expect(readXlsx(buildWorkbook(sheet, shared), LIMITS).rows).to.deep.equal(expected);
  });

  it('refuses what is no workbook, a document type, too many rows, and too long a cell', () => {
    expect(problemOf(Buffer.from('id,question\n'))).to.equal('not_a_workbook');
    expect(problemOf(Buffer.from(zipSync({ 'a.txt': strToU8('x') })))).to.equal('not_a_workbook');
    expect(problemOf(buildWorkbook('<!DOCTYPE x [<!ENTITY a "b">]>'))).to.equal('not_a_workbook');
    const row = '<row><c t="inlineStr"><is><t>x</t></is></c></row>';
    expect(problemOf(buildWorkbook(row.repeat(11)))).to.equal('none');
    expect(problemOf(buildWorkbook(row.repeat(12)))).to.equal('too_many_rows');
    const long = `<row r="4"><c t="inlineStr"><is><t>${'长'.repeat(101)}</t></is></c></row>`;
    expect(problemOf(buildWorkbook(long))).to.equal('cell');
  });

  it('does not unpack a file that claims to be enormous', () => {
    const bytes = buildWorkbook('<row/>');
    // Where the directory of the archive (APPNOTE 4.3.12) says how large the sheet is when it is unpacked.
    const entry = bytes.lastIndexOf('xl/worksheets/data.xml') - 46;
    expect(bytes.readUInt32LE(entry)).to.equal(0x02014b50);
    bytes.writeUInt32LE(97 * 1024 * 1024, entry + 24);
    expect(problemOf(bytes)).to.equal('too_large');
  });
});
