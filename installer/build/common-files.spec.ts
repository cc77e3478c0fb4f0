import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { requireRunTimeFiles } from './common-files.ts';
import { plain } from './tree-file.ts';

describe('the sources of a release', () => {
  let project: string;
  before(() => (project = mkdtempSync(join(tmpdir(), 'vd-sources-'))));
  after(() => rmSync(project, { recursive: true, force: true }));

  it('are not taken without a file that a module reads beside itself, or with one that asks for a package', async () => {
    mkdirSync(join(project, 'server/data'), { recursive: true });
    writeFileSync(join(project, 'server/data/model.json'), '{}');
    writeFileSync(
      join(project, 'server/reader.ts'),
      `readFileSync(new URL('./data/model.json', import.meta.url));\nnew URL(\`./data/\${name}\`, import.meta.url);\n`,
    );
    const refusal = (paths: string[]) =>
      requireRunTimeFiles(
        project,
        ['server/reader.ts'],
        paths.map((path) => plain(path, '')),
      ).then(
        () => 'none',
        (error: Error) => error.message,
      );
    expect(await refusal(['server/data/model.json'])).to.equal('none');
    expect(await refusal(['server/data/other.json'])).to.equal(
      'server/reader.ts reads server/data/model.json, which is not in the bundle.',
    );
    expect(await refusal([])).to.include('server/reader.ts reads');
    writeFileSync(join(project, 'server/reader.ts'), `createRequire(import.meta.url)('express');\n`);
    expect(await refusal([])).to.include('server/reader.ts asks for a package at run time');
  });
});
