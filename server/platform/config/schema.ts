import { TYPE_GROUPS } from '../files/media-types.ts';
import {
  address,
  choice,
  choices,
  flag,
  integer,
  isAllowLine,
  isBaseUrl,
  isDatabaseUrl,
  isHost,
  isHostAndPort,
  isNetwork,
  list,
  text,
  zone,
  type ValuesOf,
} from './fields.ts';

const isAnyText = () => true;

/** Every setting there is. `docs/configuration.md` is made from this table and tested against it. */
export const SCHEMA = {
  port: integer('TCP port the server listens on.', 8443, [0, 65_535]),
  bind: address(
    'Address the server listens on; an evaluation instance takes only a loopback address.',
    '127.0.0.1',
  ),
  publicBaseUrl: text(
    'Address people and programs use from outside; needed behind a proxy and for single sign-on.',
    'an https address without a path',
    isBaseUrl,
  ),
  hosts: list(
    'Host headers the server answers to, besides its own address and the one of publicBaseUrl.',
    'host names, each with or without a port',
    isHost,
  ),
  trustedProxies: list(
    'Proxies whose X-Forwarded-For is believed; from every other address that header is ignored.',
    'IP addresses or networks (10.0.0.0/8)',
    isNetwork,
  ),
  timeZone: zone('Time zone of the installation; schedules of jobs are read in it.', 'Asia/Shanghai'),
  workers: integer(
    'Server processes that share port and database; from two processor cores up, one for each core.',
    1,
    [1, 16],
  ),
  tls: {
    mode: choice(
      'process: the server speaks TLS itself; front: a proxy does, and the server speaks plain HTTP on the loopback.',
      'process',
      ['process', 'front'],
    ),
    certFile: text(
      'PEM file with the certificate chain; without it one is made for this machine at the first start.',
      'a path, relative to the home folder or absolute',
      isAnyText,
    ),
    keyFile: text('PEM file with the private key of certFile.', 'a path, like certFile', isAnyText),
    socketPath: text(
      'Unix socket to listen on instead of the port, only with tls.mode front.',
      'an absolute path of at most 107 characters',
      (value) => value.startsWith('/') && Buffer.byteLength(value) <= 107,
    ),
  },
  database: {
    url: text(
      'PostgreSQL or Oracle to use; without it an evaluation instance runs one of its own.',
      'postgres://… or oracle://…',
      isDatabaseUrl,
    ),
    family: choice(
      'compatible: a database that speaks the language of PostgreSQL under another name; at each start its features are tried instead of its version.',
      'postgres',
      ['postgres', 'compatible'],
    ),
    poolSize: integer('Database connections of each worker, the chat lanes not counted.', 10, [2, 100]),
  },
  log: {
    level: choice('Least serious level that is logged.', 'info', ['error', 'warn', 'info', 'debug']),
    fileMegabytes: integer('Size at which the log file is rotated.', 20, [1, 1000]),
    fileCount: integer('Log files kept, the oldest is deleted first.', 10, [1, 100]),
  },
  limits: {
    loopback: flag('Whether the limits per address hold for the loopback too.', false),
    visitorSessionsPerAddressHour: integer(
      'New conversations from one address in an hour.',
      100,
      [1, 100_000],
    ),
  },
  crypto: {
    suite: choice(
      'intl: AES-256-GCM and SHA-256; gm: SM4-CTR with HMAC-SM3. Values sealed before stay readable.',
      'intl',
      ['intl', 'gm'],
    ),
  },
  privacy: {
    revealsPerHour: integer(
      'Clear values one account may look at in an hour; more takes an export with a second person.',
      60,
      [1, 10_000],
    ),
    revealBurst: integer(
      'Different customers within ten minutes from which on the officer is told.',
      10,
      [2, 1000],
    ),
    workDays: choices(
      'Days on which looking at clear values is usual; on others the officer is told.',
      ['mon', 'tue', 'wed', 'thu', 'fri'],
      ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
    ),
    workFromHour: integer('Hour at which the working day begins, in timeZone.', 8, [0, 23]),
    workToHour: integer('Hour at which it ends.', 20, [1, 24]),
  },
  egress: {
    allow: list(
      'Places the server may call, besides the rules approved on the console; nothing else is called.',
      'lines OWNER PROTOCOL HOST:PORT [ADDRESS,…], such as notify:smtp smtp mail.bank.example:587',
      isAllowLine,
    ),
    proxy: text(
      'Proxy that carries calls to the outside (HTTP CONNECT, no password).',
      'a host with a port (proxy.bank.example:3128)',
      isHostAndPort,
    ),
    directNetworks: list(
      'Networks that are reached without egress.proxy.',
      'IP addresses or networks (10.0.0.0/8)',
      isNetwork,
    ),
    caFile: text(
      "PEM file with the bank's own authorities, trusted for calls beside the public ones.",
      'a path, relative to the home folder or absolute',
      isAnyText,
    ),
  },
  accounts: {
    dormantDays: integer('Days without a sign-in after which an account is disabled.', 90, [7, 90]),
  },
  audit: {
    sealIntervalMs: integer('Milliseconds between tree heads while entries come.', 250, [100, 1000]),
    anchorSeconds: integer('Seconds between the heads that anchors outside get.', 60, [5, 3600]),
    syslog: text(
      'Syslog server over TLS that keeps heads; needs a rule of the way out for audit:syslog.',
      'host:port',
      isHostAndPort,
    ),
    syslogCaFile: text(
      'PEM file with the authority of its certificate; without it those of the system count.',
      'a path, relative to the home folder or absolute',
      isAnyText,
    ),
    syslogEntries: choice('In which form it gets every entry as well, once it is sealed.', 'none', [
      'none',
      'rfc5424',
      'cef',
      'ocsf',
    ]),
    stampUrl: text(
      'Time-stamp authority (RFC 3161) that stamps heads; needs a rule of the way out for audit:stamp.',
      'an http or https address',
      (value) => /^https?:\/\/[^\s@]+$/.test(value) && URL.canParse(value),
    ),
    stampCaFile: text(
      'PEM file with the authority its stamps must lead to; without it any stamp that holds is taken.',
      'a path, like syslogCaFile',
      isAnyText,
    ),
    heartbeatSeconds: integer('Seconds between tree heads when nothing happens.', 60, [10, 3600]),
  },
  files: {
    types: choices(
      'Kinds of files that people may send. A file is judged by its content, never by its name.',
      ['image', 'pdf', 'office', 'text', 'audio', 'video'],
      TYPE_GROUPS,
    ),
    scanner: text(
      'clamd that looks through every file before anybody can read it; without it files are checked by form alone.',
      'unix:/path/of/its/socket or host:port',
      (value) => /^unix:\/\S+$/.test(value) || (isHost(value) && /:\d+$/.test(value)),
    ),
  },
  chat: {
    laneCount: integer(
      'Database lanes for messages in each worker; one holds about 20,000 messages a second.',
      2,
      [1, 16],
    ),
    batchRowsMax: integer('Messages written in one statement at most.', 2000, [1, 5000]),
    queueRowsMax: integer(
      'Waiting messages above which sockets are not read any more.',
      50_000,
      [1000, 1_000_000],
    ),
  },
} as const;

/** All settings of a running program; read-only. */
export type Config = ValuesOf<typeof SCHEMA> & {
  /** Absolute path of the home folder. */
  readonly home: string;
  /** True for `npm start`; no file and no environment variable can set it. */
  readonly isEvaluation: boolean;
};

/** Environment variables that override a setting of the file. `VAULTDESK_HOME` names the home folder itself. */
export const OVERRIDES = {
  VAULTDESK_PORT: 'port',
  VAULTDESK_DATABASE_URL: 'database.url',
  VAULTDESK_LOG_LEVEL: 'log.level',
  VAULTDESK_WORKERS: 'workers',
} as const;
