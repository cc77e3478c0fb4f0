import { createInterface } from 'node:readline/promises';
import process from 'node:process';
import type { Lang } from '../verify/index.ts';
import { InstallFault, oneLine, presentFault } from '../fault.ts';
import { ANSWER_KEYS, REQUIRED, type AnswerKey, type AnswerValue } from './keys.ts';
import { applies, takeAnswers, type Answers } from './read.ts';

/** Where questions go and answers come from. */
export interface Talk {
  ask(question: string): Promise<string>;
  say(line: string): void;
  close(): void;
}

/** A terminal. */
export function openTerminal(): Talk {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return {
    ask: (question) => lines.question(question),
    say: (line) => void process.stdout.write(`${line}\n`),
    close: () => lines.close(),
  };
}

/**
 * Asks for every key that has a meaning beside the answers before it; an empty line takes the default. A wrong answer is
 * asked again. Secrets are never typed: the questions ask for the files they are in.
 */
export async function askAnswers(talk: Talk, lang: Lang, folder: string): Promise<Answers> {
  const values = new Map<string, AnswerValue>();
  for (const [key, known] of Object.entries(ANSWER_KEYS)) {
    if (!applies(known, values) || isPointless(key, values)) continue;
    for (;;) {
      const line = (await talk.ask(questionOf(key, known, lang))).trim();
      const fault = takeLine(key, known, { line, values, folder });
      if (fault === undefined) break;
      talk.say(presentFault(fault, lang));
    }
  }
  return takeAnswers(values, folder);
}

/** What belongs to something that was left out. */
function isPointless(key: string, values: ReadonlyMap<string, AnswerValue>): boolean {
  if (key === 'saml.map_file' || key === 'saml.id') return !values.has('saml.metadata_file');
  return key === 'syslog.ca_file' && !values.has('syslog.target');
}

function questionOf(key: string, { sentence, form, fallback }: AnswerKey, lang: Lang): string {
  const usual = fallback === undefined ? '' : ` [${String(fallback)}]`;
  return `${sentence[lang]} (${key}; ${form})${usual}: `;
}

function takeLine(
  key: string,
  known: AnswerKey,
  { line, values, folder }: { line: string; values: Map<string, AnswerValue>; folder: string },
): InstallFault | undefined {
  if (line === '') {
    const isNeeded = REQUIRED.includes(key) || (key === 'saml.map_file' && values.has('saml.metadata_file'));
    if (known.fallback === undefined) return isNeeded ? new InstallFault('answers.missing', key) : undefined;
    values.set(key, known.fallback);
    return undefined;
  }
  const value = valueOf(known, line);
  if (!known.accepts(value)) return new InstallFault('answers.value', `${key}: ${oneLine(known.form)}`);
  if (!known.kind.endsWith('file')) {
    values.set(key, value);
    return undefined;
  }
  try {
    const alone = new Map<string, AnswerValue>([...values, [key, value], ...fillers(key, values)]);
    takeAnswers(alone, folder);
  } catch (error) {
    const fault = error as InstallFault;
    if (fault.code === 'answers.unreadable' || fault.code === 'answers.open') return fault;
  }
  values.set(key, value);
  return undefined;
}

/** A file is looked at before the questions behind it are answered. */
function fillers(key: string, values: ReadonlyMap<string, AnswerValue>): [string, AnswerValue][] {
  return values.has('hostname') || key === 'hostname' ? [] : [['hostname', 'localhost']];
}

function valueOf({ kind }: AnswerKey, line: string): AnswerValue {
  if (kind === 'number') return /^\d{1,9}$/.test(line) ? Number(line) : line;
  if (kind === 'list') return line.split(/[\s,]+/).filter(Boolean);
  return line;
}
