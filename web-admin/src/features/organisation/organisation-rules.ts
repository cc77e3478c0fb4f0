/** Kinds of units in the order of the tree. */
export const UNIT_KINDS = ['head-office', 'branch', 'outlet', 'department'] as const;

export type UnitKind = (typeof UNIT_KINDS)[number];

/** What may lie under each kind; the server decides again. */
const KINDS_UNDER: Record<UnitKind, readonly UnitKind[]> = {
  'head-office': ['branch', 'outlet', 'department'],
  branch: ['branch', 'outlet', 'department'],
  outlet: ['department'],
  department: ['department'],
};

/** Kinds a unit under one of this kind may have. */
export function kindsUnder(parent: UnitKind): readonly UnitKind[] {
  return KINDS_UNDER[parent];
}

/** A node of the tree, as the tree component takes it. */
export interface TreeNode<T> {
  key: string;
  unit: T;
  isLeaf: boolean;
  children?: TreeNode<T>[];
}

/** The loaded part of the tree from one unit down. What is not loaded yet has no children, and is no leaf. */
export function buildTree<T extends { id: string; units: number }>(
  unit: T,
  childrenOf: ReadonlyMap<string, readonly T[]>,
): TreeNode<T> {
  const loaded = childrenOf.get(unit.id);
  const children = loaded?.map((child) => buildTree(child, childrenOf));
  return { key: unit.id, unit, isLeaf: unit.units === 0, ...(children ? { children } : {}) };
}
