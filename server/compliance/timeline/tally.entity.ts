import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Entries of an hour or a day by act and outcome. Derived from the trail; it can be made anew. */
export const auditTallyEntity = defineEntity(
  'audit_tally',
  {
    grain: col.text(4),
    /** Hours begin with those of UTC, days with those of the installation's zone. */
    startAt: col.instant(),
    action: col.text(40),
    outcome: col.text(10),
    class: col.text(20),
    entryCount: col.int(),
  },
  { primaryKey: ['grain', 'startAt', 'action', 'outcome'] },
);

/** Row of `audit_tally`. */
export type AuditTallyRow = RowOf<typeof auditTallyEntity>;

/** Entries of a day by who acted. Requesters are one line together: there are too many to count each. */
export const auditTallyActorEntity = defineEntity(
  'audit_tally_actor',
  {
    startAt: col.instant(),
    actorType: col.text(40),
    actorId: col.text(100),
    class: col.text(20),
    outcome: col.text(10),
    entryCount: col.int(),
  },
  { primaryKey: ['startAt', 'actorType', 'actorId', 'class', 'outcome'] },
);

/** Row of `audit_tally_actor`. */
export type AuditTallyActorRow = RowOf<typeof auditTallyActorEntity>;

/** One row: the last seal whose entries are counted. */
export const auditTallyPlaceEntity = defineEntity(
  'audit_tally_place',
  {
    name: col.text(10),
    sealNo: col.int(),
    /** When that seal was made. */
    countedTo: col.instant().optional(),
  },
  { primaryKey: ['name'] },
);

/** Row of `audit_tally_place`. */
export type AuditTallyPlaceRow = RowOf<typeof auditTallyPlaceEntity>;
