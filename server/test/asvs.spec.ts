import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** Requirements of OWASP ASVS 5.0.0 by level, and in all. */
const BY_LEVEL = { 1: 70, 2: 183, 3: 92 };
const FILE = 'docs/compliance/asvs.csv';
const LINE = /^(V\d{1,2}\.\d{1,2}\.\d{1,2}),([123]),(yes|no),(?:"((?:[^"]|"")*)"|([^",]*))$/;
const TEST = /^test: (\S+\.spec\.tsx?) › (.+)$/;
const DOCUMENT = /^doc: (\S+\.md)#(.+)$/;
const REASON = /^(open|not applicable): .{5,}$/;

interface Row {
  id: string;
  level: 1 | 2 | 3;
  applies: boolean;
  evidence: string;
}

function readRows(text: string): Row[] {
  const [head, ...lines] = text.trimEnd().split('\n');
  expect(head).to.equal('id,level,applies,evidence');
  return lines.map((line) => {
    const match = LINE.exec(line);
    if (match === null) throw new Error(`No line of four columns: ${line}`);
    const [, id = '', level, applies, quoted, plain = ''] = match;
    const evidence = quoted?.replaceAll('""', '"') ?? plain;
    return { id, level: Number(level) as Row['level'], applies: applies === 'yes', evidence };
  });
}

/** What is wrong with one line; undefined when its evidence is there. */
function faultOf(
  { id, applies, evidence }: Row,
  read: (file: string) => string | undefined,
): string | undefined {
  const [, file = '', title = ''] = TEST.exec(evidence) ?? [];
  if (file !== '') {
    const titles = [...(read(file) ?? '').matchAll(/\bit\(\s*(['"`])([^\n]*?)\1,/g)].map(
      ([, , text]) => text,
    );
    return titles.includes(title) ? undefined : `${id}: there is no test "${title}" in ${file}`;
  }
  const [, page = '', heading = ''] = DOCUMENT.exec(evidence) ?? [];
  if (page !== '') {
    const headings = [...(read(page) ?? '').matchAll(/^#{1,4} (.+)$/gm)].map(([, text]) => text);
    return headings.includes(heading) ? undefined : `${id}: there is no heading "${heading}" in ${page}`;
  }
  const [, word] = REASON.exec(evidence) ?? [];
  if (word === undefined) return `${id}: no evidence, and no reason`;
  return (word === 'open') === applies ? undefined : `${id}: whether it applies contradicts "${word}"`;
}

const readFile = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

describe('the requirements of ASVS 5.0', () => {
  const rows = readRows(readFileSync(FILE, 'utf8'));

  it('stand in the table, each once', () => {
    expect(new Set(rows.map(({ id }) => id)).size).to.equal(345);
    for (const [level, count] of Object.entries(BY_LEVEL))
      expect(rows.filter((row) => row.level === Number(level))).to.have.length(count);
  });

  it('have a test or heading that exists, or say that they are open, or why they do not apply', () => {
    expect(rows.map((row) => faultOf(row, readFile)).filter((fault) => fault !== undefined)).to.deep.equal(
      [],
    );
  });

  it('are counted', () => {
    for (const level of [1, 2, 3]) {
      const applicable = rows.filter((row) => row.level === level && row.applies);
      const open = applicable.filter(({ evidence }) => evidence.startsWith('open: '));
      process.stdout.write(
        `    ASVS level ${level}: ${applicable.length} apply, ` +
          `${applicable.length - open.length} with evidence, ${open.length} open\n`,
      );
      expect(applicable.length - open.length, `level ${level}`).to.be.above(0.6 * applicable.length);
    }
  });

  it('would be refused without evidence, with a test that is gone, and with a heading that is gone', () => {
    const row = (evidence: string, applies = true): Row => ({ id: 'V1.1.1', level: 1, applies, evidence });
    const read = (file: string) =>
      file === 'a.spec.ts' ? "it('says so', () => 1)" : file === 'a.md' ? '# There' : undefined;
    expect(faultOf(row('test: a.spec.ts › says so'), read)).to.equal(undefined);
    expect(faultOf(row('doc: a.md#There'), read)).to.equal(undefined);
    for (const planted of [
      row(''),
      row('open: '),
      row('test: a.spec.ts › says'),
      row('test: b.spec.ts › says so'),
      row('doc: a.md#Elsewhere'),
      row('not applicable: but it is said to apply'),
      row('open: but it is said not to apply', false),
    ])
      expect(faultOf(planted, read), planted.evidence).to.be.a('string');
  });
});
