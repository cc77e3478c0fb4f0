import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { findAccount } from '../install/users.ts';
import { SERVICES } from '../units/render.ts';
import { judge, type Check, type Surroundings } from './check.ts';

const MB = 1024 * 1024;
/** What a fresh installation takes, with room to work. */
const NEED_MB = { release: 400, home: 500, database: 1_200 };
const INODES_MIN = 20_000;
const FSYNC_WRITES = 100;
const FSYNC_P99_MS = 100;
/** Linux's O_TMPFILE: a file without a name, gone with its owner. */
const UNNAMED_FILE = 0o20200000;

/** The folder that is there already, above a place or itself. */
export function standing(path: string): string {
  let folder = path;
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

function space(
  id: string,
  title: Check['title'],
  place: (about: Surroundings) => [string, number] | undefined,
): Check {
  return {
    id,
    title,
    look(about) {
      const found = place(about);
      if (found === undefined) return undefined;
      const [path, needMb] = found;
      const { bavail, bsize } = statfsSync(standing(path));
      const freeMb = Math.floor((bavail * bsize) / MB);
      return judge(freeMb >= needMb, {
        ...{ found: `${path}: ${freeMb} MB`, wanted: `≥ ${needMb} MB` },
        remedy: { zh: '请释放空间或换到更大的磁盘。', en: 'Free space, or use a larger disk.' },
      });
    },
  };
}

const isEmbedded = ({ answers }: Surroundings) => answers.text('database.mode') === 'embedded';

/** Milliseconds of the slowest but one of a hundred small writes put on disk; undefined where nothing can be written so. */
function fsyncP99(folder: string): number | undefined {
  try {
    const file = openSync(folder, UNNAMED_FILE | constants.O_RDWR, 0o600);
    const block = Buffer.alloc(4_096, 1);
    const times = Array.from({ length: FSYNC_WRITES }, (_, index) => {
      const start = performance.now();
      writeSync(file, block, 0, block.length, index * block.length);
      fsyncSync(file);
      return performance.now() - start;
    });
    closeSync(file);
    return times.sort((a, b) => a - b)[FSYNC_WRITES - 2];
  } catch {
    return undefined;
  }
}

/** Folders of an earlier try that hold something. */
function leftovers({ layout }: Surroundings): string[] {
  const { base, etc, home, databaseHome, command } = layout;
  const folders = [
    ...(layout.prefix === undefined ? [base, etc] : [join(base, 'releases'), etc]),
    home,
    databaseHome,
  ];
  const full = folders.filter((path) => {
    const state = lstatSync(path, { throwIfNoEntry: false });
    return state !== undefined && (!state.isDirectory() || readdirSync(path).length > 0);
  });
  return existsSync(command) ? [...full, command] : full;
}

/** Disks, folders, and names that an install will take. */
export const PLACE_CHECKS: readonly Check[] = [
  space('disk.release', { zh: '程序目录的空间', en: 'Disk of the programs' }, ({ layout }) => [
    layout.base,
    NEED_MB.release,
  ]),
  space('disk.home', { zh: '数据目录的空间', en: 'Disk of the data' }, ({ layout }) => [
    layout.home,
    NEED_MB.home,
  ]),
  space('disk.database', { zh: '数据库目录的空间', en: 'Disk of the database' }, (about) =>
    isEmbedded(about) ? [about.layout.databaseHome, NEED_MB.home + NEED_MB.database] : undefined,
  ),
  {
    id: 'disk.inodes',
    title: { zh: 'inode 数', en: 'Inodes' },
    look({ layout }) {
      const { ffree, files } = statfsSync(standing(layout.home));
      // Some file systems have no table of them, and say 0 of 0.
      return judge(files === 0 || ffree >= INODES_MIN, { found: String(ffree), wanted: `≥ ${INODES_MIN}` });
    },
  },
  {
    id: 'disk.fsync',
    title: { zh: '写盘延迟', en: 'Time to put a write on disk' },
    look({ layout }) {
      const ms = fsyncP99(standing(layout.home));
      const found = ms === undefined ? '-' : `p99 ${ms.toFixed(1)} ms`;
      return judge(
        ms !== undefined && ms <= FSYNC_P99_MS,
        {
          ...{ found, wanted: `p99 ≤ ${FSYNC_P99_MS} ms` },
          remedy: {
            zh: '慢盘会拖慢每条消息的确认。',
            en: 'A slow disk delays the acknowledgement of every message.',
          },
        },
        'warn',
      );
    },
  },
  {
    id: 'leftovers.files',
    title: { zh: '没有以前安装的残留', en: 'Nothing of an earlier install' },
    look(about) {
      const found = leftovers(about);
      return judge(found.length === 0, {
        ...{ found: found.join(', ') || 'none', wanted: 'none' },
        remedy: { zh: '请备份后移走所示文件夹。', en: 'Move what is named away, with a backup of it.' },
      });
    },
  },
  {
    id: 'leftovers.units',
    title: { zh: '没有同名的服务', en: 'No services of these names' },
    look({ layout }) {
      if (layout.prefix !== undefined) return undefined;
      const found = Object.values(SERVICES).filter((name) => existsSync(join(layout.units, name)));
      return judge(found.length === 0, { found: found.join(', ') || 'none', wanted: 'none' });
    },
  },
  {
    id: 'names.accounts',
    title: { zh: '系统账户可用', en: 'Accounts of the system' },
    look({ layout }) {
      const found = [layout.user, layout.databaseUser].map(
        (name) => `${name} ${findAccount(name)?.uid ?? 'new'}`,
      );
      const isRootName =
        layout.prefix === undefined &&
        [layout.user, layout.databaseUser].some((name) => findAccount(name)?.uid === 0);
      const isNameless = layout.prefix !== undefined && findAccount(layout.user) === undefined;
      return judge(!isRootName && !isNameless, {
        ...{ found: found.join(', '), wanted: 'ordinary accounts with a name' },
        remedy: { zh: '请换一个 user。', en: 'Choose another user.' },
      });
    },
  },
];
