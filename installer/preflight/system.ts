import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import process from 'node:process';
import { hasProgram, runProgram } from '../run-program.ts';
import { LOCALES } from '../install/database.ts';
import { canLabel } from '../install/selinux.ts';
import { systemdVersion } from '../install/services.ts';
import { isRoot } from '../install/layout.ts';
import { judge, type Check } from './check.ts';

const GLIBC_MIN = [2, 28] as const;
const KERNEL_MIN = [4, 18] as const;
const SYSTEMD_MIN = 239;
const MEMORY_MIN_MB = 1_800;
const CORES_MIN = 2;
const MB = 1024 * 1024;
/** Programs of a minimal system that an install calls. */
const PROGRAMS = ['sh', 'getent', 'setpriv', 'grep'];
const SYSTEM_PROGRAMS = ['useradd', 'userdel', 'runuser', 'systemctl', 'journalctl'];
const NO_EXEC = 0x8;

/** `[2, 36]` of `2.36` and of `6.1.0-13-amd64`. */
function versionOf(text: string): readonly [number, number] {
  const found = /(\d+)\.(\d+)/.exec(text);
  return [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
}
const atLeast = (found: readonly [number, number], least: readonly [number, number]) =>
  found[0] > least[0] || (found[0] === least[0] && found[1] >= least[1]);

interface Header {
  glibcVersionRuntime?: string;
}
const report = () => process.report.getReport() as unknown as { header: Header; sharedObjects: string[] };
const shownMounts = () => readFileSync('/proc/self/mountinfo', 'utf8').split('\n');

/** Options of the file system at a mount point. */
function mountOptions(point: string): string {
  return (
    shownMounts()
      .findLast((line) => line.split(' ')[4] === point)
      ?.split(' ')[5] ?? ''
  );
}

/** The machine and its system. */
export const SYSTEM_CHECKS: readonly Check[] = [
  {
    id: 'system.arch',
    title: { zh: '处理器架构', en: 'Architecture' },
    look: ({ release }) =>
      judge(process.arch === release.arch, { found: process.arch, wanted: release.arch }),
  },
  {
    id: 'system.glibc',
    title: { zh: 'C 运行库', en: 'C library' },
    look() {
      const found = report().header.glibcVersionRuntime ?? '-';
      return judge(atLeast(versionOf(found), GLIBC_MIN), {
        found: `glibc ${found}`,
        wanted: `≥ ${GLIBC_MIN.join('.')}`,
      });
    },
  },
  {
    id: 'system.libstdcxx',
    title: { zh: 'C++ 运行库', en: 'C++ library' },
    look() {
      const found = report().sharedObjects.find((path) => path.includes('libstdc++')) ?? '-';
      return judge(found !== '-', { found, wanted: 'libstdc++.so.6' });
    },
  },
  {
    id: 'system.kernel',
    title: { zh: '内核', en: 'Kernel' },
    look() {
      const found = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
      return judge(atLeast(versionOf(found), KERNEL_MIN), { found, wanted: `≥ ${KERNEL_MIN.join('.')}` });
    },
  },
  {
    id: 'system.systemd',
    title: { zh: 'systemd', en: 'systemd' },
    look({ layout }) {
      if (layout.prefix !== undefined) return undefined;
      const [version, isRunning] = [systemdVersion(), existsSync('/run/systemd/system')];
      const found = `${version}${isRunning ? '' : ', not running'}`;
      return judge(version >= SYSTEMD_MIN && isRunning, {
        ...{ found, wanted: `≥ ${SYSTEMD_MIN}, running` },
        remedy: { zh: '请改用 --no-systemd --prefix DIR。', en: 'Use --no-systemd --prefix DIR.' },
      });
    },
  },
  {
    id: 'system.account',
    title: { zh: '运行安装的账户', en: 'Account of the install' },
    look({ layout }) {
      const wanted = layout.prefix === undefined ? 'root' : 'not root';
      return judge(isRoot() === (layout.prefix === undefined), {
        found: isRoot() ? 'root' : 'not root',
        wanted,
      });
    },
  },
  {
    id: 'system.proc',
    title: { zh: '/proc 已挂载', en: '/proc is mounted' },
    look() {
      const isThere = existsSync('/proc/self/exe');
      return judge(isThere, { found: isThere ? 'mounted' : 'missing', wanted: 'mounted' });
    },
  },
  {
    id: 'system.programs',
    title: { zh: '所需的系统程序', en: 'Programs of the system' },
    look({ layout }) {
      const wanted = [...PROGRAMS, ...(layout.prefix === undefined ? SYSTEM_PROGRAMS : [])];
      const missing = wanted.filter((name) => !hasProgram(name));
      return judge(missing.length === 0, {
        found: missing.length === 0 ? 'all' : `no ${missing.join(', ')}`,
        wanted: wanted.join(', '),
      });
    },
  },
  {
    id: 'system.memory',
    title: { zh: '内存', en: 'Memory' },
    look() {
      const total = Math.floor(totalmem() / MB);
      const found = `${total} MB, ${Math.floor(freemem() / MB)} MB free`;
      return judge(total >= MEMORY_MIN_MB, { found, wanted: `≥ ${MEMORY_MIN_MB} MB` });
    },
  },
  {
    id: 'system.cores',
    title: { zh: '处理器核数', en: 'Cores' },
    look() {
      const found = availableParallelism();
      return judge(found >= CORES_MIN, { found: String(found), wanted: `≥ ${CORES_MIN}` }, 'warn');
    },
  },
  {
    id: 'system.umask',
    title: { zh: 'umask', en: 'umask' },
    look() {
      const mask = process.umask();
      // Every mode is set by hand, so that none is wrong; what others could write is worth a word.
      const found = mask.toString(8).padStart(4, '0');
      return judge((mask & 0o002) !== 0, { found, wanted: '0022, 0027, 0077' }, 'warn');
    },
  },
  {
    id: 'system.selinux',
    title: { zh: 'SELinux', en: 'SELinux' },
    look() {
      const file = '/sys/fs/selinux/enforce';
      if (!existsSync(file)) return judge(true, { found: 'off', wanted: '-' });
      const mode = readFileSync(file, 'utf8').trim() === '1' ? 'enforcing' : 'permissive';
      return judge(canLabel() || mode === 'permissive', {
        ...{ found: mode, wanted: 'semanage, restorecon' },
        remedy: {
          zh: '请安装 policycoreutils 工具，无需关闭 SELinux。',
          en: 'Install policycoreutils; SELinux stays on.',
        },
      });
    },
  },
  {
    id: 'system.tmp',
    title: { zh: '/tmp 的挂载选项', en: 'Options of /tmp' },
    look() {
      const options = mountOptions('/tmp');
      return judge(true, { found: options.includes('noexec') ? 'noexec' : options || '-', wanted: '-' });
    },
  },
  {
    id: 'system.exec',
    title: { zh: '程序目录可执行', en: 'Programs may run where they will be' },
    look({ layout }) {
      let folder = layout.base;
      while (!existsSync(folder)) folder = folder.replace(/\/[^/]*$/, '') || '/';
      const flags = (statfsSync(folder) as unknown as { flags?: number }).flags ?? 0;
      const options = mountOptions(folder);
      const isBarred = options.split(',').includes('noexec') || (flags & NO_EXEC) !== 0;
      return judge(!isBarred, { found: `${folder}${isBarred ? ' noexec' : ''}`, wanted: 'exec' });
    },
  },
  {
    id: 'system.clock',
    title: { zh: '系统时钟', en: 'Clock' },
    look: ({ release, now }) =>
      judge(now.getTime() >= Date.parse(release.builtAt), {
        ...{ found: now.toISOString(), wanted: `> ${release.builtAt}` },
        remedy: { zh: '请校准系统时钟。', en: 'Set the clock right.' },
      }),
  },
  {
    id: 'system.clock_source',
    title: { zh: '时钟同步', en: 'Clock is kept right' },
    look({ layout }) {
      if (layout.prefix !== undefined) return undefined;
      const isKept =
        existsSync('/run/systemd/timesync/synchronized') || hasProgram('chronyd') || hasProgram('ntpd');
      return judge(
        isKept,
        {
          ...{ found: isKept ? 'yes' : 'no time service', wanted: 'chrony, ntpd, systemd-timesyncd' },
          remedy: {
            zh: '请配置行内时间服务器；审计时间依赖它。',
            en: 'Use a time server of the bank: times of the trail depend on it.',
          },
        },
        'warn',
      );
    },
  },
  {
    id: 'system.locale',
    title: { zh: 'UTF-8 语言环境能识别汉字', en: 'A UTF-8 locale that knows Chinese letters' },
    look({ answers }) {
      if (answers.text('database.mode') !== 'embedded') return undefined;
      // The classification that PostgreSQL's trigrams use, asked of the C library itself.
      const knows = (locale: string) =>
        runProgram('grep', ['-qx', '[[:alpha:]]*'], { input: '人民银行\n', env: { LC_ALL: locale } })
          .status === 0;
      const found = LOCALES.find(knows);
      return judge(found !== undefined, {
        ...{ found: found ?? 'none', wanted: LOCALES.join(' | '), exit: 41 },
        remedy: { zh: '请安装 UTF-8 语言环境。', en: 'Install a UTF-8 locale.' },
      });
    },
  },
];
