import { isIP } from 'node:net';
import type { Text } from '../fault.ts';

/** Values an answer may have. */
export type AnswerValue = string | number | readonly string[];

/** One key of the answer file. */
export interface AnswerKey {
  /** One sentence, asked as a question on a terminal and said by the schema. */
  sentence: Text;
  form: string;
  kind: 'text' | 'number' | 'list' | 'file' | 'secret-file';
  words?: readonly string[];
  fallback?: AnswerValue;
  /** Only asked and used when this key has one of these values. */
  when?: readonly [key: string, values: readonly string[]];
  accepts(value: AnswerValue): boolean;
}

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const ACCOUNT = /^[a-z_][a-z0-9_-]{0,30}$/;
const isText = (value: AnswerValue): value is string => typeof value === 'string' && value.length <= 1_000;
const matches = (form: RegExp) => (value: AnswerValue) => isText(value) && form.test(value);
const isNetwork = (value: string): boolean => {
  const [host = '', bits, ...rest] = value.split('/');
  const version = isIP(host);
  const bitsMax = version === 4 ? 32 : 128;
  return (
    version !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= bitsMax))
  );
};
const isNetworkList = (value: AnswerValue) =>
  Array.isArray(value) &&
  value.length <= 100 &&
  (value as readonly string[]).every((item) => isNetwork(item));
const NETWORKS = 'a list of IP addresses or networks ([10.0.0.0/8])';
const HOST_AND_PORT = /^[A-Za-z0-9.-]{1,253}:\d{1,5}$/;

function text(sentence: Text, form: string, accepts: (value: AnswerValue) => boolean): AnswerKey {
  return { sentence, form, kind: 'text', accepts };
}

function word(sentence: Text, words: readonly string[]): AnswerKey {
  const fallback = words[0] as string;
  return {
    sentence,
    form: words.join(' | '),
    kind: 'text',
    words,
    fallback,
    accepts: (value) => words.includes(value as string),
  };
}

function file(sentence: Text, isSecret = false): AnswerKey {
  const form = isSecret ? 'a path of a file of mode 0600' : 'a path';
  return {
    sentence,
    form,
    kind: isSecret ? 'secret-file' : 'file',
    accepts: (value) => isText(value) && value !== '',
  };
}

/** Every key an answer file may have, in the order they are asked. */
export const ANSWER_KEYS: Readonly<Record<string, AnswerKey>> = {
  hostname: text(
    { zh: '用户访问时使用的主机名', en: 'Host name people type to reach it' },
    'a host name or IP address',
    (value) => isText(value) && (isIP(value) !== 0 || HOST.test(value)),
  ),
  listen: {
    ...text(
      { zh: '监听地址', en: 'Address it listens on' },
      'an IP address',
      (value) => isText(value) && isIP(value) !== 0,
    ),
    fallback: '0.0.0.0',
  },
  port: {
    sentence: { zh: '监听端口', en: 'Port it listens on' },
    form: 'a whole number from 1 to 65535',
    kind: 'number',
    fallback: 8443,
    accepts: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535,
  },
  networks: {
    sentence: { zh: '允许与之通信的网络', en: 'Networks it may talk with, besides this machine' },
    form: NETWORKS,
    kind: 'list',
    fallback: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
    accepts: isNetworkList,
  },
  data_dir: {
    ...text(
      { zh: '数据目录', en: 'Folder of its data' },
      'an absolute path',
      matches(/^\/[A-Za-z0-9._/-]{1,80}$/),
    ),
    fallback: '/var/lib/vaultdesk',
  },
  user: {
    ...text(
      { zh: '运行服务的系统账户', en: 'Account the server runs under' },
      'a name of an account',
      matches(ACCOUNT),
    ),
    fallback: 'vaultdesk',
  },
  workers: {
    sentence: { zh: '服务进程数', en: 'Server processes; one for each core unless set' },
    form: 'a whole number from 1 to 16',
    kind: 'number',
    accepts: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 16,
  },
  'tls.mode': word({ zh: '证书来源', en: 'Where its certificate comes from' }, [
    'local-ca',
    'p12',
    'pem',
    'csr',
    'front',
  ]),
  'tls.file': {
    ...file({ zh: '证书文件（PEM 证书链或 PKCS#12）', en: 'File of the certificate: PEM chain or PKCS#12' }),
    when: ['tls.mode', ['p12', 'pem']],
  },
  'tls.key_file': {
    ...file({ zh: '私钥文件（PEM）', en: 'File of its private key (PEM)' }, true),
    when: ['tls.mode', ['pem']],
  },
  'tls.password_file': {
    ...file(
      { zh: 'PKCS#12 或私钥的口令文件', en: 'File with the password of the PKCS#12 file or key' },
      true,
    ),
    when: ['tls.mode', ['p12', 'pem']],
  },
  'tls.proxies': {
    sentence: { zh: '前置代理的地址', en: 'Addresses of the proxies in front' },
    form: NETWORKS,
    kind: 'list',
    when: ['tls.mode', ['front']],
    accepts: isNetworkList,
  },
  'database.mode': word({ zh: '数据库', en: 'Database' }, ['embedded', 'postgres', 'oracle']),
  'database.url': {
    ...text(
      { zh: 'PostgreSQL 地址', en: 'Address of the PostgreSQL' },
      'postgres://HOST:PORT/DATABASE',
      matches(/^postgres(ql)?:\/\/([^:@/?#\s]+@)?[^@/?#\s]+\/[A-Za-z0-9_]+(\?[A-Za-z0-9_=&./%-]*)?$/),
    ),
    when: ['database.mode', ['postgres']],
  },
  'database.connect_string': {
    ...text(
      { zh: 'Oracle 连接串', en: 'Connect string of the Oracle' },
      'HOST:PORT/SERVICE',
      matches(/^[^@/?#\s]+\/[A-Za-z0-9_.$#]+$/),
    ),
    when: ['database.mode', ['oracle']],
  },
  'database.user': {
    ...text(
      { zh: '数据库用户', en: 'User of the database' },
      'a name',
      matches(/^[A-Za-z_][A-Za-z0-9_$#]{0,62}$/),
    ),
    when: ['database.mode', ['postgres', 'oracle']],
    fallback: 'vaultdesk',
  },
  'database.password_file': {
    ...file({ zh: '数据库口令文件', en: 'File with the password of that user' }, true),
    when: ['database.mode', ['postgres', 'oracle']],
  },
  'saml.metadata_file': file({
    zh: '身份提供者元数据文件（可空）',
    en: 'Metadata of the identity provider; may be left out',
  }),
  'saml.map_file': file({ zh: '身份属性映射文件', en: 'Map of its attributes and roles' }),
  'saml.id': {
    ...text(
      { zh: '身份提供者编号', en: 'Short name of the identity provider' },
      'small letters, digits, and dashes',
      matches(/^[a-z0-9][a-z0-9-]{0,39}$/),
    ),
    fallback: 'bank',
  },
  'keys.passphrase_file': file(
    {
      zh: '主密钥口令文件（可空）',
      en: 'File with the passphrase that locks the master key; may be left out',
    },
    true,
  ),
  'syslog.target': text(
    {
      zh: '保存审计树头的 syslog 服务器（TLS，可空）',
      en: 'Syslog server (TLS) that keeps heads of the audit trail; may be left out',
    },
    'HOST:PORT',
    matches(HOST_AND_PORT),
  ),
  'syslog.ca_file': file({
    zh: 'syslog 证书的 CA 文件（可空）',
    en: 'Authority of its certificate; may be left out',
  }),
  timezone: {
    ...text(
      { zh: '时区', en: 'Time zone' },
      'an IANA time zone like Asia/Shanghai',
      (value) => isText(value) && isZone(value),
    ),
    fallback: 'Asia/Shanghai',
  },
  language: word({ zh: '语言', en: 'Language' }, ['zh', 'en']),
};

/** Keys that must be there when the key they depend on asks for them. */
export const REQUIRED: readonly string[] = [
  ...['hostname', 'tls.file', 'tls.key_file', 'tls.proxies', 'database.url', 'database.connect_string'],
  'database.password_file',
];

function isZone(name: string): boolean {
  try {
    return /^[A-Z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
