import { createHash } from 'node:crypto';
import type { Architecture, Release } from '../verify/index.ts';
import { entriesOf } from './bundle.ts';
import { gzip, writeTar, type TarEntry } from './tar.ts';
import type { TreeFile } from './tree-file.ts';

/** The account of the image: a number, which a cluster can see is not root. */
export const IMAGE_USER = 10_001;

const LAYOUT = { imageLayoutVersion: '1.0.0' };
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';
const MACHINES: Readonly<Record<Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };
const HOME = 'var/lib/vaultdesk';

interface Blob {
  mediaType: string;
  digest: string;
  size: number;
  content: Buffer;
}

/**
 * A container image as one archive in the OCI layout (image-spec 1.1), made without a container program: `base`, an archive
 * of a root file system with the C library, and over it the release as an install would lay it out. It runs as user 10001
 * from a root that nobody needs to write to. The same input gives the same bytes.
 */
export function makeImage(release: Release, files: readonly TreeFile[], base: Buffer): Buffer {
  const mtime = Date.parse(release.builtAt) / 1_000;
  const archives = [
    base,
    writeTar(releaseEntries(release, files), { mtime }),
    writeTar(homeEntries(), home(mtime)),
  ];
  const layers = archives.map((archive) => blob(LAYER_TYPE, gzip(archive)));
  const config = blob(CONFIG_TYPE, json(configOf(release, archives.map(digestOf))));
  const manifest = blob(
    MANIFEST_TYPE,
    json({
      ...{ schemaVersion: 2, mediaType: MANIFEST_TYPE },
      ...{ config: describe(config), layers: layers.map(describe), annotations: labelsOf(release) },
    }),
  );
  const index = json({
    ...{ schemaVersion: 2, mediaType: INDEX_TYPE },
    manifests: [
      {
        ...describe(manifest),
        platform: { architecture: MACHINES[release.arch], os: 'linux' },
        annotations: { 'org.opencontainers.image.ref.name': release.version },
      },
    ],
  });
  const blobs = new Map([...layers, config, manifest].map(({ digest, content }) => [digest, content]));
  const named = [...blobs].map(([digest, content]): TreeFile => {
    return { path: `blobs/${digest.replace(':', '/')}`, mode: 0o644, content };
  });
  const all = [...named, file('index.json', index), file('oci-layout', json(LAYOUT))];
  return writeTar(
    all.map(({ path, mode, content }): TarEntry => ({ path, mode, kind: 'file', content })),
    { mtime },
  );
}

function file(path: string, content: Buffer): TreeFile {
  return { path, mode: 0o644, content };
}

function folder(path: string, mode = 0o755): TarEntry {
  return { path, mode, kind: 'folder', content: Buffer.alloc(0) };
}

/** `/opt/vaultdesk/releases/V`, and the link `current` to it. */
function releaseEntries({ version }: Release, files: readonly TreeFile[]): TarEntry[] {
  const current: TarEntry = {
    ...{ path: 'opt/vaultdesk/current', mode: 0o777, kind: 'link' },
    ...{ content: Buffer.alloc(0), target: `releases/${version}` },
  };
  return [...entriesOf(files, `opt/vaultdesk/releases/${version}`), current];
}

/** The home folder belongs to the account, so that a volume mounted there begins with its rights. */
function homeEntries(): TarEntry[] {
  return [folder(HOME, 0o700)];
}

function home(mtime: number) {
  return { mtime, owner: IMAGE_USER };
}

function configOf(release: Release, diffIds: string[]): object {
  const current = '/opt/vaultdesk/current';
  return {
    ...{ created: release.builtAt, architecture: MACHINES[release.arch], os: 'linux' },
    config: {
      User: `${IMAGE_USER}:${IMAGE_USER}`,
      ExposedPorts: { '8443/tcp': {} },
      Env: [`VAULTDESK_HOME=/${HOME}`, 'PATH=/usr/bin:/bin', 'LANG=C.UTF-8'],
      Entrypoint: [`${current}/node/bin/node`, `${current}/server/vaultdesk.mjs`],
      Cmd: ['run'],
      Volumes: { [`/${HOME}`]: {} },
      WorkingDir: `/${HOME}`,
      Labels: labelsOf(release),
      StopSignal: 'SIGTERM',
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: ['C library', 'release', 'home folder'].map((comment) => ({
      created: release.builtAt,
      comment,
    })),
  };
}

function labelsOf({ version, commit, builtAt, keyKind }: Release): Record<string, string> {
  return {
    'org.opencontainers.image.title': 'vaultdesk',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.revision': commit,
    'org.opencontainers.image.created': builtAt,
    'vaultdesk.key-kind': keyKind,
  };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function blob(mediaType: string, content: Buffer): Blob {
  return { mediaType, digest: digestOf(content), size: content.length, content };
}

function describe({ mediaType, digest, size }: Blob): Omit<Blob, 'content'> {
  return { mediaType, digest, size };
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
