import { expect } from 'chai';
import { readSteps, splitStatements } from '../../../migrations/index.ts';
import { lintDdl } from '../support/ddl-lint.ts';
import { lintStatement } from '../support/statement-lint.ts';
import { refusalOf } from './grammar.ts';
import { judgeAll } from './verdicts.ts';

/** PostgreSQL's own words, each of which the grammar alone has to refuse. */
const FOREIGN = [
  'SELECT a FROM t LIMIT 5',
  'SELECT a::text FROM t',
  'INSERT INTO t (a) VALUES (1), (2)',
  'INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING',
  'SELECT a FROM t AS x',
  'UPDATE t SET a = f.a FROM f WHERE t.id = f.id',
  'CREATE INDEX i ON t (a) WHERE b IS NULL',
  'ALTER TABLE t ADD COLUMN a NUMBER',
];

describe('Oracle SQL', function () {
  // The grammar's tables take seconds to load, and a new statement up to two more.
  this.timeout(300_000);

  it('is what every statement and every schema step is written in, by an Oracle grammar', async () => {
    const { texts, refused } = await judgeAll();
    expect(refused).to.deep.equal([]);
    expect(texts).to.be.greaterThan(370);
  });

  for (const foreign of FOREIGN) {
    it(`is not: ${foreign}`, () => expect(refusalOf(foreign)).to.be.a('string'));
  }

  it('is: the same in its own words', () => {
    expect(refusalOf('SELECT a FROM t x FETCH FIRST 5 ROWS ONLY')).to.equal(undefined);
    expect(
      refusalOf('MERGE INTO t USING dual ON (a = :1) WHEN NOT MATCHED THEN INSERT (a) VALUES (:1)'),
    ).to.equal(undefined);
  });
});

describe('what a grammar lets through', () => {
  for (const [text, fault] of [
    ['SELECT now() FROM t', 'now()'],
    ['SELECT a FROM t WHERE (a, b) < (:1, :2)', 'row values'],
    ['SELECT a FROM t WHERE b = true', 'boolean literal'],
    ['SELECT a FROM t FETCH FIRST 5 ROWS ONLY FOR UPDATE', 'row limit with a lock'],
    ['SELECT a FROM t FOR UPDATE SKIP LOCKED', 'SKIP LOCKED'],
    ['SELECT a FROM t FOR UPDATE NOWAIT', 'NOWAIT'],
    [`SELECT a FROM t WHERE b IN (${Array.from({ length: 501 }, (_, n) => n).join(', ')})`, 'list'],
  ] as const) {
    it(`is refused by our own rules: ${text.slice(0, 60)}`, () => {
      expect(lintStatement(text, 'oracle').join(' ')).to.contain(fault);
    });
  }

  for (const step of readSteps()) {
    for (const dialect of ['postgres', 'oracle'] as const) {
      it(`is not in ${step.name} for ${dialect}`, () => {
        const { up, undo } = step.sql[dialect];
        const faults = [up, undo].flatMap((script) =>
          splitStatements(script, dialect).flatMap((text) =>
            lintDdl(text, dialect).map((fault) => `${fault}: ${text.slice(0, 80)}`),
          ),
        );
        expect(faults).to.deep.equal([]);
      });
    }
  }

  for (const [text, dialect, fault] of [
    ['CREATE TABLE t (a uuid NOT NULL)', 'oracle', 'other database'],
    ['CREATE TABLE t (a VARCHAR2(20) NOT NULL)', 'oracle', 'in bytes'],
    ['CREATE TABLE t (a VARCHAR2(1001 CHAR))', 'oracle', 'over 1,000'],
    ['CREATE TABLE t (a TIMESTAMP(3) WITH TIME ZONE)', 'oracle', 'zone'],
    ['CREATE TABLE t (a timestamptz)', 'postgres', 'zone'],
    ['CREATE TABLE t (a timestamp)', 'postgres', 'without (3)'],
    ['CREATE TABLE t (a bigserial)', 'postgres', 'identity'],
    ['CREATE TABLE t (a jsonb)', 'postgres', 'jsonb'],
    ['CREATE TABLE t (a boolean)', 'postgres', 'boolean'],
    ["CREATE TABLE t (a varchar(5) DEFAULT '' NOT NULL)", 'postgres', 'empty string'],
    ['CREATE TABLE t (a_name_of_thirty_characters_xx int)', 'postgres', '29 characters'],
  ] as const) {
    it(`would be: ${text}`, () => expect(lintDdl(text, dialect).join(' ')).to.contain(fault));
  }
});
