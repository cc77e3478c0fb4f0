import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import lock from '../../package-lock.json' with { type: 'json' };
import { nodeFiles, postgresFiles } from './runtime-files.ts';
import { openPackage, RUNTIME, type PinnedPackage } from './runtime.ts';
import { gzip, writeTar, type TarEntry } from './tar.ts';

const file = (path: string, content = path): TarEntry => ({
  ...{ path, mode: 0o644, kind: 'file', content: Buffer.from(content) },
});

describe('the runtimes of a bundle', () => {
  let folder: string;
  let fetched: string[];
  const packed = gzip(writeTar([file('package/bin/node'), file('package/LICENSE')], { mtime: 1 }));
  const wanted: PinnedPackage = {
    name: '@scope/runtime',
    version: '1.2.3',
    integrity: `sha512-${createHash('sha512').update(packed).digest('base64')}`,
  };
  const comes = (bytes: Buffer) => async (spec: string, into: string) => {
    fetched.push(spec);
    writeFileSync(join(into, 'a.tgz'), bytes);
    return join(into, 'a.tgz');
  };

  beforeEach(() => {
    fetched = [];
    folder = mkdtempSync(join(tmpdir(), 'vd-runtime-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are fetched once, and come from the cache without a network after that', async () => {
    const first = await openPackage(wanted, { folder, fetch: comes(packed) });
    expect(first.map(({ path }) => path)).to.deep.equal(['bin/node', 'LICENSE']);
    const refused = () => Promise.reject(new Error('no network'));
    expect(await openPackage(wanted, { folder, fetch: refused })).to.deep.equal(first);
    expect(fetched).to.deep.equal(['@scope/runtime@1.2.3']);
  });

  it('are refused when they are not what was pinned, and nothing of them is kept', async () => {
    const other = gzip(writeTar([file('package/bin/node', 'another one')], { mtime: 1 }));
    let message = '';
    await openPackage(wanted, { folder, fetch: comes(other) }).catch(
      (error: Error) => (message = error.message),
    );
    expect(message).to.include('@scope/runtime@1.2.3 is not the pinned package');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('are fetched again when the cache was changed', async () => {
    await openPackage(wanted, { folder, fetch: comes(packed) });
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, name), 'changed');
    await openPackage(wanted, { folder, fetch: comes(packed) });
    expect(fetched).to.have.length(2);
    expect(readFileSync(join(folder, name)).equals(packed)).to.equal(true);
  });

  it('are pinned to what the lockfile pins, where both name a package', () => {
    const packages = lock.packages as Record<string, { version?: string; integrity?: string }>;
    const pins = Object.values(RUNTIME).flatMap((runtime) => Object.values(runtime.packages));
    const both = pins.filter(({ name }) => packages[`node_modules/${name}`] !== undefined);
    expect(both).to.have.length(2);
    for (const { name, version, integrity } of both)
      expect(packages[`node_modules/${name}`]).to.include({ version, integrity });
    for (const { integrity } of pins) expect(integrity).to.match(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });

  it('are new enough for what runs on them, and not so new that a minimal system cannot start them', () => {
    const [major = 0, minor = 0] = RUNTIME.node.version.split('.').map(Number);
    expect(major).to.equal(24);
    expect(minor).to.be.at.least(11);
  });

  it('take of Node the program and its licences only', () => {
    const files = nodeFiles([
      file('bin/node'),
      file('LICENSE'),
      file('include/node/v8.h'),
      file('README.md'),
    ]);
    expect(files.map(({ path, mode }) => [path, mode])).to.deep.equal([
      ['node/bin/node', 0o755],
      ['licences/nodejs.txt', 0o644],
    ]);
    expect(() => nodeFiles([file('bin/node')])).to.throw(RangeError, 'LICENSE');
  });

  const links = ['icuuc', 'pq'].flatMap((name) => {
    const [major, full] = name === 'pq' ? ['5', '5.18'] : ['60', '60.2'];
    const source = `native/lib/lib${name}.so.${full}`;
    return [`lib${name}.so`, `lib${name}.so.${major}`].map((link) => ({
      source,
      target: `native/lib/${link}`,
    }));
  });
  const postgres = [
    ...[
      'bin/initdb',
      'bin/pg_ctl',
      'bin/postgres',
      'lib/libicuuc.so.60.2',
      'lib/libpq.so.5.18',
      'lib/libpq.a',
    ],
    ...['lib/pkgconfig/libpq.pc', 'lib/libxml2.so.2', 'lib/libxslt.so.1', 'lib/postgresql/plperl.so'],
    ...[
      'lib/postgresql/pgxs/src/x.mk',
      'lib/postgresql/pg_trgm.so',
      'share/postgresql/extension/xml2.control',
    ],
    ...['share/postgresql/extension/plpython3u--1.0.sql', 'share/postgresql/extension/pg_trgm.control'],
  ].map((path) => file(`native/${path}`));

  it('give the libraries of PostgreSQL the names they are asked for by, without links and unused parts', () => {
    const list = file('native/pg-symlinks.json', JSON.stringify(links));
    const files = postgresFiles([file('dist/index.js'), list, ...postgres]);
    expect(files.map(({ path }) => path)).to.deep.equal([
      ...[
        'postgres/bin/initdb',
        'postgres/bin/pg_ctl',
        'postgres/bin/postgres',
        'postgres/lib/libicuuc.so.60',
      ],
      ...['postgres/lib/libpq.so.5', 'postgres/lib/libxml2.so.2', 'postgres/lib/postgresql/pg_trgm.so'],
      'postgres/share/postgresql/extension/pg_trgm.control',
    ]);
    expect(files.filter(({ mode }) => mode === 0o755)).to.have.length(3);
  });

  it('refuse a PostgreSQL without its list of links, with one that leads elsewhere, or without a program', () => {
    expect(() => postgresFiles(postgres)).to.throw(RangeError, 'pg-symlinks');
    const away = [{ source: 'native/lib/libpq.so.5.18', target: 'native/../../libpq.so.5' }];
    expect(() =>
      postgresFiles([file('native/pg-symlinks.json', JSON.stringify(away)), ...postgres]),
    ).to.throw(RangeError, 'another folder');
    const list = file('native/pg-symlinks.json', JSON.stringify(links));
    const without = postgres.filter(({ path }) => path !== 'native/bin/initdb');
    expect(() => postgresFiles([list, ...without])).to.throw(RangeError, 'bin/initdb');
  });
});
