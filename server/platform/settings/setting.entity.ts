import { col, defineEntity, type RowOf } from '../persistence/index.ts';

/** Which version of each section is in force: what running processes poll. */
export const settingSectionEntity = defineEntity(
  'setting_section',
  { name: col.text(40), version: col.int(), changedAt: col.instant() },
  { primaryKey: ['name'] },
);

/** Every version a section ever had; rows are never changed. */
export const settingVersionEntity = defineEntity(
  'setting_version',
  {
    section: col.text(40),
    version: col.int(),
    body: col.json<unknown>(),
    changedAt: col.instant(),
    /** Account that asked for the change. */
    changedBy: col.text(64),
    /** The second person, where the change needed one. */
    approvedBy: col.text(64).optional(),
    reason: col.text(500),
    /** The version whose values these are again; 0 names the defaults. */
    restoredVersion: col.int().optional(),
  },
  { primaryKey: ['section', 'version'] },
);

/** Row of `setting_version`. */
export type SettingVersionRow = RowOf<typeof settingVersionEntity>;
