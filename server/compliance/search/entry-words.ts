import type { EventRow } from '../../../audit/index.ts';

/** Limits of what is made findable; lengths in characters. */
export const WORD_LIMITS = {
  /** Longer words are cut, in the index and in the question alike. */
  wordMax: 64,
  /** Words of one entry; its body has at most 16 KiB. */
  wordsPerEntryMax: 500,
  /** Words of one question; the others would only repeat what these say. */
  wordsPerQuestionMax: 8,
  questionMax: 200,
} as const;

/** The parts of a body that people look for. */
export interface EntryBody {
  actor?: { name?: string; ip?: string; session?: string; idp?: string };
  fields?: readonly string[];
  reason?: string;
  ticket?: string;
  request?: { id?: string };
  details?: Record<string, unknown>;
}

/** Ids of single messages: one for each of the most frequent entries, whose conversation is found as their object. */
const LEFT_OUT: ReadonlySet<string> = new Set(['messageId']);

/** No controls and no halves of characters: databases refuse some of them. */
const WHOLE = /^[^\s\p{Script=Han}\p{C}]+$/u;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+)$/;
const RUNS = /\p{Script=Han}+|[\p{L}\p{N}]+/gu;

/** The body of an entry; nothing where it was damaged. */
export function readEntryBody(body: string): EntryBody {
  try {
    return (JSON.parse(body) as EntryBody | null) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Everything in an entry that may be looked for, as it stands there. Personal values never are in an entry. */
export function textsOf(row: EventRow, body: EntryBody): string[] {
  const { actor = {}, details = {} } = body;
  const texts: (string | null | undefined)[] = [
    ...[row.id, row.action, row.actorId, row.targetType, row.targetId, row.customerRef],
    ...[actor.name, actor.ip, actor.session, actor.idp, body.reason, body.ticket, body.request?.id],
    ...(body.fields ?? []),
  ];
  for (const [name, value] of Object.entries(details)) {
    if (LEFT_OUT.has(name)) continue;
    if (Array.isArray(value)) texts.push(...value.map(String));
    else if (typeof value === 'string' || typeof value === 'number') texts.push(String(value));
  }
  return texts.filter((text): text is string => typeof text === 'string' && text !== '');
}

/**
 * The words an entry is found by, each once: whole ids, addresses, and codes; the words of texts; pairs of neighbours
 * in Chinese. The own id of the entry is left out: its column finds it.
 */
export function wordsOf(row: EventRow, body: EntryBody): string[] {
  const words = new Set<string>();
  for (const text of textsOf(row, body)) {
    if (text === row.id) continue;
    for (const word of wordsOfText(text)) words.add(word);
    if (words.size >= WORD_LIMITS.wordsPerEntryMax) break;
  }
  return [...words].slice(0, WORD_LIMITS.wordsPerEntryMax);
}

/** A question in words, and its parts as they must stand in an entry that fits. */
export interface Question {
  words: readonly string[];
  parts: readonly string[];
}

/** Reads what somebody typed; without any word when there is nothing to look for. */
export function readQuestion(text: string): Question {
  const parts = text.toLowerCase().split(/\s+/u).filter(Boolean);
  const words = new Set(parts.flatMap((part) => questionWords(part)));
  return { words: [...words].slice(0, WORD_LIMITS.wordsPerQuestionMax), parts };
}

/** Whether every part of a question stands in the entry. */
export function answers({ parts }: Question, row: EventRow, body: EntryBody): boolean {
  const texts = textsOf(row, body).map((text) => text.toLowerCase());
  return parts.every((part) => texts.some((text) => text.includes(part)));
}

/** The one word under which a whole value stands: an id, an address. */
export function wholeWord(value: string): string {
  return cut(value.toLowerCase());
}

/** Never ends in half a character. */
function cut(word: string): string {
  return word.slice(0, WORD_LIMITS.wordMax).replace(/[\ud800-\udbff]$/, '');
}

function* wordsOfText(text: string): Generator<string> {
  const lower = text.toLowerCase();
  const isWhole = WHOLE.test(lower);
  if (isWhole) yield wholeWord(lower);
  // The parts of an id or an address are no words.
  if (isWhole && (UUID.test(lower) || ADDRESS.test(lower))) return;
  for (const [run] of lower.matchAll(RUNS)) yield* wordsOfRun(run);
}

function* wordsOfRun(run: string): Generator<string> {
  if (!/^\p{Script=Han}/u.test(run)) {
    yield cut(run);
    return;
  }
  const characters = [...run];
  if (characters.length === 1) yield run;
  for (let i = 1; i < characters.length; i += 1) yield `${characters[i - 1]}${characters[i]}`;
}

/** A part is asked for by its words, since it may stand within a longer text; an id or an address as a whole. */
function questionWords(part: string): string[] {
  if (UUID.test(part) || ADDRESS.test(part)) return [wholeWord(part)];
  return [...part.matchAll(RUNS)].flatMap(([run]) => [...wordsOfRun(run)]);
}
