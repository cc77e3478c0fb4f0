import { createHash } from 'node:crypto';
import type { Release } from '../verify/index.ts';
import type { InsidePackage } from './packages.ts';
import { RUNTIME, type RuntimePart } from './runtime.ts';
import type { TreeFile } from './tree-file.ts';

interface Component {
  type: 'application' | 'library' | 'platform';
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  cpe?: string;
  hashes?: { alg: 'SHA-256' | 'SHA-512'; content: string }[];
  licenses: ({ license: { id: string } } | { license: { name: string } } | { expression: string })[];
}

/** Licences that the list of SPDX has no identifier for. */
const UNLISTED: ReadonlySet<string> = new Set(['LicenseRef-public-domain']);

/**
 * The bill of materials in CycloneDX 1.6 (ECMA-424) as JSON: the packages whose code is inside, Node, PostgreSQL, and the
 * libraries in both, each with what it can be recognised by. The same release gives the same bytes.
 */
export function makeSbom(
  release: Release,
  packages: readonly InsidePackage[],
  files: readonly TreeFile[],
): string {
  const hashOf = (path: string) => {
    const file = files.find((candidate) => candidate.path === path);
    if (file === undefined)
      throw new RangeError(`The bill of materials names ${path}, which the bundle has not.`);
    return [{ alg: 'SHA-256' as const, content: createHash('sha256').update(file.content).digest('hex') }];
  };
  const { node, postgres } = RUNTIME;
  const runtimes = [
    ...runtimeComponents(
      { ...node, name: 'node', licence: 'MIT', cpe: 'nodejs:node.js' },
      hashOf,
      'node/bin/node',
    ),
    ...runtimeComponents(
      { ...postgres, name: 'postgresql', licence: 'PostgreSQL', cpe: 'postgresql:postgresql' },
      hashOf,
      'postgres/bin/postgres',
    ),
  ];
  const libraries = packages.map(packageComponent);
  const components = [...runtimes.map(({ component }) => component), ...libraries];
  const root = `vaultdesk@${release.version}`;
  const tops = runtimes
    .filter(({ within }) => within === undefined)
    .map(({ component }) => component['bom-ref']);
  const dependencies = [
    { ref: root, dependsOn: [...tops, ...libraries.map((library) => library['bom-ref'])].sort() },
    ...tops.map((ref) => ({
      ref,
      dependsOn: runtimes.filter(({ within }) => within === ref).map(({ component }) => component['bom-ref']),
    })),
    ...packages.map(({ place, needs }) => ({ ref: place, dependsOn: needs })),
  ];
  const body = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: release.builtAt,
      component: {
        ...{ type: 'application', 'bom-ref': root, name: 'vaultdesk', version: release.version },
        properties: [
          { name: 'vaultdesk:commit', value: release.commit },
          { name: 'vaultdesk:arch', value: `linux-${release.arch}` },
        ],
      },
    },
    components,
    dependencies,
  };
  return `${JSON.stringify({ serialNumber: serialOf(body), ...body }, null, 1)}\n`;
}

function packageComponent(inside: InsidePackage): Component {
  const { name, version, licence, sha512, place } = inside;
  return {
    ...{ type: 'library', 'bom-ref': place, name, version },
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    hashes: [{ alg: 'SHA-512', content: sha512 }],
    licenses: licencesOf(licence),
  };
}

/** A runtime, and the parts in it; `within` names the runtime a part belongs to. */
function runtimeComponents(
  runtime: { name: string; version: string; licence: string; cpe: string; parts: RuntimePart[] },
  hashOf: (path: string) => NonNullable<Component['hashes']>,
  program: string,
): { component: Component; within: string | undefined }[] {
  const ref = `${runtime.name}@${runtime.version}`;
  const top = runtimeComponent({ ...runtime, file: program }, ref, hashOf);
  return [
    { component: { ...top, type: 'platform' }, within: undefined },
    ...runtime.parts.map((part) => ({
      component: runtimeComponent(part, `${ref}/${part.name}@${part.version}`, hashOf),
      within: ref,
    })),
  ];
}

function runtimeComponent(
  part: RuntimePart,
  ref: string,
  hashOf: (path: string) => NonNullable<Component['hashes']>,
): Component {
  const { name, version, licence, file, cpe } = part;
  return {
    ...{ type: 'library', 'bom-ref': ref, name, version, purl: `pkg:generic/${name}@${version}` },
    ...(cpe === undefined ? {} : { cpe: `cpe:2.3:a:${cpe}:${version}:*:*:*:*:*:*:*` }),
    ...(file === undefined ? {} : { hashes: hashOf(file) }),
    licenses: licencesOf(licence),
  };
}

function licencesOf(licence: string): Component['licenses'] {
  if (UNLISTED.has(licence)) return [{ license: { name: licence } }];
  return / (OR|AND|WITH) /.test(licence) ? [{ expression: licence }] : [{ license: { id: licence } }];
}

/** A UUID that is the content's own (RFC 9562 §5.8, version 8), so that the same content has the same. */
function serialOf(body: object): string {
  const bytes = createHash('sha256').update(JSON.stringify(body)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`;
}
