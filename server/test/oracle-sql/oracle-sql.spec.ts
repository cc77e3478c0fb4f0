import { expect } from 'chai';
import { createRequire } from 'node:module';
import { readSteps, splitStatements, type Dialect } from '../../../migrations/index.ts';
import { NOT_IN_H2 } from '../oracle-sim/not-in-h2.ts';
import { allStatements, renderStatement } from '../../platform/persistence/index.ts';
import { DDL_FAULTS, lintDdl } from '../support/ddl-lint.ts';
import { oracleTexts } from './corpus.ts';
import { refusalOf } from './grammar.ts';
import { judgeAll } from './verdicts.ts';

const { Statement: DriverStatement } = createRequire(import.meta.url)('oracledb/lib/thin/statement.js') as {
  Statement: new () => { _prepare(sql: string): void; bindInfoList: readonly object[] };
};

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

/** A violation of each rule of schema steps. */
const PLANTED: readonly (readonly [string, Dialect, string])[] = [
  ['CREATE TABLE IF NOT EXISTS t (a smallint)', 'postgres', 'IF [NOT] EXISTS'],
  ['CREATE TABLE t (a bigserial)', 'postgres', 'an identity or a sequence'],
  ['CREATE TABLE t (a NUMBER GENERATED ALWAYS AS IDENTITY)', 'oracle', 'an identity or a sequence'],
  ['CREATE TABLE t (a uuid DEFAULT gen_random_uuid())', 'postgres', 'an id made by the database'],
  ['CREATE TABLE t (a RAW(16) DEFAULT SYS_GUID())', 'oracle', 'an id made by the database'],
  ["CREATE TYPE t AS ENUM ('a')", 'postgres', 'a native enum'],
  ['CREATE TABLE t (a boolean)', 'postgres', 'a boolean column'],
  ['CREATE TABLE t (a jsonb)', 'postgres', 'jsonb instead of text'],
  ['CREATE TABLE t (a TIMESTAMP(3) WITH TIME ZONE)', 'oracle', 'a time with a zone'],
  ['CREATE TABLE t (a timestamptz)', 'postgres', 'a time with a zone'],
  ['CREATE TABLE t (a timestamp)', 'postgres', 'a time without (3)'],
  ['CREATE TABLE t (a timestamp(3) DEFAULT now())', 'postgres', 'a time made by the database'],
  [
    'CREATE FUNCTION f() RETURNS trigger AS BEGIN NEW.a := now(); END',
    'postgres',
    'a time made by the database',
  ],
  ["CREATE TABLE t (a varchar(5) DEFAULT '' NOT NULL)", 'postgres', 'meaning in an empty string'],
  ['CREATE TABLE t (a VARCHAR2(20) NOT NULL)', 'oracle', 'VARCHAR2 in bytes'],
  ['CREATE TABLE t (a VARCHAR2(1001 CHAR))', 'oracle', 'VARCHAR2 over 1,000 characters'],
  ['CREATE TABLE t (a uuid NOT NULL)', 'oracle', 'a type of the other database'],
  ['CREATE TABLE t (a CLOB)', 'postgres', 'a type of the other database'],
  ['ALTER TABLE t ADD COLUMN a NUMBER', 'oracle', 'ADD COLUMN (Oracle says ADD)'],
  ['CREATE TABLE t (a_name_of_thirty_characters_xx int)', 'postgres', 'name over 29 characters (ORA-00972)'],
];

/** How many binds the driver finds in a text, by its own reading of it. */
function bindsOf(text: string): number {
  const statement = new DriverStatement();
  statement._prepare(text);
  return statement.bindInfoList.length;
}

/** Binds by question mark, as the patterns of the stand-in have them. */
const asH2Sees = (text: string) => text.replace(/:L?\d+/g, '?');

describe('Oracle SQL', function () {
  // The grammar's tables take seconds to load, and a new statement up to two more.
  this.timeout(300_000);

  it('is what every statement and every schema step is written in, by an Oracle grammar', async () => {
    const { texts, refused } = await judgeAll();
    expect(refused).to.deep.equal([]);
    expect(texts).to.be.greaterThan(370);
  });

  it('would not be with one PostgreSQL-only statement among the product’s', async () => {
    const planted = { origin: 'planted', text: 'SELECT id FROM ticket LIMIT 5' };
    const { texts, refused } = await judgeAll({ texts: [...oracleTexts(), planted] });
    expect(refused.map(({ origin }) => origin)).to.deep.equal(['planted']);
    expect(texts).to.be.greaterThan(1_000);
  });

  it('has as many binds for the driver as it is given', () => {
    const wrong = allStatements().flatMap((statement) =>
      renderStatement(statement, 'oracle')
        .filter(({ text, positions }) => bindsOf(text.replaceAll('\0', ':L1')) !== positions.length)
        .map(({ name }) => name),
    );
    expect(wrong).to.deep.equal([]);
    expect(
      bindsOf(`SELECT ':a' FROM t WHERE b = :1 /* :c */ AND d = TIMESTAMP '2026-01-01 00:00:00'`),
    ).to.equal(1);
  });

  it('covers every text that the stand-in leaves out or writes anew', () => {
    const texts = oracleTexts().map(({ text }) => text);
    const dead = NOT_IN_H2.filter(
      ({ pattern, saidBy }) => saidBy === undefined && !texts.some((text) => pattern.test(asH2Sees(text))),
    );
    expect(dead.map(({ what }) => what)).to.deep.equal([]);
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

  for (const [text, dialect, fault] of PLANTED) {
    it(`would be: ${text}`, () => expect(lintDdl(text, dialect)).to.include(fault));
  }

  it('would be each thing there is a rule for', () => {
    expect([...new Set(PLANTED.map(([, , fault]) => fault))].sort()).to.deep.equal([...DDL_FAULTS].sort());
  });
});
