import { TYPE_GROUPS } from '../files/media-types.ts';
import { AUDIT_SCHEMA } from './audit.schema.ts';
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
  isRedisUrl,
  isServerName,
  list,
  text,
  word,
  zone,
  type ValuesOf,
} from './fields.ts';

const isAnyText = () => true;
const isAbsolutePath = (value: string) => value.startsWith('/');
const isServerUrl = (value: string) => /^https?:\/\/[A-Za-z0-9.:[\]-]+$/.test(value);
const isPathPart = (value: string) => /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/.test(value);

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
    'Server processes that share port and database; by default one on an evaluation instance, one for each core when installed.',
    1,
    [1, 16],
  ),
  cluster: {
    node: word('Name of this server among those on its database; it stands in the trail.', 'server-1', {
      form: 'a small letter, then at most 29 small letters, digits, and dashes',
      accepts: isServerName,
    }),
    listen: text(
      'Address where the other servers on the database reach this one, over TLS; each worker takes the next port.',
      'an IP address or name with a port (10.0.0.2:7443)',
      isHostAndPort,
    ),
  },
  bus: {
    url: text(
      'Redis that carries notices between the processes in the place of the database.',
      'redis://… or rediss://…',
      isRedisUrl,
    ),
  },
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
    keyFile: text(
      'PEM file with the private key of certFile; credential:NAME is one that the service manager hands over.',
      'a path, like certFile',
      isAnyText,
    ),
    redirectPort: integer(
      'TCP port of plain HTTP that only sends browsers to the https address; 0: none.',
      0,
      [0, 65_535],
    ),
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
    passwordFile: text(
      'File with the password of the user in url, which then has none; readable by its owner alone.',
      'a path, relative to the home folder or absolute, or credential:NAME',
      isAnyText,
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
    signInFailuresPerAddress: integer(
      'Failed sign-ins, codes, and proofs of one address within signInFailureMinutes; then it waits.',
      20,
      [1, 10_000],
    ),
    signInFailureMinutes: integer('Minutes that failures of an address count.', 15, [1, 1_440]),
    ssoPerAddressMinute: integer(
      'Sign-ins that one address may begin at identity providers in a minute.',
      120,
      [1, 100_000],
    ),
    requestsPerAddressSecond: integer(
      'Requests a second from one address, in the long run.',
      100,
      [1, 100_000],
    ),
    requestsPerAddressAtOnce: integer('Requests from one address at once.', 400, [1, 100_000]),
    connectionsPerAddress: integer(
      'Connections one address may hold at a worker; listed proxies hold any number.',
      2_000,
      [10, 20_000],
    ),
    neverBlocked: list(
      'Networks that active defence never turns away, such as those of branches behind one address.',
      'IP addresses or networks (10.0.0.0/8)',
      isNetwork,
    ),
    visitorSessionsPerAddressHour: integer(
      'New conversations from one address in an hour.',
      100,
      [1, 100_000],
    ),
    openConversationsPerVisitor: integer(
      'Conversations of one visitor that are open at once.',
      20,
      [1, 1_000],
    ),
  },
  sockets: {
    connectionsMax: integer(
      'Open sockets of a worker; more visitors are answered 503, and a tenth more is kept for signed-in staff.',
      15_000,
      [100, 60_000],
    ),
    silentMax: integer('Sockets that have not said hello yet; more are answered 503.', 5_000, [10, 60_000]),
    silentPerAddressMax: integer('The same from one address.', 500, [10, 60_000]),
    helloSeconds: integer('Seconds after which a socket that never says hello is closed.', 10, [1, 60]),
    frameKilobytes: integer('Largest frame; one message needs at most 64.', 64, [64, 1_024]),
    framesWaitingMax: integer(
      'Frames of one socket that wait for the ones before them; then it is not read.',
      64,
      [4, 10_000],
    ),
    waitingMegabytes: integer(
      'Waiting frames of all sockets of a worker; above it no socket is read that has one waiting.',
      256,
      [8, 16_384],
    ),
    unreadKilobytes: integer(
      'What a receiver may leave unread before it is cut off; it comes back and catches up.',
      1_024,
      [64, 65_536],
    ),
  },
  keys: {
    provider: choice(
      'Where master keys are: file: in the home folder; vault-transit: in a key server with the transit interface; pkcs11: in a hardware module.',
      'file',
      ['file', 'vault-transit', 'pkcs11'],
    ),
    also: choice(
      'Where master keys are besides that still open what they wrapped, while a site moves: docs/operations/keys.md.',
      'none',
      ['none', 'file', 'vault-transit', 'pkcs11'],
    ),
    passphraseFile: text(
      'File with the passphrase that locks master keys in the home folder; better on another disk than they are.',
      'a path, relative to the home folder or absolute',
      isAnyText,
    ),
    vaultUrl: text('Address of the key server; egress.allow needs a line for it.', 'an address', isServerUrl),
    vaultMount: text('Where its transit engine is mounted; transit unless set.', 'a path', isPathPart),
    vaultKey: text(
      'Name of the key in it; vaultdesk unless set. It is made at the first start.',
      'a name',
      isPathPart,
    ),
    vaultNamespace: text('Namespace of the key, where the server has namespaces.', 'a path', isPathPart),
    vaultTokenFile: text(
      'File with the token, read for each call, so that an agent may renew it.',
      'a path, relative to the home folder or absolute',
      isAnyText,
    ),
    pkcs11Binding: text(
      'Folder of the package pkcs11js, built on this machine.',
      'an absolute path',
      isAbsolutePath,
    ),
    pkcs11Module: text('Library of the maker of the hardware module.', 'an absolute path', isAbsolutePath),
    pkcs11Token: text('Label of the token.', 'a label', isAnyText),
    pkcs11PinFile: text(
      'File with the PIN of the token.',
      'a path, relative to the home folder or absolute',
      isAnyText,
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
    breakGlassNetworks: list(
      'Networks that emergency accounts may be used from while their role signs in through an identity provider only; empty: all.',
      'IP addresses or networks (10.0.0.0/8)',
      isNetwork,
    ),
    breakGlassAuthorityFile: text(
      'PEM file of the authority whose client certificates emergency sign-in needs; it then goes over breakGlassPort alone; not with tls.mode front.',
      'a path, relative to the home folder or absolute',
      isAnyText,
    ),
    breakGlassPort: integer(
      'TCP port that asks for a client certificate, with breakGlassAuthorityFile.',
      8444,
      [0, 65_535],
    ),
    oneTimeCodes: choice(
      'Hash of the one-time codes of new accounts; sha256 only where the authenticators know it. Known accounts keep theirs.',
      'sha1',
      ['sha1', 'sha256'],
    ),
    dormantDays: integer('Days without a sign-in after which an account is disabled.', 90, [7, 90]),
  },
  audit: AUDIT_SCHEMA,
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
      'Messages that wait in one lane; more are answered server.busy and sent again by their pages.',
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
