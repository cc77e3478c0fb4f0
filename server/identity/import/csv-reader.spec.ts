import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { readImportFile } from './csv-reader.ts';

const HEAD = 'username,displayName,roles,unit\r\n';
/** 王 in GB18030. */
const WANG = Buffer.from([0xcd, 0xf5]);

const read = (text: string) => readImportFile(Buffer.from(text, 'utf8'));
const problemOf = (bytes: string | Buffer): [string, unknown] => {
  try {
    readImportFile(Buffer.from(bytes as string));
  } catch (error) {
    if (error instanceof AppError) return [error.code, error.details?.['problem']];
    throw error;
  }
  return ['none', undefined];
};

describe('files of accounts', () => {
  it('are read in UTF-8 with and without a mark, and in GB18030', () => {
    const row = {
      line: 2,
      username: 'wang',
      displayName: '王',
      roles: ['agent'],
      unit: 'HQ',
      locale: 'zh-CN',
    };
    for (const mark of ['', '\ufeff']) {
      expect(read(`${mark}${HEAD}wang,王,agent,HQ\r\n`)).to.deep.equal({
        encoding: 'utf-8',
        rows: [row],
        oddLines: [],
      });
    }
    const bytes = Buffer.concat([Buffer.from(`${HEAD}wang,`), WANG, Buffer.from(',agent,HQ')]);
    expect(readImportFile(bytes)).to.deep.equal({ encoding: 'gb18030', rows: [row], oddLines: [] });
  });

  it('take columns in any order, the language, all line ends, blank lines, and several roles', () => {
    const { rows } = read(
      'Unit,ROLES,locale,displayname,username\n\nA1, editor ;agent;agent ,en,Li,li\r,,,,\rA2,agent,,Wu,wu',
    );
    expect(rows).to.deep.equal([
      { line: 3, username: 'li', displayName: 'Li', roles: ['agent', 'editor'], unit: 'A1', locale: 'en' },
      { line: 5, username: 'wu', displayName: 'Wu', roles: ['agent'], unit: 'A2', locale: 'zh-CN' },
    ]);
  });

  it('hold quotes, commas, and line ends in quotes, and count lines of the file', () => {
    const { rows, oddLines } = read(`${HEAD}a1,"Li ""x"", B\r\nC",agent,HQ\r\na2,Wu\r\na3,"",agent,HQ`);
    expect(rows.map(({ line, displayName }) => [line, displayName])).to.deep.equal([
      [2, 'Li "x", B\r\nC'],
      [5, ''],
    ]);
    expect(oddLines).to.deep.equal([4]);
  });

  it('are refused whole when they cannot be read', () => {
    const latin = Buffer.concat([Buffer.from(`${HEAD}a,Ren`), Buffer.from([0xe9]), Buffer.from(',agent,HQ')]);
    const utf16 = Buffer.from(`\ufeff${HEAD}`, 'utf16le');
    expect(problemOf(latin)).to.deep.equal(['import.unreadable', 'charset']);
    expect(problemOf(utf16)).to.deep.equal(['import.unreadable', 'nul']);
    expect(problemOf(`${HEAD}a,b\0,agent,HQ`)).to.deep.equal(['import.unreadable', 'nul']);
    for (const bad of ['a,"b,agent,HQ', 'a,"b"c,agent,HQ', 'a,b"c,agent,HQ'])
      expect(problemOf(HEAD + bad), bad).to.deep.equal(['import.unreadable', 'quotes']);
    expect(problemOf(`${HEAD}a,${'x'.repeat(1_001)},agent,HQ`)).to.deep.equal(['import.unreadable', 'cell']);
    for (const empty of ['', '\ufeff', '\r\n\r\n', HEAD, `${HEAD},,,\r\n`])
      expect(problemOf(empty)[0], JSON.stringify(empty)).to.equal('import.empty');
    for (const head of [
      'username,roles,unit',
      'username,username,displayName,roles,unit',
      `x,${HEAD.trim()}`,
    ])
      expect(problemOf(`${head}\r\na,b,c,d`)[0], head).to.equal('import.header');
  });

  it('hold 500 accounts, and not one more', () => {
    const rows = (count: number) => Array.from({ length: count }, (_, n) => `u${n},U,agent,HQ\r\n`).join('');
    expect(read(HEAD + rows(500)).rows).to.have.length(500);
    expect(problemOf(HEAD + rows(501))[0]).to.equal('import.too_many_rows');
  });
});
