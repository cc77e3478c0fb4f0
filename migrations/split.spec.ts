import { expect } from 'chai';
import { splitStatements } from './split.ts';

describe('splitting a migration script', () => {
  it('cuts at semicolons and drops the comments in front', () => {
    const script = '-- first\nCREATE TABLE a (b int);\n/* ; */\nDROP TABLE c;\n';
    expect(splitStatements(script, 'postgres')).to.deep.equal(['CREATE TABLE a (b int)', 'DROP TABLE c']);
  });

  it('keeps a semicolon in a string, a quoted name, and a comment', () => {
    const script = `INSERT INTO a VALUES ('x;''y;'); SELECT "a;b" -- c;d\nFROM t;`;
    expect(splitStatements(script, 'postgres')).to.deep.equal([
      `INSERT INTO a VALUES ('x;''y;')`,
      `SELECT "a;b" -- c;d\nFROM t`,
    ]);
  });

  it('keeps a PostgreSQL body between dollar tags in one piece', () => {
    const body = `CREATE FUNCTION f() RETURNS trigger AS $body$ BEGIN x; $$ y; $$ END; $body$ LANGUAGE plpgsql`;
    expect(splitStatements(`${body};\nSELECT 1;`, 'postgres')).to.deep.equal([body, 'SELECT 1']);
  });

  it('keeps an Oracle block with its closing semicolon and without its slash', () => {
    const block = `CREATE OR REPLACE TRIGGER t BEFORE INSERT ON a FOR EACH ROW\nBEGIN\n  x := 1 / 2;\nEND;`;
    expect(splitStatements(`DROP TABLE b;\n${block}\n/\nSELECT 1 FROM dual;`, 'oracle')).to.deep.equal([
      'DROP TABLE b',
      block,
      'SELECT 1 FROM dual',
    ]);
  });

  it('does not take a slash line in PostgreSQL or a division for an end', () => {
    expect(splitStatements('SELECT 4\n/ 2;', 'oracle')).to.deep.equal(['SELECT 4\n/ 2']);
  });

  for (const script of ['', ' \n', '-- only a comment', ';;', '/\n']) {
    it(`finds nothing in ${JSON.stringify(script)}`, () => {
      expect(splitStatements(script, 'oracle').filter((statement) => statement !== '/')).to.deep.equal([]);
    });
  }

  it('reads Windows line ends like others', () => {
    expect(splitStatements('BEGIN\r\nx;\r\nEND;\r\n/\r\nSELECT 1;', 'oracle')).to.deep.equal([
      'BEGIN\nx;\nEND;',
      'SELECT 1',
    ]);
  });
});
