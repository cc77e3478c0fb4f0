import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { KnowledgeError, type KnowledgeEntry } from '../robot/engine/index.ts';

/** The streams of a command; tests hand in their own. */
export interface CommandIo {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

/** Exit codes of the robot's verbs. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** A line of an input file is read to so many characters; a longer one is refused. */
const LINE_CHARACTERS_MAX = 64 * 1_048_576;

/** A fault in an input file that its writer can mend; the message names file and line. */
export class InputError extends Error {}

/** Pairs of `--name value`; undefined for anything else, a name twice, and a name that is not among the known. */
export function parsePairs(args: string[], known: readonly string[]): Map<string, string> | undefined {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 2) {
    const name = args[at]!;
    const value = args[at + 1];
    if (!known.includes(name) || value === undefined || values.has(name)) return undefined;
    values.set(name, value);
  }
  return values;
}

/** Lines of a JSONL stream as objects; blank lines are skipped. Throws `InputError`. */
export async function* readLines(stream: Readable, name: string): AsyncGenerator<Record<string, unknown>> {
  let line = 0;
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    if (text.length > LINE_CHARACTERS_MAX) throw new InputError(`${name}:${line}: longer than 64 MiB`);
    const value = parseLine(text);
    if (!value) throw new InputError(`${name}:${line}: not a JSON object`);
    yield value;
  }
}

/** The same for a file. */
export function readFileLines(path: string): AsyncGenerator<Record<string, unknown>> {
  return readLines(createReadStream(path), path);
}

function parseLine(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A knowledge file, `{"faq","question","similar"}` a line. Throws `InputError`. */
export async function readKnowledge(path: string): Promise<KnowledgeEntry[]> {
  const entries: KnowledgeEntry[] = [];
  for await (const { faq, question, similar } of readFileLines(path)) {
    const texts = similar ?? [];
    if (typeof faq !== 'string' || typeof question !== 'string' || !Array.isArray(texts)) {
      throw new InputError(`${path}: entry ${entries.length + 1} needs "faq", "question", and "similar"`);
    }
    entries.push({ id: faq, question, similar: texts.filter((text) => typeof text === 'string') });
  }
  return entries;
}

/** The `text` of each line of a file; lines without one are left out. */
export async function readTexts(path: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of readFileLines(path)) {
    if (typeof text === 'string') texts.push(text);
  }
  return texts;
}

/** Writes and waits while the reader is slow. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await new Promise<void>((resolve) => stream.once('drain', resolve));
}

/**
 * Runs a verb: undefined settings are bad use (2), a fault of an input file is one clear line and 1, anything else is thrown.
 */
export async function runVerb<Settings>(
  verb: { name: string; usage: string; io: CommandIo },
  settings: Settings | undefined,
  work: (settings: Settings) => Promise<void>,
): Promise<number> {
  if (settings === undefined) {
    verb.io.stderr.write(verb.usage);
    return EXIT.usage;
  }
  try {
    await work(settings);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof InputError || error instanceof KnowledgeError || isFileError(error))) throw error;
    verb.io.stderr.write(`vaultdesk robot ${verb.name}: ${error.message}\n`);
    return EXIT.failed;
  }
}

function isFileError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'EISDIR'].includes(String(error.code))
  );
}
