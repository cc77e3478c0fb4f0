import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import {
  formatRelease,
  MANIFEST_FILE,
  verifyTree,
  type Architecture,
  type Release,
} from '../verify/index.ts';
import { entriesOf, signTree } from './bundle.ts';
import { IMAGE_USER, makeImage } from './oci.ts';
import { openSigner, type Signer } from './signing.ts';
import { gzip, readTar, writeTar, type TarEntry } from './tar.ts';
import { executable, filesBelow, plain, type TreeFile } from './tree-file.ts';

const ARCH = process.arch as Architecture;
const RELEASE: Release = {
  ...{ version: '1.2.3', commit: 'c'.repeat(40), builtAt: '2026-05-01T10:00:00.000Z', arch: ARCH },
  ...{ node: '24.21.0', postgres: '18.4', schemaSteps: 59 },
  ...{ keyKind: 'development', keyFingerprint: `SHA256:${'0'.repeat(64)}` },
};
/** In the place of Node: says what it was started with. */
const TELLS = `#!/bin/sh
[ "$1" = --version ] && exit 0
printf '%s\\n' "$@"
env | sed 's/=.*//' | sort
`;
const INSTALL = readFileSync(new URL('../install.sh', import.meta.url));

describe('a small bundle', () => {
  let place: string;
  let signer: Signer;
  let bundle: string;

  const treeOf = (over: Partial<Release> = {}): TreeFile[] => [
    executable('install.sh', INSTALL),
    executable('node/bin/node', TELLS),
    plain('server/installer.mjs', 'export {};\n'),
    plain('docs/page.md', '# A page\n'),
    plain('release.json', formatRelease({ ...RELEASE, ...over })),
  ];
  const pack = (files: readonly TreeFile[]) =>
    gzip(writeTar(entriesOf(files, 'top'), { mtime: 1_777_777_777 }));
  const unpack = (files: readonly TreeFile[]) => {
    writeFileSync(join(place, 'bundle.tar.gz'), pack(files));
    const { status } = spawnSync('tar', ['xzf', 'bundle.tar.gz'], { cwd: place });
    expect(status).to.equal(0);
  };

  beforeEach(async () => {
    place = mkdtempSync(join(tmpdir(), 'vd-bundle-'));
    bundle = join(place, 'top');
    signer = await openSigner(undefined, join(place, 'key'));
    unpack(signTree(treeOf(), signer));
    writeFileSync(join(place, 'vaultdesk-release.pub'), signer.publicPem);
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  it('has the same bytes when it is built again, in whatever order the files come', () => {
    const first = pack(signTree(treeOf(), signer));
    expect(pack(signTree(treeOf().reverse(), signer)).equals(first)).to.equal(true);
    expect(pack(signTree(treeOf({ commit: 'd'.repeat(40) }), signer)).equals(first)).to.equal(false);
  });

  it('passes its own check once it is unpacked', async () => {
    const trust = { publicKeyFile: join(place, 'vaultdesk-release.pub'), fingerprint: signer.fingerprint };
    const { findings } = await verifyTree(bundle, { trust, now: () => new Date('2026-06-01T00:00:00Z') });
    expect(findings).to.deep.equal([]);
    const sums = spawnSync('sha256sum', ['-c', '--quiet', MANIFEST_FILE], { cwd: bundle });
    expect(sums.status).to.equal(0);
  });

  it('refuses two files of one path, and a folder with nothing in it', async () => {
    const twice = [...treeOf(), plain('install.sh', '')];
    expect(() => signTree(twice, signer)).to.throw('one path');
    mkdirSync(join(place, 'empty'));
    const message = await filesBelow(join(place, 'empty'), 'x').then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).to.include('nothing for the bundle');
  });

  describe('install.sh', () => {
    const start = (args: string[], env: Record<string, string> = {}) => {
      const run = spawnSync(join(bundle, 'install.sh'), args, { cwd: place, encoding: 'utf8', env });
      return { status: run.status, lines: run.stdout.trim().split('\n'), fault: run.stderr };
    };
    const SECRET = { NODE_OPTIONS: '--require /tmp/x', NODE_EXTRA_CA_CERTS: '/x', PGPASSWORD: 'secret' };

    it('has at most 60 lines and is plain sh', () => {
      expect(INSTALL.toString('utf8').trimEnd().split('\n').length).to.be.at.most(60);
      expect(spawnSync('sh', ['-n', join(bundle, 'install.sh')]).status).to.equal(0);
    });

    it('hands over to the bundled Node with the arguments, the language, and nothing of the environment', () => {
      const { status, lines, fault } = start(['verify', 'a b', '--json'], { LANG: 'zh_CN.UTF-8', ...SECRET });
      expect(status, fault).to.equal(0);
      expect(lines.slice(0, 6)).to.deep.equal([
        join(bundle, 'server/installer.mjs'),
        ...['verify', 'a b', '--json', '--lang', 'zh'],
      ]);
      const known = ['HOME', 'LANG', 'PATH', 'PWD', 'TERM', 'OLDPWD', 'SHLVL', '_'];
      expect(lines.slice(6).filter((name) => !known.includes(name))).to.deep.equal([]);
    });

    it('takes the language from --lang before the locale', () => {
      for (const args of [
        ['verify', '--lang', 'en'],
        ['verify', '--lang=en'],
      ])
        expect(start(args, { LANG: 'zh_CN.UTF-8' }).lines).to.include.members(['--lang', 'en']);
    });

    it('needs systemd for an install, unless told otherwise', function () {
      expect(start(['install', '--no-systemd']).status).to.equal(0);
      if (spawnSync('test', ['-d', '/run/systemd/system']).status === 0) this.skip();
      expect(start(['install'])).to.deep.include({ status: 21 });
    });

    const refusals: [what: string, status: number, spoil: () => void, says: RegExp][] = [
      [
        'half a bundle',
        20,
        () => rmSync(join(bundle, 'release.json')),
        /^VD-E20 Half a bundle \| .+ \| .+\n$/,
      ],
      ['a bundle without its list', 20, () => rmSync(join(bundle, MANIFEST_FILE)), /^VD-E20 Half a bundle/],
      [
        'a cut Node',
        20,
        () => writeFileSync(join(bundle, 'node/bin/node'), TELLS.slice(0, 40)),
        /^VD-E20 A file is not/,
      ],
      ['a missing Node', 20, () => rmSync(join(bundle, 'node/bin/node')), /^VD-E20 A file is not/],
      [
        'a changed installer',
        20,
        () => writeFileSync(join(bundle, 'server/installer.mjs'), ''),
        /^VD-E20 A file is not/,
      ],
      [
        'a Node that does not run',
        21,
        () => chmodSync(join(bundle, 'node/bin/node'), 0o644),
        /^VD-E21 This does not run/,
      ],
      [
        'another architecture',
        21,
        () => unpack(signTree(treeOf({ arch: ARCH === 'x64' ? 'arm64' : 'x64' }), signer)),
        /^VD-E21 The bundle is for another architecture \| linux-/,
      ],
    ];
    for (const [what, status, spoil, says] of refusals) {
      it(`refuses ${what} with ${status}, before anything of it runs`, () => {
        spoil();
        const run = start(['verify']);
        expect(run.status, run.fault).to.equal(status);
        expect(run.fault).to.match(says);
        expect(run.lines).to.deep.equal(['']);
        expect(start(['verify'], { LC_ALL: 'zh_CN.UTF-8' }).fault).to.match(/^VD-E2\d \p{Script=Han}/u);
      });
    }
  });

  describe('as a container image', () => {
    const base = () =>
      writeTar([{ path: 'etc/os-release', mode: 0o644, kind: 'file', content: Buffer.from('base') }], {
        mtime: 1,
      });
    const image = () => readTar(makeImage(RELEASE, signTree(treeOf(), signer), base()));
    const contentOf = (entries: readonly TarEntry[], path: string) =>
      entries.find((entry) => entry.path === path)?.content ?? Buffer.alloc(0);
    const jsonOf = (entries: readonly TarEntry[], path: string) =>
      JSON.parse(contentOf(entries, path).toString('utf8')) as Record<string, never>;
    const pathOf = ({ digest }: { digest: string }) => `blobs/${digest.replace(':', '/')}`;
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

    interface Described {
      digest: string;
      size: number;
      mediaType: string;
    }

    it('is an OCI layout whose parts are what their digests say', () => {
      const entries = image();
      expect(jsonOf(entries, 'oci-layout')).to.deep.equal({ imageLayoutVersion: '1.0.0' });
      const index = jsonOf(entries, 'index.json') as unknown as { manifests: Described[] };
      const manifest = jsonOf(entries, pathOf(index.manifests[0] as Described)) as unknown as {
        config: Described;
        layers: Described[];
      };
      const all = [...index.manifests, manifest.config, ...manifest.layers];
      for (const { digest, size } of all) {
        const content = contentOf(entries, pathOf({ digest }));
        expect([`sha256:${sha256(content)}`, content.length]).to.deep.equal([digest, size]);
      }
      expect(entries).to.have.length(new Set(all.map(({ digest }) => digest)).size + 2);
      const config = jsonOf(entries, pathOf(manifest.config)) as unknown as {
        rootfs: { diff_ids: string[] };
        config: { User: string; Cmd: string[] };
      };
      const unpacked = manifest.layers.map((layer) => gunzipSync(contentOf(entries, pathOf(layer))));
      expect(config.rootfs.diff_ids).to.deep.equal(unpacked.map((bytes) => `sha256:${sha256(bytes)}`));
      expect(config.config).to.include({ User: `${IMAGE_USER}:${IMAGE_USER}` });
      expect(config.config.Cmd).to.deep.equal(['run']);
    });

    it('holds the release as an install lays it out, and writes nowhere but in the home folder', () => {
      const entries = image();
      const layers = entries.flatMap(({ path, content }) =>
        path.startsWith('blobs/') && content[0] === 0x1f ? [readTar(content)] : [],
      );
      const paths = layers.flat();
      const found = (path: string) => paths.find((entry) => entry.path === path);
      expect(found('opt/vaultdesk/current')).to.include({ kind: 'link', target: 'releases/1.2.3' });
      expect(found(`opt/vaultdesk/releases/1.2.3/${MANIFEST_FILE}`)?.content.length).to.be.greaterThan(0);
      expect(found('var/lib/vaultdesk')).to.include({ kind: 'folder', mode: 0o700 });
      expect(paths.filter(({ kind, mode }) => kind === 'file' && (mode & 0o022) !== 0)).to.deep.equal([]);
    });

    it('has the same bytes when it is made again', () => {
      const make = () => makeImage(RELEASE, signTree(treeOf(), signer), base());
      expect(make().equals(make())).to.equal(true);
    });
  });
});
