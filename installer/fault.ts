import type { Lang } from './verify/index.ts';

/** Exit codes of the installer's verbs, as the outside contract names them. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  preflight: 10,
  answers: 11,
  alreadyInstalled: 12,
  notInstalled: 13,
  locked: 14,
  signature: 20,
  system: 21,
  databaseUnreachable: 40,
  databaseUnfit: 41,
} as const;

/** A text in the languages of the product. */
export type Text = Record<Lang, string>;

interface Wording {
  exit: number;
  what: Text;
  remedy: Text;
}

const wording = (exit: number, what: Text, remedy: Text): Wording => ({ exit, what, remedy });

/** Everything an installer's verb may end with, by permanent code: what it means, and what to do. */
export const FAULTS = {
  'usage.wrong': wording(
    EXIT.usage,
    { zh: '命令或参数不正确', en: 'There is no such command or option' },
    { zh: '运行 ./install.sh --help 查看用法。', en: 'See ./install.sh --help.' },
  ),
  'usage.no_answers': wording(
    EXIT.usage,
    { zh: '没有应答文件，且标准输入不是终端', en: 'There is no answer file, and nobody to ask' },
    { zh: '请加 --answers FILE，或在终端上运行。', en: 'Give --answers FILE, or run it on a terminal.' },
  ),
  'answers.unreadable': wording(
    EXIT.answers,
    { zh: '无法读取该文件', en: 'This file cannot be read' },
    { zh: '请检查路径和权限。', en: 'Look at its path and permissions.' },
  ),
  'answers.open': wording(
    EXIT.answers,
    { zh: '该文件可被他人读取', en: 'This file is open to others' },
    { zh: '请先运行 chmod 600。', en: 'Run chmod 600 on it.' },
  ),
  'answers.form': wording(
    EXIT.answers,
    { zh: '应答文件格式不正确', en: 'The answer file is not in its form' },
    { zh: '参见 answers/example.yaml。', en: 'See answers/example.yaml.' },
  ),
  'answers.unknown_key': wording(
    EXIT.answers,
    { zh: '未知的键', en: 'There is no such key' },
    {
      zh: '请改为所示的键；全部键见 answers/answers.schema.json。',
      en: 'Use the key named; answers/answers.schema.json has all.',
    },
  ),
  'answers.value': wording(
    EXIT.answers,
    { zh: '该键的值不正确', en: 'The value of this key is not in its form' },
    { zh: '请按所示形式填写。', en: 'Write it in the form named.' },
  ),
  'answers.missing': wording(
    EXIT.answers,
    { zh: '缺少必需的键', en: 'A key is missing' },
    { zh: '请补上该键。', en: 'Add the key.' },
  ),
  'answers.contradiction': wording(
    EXIT.answers,
    { zh: '这些键不能同时使用', en: 'These keys do not go together' },
    { zh: '请去掉其中之一。', en: 'Take one of them out.' },
  ),
  'tls.unusable': wording(
    EXIT.answers,
    { zh: '证书或私钥不可用', en: 'The certificate or its key cannot be used' },
    {
      zh: '请提供配套的证书链与私钥；PKCS#12 请核对口令。',
      en: 'Give a chain and the key that belongs to it; with PKCS#12 look at the password.',
    },
  ),
  'preflight.failed': wording(
    EXIT.preflight,
    { zh: '安装前检查未通过', en: 'The machine is not ready for an install' },
    { zh: '请按上面各项的提示处理后重试。', en: 'Mend what is named above, then try again.' },
  ),
  'install.already': wording(
    EXIT.alreadyInstalled,
    { zh: '本机已安装', en: 'Vaultdesk is installed here already' },
    { zh: '如需重装，请先运行 vaultdesk uninstall。', en: 'To install anew run vaultdesk uninstall first.' },
  ),
  'install.missing': wording(
    EXIT.notInstalled,
    { zh: '本机未安装', en: 'Vaultdesk is not installed here' },
    { zh: '请先运行 ./install.sh install。', en: 'Run ./install.sh install first.' },
  ),
  'install.locked': wording(
    EXIT.locked,
    { zh: '另一个安装程序正在运行', en: 'Another run of the installer is at work' },
    { zh: '请等它结束。', en: 'Wait until it has ended.' },
  ),
  'install.root': wording(
    EXIT.usage,
    { zh: '运行该命令的账户不正确', en: 'This account may not run it' },
    {
      zh: '安装到系统请用 root；--no-systemd 安装请用将要运行它的普通账户。',
      en: 'Run it as root; with --no-systemd as the account that will own it, which is not root.',
    },
  ),
  'install.disk_full': wording(
    EXIT.preflight,
    { zh: '磁盘空间不足', en: 'The disk is full' },
    { zh: '请释放空间后重试。', en: 'Free space, then try again.' },
  ),
  'install.port': wording(
    EXIT.preflight,
    { zh: '端口被占用', en: 'The port is taken' },
    { zh: '请停止占用它的程序，或更换端口。', en: 'Stop the other program, or choose another port.' },
  ),
  'install.interrupted': wording(
    EXIT.internal,
    { zh: '安装被中断', en: 'The install was interrupted' },
    { zh: '已全部撤销，可重新运行。', en: 'Everything was taken back; run it again.' },
  ),
  'install.step': wording(
    EXIT.internal,
    { zh: '某一步失败', en: 'A step failed' },
    {
      zh: '已全部撤销；请把所示原因交给供应商。',
      en: 'Everything was taken back; give the reason named to the makers.',
    },
  ),
  'install.left_over': wording(
    EXIT.internal,
    { zh: '撤销时有残留', en: 'Something could not be taken back' },
    { zh: '请手工删除所示内容。', en: 'Remove by hand what is named.' },
  ),
  'database.locale': wording(
    EXIT.databaseUnfit,
    { zh: '数据库不能识别中文字符', en: 'The database does not know Chinese letters' },
    {
      zh: '请安装 UTF-8 语言环境（C.UTF-8、zh_CN.UTF-8 或 en_US.UTF-8）。',
      en: 'Install a UTF-8 locale: C.UTF-8, zh_CN.UTF-8, or en_US.UTF-8.',
    },
  ),
  'database.unreachable': wording(
    EXIT.databaseUnreachable,
    { zh: '无法连接数据库', en: 'The database is not reached' },
    {
      zh: '请检查地址、账户、口令和网络。',
      en: 'Look at its address, the user, the password, and the network.',
    },
  ),
  'database.unfit': wording(
    EXIT.databaseUnfit,
    {
      zh: '数据库的权限、字符集或内容不符合要求',
      en: 'Rights, character set, or content of the database do not fit',
    },
    { zh: '请由数据库管理员按所示原因处理。', en: 'Have its administrator mend what is named.' },
  ),
} as const satisfies Record<string, Wording>;

/** The permanent code of a fault. */
export type FaultCode = keyof typeof FAULTS;

/** A verb's end that was foreseen. `where` names file, key, and line, or the value found; it never holds a secret. */
export class InstallFault extends Error {
  readonly code: FaultCode;
  readonly where: string;

  constructor(code: FaultCode, where: string, cause?: unknown) {
    super(FAULTS[code].what.en, cause === undefined ? undefined : { cause });
    this.name = 'InstallFault';
    this.code = code;
    this.where = where;
  }

  get exit(): number {
    return FAULTS[this.code].exit;
  }
}

/** `VD-E11 what | where | what to do [code]`, one line. */
export function presentFault(fault: InstallFault, lang: Lang): string {
  const { exit, what, remedy } = FAULTS[fault.code];
  return `VD-E${exit} ${what[lang]} | ${oneLine(fault.where)} | ${remedy[lang]} [${fault.code}]`;
}

/** Text of files and programs may be made to paint over the terminal, or to look like the next field. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029|]+/gu, ' ')
    .trim()
    .slice(0, 600);
}

/** Turns what the system said into a foreseen fault where it is one: a full disk has many faces. */
export function asFault(error: unknown): InstallFault {
  if (error instanceof InstallFault) return error;
  const { code, path, message } = error as { code?: string; path?: string; message?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT' || /no space left|disk quota/i.test(message ?? ''))
    return new InstallFault('install.disk_full', path ?? message ?? '', error);
  return new InstallFault('install.step', message ?? String(error), error);
}
