import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
// The composition root imports every module, and with them every statement there is.
import { copyParts } from '../cli/database-copy.ts';
import {
  allEntities,
  allStatements,
  batchStatements,
  renderStatement,
  sealedTables,
} from '../platform/persistence/index.ts';
import { toSnakeCase } from '../platform/persistence/index.ts';
import { readSteps, splitStatements } from '../../migrations/index.ts';
import {
  comparedLobs,
  isOwnUpsert,
  lintStatement,
  ORACLE_RESERVED,
  STATEMENT_FAULTS,
} from './support/statement-lint.ts';

const UPDATE = process.env.UPDATE_SNAPSHOTS === '1';

/** Walks over sealed values declare theirs when the program is composed, copies when one is asked for. */
sealedTables();
copyParts();

/** Statements of the product; specs declare their own under `spec.`. */
const statements = () => allStatements().filter(({ name }) => !/^spec[._]/.test(name));

function render(dialect: 'postgres' | 'oracle'): string {
  const texts = statements().flatMap((statement) =>
    renderStatement(statement, dialect).map(({ name, text }) => `-- ${name}\n${text};\n`),
  );
  const batches =
    dialect === 'postgres' ? batchStatements().map(({ name, text }) => `-- ${name}\n${text};\n`) : [];
  return [...texts, ...batches].join('\n');
}

/** Upserts in words of their own, and why; the session looks again after a lost race of any MERGE. */
const OWN_UPSERTS: Readonly<Record<string, string>> = {
  'audit_tally.add': 'adds to what is there; one process counts, under a lease and over the place it came to',
  'audit_tally.add (many rows)': 'the same',
  'audit_tally_actor.add': 'the same, with the other',
  'audit_tally_actor.add (many rows)': 'the same',
  'audit_word.put': 'many rows out of one JSON text; Oracle looks for them in the same statement',
  'figure_count.add': 'adds to what is there; folded by one job under a lease',
  'message_token.put': 'many rows out of one JSON text; Oracle looks for them in the same statement',
};

/** A violation of each rule that a text alone can break. */
const PLANTED: readonly (readonly [string, string])[] = [
  ['SELECT a FROM t LIMIT 5', 'LIMIT instead of FETCH FIRST (ORA-00933)'],
  ['SELECT a FROM t OFFSET 5 ROWS', 'OFFSET instead of a keyset'],
  ['SELECT a::text FROM t', ':: cast'],
  ["SELECT a FROM t WHERE b ILIKE 'x'", 'ILIKE'],
  ['INSERT INTO t (a) VALUES ($1) RETURNING a', 'RETURNING'],
  ['SELECT now() FROM t', 'now() instead of a bound instant'],
  ['INSERT INTO t (id) VALUES (SYS_GUID())', 'id made by the database'],
  ["UPDATE t SET a = '' WHERE b = $1", 'meaning in an empty string'],
  ['SELECT a FROM t FETCH FIRST 5 ROWS ONLY FOR UPDATE', 'row limit with a lock (ORA-02014)'],
  ['SELECT a FROM t FOR UPDATE SKIP LOCKED', 'SKIP LOCKED (claim by an atomic UPDATE)'],
  ['SELECT a FROM t FOR UPDATE NOWAIT', 'NOWAIT'],
  ['SELECT a FROM t WHERE (a, b) < (:1, :2)', 'row values compared'],
  ['SELECT a FROM t WHERE b = true', 'boolean literal'],
  ['INSERT INTO t (a) VALUES (:1) ON CONFLICT DO NOTHING', 'ON CONFLICT'],
  ['SELECT 1', 'SELECT without FROM (ORA-00923)'],
  ['SELECT a FROM t WHERE a = ANY (:1)', '= ANY'],
  ['SELECT a FROM t WHERE a @> :1', 'array operator'],
  ['SELECT x.a FROM t AS x', 'table alias with AS (ORA-00933)'],
  ['SELECT a_column_of_thirty_characters_ FROM t', 'name over 29 characters (ORA-00972)'],
  [
    `SELECT a FROM t WHERE a IN (${Array.from({ length: 501 }, (_, n) => n).join(', ')})`,
    'list of over 500 (ORA-01795)',
  ],
];

describe('statements', () => {
  for (const dialect of ['postgres', 'oracle'] as const) {
    it(`stand in the ${dialect} snapshot as they are; UPDATE_SNAPSHOTS=1 writes it anew`, () => {
      const path = fileURLToPath(new URL(`./snapshots/statements.${dialect}.sql`, import.meta.url));
      const rendered = render(dialect).replaceAll('\0', '(list)');
      if (UPDATE) writeFileSync(path, rendered);
      expect(rendered.split('\n')).to.deep.equal(readFileSync(path, 'utf8').split('\n'));
    });
  }

  it('keep the rules of two databases, every one of them', () => {
    const faults = statements().flatMap((statement) =>
      (['postgres', 'oracle'] as const).flatMap((dialect) =>
        renderStatement(statement, dialect).flatMap(({ name, text }) =>
          lintStatement(text, dialect).map((fault) => `${dialect} ${name}: ${fault}`),
        ),
      ),
    );
    expect(faults).to.deep.equal([]);
    expect(statements().length).to.be.greaterThan(100);
  });

  it('name no table or column that Oracle reserves', () => {
    const names = allEntities().flatMap(({ table, columns }) => [
      table,
      ...Object.keys(columns).map((key) => `${table}.${toSnakeCase(key)}`),
    ]);
    const reserved = names.filter((name) =>
      ORACLE_RESERVED.has((name.split('.').at(-1) as string).toUpperCase()),
    );
    expect(reserved).to.deep.equal([]);
  });

  it('never compare, order, group, or make distinct a CLOB or a BLOB', () => {
    const lobs = new Set(
      allEntities().flatMap(({ columns }) =>
        Object.entries(columns)
          .filter(([, { kind }]) => ['clob', 'json', 'sealed'].includes(kind))
          .map(([key]) => toSnakeCase(key)),
      ),
    );
    const faults = statements().flatMap((statement) =>
      renderStatement(statement, 'oracle').flatMap(({ name, text }) =>
        comparedLobs(text, lobs).map((column) => `${name}: ${column}`),
      ),
    );
    expect(faults).to.deep.equal([]);
    expect(lobs.size).to.be.greaterThan(30);
  });

  for (const planted of [
    "SELECT id FROM t WHERE story = 'x'",
    'SELECT id FROM t ORDER BY at, story',
    'SELECT DISTINCT id, story FROM t',
    'SELECT COUNT(DISTINCT story) FROM t',
    'SELECT id FROM t GROUP BY story',
    'SELECT id, story FROM t UNION SELECT id, story FROM u',
    'SELECT t.id FROM t JOIN u ON u.story = t.story',
    'SELECT id FROM t WHERE id IN (SELECT id FROM u WHERE story LIKE :1)',
  ]) {
    it(`would be a compared CLOB: ${planted}`, () => {
      expect(comparedLobs(planted, new Set(['story']))).to.deep.equal(['story']);
    });
  }

  it('may show a CLOB, set it, and ask whether it is there', () => {
    for (const allowed of [
      'SELECT story FROM t WHERE id = :1 AND story IS NOT NULL',
      'UPDATE t SET story = :1 WHERE id = :2 AND DBMS_LOB.COMPARE(story, :3) = 0',
      'SELECT story FROM (SELECT id FROM u WHERE at < :1 ORDER BY at) x JOIN t ON t.id = x.id',
      'SELECT story FROM t UNION ALL SELECT story FROM u',
    ]) {
      expect(comparedLobs(allowed, new Set(['story'])), allowed).to.deep.equal([]);
    }
  });

  it('write over what may be there by the helper alone, but for those with a reason', () => {
    const own = statements().flatMap((statement) =>
      (['postgres', 'oracle'] as const).flatMap((dialect) =>
        renderStatement(statement, dialect)
          .filter(({ text }) => isOwnUpsert(text))
          .map(({ name }) => name),
      ),
    );
    expect([...new Set(own)].sort()).to.deep.equal(Object.keys(OWN_UPSERTS).sort());
    for (const planted of [
      'INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = 1',
      'MERGE INTO t USING dual ON (a = :1) WHEN MATCHED THEN UPDATE SET b = 1',
    ]) {
      expect(isOwnUpsert(planted), planted).to.equal(true);
    }
  });

  it('look before they insert by keys that are keys', () => {
    const steps = readSteps().flatMap(({ sql }) => splitStatements(sql.oracle.up, 'oracle'));
    const merges = statements().flatMap((statement) =>
      renderStatement(statement, 'oracle').filter(({ text }) => UPSERTS_BY_KEY.test(text)),
    );
    expect(
      merges.flatMap(({ name, text }) => wrongKeys(text, steps).map((key) => `${name}: ${key}`)),
    ).to.deep.equal([]);
    expect(merges.length).to.be.greaterThan(4);
    const planted =
      'MERGE INTO t USING dual ON (t.a = :1 OR t.b = :2) WHEN NOT MATCHED THEN INSERT (a) VALUES (:3)';
    expect(
      wrongKeys(planted, ['CREATE TABLE t (a NUMBER, b NUMBER, CONSTRAINT u UNIQUE (a, b))']),
    ).to.deep.equal(['a', 'b']);
    expect(wrongKeys(planted.replace('OR', 'AND'), ['CREATE UNIQUE INDEX u ON t (b, a)'])).to.deep.equal([]);
  });

  it('keep a flag as 0 or 1, by a check of either database', () => {
    const flags = allEntities()
      .filter(({ table }) => !table.startsWith('spec_'))
      .flatMap(({ table, columns }) =>
        Object.entries(columns)
          .filter(([, { kind }]) => kind === 'flag')
          .map(([key]) => [table, toSnakeCase(key)] as const),
      );
    for (const dialect of ['postgres', 'oracle'] as const) {
      const texts = readSteps().flatMap(({ sql }) => splitStatements(sql[dialect].up, dialect));
      expect(unchecked(flags, texts), dialect).to.deep.equal([]);
    }
    expect(flags.length).to.be.at.least(20);
    expect(unchecked([['t', 'is_tall']], ['CREATE TABLE t (is_tall smallint NOT NULL)'])).to.have.length(1);
  });

  for (const [planted, fault] of PLANTED) {
    it(`refuses ${fault} in a portable text`, () => {
      expect(lintStatement(planted, 'oracle')).to.deep.equal([fault]);
    });
  }

  it('are refused for each fault there is a rule for', () => {
    expect(PLANTED.map(([, fault]) => fault).sort()).to.deep.equal([...STATEMENT_FAULTS].sort());
  });
});

const UPSERTS_BY_KEY = /^MERGE INTO (\w+) USING dual ON \(([^()]+)\)/;

/** The column groups by which a MERGE looks for a row and of which the table has no unique key. */
function wrongKeys(merge: string, steps: readonly string[]): string[] {
  const [, table, condition = ''] = UPSERTS_BY_KEY.exec(merge) ?? [];
  const about = steps.filter((text) => new RegExp(`\\b(TABLE|ON)\\s+${table}\\b`, 'i').test(text));
  const keys = about.flatMap((text) =>
    [...text.matchAll(/\b(?:PRIMARY KEY|UNIQUE(?:\s+INDEX\s+\w+\s+ON\s+\w+)?)\s*\(([\w, ]+)\)/gi)].map(
      ([, list]) => (list as string).toLowerCase().split(/,\s*/).sort().join(),
    ),
  );
  return condition
    .split(' OR ')
    .map((part) =>
      [...part.matchAll(/\.(\w+) =/g)]
        .map(([, column]) => column as string)
        .sort()
        .join(),
    )
    .filter((key) => !keys.includes(key));
}

/** Flags without a check that keeps them 0 or 1. */
function unchecked(flags: readonly (readonly [string, string])[], texts: readonly string[]): string[] {
  return flags
    .filter(
      ([table, column]) =>
        !texts.some(
          (text) =>
            new RegExp(`\\bTABLE\\s+${table}\\b`, 'i').test(text) &&
            new RegExp(`\\b${column}\\s+IN\\s*\\(0,\\s*1\\)`, 'i').test(text),
        ),
    )
    .map(([table, column]) => `${table}.${column}`);
}
