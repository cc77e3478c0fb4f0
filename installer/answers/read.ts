import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml';
import { nearest } from '../../server/platform/config/index.ts';
import { InstallFault } from '../fault.ts';
import { ANSWER_KEYS, REQUIRED, type AnswerKey, type AnswerValue } from './keys.ts';

/** What an install is told, by dotted key; defaults filled in, paths absolute. */
export interface Answers {
  /** The file they came from; undefined when they were typed. */
  source: string | undefined;
  text(key: string): string;
  /** Undefined when it was left out. */
  maybe(key: string): string | undefined;
  number(key: string): number;
  list(key: string): readonly string[];
  has(key: string): boolean;
  /** All that is set, defaults among it; file names, never what is in them. */
  entries(): [key: string, value: AnswerValue][];
}

const BYTES_MAX = 64 * 1024;
const OTHERS = 0o077;

interface Given {
  value: AnswerValue;
  line: number;
}

/**
 * Reads an answer file: YAML, nested or dotted keys. Refuses one others may read, unknown keys with the nearest known
 * one, wrong values, missing and contradicting keys; each fault names file, line, and key, and never a value that may be secret.
 */
export function readAnswers(path: string): Answers {
  const file = resolve(path);
  const text = readGuarded(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [error] = document.errors;
  if (error)
    throw new InstallFault('answers.form', `${file}:${lines.linePos(error.pos[0]).line} ${error.message}`);
  visit(document, {
    Alias: () => {
      throw new InstallFault('answers.form', `${file}: an alias (*name)`);
    },
  });
  const given = new Map<string, Given>();
  if (isMap(document.contents)) {
    flatten(document.contents, '', (key, value, offset) => {
      given.set(key, { value: value as AnswerValue, line: lines.linePos(offset).line });
    });
  } else if (document.contents !== null) throw new InstallFault('answers.form', `${file}:1`);
  return checkAnswers(given, { file, folder: dirname(file) });
}

/** Answers that were typed, by dotted key; paths count from `folder`. */
export function takeAnswers(values: ReadonlyMap<string, AnswerValue>, folder: string): Answers {
  const given = new Map([...values].map(([key, value]) => [key, { value, line: 0 }]));
  return checkAnswers(given, { file: undefined, folder });
}

function readGuarded(file: string): string {
  try {
    const { mode, size } = statSync(file);
    if ((mode & OTHERS) !== 0) throw new InstallFault('answers.open', `${file}, mode ${octal(mode)}`);
    if (size > BYTES_MAX) throw new InstallFault('answers.form', `${file}: more than 64 KiB`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof InstallFault) throw cause;
    throw new InstallFault('answers.unreadable', `${file} (${(cause as { code?: string }).code})`, cause);
  }
}

type Take = (key: string, value: unknown, offset: number) => void;

function flatten(map: YAMLMap, prefix: string, take: Take): void {
  for (const { key, value } of map.items) {
    const name = `${prefix}${isScalar(key) ? String(key.value) : '?'}`;
    const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    const isGroup = Object.keys(ANSWER_KEYS).some((known) => known.startsWith(`${name}.`));
    if (isMap(value) && isGroup) flatten(value, `${name}.`, take);
    else if (isSeq(value))
      take(
        name,
        value.items.map((item) => (isScalar(item) ? String(item.value) : '')),
        offset,
      );
    else if (isScalar(value) && value.value !== null) take(name, value.value, offset);
    else if (!isScalar(value) && value !== null) take(name, '', offset);
    else if (ANSWER_KEYS[name] === undefined && !isGroup) take(name, '', offset);
  }
}

function checkAnswers(
  given: Map<string, Given>,
  from: { file: string | undefined; folder: string },
): Answers {
  const at = (key: string) => {
    const line = given.get(key)?.line;
    return `${from.file ?? ''}${line ? `:${line}` : ''} ${key}`.trim();
  };
  const values = new Map<string, AnswerValue>();
  for (const [key, { value }] of given) {
    const known = Object.hasOwn(ANSWER_KEYS, key) ? ANSWER_KEYS[key] : undefined;
    if (known === undefined) throw unknownKey(key, at(key));
    if (!known.accepts(value)) throw new InstallFault('answers.value', `${at(key)}: ${known.form}`);
    values.set(
      key,
      known.kind.endsWith('file') ? checkFile(key, resolve(from.folder, String(value)), at) : value,
    );
  }
  for (const [key, { fallback }] of Object.entries(ANSWER_KEYS))
    if (fallback !== undefined && !values.has(key)) values.set(key, fallback);
  for (const [key, known] of Object.entries(ANSWER_KEYS)) {
    const isUsed = applies(known, values);
    if (!isUsed && given.has(key)) throw contradiction(key, known, at);
    if (!isUsed) values.delete(key);
    if (isUsed && REQUIRED.includes(key) && !values.has(key))
      throw new InstallFault('answers.missing', at(key));
  }
  if (values.has('saml.metadata_file') !== values.has('saml.map_file'))
    throw new InstallFault(
      'answers.missing',
      at(values.has('saml.map_file') ? 'saml.metadata_file' : 'saml.map_file'),
    );
  if (values.has('syslog.ca_file') && !values.has('syslog.target'))
    throw new InstallFault('answers.missing', at('syslog.target'));
  return answersOf(values, from.file);
}

/** Whether a key has a meaning beside the other answers. */
export function applies({ when }: AnswerKey, values: ReadonlyMap<string, AnswerValue>): boolean {
  return when === undefined || when[1].includes(String(values.get(when[0])));
}

function contradiction(key: string, { when }: AnswerKey, at: (key: string) => string): InstallFault {
  const [other, words] = when ?? ['', []];
  return new InstallFault('answers.contradiction', `${at(key)}, ${other} (${words.join(' | ')})`);
}

function unknownKey(key: string, at: string): InstallFault {
  const guess = nearest(key, Object.keys(ANSWER_KEYS));
  return new InstallFault('answers.unknown_key', guess === undefined ? at : `${at} → ${guess}`);
}

/** A file an answer names is there; one with a secret is its owner's alone. */
function checkFile(key: string, file: string, at: (key: string) => string): string {
  if (!existsSync(file)) throw new InstallFault('answers.unreadable', `${at(key)}: ${file}`);
  const { mode } = statSync(file);
  if (ANSWER_KEYS[key]?.kind === 'secret-file' && (mode & OTHERS) !== 0)
    throw new InstallFault('answers.open', `${at(key)}: ${file}, mode ${octal(mode)}`);
  return file;
}

function answersOf(values: ReadonlyMap<string, AnswerValue>, source: string | undefined): Answers {
  const maybe = (key: string) => (values.has(key) ? String(values.get(key)) : undefined);
  const need = (key: string): AnswerValue => {
    const value = values.get(key);
    if (value === undefined) throw new InstallFault('answers.missing', `${source ?? ''} ${key}`);
    return value;
  };
  return {
    source,
    maybe,
    text: (key) => String(need(key)),
    number: (key) => Number(need(key)),
    list: (key) => (values.get(key) ?? []) as readonly string[],
    has: (key) => values.has(key),
    entries: () => [...values],
  };
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
