import { AppError } from '../../kernel/index.ts';
import {
  DatabaseConflict,
  insert,
  portable,
  select,
  update,
  type Db,
  type Tx,
} from '../persistence/index.ts';
import { settingSectionEntity, settingVersionEntity, type SettingVersionRow } from './setting.entity.ts';

const SECTION_INSERT = insert(settingSectionEntity);
const SECTION_MOVE = update(settingSectionEntity, {
  name: 'setting_section.move',
  set: ['version', 'changedAt'],
  where: ['name', 'version'],
});
const SECTIONS = select(settingSectionEntity, {
  name: 'setting_section.list',
  orderBy: [['name', 'asc']],
  limit: true,
});
const VERSION_INSERT = insert(settingVersionEntity);
const VERSION_BY_KEY = select(settingVersionEntity, {
  name: 'setting_version.by_key',
  where: ['section', 'version'],
});
const CURRENT = portable<{ section: string }, SettingVersionRow>(
  'setting_version.current',
  `SELECT v.section, v.version, v.body, v.changed_at, v.changed_by, v.approved_by, v.reason, v.restored_version
    FROM setting_section s JOIN setting_version v ON v.section = s.name AND v.version = s.version
    WHERE s.name = :section`,
  {
    params: { section: 'text' },
    result: {
      section: 'text',
      version: 'int',
      body: 'json',
      changedAt: 'instant',
      changedBy: 'text',
      approvedBy: 'text',
      reason: 'text',
      restoredVersion: 'int',
    },
  },
);
const HISTORY = portable<
  { section: string; beforeVersion: number; limit: number },
  Omit<SettingVersionRow, 'body'>
>(
  'setting_version.history',
  `SELECT section, version, changed_at, changed_by, approved_by, reason, restored_version
    FROM setting_version WHERE section = :section AND version < :beforeVersion
    ORDER BY version DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { section: 'text', beforeVersion: 'int', limit: 'int' },
    result: {
      section: 'text',
      version: 'int',
      changedAt: 'instant',
      changedBy: 'text',
      approvedBy: 'text',
      reason: 'text',
      restoredVersion: 'int',
    },
  },
);

/** More sections than this nobody declares. */
export const SECTIONS_MAX = 100;

/** Versions in force by section; sections nobody changed yet are absent. */
export function listCurrentVersions(db: Db): Promise<{ name: string; version: number }[]> {
  return db.all(SECTIONS, { limit: SECTIONS_MAX });
}

/** The version in force, if the section was ever changed. */
export function findCurrent(db: Db, section: string): Promise<SettingVersionRow | undefined> {
  return db.one(CURRENT, { section });
}

/** One version. */
export function findVersion(
  db: Db,
  section: string,
  version: number,
): Promise<SettingVersionRow | undefined> {
  return db.one(VERSION_BY_KEY, { section, version });
}

/** Versions before `beforeVersion`, newest first, without their values. */
export function listHistory(
  db: Db,
  query: { section: string; beforeVersion: number; limit: number },
): Promise<Omit<SettingVersionRow, 'body'>[]> {
  return db.all(HISTORY, query);
}

/** Puts a version in force behind the one before it; throws `request.version_stale` when another was faster. */
export async function putVersion(tx: Tx, row: SettingVersionRow): Promise<void> {
  const { section: name, version, changedAt } = row;
  try {
    if (version === 1) await tx.run(SECTION_INSERT, { name, version, changedAt });
    else {
      const count = await tx.run(SECTION_MOVE, {
        version,
        changedAt,
        whereName: name,
        whereVersion: version - 1,
      });
      if (count === 0) throw new AppError('request.version_stale');
    }
    await tx.run(VERSION_INSERT, row);
  } catch (error) {
    if (error instanceof DatabaseConflict) throw new AppError('request.version_stale', { cause: error });
    throw error;
  }
}
