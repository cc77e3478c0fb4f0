import { isIP } from 'node:net';
import { isTimeZone } from '../../kernel/index.ts';

/** How one setting is read and checked; `parse` throws a sentence fragment saying what was expected. */
export interface Field<T> {
  /** One sentence for the operator. */
  sentence: string;
  /** What the setting is when nobody sets it. */
  fallback: T;
  /** The accepted form, in words, for the documentation. */
  form: string;
  /** Checks a value of the file or the environment; throws an Error whose message is the expected form. */
  parse(value: unknown): T;
}

/** Settings by name; a nested group is a nested name, `tls.mode`. */
export interface Group {
  readonly [name: string]: Field<unknown> | Group;
}

/** The object that a group of fields yields. */
export type ValuesOf<G> = { [K in keyof G]: G[K] extends Field<infer T> ? T : ValuesOf<G[K]> };

/** Tells a field from a group. */
export function isField(entry: Field<unknown> | Group): entry is Field<unknown> {
  return typeof (entry as Field<unknown>).parse === 'function';
}

function field<T>(
  sentence: string,
  fallback: T,
  form: string,
  read: (value: unknown) => T | undefined,
): Field<T> {
  return {
    sentence,
    fallback,
    form,
    parse(value) {
      const parsed = read(value);
      if (parsed === undefined) throw new Error(form);
      return parsed;
    },
  };
}

/** A whole number within limits; a text of digits counts, because the environment has only texts. */
export function integer(
  sentence: string,
  fallback: number,
  [min, max]: readonly [number, number],
): Field<number> {
  return field(sentence, fallback, `a whole number from ${min} to ${max}`, (value) => {
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    return Number.isInteger(number) && Number(number) >= min && Number(number) <= max
      ? Number(number)
      : undefined;
  });
}

/** True or false, nothing that only looks like it. */
export function flag(sentence: string, fallback: boolean): Field<boolean> {
  return field(sentence, fallback, 'true or false', (value) =>
    typeof value === 'boolean' ? value : undefined,
  );
}

/** One of a few words. */
export function choice<const T extends string>(sentence: string, fallback: T, words: readonly T[]): Field<T> {
  return field(sentence, fallback, words.join(' or '), (value) => words.find((word) => word === value));
}

/** Some of a few words, each once. */
export function choices<const T extends string>(
  sentence: string,
  fallback: readonly T[],
  words: readonly T[],
): Field<readonly T[]> {
  return field<readonly T[]>(sentence, fallback, `a list of ${words.join(', ')}`, (value) => {
    if (!Array.isArray(value) || new Set(value).size !== value.length) return undefined;
    return value.every((item) => words.includes(item as T)) ? (value as T[]) : undefined;
  });
}

/** A text of 1 to 1,000 characters that `accepts` takes, or undefined when it is not set. */
export function text(
  sentence: string,
  form: string,
  accepts: (value: string) => boolean,
): Field<string | undefined> {
  return field<string | undefined>(sentence, undefined, form, (value) =>
    typeof value === 'string' && value !== '' && value.length <= 1000 && accepts(value) ? value : undefined,
  );
}

/** A text of 1 to 100 characters that `accepts` takes. */
export function word(
  sentence: string,
  fallback: string,
  { form, accepts }: { form: string; accepts(value: string): boolean },
): Field<string> {
  return field(sentence, fallback, form, (value) =>
    typeof value === 'string' && value !== '' && value.length <= 100 && accepts(value) ? value : undefined,
  );
}

/** An address to listen on. */
export function address(sentence: string, fallback: string): Field<string> {
  return field(sentence, fallback, 'an IP address', (value) =>
    typeof value === 'string' && isIP(value) !== 0 ? value : undefined,
  );
}

/** An IANA time zone that this machine knows; a bare offset is none, because it has no summer time. */
export function zone(sentence: string, fallback: string): Field<string> {
  return field(sentence, fallback, 'an IANA time zone like Asia/Shanghai', (value) =>
    typeof value === 'string' && isTimeZone(value) ? value : undefined,
  );
}

/** A list of at most 100 texts that `accepts` takes. */
export function list(
  sentence: string,
  form: string,
  accepts: (value: string) => boolean,
): Field<readonly string[]> {
  return field<readonly string[]>(sentence, [], `a list of ${form}`, (value) => {
    if (!Array.isArray(value) || value.length > 100) return undefined;
    return value.every((item) => typeof item === 'string' && accepts(item)) ? (value as string[]) : undefined;
  });
}

/** An IP address or a network in CIDR form. */
export function isNetwork(value: string): boolean {
  const [host = '', bits, ...rest] = value.split('/');
  const version = isIP(host);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** A host name (RFC 1123) or IP address, with or without a port. */
export function isHost(value: string): boolean {
  return /^(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?)(:\d{1,5})?$/.test(value);
}

/** A host with a port. */
export function isHostAndPort(value: string): boolean {
  return isHost(value) && /:[1-9]\d{0,4}$/.test(value);
}

/** Name of a server: what stands in the trail, and finds its sessions in the database by a pattern. */
export function isServerName(value: string): boolean {
  return /^[a-z][a-z0-9-]{0,29}$/.test(value);
}

/** Address of a Redis server. */
export function isRedisUrl(value: string): boolean {
  return /^rediss?:\/\/\S+$/.test(value) && URL.canParse(value);
}

/** A line of the allow-list of calls; the egress part reads it whole, and stops the start on a wrong host. */
export function isAllowLine(value: string): boolean {
  return value.length <= 1000 && /^[a-z][a-z0-9-]*:[A-Za-z0-9._*-]+ [a-z]+ \S+:\d{1,5}( \S+)?$/.test(value);
}

/** An https origin without path, query, or credentials. */
export function isBaseUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === 'https:' && (value === url.origin || value === `${url.origin}/`);
}

/** A connection string of one of the two databases we support. */
export function isDatabaseUrl(value: string): boolean {
  return /^(postgres|postgresql|oracle):\/\/\S+$/.test(value);
}
