import type { DataScope } from '../../kernel/index.ts';
import type { ExportReader } from '../../platform/documents/index.ts';

/** A scope that rows were read within, and the permissions it came from. */
export interface ReadScope {
  permissions: string[];
  kind: DataScope['kind'];
  unitId: string | null;
}

/** The reader with an ear: `heard` gives every scope that was asked of it, with those `before`. */
export function listenTo(
  reader: ExportReader,
  before: readonly ReadScope[],
): { reader: ExportReader; heard(): ReadScope[] } {
  const heard = new Map(before.map((scope) => [JSON.stringify(scope), scope]));
  return {
    heard: () => [...heard.values()],
    reader: {
      ...reader,
      scopeFor(...permissions) {
        const scope = reader.scopeFor(...permissions);
        const unitId = scope.kind === 'all' ? null : scope.unitId;
        const read: ReadScope = { permissions, kind: scope.kind, unitId };
        heard.set(JSON.stringify(read), read);
        return scope;
      },
    },
  };
}

/** Whether the reader still reaches everything that was read; `ancestorsOf` a unit, itself included, as they are now. */
export async function stillReaches(
  reader: ExportReader,
  scopes: readonly ReadScope[],
  ancestorsOf: (unitId: string) => Promise<readonly string[]>,
): Promise<boolean> {
  for (const read of scopes) {
    const ancestors = read.unitId === null ? [] : await ancestorsOf(read.unitId);
    if (!covers(reader.scopeFor(...read.permissions), read, ancestors)) return false;
  }
  return true;
}

function covers(now: DataScope, read: ReadScope, ancestors: readonly string[]): boolean {
  if (now.kind === 'all') return true;
  if (read.kind === 'all') return false;
  if (now.kind === 'subtree') return ancestors.includes(now.unitId);
  if (now.unitId !== read.unitId || read.kind === 'subtree') return false;
  return now.kind === 'unit' || read.kind === 'own';
}
