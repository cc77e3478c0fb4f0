/** Languages of what is printed. */
export type Lang = 'zh' | 'en';

/** Exit codes of what checking a bundle may find: 20 signature or checksum, 21 another system. */
export type VerifyExit = 20 | 21;

interface Wording {
  exit: VerifyExit;
  what: Record<Lang, string>;
  remedy: Record<Lang, string>;
}

const AGAIN = {
  zh: '请用安全途径重新取得安装包，核对 SHA256SUMS 后重新解压；不要继续安装。',
  en: 'Get the bundle again by a safe way, check it against SHA256SUMS, and unpack it anew; do not install this one.',
};

const wording = (
  exit: VerifyExit,
  what: Record<Lang, string>,
  remedy: Record<Lang, string> = AGAIN,
): Wording => ({
  exit,
  what,
  remedy,
});

/** Everything that checking may find, permanent codes, with the sentence and what to do. */
export const VERIFY_FINDINGS = {
  'trust.none': wording(
    20,
    { zh: '没有可用来核对的发布公钥', en: 'There is no release key to check with' },
    {
      zh: '首次安装请加 --trust-fingerprint SHA256:…（合同或纸质文件上的指纹），并把 vaultdesk-release.pub 放在解压目录旁边。',
      en: 'At a first install give --trust-fingerprint SHA256:… from the contract or the printed sheet, with vaultdesk-release.pub beside the unpacked folder.',
    },
  ),
  'trust.key_invalid': wording(
    20,
    { zh: '该文件不是 Ed25519 发布公钥', en: 'This file is no public Ed25519 key' },
    {
      zh: '请使用随安装包提供的 vaultdesk-release.pub；私钥不得出现在本机。',
      en: 'Use the vaultdesk-release.pub that came with the bundle; a private key does not belong on this machine.',
    },
  ),
  'trust.inside': wording(
    20,
    { zh: '公钥来自被核对的安装包内部', en: 'The key comes from inside the bundle it would check' },
    {
      zh: '请使用安装包之外的公钥文件：解压目录旁的 vaultdesk-release.pub，或已安装的 release.pub。',
      en: 'Use a key file from outside: vaultdesk-release.pub beside the unpacked folder, or the installed release.pub.',
    },
  ),
  'trust.fingerprint_form': wording(
    20,
    { zh: '指纹格式不正确', en: 'This is no fingerprint' },
    {
      zh: '格式为 SHA256: 加 64 位十六进制数字，允许空格和冒号。',
      en: 'It is SHA256: and 64 hexadecimal digits; blanks and colons between them do no harm.',
    },
  ),
  'trust.other_key': wording(
    20,
    { zh: '公钥与给定的指纹不符', en: 'The key is not the one of the given fingerprint' },
    {
      zh: '请核对纸质文件上的指纹；若无误，则该公钥不是发布者的，请停止安装并联系供应商。',
      en: 'Compare the fingerprint with the printed one; if you typed it right, the key is not the makers’: stop, and call them.',
    },
  ),
  'manifest.missing': wording(20, {
    zh: '安装包不完整：缺少校验清单或签名',
    en: 'Half a bundle: the list of checksums or its signature is missing',
  }),
  'manifest.invalid': wording(20, {
    zh: '校验清单格式不正确',
    en: 'The list of checksums is not in its form',
  }),
  'signature.wrong': wording(20, {
    zh: '签名与公钥不符：安装包被改动，或由他人签发',
    en: 'The signature is not of this key: the bundle was changed, or somebody else signed it',
  }),
  'tree.missing': wording(20, { zh: '缺少文件', en: 'A file is missing' }),
  'tree.changed': wording(20, { zh: '文件内容与清单不符', en: 'A file is not what the list says' }),
  'tree.extra': wording(20, { zh: '存在清单之外的文件', en: 'There is a file the list does not know' }),
  'tree.link': wording(20, {
    zh: '存在链接或特殊文件，安装包中只应有普通文件',
    en: 'There is a link or a special file; a bundle holds plain files only',
  }),
  'tree.unreadable': wording(
    20,
    { zh: '无法读取', en: 'This cannot be read' },
    {
      zh: '请以 root 运行，并检查介质与文件权限。',
      en: 'Run it as root, and look at the medium and at the file’s permissions.',
    },
  ),
  'tree.more': wording(20, { zh: '还有更多问题未列出', en: 'There is more that is not listed' }),
  'release.invalid': wording(20, {
    zh: 'release.json 缺失或格式不正确',
    en: 'release.json is missing or not in its form',
  }),
  'system.architecture': wording(
    21,
    { zh: '安装包适用于另一种处理器架构', en: 'The bundle is for another architecture' },
    {
      zh: '请使用与本机（uname -m）对应的安装包：x86_64 用 linux-x64，aarch64 用 linux-arm64。',
      en: 'Use the bundle of this machine (uname -m): linux-x64 for x86_64, linux-arm64 for aarch64.',
    },
  ),
  'system.clock': wording(
    21,
    { zh: '系统时钟早于安装包的构建时间', en: 'The clock is before the time the bundle was built' },
    { zh: '请校准系统时钟（date、NTP）后重试。', en: 'Set the clock right (date, NTP), then try again.' },
  ),
} as const satisfies Record<string, Wording>;

/** The permanent code of something found. */
export type VerifyCode = keyof typeof VERIFY_FINDINGS;

/** One thing found: which, at what file or value. */
export interface Finding {
  code: VerifyCode;
  /** A file relative to the folder, or a value with what was wanted. Holds no secret. */
  where: string;
}

/** The exit code of a finding. */
export function exitOf({ code }: Finding): VerifyExit {
  return VERIFY_FINDINGS[code].exit;
}

/** `VD-E20 what | where | what to do [code]`, one line. */
export function presentFinding(finding: Finding, lang: Lang): string {
  const { exit, what, remedy } = VERIFY_FINDINGS[finding.code];
  // A file of a forged bundle may be named to paint over the terminal.
  const where = finding.where.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029|]/gu, '?');
  return `VD-E${exit} ${what[lang]} | ${where} | ${remedy[lang]} [${finding.code}]`;
}

/** What is said at every check of a bundle that was signed for a try. */
export const DEVELOPMENT_KEY: Record<Lang, string> = {
  zh: '警告：此安装包由开发密钥签名，不是发布版本，不得用于生产环境。',
  en: 'WARNING: this bundle is signed with a development key. It is no release and must not serve customers.',
};
