import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';
import type { UnitKind, UnitState } from './unit.rules.ts';

/** A unit of the bank. One that is closed stays, under the unit that took its work. */
export const orgUnitEntity = defineEntity(
  'org_unit',
  {
    id: col.uuid(),
    parentId: col.uuid().optional(),
    kind: col.text(20),
    name: col.text(100),
    /** The name as siblings are compared; the id of a closed unit, so that its name is free again. */
    nameKey: col.text(200),
    code: col.text(40),
    state: col.text(20),
    successorId: col.uuid().optional(),
    /** Steps below the head office. */
    depth: col.int(),
    createdAt: col.instant(),
    closedAt: col.instant().optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `org_unit`. */
export type UnitRow = Omit<RowOf<typeof orgUnitEntity>, 'kind' | 'state'> & {
  kind: UnitKind;
  state: UnitState;
};

/** What lies under what, each unit under itself at depth 0. */
export const unitClosureEntity = defineEntity(
  'unit_closure',
  { ancestorId: col.uuid(), unitId: col.uuid(), depth: col.int() },
  { primaryKey: ['ancestorId', 'unitId'] },
);

/** One row: its lock makes changes of the tree come one after the other, its version says that one came. */
export const orgTreeEntity = defineEntity(
  'org_tree',
  { id: col.text(10), version: col.int() },
  { primaryKey: ['id'] },
);
