import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Release } from '../verify/index.ts';
import { makeNotice } from './notices.ts';
import { packagesOf } from './packages.ts';
import { RUNTIME } from './runtime.ts';
import { makeSbom } from './sbom.ts';
import { plain } from './tree-file.ts';

const SHA512 = createHash('sha512').update('packed').digest();
const RELEASE: Release = {
  ...{ version: '1.2.3', commit: 'c'.repeat(40), builtAt: '2026-05-01T10:00:00.000Z', arch: 'x64' },
  ...{ node: '24.21.0', postgres: '18.4', schemaSteps: 59 },
  ...{ keyKind: 'release', keyFingerprint: `SHA256:${'0'.repeat(64)}` },
};
const RUNTIME_FILES = [
  ...['node/bin/node', 'postgres/bin/postgres'],
  ...RUNTIME.postgres.parts.flatMap(({ file }) => file),
].map((path) => plain(path, path));

interface Sbom {
  specVersion: string;
  serialNumber: string;
  components: {
    name: string;
    version: string;
    purl: string;
    'bom-ref': string;
    hashes?: { alg: string; content: string }[];
  }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

describe('the packages in a bundle', () => {
  let project: string;

  const install = (place: string, about: object, files: Record<string, string> = {}) => {
    mkdirSync(join(project, place), { recursive: true });
    writeFileSync(join(project, place, 'package.json'), JSON.stringify(about));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project, place, name), text);
  };
  const pin = (packages: Record<string, object>) => {
    const integrity = `sha512-${SHA512.toString('base64')}`;
    const pinned = Object.entries(packages).map(([place, entry]) => [place, { integrity, ...entry }]);
    writeFileSync(
      join(project, 'package-lock.json'),
      JSON.stringify({ packages: Object.fromEntries(pinned) }),
    );
  };
  const [a, b, inner] = ['node_modules/a', 'node_modules/@s/b', 'node_modules/a/node_modules/@s/b'] as const;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'vd-packages-'));
    install(a, { name: 'a', version: '1.0.0', license: 'MIT', author: 'Ann <a@b.c>' });
    install(
      b,
      { name: '@s/b', version: '2.0.0', license: '(Apache-2.0)' },
      { 'LICENSE.md': 'Text of b', NOTICE: 'Of b' },
    );
    install(inner, { name: '@s/b', version: '1.9.0', license: 'ISC' }, { Licence: 'Text of inner b' });
    pin({ [a]: { dependencies: { '@s/b': '1', away: '1' } }, [b]: {}, [inner]: {} });
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  const sources = () => [
    'server/main.ts',
    `${a}/index.js`,
    `${a}/lib/more.js`,
    `../elsewhere/${b}/index.js`,
    `\0${join(project, inner)}/x.mjs?commonjs`,
  ];

  it('are found by the sources that came into it, nested ones too, with what they need', async () => {
    const found = await packagesOf(sources(), project);
    expect(
      found.map(({ place, name, version, licence, needs }) => [place, name, version, licence, needs]),
    ).to.deep.equal([
      [b, '@s/b', '2.0.0', 'Apache-2.0', []],
      [a, 'a', '1.0.0', 'MIT', [inner]],
      [inner, '@s/b', '1.9.0', 'ISC', []],
    ]);
    expect(found[0]?.sha512).to.equal(SHA512.toString('hex'));
  });

  it('are refused with a licence that asks for our source, without one, and unpinned', async () => {
    const refusal = async () =>
      packagesOf(sources(), project).then(
        () => 'none',
        (error: Error) => error.message,
      );
    for (const license of [
      'GPL-3.0-only',
      'LGPL-2.1',
      'SSPL-1.0',
      'MIT OR GPL-2.0',
      undefined,
      { type: 'MIT' },
    ]) {
      install(a, { name: 'a', version: '1.0.0', license });
      expect(await refusal(), String(license)).to.include('The licence of a');
    }
    install(a, { name: 'a', version: '1.0.0', license: 'MIT' });
    expect(await refusal()).to.equal('none');
    pin({ [b]: {}, [inner]: {} });
    expect(await refusal()).to.equal(`The lockfile does not pin ${a}.`);
  });

  it('have their licences in one file, the standard text where a package carries none', async () => {
    const notice = makeNotice(await packagesOf(sources(), project));
    expect(notice).to.match(/@s\/b 1\.9\.0: ISC\n\nText of inner b\n/);
    expect(notice).to.match(/@s\/b 2\.0\.0: Apache-2\.0\n\nText of b\n\nOf b\n/);
    expect(notice).to.match(/a 1\.0\.0: MIT\n\nCopyright \(c\) Ann <a@b\.c>\n\nPermission is hereby granted/);
    install(a, { name: 'a', version: '1.0.0', license: 'BSD-3-Clause' });
    const without = await packagesOf(sources(), project);
    expect(() => makeNotice(without)).to.throw(RangeError, 'carries no text of its licence BSD-3-Clause');
  });

  it('stand in the bill of materials with their checksums, beside Node, PostgreSQL, and what is in both', async () => {
    const text = makeSbom(RELEASE, await packagesOf(sources(), project), RUNTIME_FILES);
    const sbom = JSON.parse(text) as Sbom;
    expect(sbom.specVersion).to.equal('1.6');
    expect(sbom.serialNumber).to.match(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const purls = sbom.components.map(({ purl }) => purl);
    expect(purls).to.include.members([
      ...['pkg:generic/node@24.21.0', 'pkg:generic/postgresql@18.4', 'pkg:generic/openssl@3.5.8'],
      ...['pkg:generic/openssl@1.1.1', 'pkg:generic/icu@60.2', 'pkg:npm/%40s/b@1.9.0', 'pkg:npm/a@1.0.0'],
    ]);
    const hashOf = (ref: string) => sbom.components.find((one) => one['bom-ref'] === ref)?.hashes;
    expect(hashOf(a)).to.deep.equal([{ alg: 'SHA-512', content: SHA512.toString('hex') }]);
    const program = createHash('sha256').update('node/bin/node').digest('hex');
    expect(hashOf('node@24.21.0')).to.deep.equal([{ alg: 'SHA-256', content: program }]);
    const known = new Set(sbom.components.map((one) => one['bom-ref']));
    expect(known.size).to.equal(sbom.components.length);
    expect(
      sbom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !known.has(ref)),
    ).to.deep.equal([]);
  });

  it('make the same bill of the same release, and another of another', async () => {
    const packages = await packagesOf(sources(), project);
    const of = (release: Release) => makeSbom(release, packages, RUNTIME_FILES);
    expect(of(RELEASE)).to.equal(of({ ...RELEASE }));
    expect(of({ ...RELEASE, version: '1.2.4' })).not.to.equal(of(RELEASE));
    expect(() => makeSbom(RELEASE, packages, RUNTIME_FILES.slice(1))).to.throw(RangeError, 'node/bin/node');
  });

  it('are read from folders, not from names that only look like one', async () => {
    expect(await packagesOf(['node_modules_backup/a/x.js', 'server/node_modules.ts'], project)).to.deep.equal(
      [],
    );
  });
});
