import { expect } from 'chai';
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MigrationError } from './errors.ts';
import { splitStatements } from './split.ts';
import { readSteps, STEPS_FOLDER } from './steps.ts';

const NAME_LENGTH_MAX = 29;

/** Names a script defines: tables, columns, constraints, indexes, triggers. */
function definedNames(sql: string): string[] {
  const named = /(?:TABLE|INDEX|CONSTRAINT|TRIGGER)\s+([a-z_0-9]+)|^\s{2}([a-z_0-9]+)\s+[a-zA-Z]/gm;
  return [...sql.matchAll(named)].map((match) => match[1] ?? match[2] ?? '').filter(Boolean);
}

/** Column names by table, in order. */
function columnsByTable(sql: string): Record<string, string[]> {
  const tables = [...sql.matchAll(/CREATE TABLE ([a-z_0-9]+) \(([\s\S]*?)\n\)/g)];
  return Object.fromEntries(
    tables.map(([, name = '', body = '']) => [
      name,
      [...body.matchAll(/^ {2}([a-z_0-9]+) +[a-zA-Z]/gm)].map((match) => match[1] ?? ''),
    ]),
  );
}

describe('schema steps', () => {
  const steps = readSteps();

  it('are read in order with a checksum per database', () => {
    expect(steps[0]?.name).to.equal('0001-platform');
    expect(steps.map((step) => step.position)).to.deep.equal(steps.map((_, index) => index + 1));
    for (const step of steps) expect(step.sql.postgres.checksum).to.match(/^[0-9a-f]{64}$/);
  });

  for (const step of steps) {
    it(`${step.name} makes the same tables and columns on both databases`, () => {
      const oracle = columnsByTable(step.sql.oracle.up);
      for (const [table, columns] of Object.entries(columnsByTable(step.sql.postgres.up))) {
        expect(oracle[table], table).to.deep.equal(columns);
      }
    });

    it(`${step.name} keeps every name within ${NAME_LENGTH_MAX} characters`, () => {
      const names = [...definedNames(step.sql.postgres.up), ...definedNames(step.sql.oracle.up)];
      expect(names.filter((name) => name.length > NAME_LENGTH_MAX)).to.deep.equal([]);
    });

    it(`${step.name} can be undone on both databases`, () => {
      expect(splitStatements(step.sql.postgres.undo, 'postgres')).to.have.length.greaterThan(0);
      expect(splitStatements(step.sql.oracle.undo, 'oracle')).to.have.length.greaterThan(0);
    });
  }

  describe('in a folder that is not valid', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'vd-steps-'));
      cpSync(join(STEPS_FOLDER, '0001-platform'), join(folder, '0001-platform'), { recursive: true });
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const faults: [title: string, harm: (folder: string) => void][] = [
      ['with a gap', (path) => renameSync(join(path, '0001-platform'), join(path, '0002-platform'))],
      [
        'with a name in capitals',
        (path) => renameSync(join(path, '0001-platform'), join(path, '0001-Platform')),
      ],
      ['without the Oracle half', (path) => rmSync(join(path, '0001-platform', 'oracle.sql'))],
      ['without an undo', (path) => rmSync(join(path, '0001-platform', 'postgres.undo.sql'))],
      [
        'with an unknown kind',
        (path) => writeFileSync(join(path, '0001-platform', 'step.json'), '{"kind":"magic","summary":"x"}'),
      ],
    ];
    for (const [title, harm] of faults) {
      it(`are refused ${title}`, () => {
        harm(folder);
        expect(() => readSteps(folder))
          .to.throw(MigrationError)
          .with.property('code', 'migration.step_invalid');
      });
    }
  });
});
