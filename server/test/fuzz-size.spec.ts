import { expect } from 'chai';
import { parseJson } from '../connectors/kit/json.ts';
import { AppError } from '../kernel/index.ts';
import { readCsv } from '../platform/documents/index.ts';

const LONG = 'a'.repeat(20 * 1024 * 1024);
const LIMITS = { rowsMax: 10, cellCharactersMax: 100 };

describe('parsers of texts that are one long piece', () => {
  for (const [name, text] of [
    ['a cell in quotes', `"${LONG}"`],
    ['a cell whose quotes never end', `"${LONG}`],
    ['a cell of quotes', `"${'""'.repeat(LONG.length / 2)}`],
  ] as const) {
    it(`refuse ${name} of 20 MiB by a code`, () => {
      expect(() => readCsv(Buffer.from(text), LIMITS)).to.throw(AppError);
    });
  }

  it('read a string of 20 MiB with marks in it, and refuse one that does not end', () => {
    expect(parseJson(`"\\n${LONG}"`)).to.have.length(LONG.length + 1);
    expect(parseJson(`"${'\\"'.repeat(LONG.length / 2)}"`)).to.have.length(LONG.length / 2);
    expect(() => parseJson(`"\\n${LONG}`)).to.throw(AppError);
    expect(() => parseJson('"\\')).to.throw(AppError);
  });

  it('part cells and lines as before', () => {
    const { rows } = readCsv(Buffer.from('a,"b ""c"", d"\r\n\r\n"e\nf",,g\n'), LIMITS);
    expect(rows).to.deep.equal([
      { line: 1, cells: ['a', 'b "c", d'] },
      { line: 3, cells: ['e\nf', '', 'g'] },
    ]);
    for (const text of ['"a"b,c', 'a"b', '"a']) expect(() => readCsv(Buffer.from(text), LIMITS)).to.throw();
  });
});
