import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
// The composition root imports every module, and with them every statement there is.
import '../cli/database-copy.ts';
import {
  allEntities,
  allStatements,
  batchStatements,
  renderStatement,
  sealedTables,
} from '../platform/persistence/index.ts';
import { toSnakeCase } from '../platform/persistence/index.ts';
import { lintStatement, ORACLE_RESERVED } from './support/statement-lint.ts';

const UPDATE = process.env.UPDATE_SNAPSHOTS === '1';

/** Walks over sealed values declare theirs when the program is composed. */
sealedTables();

/** Statements of the product; specs declare their own under `spec.`. */
const statements = () => allStatements().filter(({ name }) => !name.startsWith('spec.'));

function render(dialect: 'postgres' | 'oracle'): string {
  const texts = statements().flatMap((statement) =>
    renderStatement(statement, dialect).map(({ name, text }) => `-- ${name}\n${text};\n`),
  );
  const batches =
    dialect === 'postgres' ? batchStatements().map(({ name, text }) => `-- ${name}\n${text};\n`) : [];
  return [...texts, ...batches].join('\n');
}

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

  it('never name a CLOB in WHERE or ORDER BY', () => {
    const clobs = new Set(
      allEntities().flatMap(({ columns }) =>
        Object.entries(columns)
          .filter(([, { kind }]) => kind === 'clob' || kind === 'json')
          .map(([key]) => toSnakeCase(key)),
      ),
    );
    const faults = statements().flatMap((statement) =>
      renderStatement(statement, 'oracle').flatMap(({ name, text }) => {
        const tail = /\b(WHERE|ORDER BY|GROUP BY)\b.*$/.exec(text)?.[0] ?? '';
        const words = new Set(tail.toLowerCase().match(/[a-z_]+/g) ?? []);
        return [...clobs].filter((column) => words.has(column)).map((column) => `${name}: ${column}`);
      }),
    );
    expect(faults).to.deep.equal([]);
  });

  for (const [planted, fault] of [
    ['SELECT a FROM t LIMIT 5', 'LIMIT'],
    ['SELECT a FROM t OFFSET 5 ROWS', 'OFFSET'],
    ['SELECT a::text FROM t', '::'],
    ["SELECT a FROM t WHERE b ILIKE 'x'", 'ILIKE'],
    ['INSERT INTO t (a) VALUES ($1) RETURNING a', 'RETURNING'],
    ['SELECT now() FROM t', 'now()'],
    ["UPDATE t SET a = '' WHERE b = $1", 'empty string'],
    ['SELECT a FROM t FETCH FIRST 5 ROWS ONLY FOR UPDATE', 'row limit with a lock'],
    ['SELECT a FROM t WHERE b = true', 'boolean literal'],
  ] as const) {
    it(`refuses ${fault} in a portable text`, () => {
      expect(lintStatement(planted, 'oracle').join(' ')).to.contain(fault);
    });
  }
});
