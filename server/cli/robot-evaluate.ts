import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { KnowledgeError, trainModel, understand } from '../robot/engine/index.ts';
import type { KnowledgeEntry, Lang, Model } from '../robot/engine/index.ts';

/** The streams of a command; tests hand in their own. */
export interface CommandIo {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

interface Settings {
  knowledge: string;
  lang: Lang;
  chats?: string;
}

const USAGE =
  'usage: vaultdesk robot evaluate --knowledge KB.jsonl --lang zh|en [--chats unlabelled.jsonl] < queries.jsonl > predictions.jsonl\n';
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
const CANDIDATE_DIGITS = 6;

/** A fault in an input file that its writer can mend; the message names file and line. */
class InputError extends Error {}

function parseArgs(args: string[]): Settings | undefined {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 2) {
    const name = args[at]!;
    const value = args[at + 1];
    if (!['--knowledge', '--lang', '--chats'].includes(name) || value === undefined || values.has(name)) {
      return undefined;
    }
    values.set(name, value);
  }
  const knowledge = values.get('--knowledge');
  const lang = values.get('--lang');
  if (knowledge === undefined || (lang !== 'zh' && lang !== 'en')) return undefined;
  const chats = values.get('--chats');
  return { knowledge, lang, ...(chats !== undefined && { chats }) };
}

/** Lines of a JSONL stream as objects; blank lines are skipped. */
async function* readLines(stream: Readable, name: string): AsyncGenerator<Record<string, unknown>> {
  let line = 0;
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    const value = parseLine(text);
    if (!value) throw new InputError(`${name}:${line}: not a JSON object`);
    yield value;
  }
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

async function readKnowledge(path: string): Promise<KnowledgeEntry[]> {
  const entries: KnowledgeEntry[] = [];
  for await (const { faq, question, similar } of readLines(createReadStream(path), path)) {
    const texts = similar ?? [];
    if (typeof faq !== 'string' || typeof question !== 'string' || !Array.isArray(texts)) {
      throw new InputError(`${path}: entry ${entries.length + 1} needs "faq", "question", and "similar"`);
    }
    entries.push({ id: faq, question, similar: texts.filter((text) => typeof text === 'string') });
  }
  return entries;
}

async function readTexts(path: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of readLines(createReadStream(path), path)) {
    if (typeof text === 'string') texts.push(text);
  }
  return texts;
}

async function write(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await new Promise<void>((resolve) => stream.once('drain', resolve));
}

function round(value: number): number {
  return Number(value.toFixed(CANDIDATE_DIGITS));
}

async function answerQueries(model: Model, io: CommandIo): Promise<void> {
  for await (const { id, text } of readLines(io.stdin, 'stdin')) {
    const startedAt = performance.now();
    const { outcome, confidence, candidates } = understand(model, typeof text === 'string' ? text : '');
    const line = {
      id,
      outcome,
      confidence: round(confidence),
      candidates: candidates.map((candidate) => ({ id: candidate.id, score: round(candidate.score) })),
      ms: round(performance.now() - startedAt),
    };
    await write(io.stdout, `${JSON.stringify(line)}\n`);
  }
}

/**
 * `vaultdesk robot evaluate`: trains on a knowledge file and answers the queries of stdin in order, one JSON line each.
 * Needs no server and no database. Returns the exit code: 0 done, 1 bad input, 2 bad use.
 */
export async function evaluateCommand(args: string[], io: CommandIo): Promise<number> {
  const settings = parseArgs(args);
  if (!settings) {
    io.stderr.write(USAGE);
    return EXIT.usage;
  }
  try {
    const entries = await readKnowledge(settings.knowledge);
    const chats = settings.chats === undefined ? undefined : await readTexts(settings.chats);
    const startedAt = performance.now();
    const model = trainModel(entries, { lang: settings.lang, ...(chats && { chats }) });
    const seconds = (performance.now() - startedAt) / 1000;
    await answerQueries(model, io);
    const report = {
      trainingSeconds: Number(seconds.toFixed(3)),
      entries: entries.length,
      questions: model.questions.length,
      residentMb: Math.round(process.memoryUsage().rss / 1048576),
    };
    io.stderr.write(`${JSON.stringify(report)}\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof InputError || error instanceof KnowledgeError || isFileError(error))) throw error;
    io.stderr.write(`vaultdesk robot evaluate: ${error.message}\n`);
    return EXIT.failed;
  }
}

function isFileError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'EISDIR'].includes(String(error.code))
  );
}
