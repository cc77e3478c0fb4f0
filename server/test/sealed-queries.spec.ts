import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';
import { AppError } from '../kernel/index.ts';
import { col, defineEntity, hashColumn, portable } from '../platform/persistence/index.ts';

const SERVER = dirname(dirname(fileURLToPath(import.meta.url)));
/** Stands in the server's folder for the compiler alone; nobody writes it. */
const PLANTED = join(SERVER, 'planted.ts');

/** What each planted line is refused for; the first two are allowed. */
const HEAD = `import { col, defineEntity, hashColumn, select, update, remove } from './platform/persistence/index.ts';
const person = defineEntity(
  'spec_planted',
  {
    id: col.uuid(),
    nameEnc: col.sealed({ class: 'C2', scope: 'requester', index: ['eq', 'prefix'] }),
    noteEnc: col.sealed({ class: 'C2', scope: 'requester' }).optional(),
    at: col.instant(),
  },
  { primaryKey: ['id'] },
);
`;
const ALLOWED = [
  `select(person, { name: 'a', where: ['id'], orderBy: [['at', 'asc']], limit: true });`,
  `hashColumn(person, 'nameEnc', 'prefix');`,
  `update(person, { name: 'b', set: ['nameEnc'], where: ['id'] });`,
];
const REFUSED = [
  `select(person, { name: 'c', where: ['nameEnc'] });`,
  `select(person, { name: 'd', whereIn: 'noteEnc' });`,
  `select(person, { name: 'e', orderBy: [['nameEnc', 'asc']] });`,
  `update(person, { name: 'f', set: ['at'], where: ['nameEnc'] });`,
  `remove(person, { name: 'g', where: ['noteEnc'] });`,
  `hashColumn(person, 'nameEnc', 'last4');`,
  `hashColumn(person, 'noteEnc', 'eq');`,
  `hashColumn(person, 'at', 'eq');`,
];

/** Lines of the planted file that the compiler refuses, from 0. */
function refusedLines(text: string): number[] {
  const configFile = join(dirname(SERVER), 'tsconfig.json');
  const { config } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(SERVER));
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === PLANTED ? ts.createSourceFile(name, text, ts.ScriptTarget.ESNext) : read(name, ...rest);
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => name === PLANTED || exists(name);
  const program = ts.createProgram([PLANTED], { ...options, noEmit: true, skipLibCheck: true }, host);
  const planted = program.getSourceFile(PLANTED);
  return program
    .getSemanticDiagnostics(planted)
    .map(({ start }) => planted?.getLineAndCharacterOfPosition(start ?? 0).line ?? -1);
}

describe('queries over sealed columns', function () {
  this.timeout(120_000);

  it('are a type error for every operator and every index the classification does not name', () => {
    const first = HEAD.split('\n').length - 1;
    const lines = [...ALLOWED, ...REFUSED];
    const expected = REFUSED.map((_, index) => first + ALLOWED.length + index);
    expect([...new Set(refusedLines(HEAD + lines.join('\n')))]).to.deep.equal(expected);
  });

  for (const [what, sql] of [
    ['=', 'SELECT id FROM requester WHERE name_enc = :id'],
    ['= behind a bracket', 'SELECT r.id FROM requester r WHERE r.id = :id AND (r.name_enc = :id)'],
    ['LIKE', `SELECT id FROM requester WHERE id = :id AND name_enc LIKE 'x'`],
    ['>', 'SELECT id FROM requester WHERE phone_enc > :id'],
    ['IN', 'SELECT id FROM requester WHERE phone_enc IN (:id)'],
    ['BETWEEN', 'SELECT id FROM requester WHERE phone_enc BETWEEN :id AND :id'],
    ['ORDER BY', 'SELECT id FROM requester WHERE id = :id ORDER BY created_at, name_enc'],
    ['GROUP BY', 'SELECT COUNT(*) AS n FROM requester WHERE id = :id GROUP BY name_enc'],
  ] as const) {
    it(`are refused where a hand-written statement is declared with ${what}`, () => {
      const name = `spec.refused ${what}`;
      expect(() => portable<{ id: string }>(name, sql, { params: { id: 'uuid' } }))
        .to.throw(AppError)
        .with.property('code', 'crypto.query_refused');
    });
  }

  it('may ask whether there is a value', () => {
    const sql = 'SELECT id FROM requester WHERE id = :id AND (name_enc IS NULL OR phone_enc IS NOT NULL)';
    expect(() => portable<{ id: string }>('spec.asked', sql, { params: { id: 'uuid' } })).to.not.throw();
  });

  it('go to the column of hashes that belongs to the index', () => {
    const phoneEnc = col.sealed({ class: 'C2', scope: 'requester', index: ['eq', 'last4'] }).optional();
    const entity = defineEntity('spec_hashed', { id: col.uuid(), phoneEnc }, { primaryKey: ['id'] });
    expect(hashColumn(entity, 'phoneEnc', 'eq')).to.equal('phone_bix');
    expect(hashColumn(entity, 'phoneEnc', 'last4')).to.equal('phone_last4_bix');
    expect(() => hashColumn(entity, 'phoneEnc', 'prefix' as never)).to.throw('no index');
  });
});
