import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import process from 'node:process';
import { LineCounter, parseDocument, visit } from 'yaml';
import { StartError } from '../../kernel/index.ts';
import { isField, type Field, type Group } from './fields.ts';
import { nearest } from './nearest.ts';
import { OVERRIDES, SCHEMA, type Config } from './schema.ts';

const FILE_NAME = 'config.yaml';
const FILE_BYTES_MAX = 256 * 1024;
/** Rights of anybody but the owner. Credentials are looked after by the service manager, in a folder of the service. */
const OTHERS = 0o077;
const CREDENTIALS_FOLDER = '/run/credentials/';
const PASSWORD_MAX = 1_000;
/** Folder of `npm start` when VAULTDESK_HOME is not set. */
const HOME_DEFAULT = './var';

/** Variables of the environment, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the settings come from. */
export interface LoadOptions {
  /** Home folder; default VAULTDESK_HOME, then `./var`. */
  home?: string;
  /** Default: the environment of this process. */
  env?: Environment;
  /** True only in the evaluation's own entry point. */
  isEvaluation?: boolean;
  /** Settings in the place of the file's, for one that is not written yet. */
  given?: object;
  /** Other defaults than the table's, by dotted name: an installed server has one worker for each core. */
  fallbacks?: Readonly<Record<string, unknown>>;
}

/** The home folder as an absolute path; it need not exist. */
export function homeOf(env: Environment = process.env): string {
  return resolve(env.VAULTDESK_HOME || HOME_DEFAULT);
}

/** Every setting by dotted name, in the order of the schema. */
export function listFields(group: Group = SCHEMA, prefix = ''): [name: string, field: Field<unknown>][] {
  return Object.entries(group).flatMap(([name, entry]) =>
    isField(entry)
      ? [[prefix + name, entry] as [string, Field<unknown>]]
      : listFields(entry, `${prefix}${name}.`),
  );
}

/**
 * Reads `config.yaml` of the home folder and the overrides of the environment. A missing file means defaults. Throws
 * StartError `config.invalid` that lists every fault at once: unknown names with the nearest known one, values of the
 * wrong form, and settings that exclude each other. Values never appear in it, because they may be secrets.
 */
export function loadConfig(options: LoadOptions = {}): Config {
  const env = options.env ?? process.env;
  const home = resolve(options.home ?? homeOf(env));
  const isEvaluation = options.isEvaluation ?? false;
  const faults: string[] = [];
  const given = new Map<string, { value: unknown; origin: string }>();
  const settings = options.given
    ? flatten(options.given as Record<string, unknown>, SCHEMA, '')
    : readSettings(join(home, FILE_NAME), faults);
  for (const [name, value] of settings) given.set(name, { value, origin: FILE_NAME });
  for (const [variable, name] of Object.entries(OVERRIDES)) {
    const value = env[variable];
    if (value !== undefined && value !== '') given.set(name, { value, origin: variable });
  }
  const known = listFields();
  for (const name of given.keys())
    if (!known.some(([each]) => each === name)) faults.push(unknownName(name, known));
  const values: Record<string, unknown> = {};
  for (const [name, field] of known) {
    const setting = given.get(name);
    const fallback = options.fallbacks?.[name] ?? field.fallback;
    put(values, name, setting === undefined ? fallback : parse(name, field, setting, faults));
  }
  const config = { ...values, home, isEvaluation } as unknown as Config;
  if (faults.length === 0) faults.push(...contradictions(config));
  if (faults.length > 0) throw invalid(home, faults);
  const placed = withPlaces(config, env.CREDENTIALS_DIRECTORY);
  const { url, passwordFile } = placed.database;
  if (url === undefined || passwordFile === undefined) return placed;
  return { ...placed, database: { ...placed.database, url: withPassword(home, url, passwordFile) } };
}

function readSettings(file: string, faults: string[]): [string, unknown][] {
  if (!existsSync(file)) return [];
  if (statSync(file).size > FILE_BYTES_MAX) {
    faults.push(`${FILE_NAME} is larger than 256 KiB`);
    return [];
  }
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  for (const error of document.errors)
    faults.push(`line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
  // A few aliases of aliases can grow to gigabytes, and settings need none.
  visit(document, { Alias: () => void faults.push('aliases (*name) are not allowed') });
  if (faults.length > 0) return [];
  const root: unknown = document.toJS();
  if (root === null) return [];
  if (isMap(root)) return flatten(root, SCHEMA, '');
  faults.push(`${FILE_NAME} must hold names and values, such as \`port: 8443\``);
  return [];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Turns nested maps into dotted names, as deep as the schema has groups; an empty group sets nothing. */
function flatten(map: Record<string, unknown>, group: Group, prefix: string): [string, unknown][] {
  return Object.entries(map).flatMap(([name, value]) => {
    const entry = Object.hasOwn(group, name) ? group[name] : undefined;
    if (entry === undefined || isField(entry)) return [[prefix + name, value] as [string, unknown]];
    if (value === null) return [];
    return isMap(value)
      ? flatten(value, entry, `${prefix}${name}.`)
      : [[prefix + name, value] as [string, unknown]];
  });
}

function unknownName(name: string, known: readonly [string, unknown][]): string {
  const shown = JSON.stringify(name.slice(0, 80));
  if (known.some(([each]) => each.startsWith(`${name}.`)))
    return `${shown} is a group: set the names below it`;
  const guess = nearest(
    name,
    known.map(([each]) => each),
  );
  return `unknown key ${shown}${guess === undefined ? '' : `; did you mean "${guess}"?`}`;
}

function parse(
  name: string,
  field: Field<unknown>,
  setting: { value: unknown; origin: string },
  faults: string[],
): unknown {
  try {
    return field.parse(setting.value);
  } catch (error) {
    const where = setting.origin === FILE_NAME ? `"${name}"` : `${setting.origin} ("${name}")`;
    faults.push(`${where} must be ${(error as Error).message}`);
    return field.fallback;
  }
}

function put(values: Record<string, unknown>, name: string, value: unknown): void {
  const [head = '', ...rest] = name.split('.');
  if (rest.length === 0) {
    values[head] = value;
    return;
  }
  const inner = (values[head] ??= {}) as Record<string, unknown>;
  put(inner, rest.join('.'), value);
}

/** What each setting allows by itself and together they don't. */
function contradictions(config: Config): string[] {
  const isLoopback = config.bind === '::1' || config.bind.startsWith('127.');
  const rules: [isBroken: boolean, sentence: string][] = [
    [
      (config.tls.certFile === undefined) !== (config.tls.keyFile === undefined),
      '"tls.certFile" and "tls.keyFile" go together',
    ],
    [
      config.tls.mode === 'front' && !isLoopback,
      '"tls.mode" front needs a loopback address in "bind": plain HTTP must not leave the machine',
    ],
    [
      config.tls.mode === 'front' && config.trustedProxies.length === 0,
      '"tls.mode" front needs the proxy in "trustedProxies"',
    ],
    [
      config.tls.mode === 'process' && config.tls.socketPath !== undefined,
      '"tls.socketPath" needs "tls.mode" front',
    ],
    [
      config.tls.mode === 'front' && config.accounts.breakGlassAuthorityFile !== undefined,
      '"accounts.breakGlassAuthorityFile" needs "tls.mode" process: a proxy keeps client certificates to itself, and no header is believed in their place',
    ],
    [
      config.tls.mode === 'front' && config.tls.redirectPort !== 0,
      '"tls.redirectPort" needs "tls.mode" process: in front the proxy redirects',
    ],
    [
      config.tls.redirectPort !== 0 && config.tls.redirectPort === config.port,
      '"tls.redirectPort" must differ from "port"',
    ],
    [config.isEvaluation && !isLoopback, 'an evaluation instance takes only a loopback address in "bind"'],
    [
      config.cluster.listen !== undefined && config.database.url === undefined,
      '"cluster.listen" needs "database.url": no other server reaches the database of a home folder',
    ],
    [
      config.database.passwordFile !== undefined && config.database.url === undefined,
      '"database.passwordFile" needs "database.url"',
    ],
    [
      !config.isEvaluation && config.database.url === undefined,
      '"database.url" (or VAULTDESK_DATABASE_URL) is required',
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, sentence]) => sentence);
}

/** Settings that name a file, by group. */
const FILE_SETTINGS = {
  tls: ['certFile', 'keyFile'],
  database: ['passwordFile'],
  keys: ['passphraseFile', 'vaultTokenFile', 'pkcs11PinFile'],
  egress: ['caFile'],
} as const;
const CREDENTIAL = /^credential:([A-Za-z0-9_.-]{1,64})$/;

/** Paths made absolute. `credential:NAME` is a secret that the service manager hands to this service alone. */
function withPlaces(config: Config, credentials: string | undefined): Config {
  const placeOf = (path: string) => {
    const name = CREDENTIAL.exec(path)?.[1];
    // A command beside the service has no such folder; what it does not read it need not find.
    if (name !== undefined) return join(credentials ?? `${CREDENTIALS_FOLDER}vaultdesk.service`, name);
    return isAbsolute(path) ? path : join(config.home, path);
  };
  const groups = Object.entries(FILE_SETTINGS).map(([group, names]) => {
    const values: Record<string, unknown> = { ...config[group as keyof typeof FILE_SETTINGS] };
    for (const name of names) if (typeof values[name] === 'string') values[name] = placeOf(values[name]);
    return [group, values];
  });
  return { ...config, ...(Object.fromEntries(groups) as Pick<Config, keyof typeof FILE_SETTINGS>) };
}

/** The address of the database with the password that stands in a file of its owner alone. */
function withPassword(home: string, url: string, file: string): string {
  const refuse = (why: string) => invalid(home, [`"database.passwordFile" names ${file}, which ${why}`]);
  let password: string;
  try {
    if (!file.startsWith(CREDENTIALS_FOLDER) && (statSync(file).mode & OTHERS) !== 0)
      throw refuse('others may read: run chmod 600 on it');
    password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw error instanceof StartError
      ? error
      : refuse(`cannot be read (${(error as { code?: string }).code})`);
  }
  if (password === '' || password.length > PASSWORD_MAX) throw refuse('holds no password');
  const parts = /^([a-z]+:\/\/)([^@/?#]*)@(.*)$/s.exec(url);
  if (parts === null || parts[2]?.includes(':'))
    throw refuse('goes with a user and no password in "database.url"');
  return `${parts[1]}${parts[2]}:${encodeURIComponent(password)}@${parts[3]}`;
}

function invalid(home: string, faults: readonly string[]): StartError {
  return new StartError({
    code: 'config.invalid',
    sentence: `The configuration of ${home} has ${faults.length} fault${faults.length === 1 ? '' : 's'}: ${faults.join('; ')}.`,
    remedy: 'Mend config.yaml or the environment; docs/configuration.md lists every key.',
  });
}
