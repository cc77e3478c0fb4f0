import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { AppError, systemClock } from '../kernel/index.ts';
import {
  NO_FLOW,
  parseFlowFile,
  playMessage,
  type AnswerOf,
  type FlowState,
  type LiveFlow,
} from '../robot/index.ts';
import { trainModel, understand } from '../robot/engine/index.ts';
import { InputError, readLines, type CommandIo } from './robot-files.ts';

interface Settings {
  flows: string;
  knowledge?: string;
  today: string;
}

const USAGE =
  'usage: vaultdesk robot converse --flows FLOWS.json [--knowledge KB.jsonl] [--today YYYY-MM-DD] < turns.jsonl > replies.jsonl\n';
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
/** Dialogues kept in memory at once; the one that was quiet longest is forgotten first. */
const DIALOGUES_MAX = 10_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function parseArgs(args: string[]): Settings | undefined {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 2) {
    const [name = '', value] = args.slice(at, at + 2);
    if (!['--flows', '--knowledge', '--today'].includes(name) || value === undefined || values.has(name))
      return undefined;
    values.set(name, value);
  }
  const flows = values.get('--flows');
  const knowledge = values.get('--knowledge');
  const today = values.get('--today') ?? systemClock.now().toISOString().slice(0, 10);
  if (flows === undefined || !DAY.test(today)) return undefined;
  return { flows, today, ...(knowledge === undefined ? {} : { knowledge }) };
}

/** Answers questions beside the flows from a knowledge file, where an entry has an answer and the robot is sure of it. */
async function readAnswers(path: string, lang: 'zh' | 'en'): Promise<AnswerOf> {
  const answers = new Map<string, string>();
  const entries: { id: string; question: string; similar: string[] }[] = [];
  for await (const { faq, question, similar, answer } of readLines(readableOf(path), path)) {
    if (typeof faq !== 'string' || typeof question !== 'string')
      throw new InputError(`${path}: an entry needs "faq" and "question"`);
    const texts = Array.isArray(similar)
      ? similar.filter((text): text is string => typeof text === 'string')
      : [];
    entries.push({ id: faq, question, similar: texts });
    if (typeof answer === 'string') answers.set(faq, answer);
  }
  const model = trainModel(entries, { lang });
  return (text) => {
    const { outcome, candidates } = understand(model, text);
    return outcome === 'answer' ? answers.get(candidates[0]?.id ?? '') : undefined;
  };
}

function readableOf(path: string): Readable {
  return Readable.from([readFileSync(path, 'utf8')]);
}

/**
 * `vaultdesk robot converse`: plays dialogues with the flows of a file; dialogues may be mixed. One line for each turn:
 * the reply, the values known so far, and whether the flow is over. Needs no server and no database. Returns the exit
 * code: 0 done, 1 bad input, 2 bad use.
 */
export async function converseCommand(args: string[], io: CommandIo): Promise<number> {
  const settings = parseArgs(args);
  if (!settings) {
    io.stderr.write(USAGE);
    return EXIT.usage;
  }
  try {
    const flows = parseFlowFile(readFileSync(settings.flows, 'utf8')).map((definition) => ({
      version: 1,
      definition,
    }));
    const lang = flows[0]?.definition.locale === 'en' ? 'en' : 'zh';
    const answerOf =
      settings.knowledge === undefined ? undefined : await readAnswers(settings.knowledge, lang);
    await play(io, { flows, today: settings.today, answerOf });
    return EXIT.ok;
  } catch (error) {
    const isKnown = error instanceof AppError || error instanceof InputError || error instanceof Error;
    if (!isKnown) throw error;
    const details = error instanceof AppError ? ` ${JSON.stringify(error.details ?? {})}` : '';
    const code = error instanceof AppError ? `${error.code}: ` : '';
    io.stderr.write(`vaultdesk robot converse: ${code}${error.message}${details}\n`);
    return EXIT.failed;
  }
}

async function play(
  io: CommandIo,
  { flows, today, answerOf }: { flows: readonly LiveFlow[]; today: string; answerOf: AnswerOf | undefined },
): Promise<void> {
  const states = new Map<string, FlowState>();
  let line = 0;
  for await (const { dialogue, text } of readLines(io.stdin, 'stdin')) {
    line += 1;
    if (typeof dialogue !== 'string' && typeof dialogue !== 'number') {
      throw new InputError(`stdin: turn ${line} needs "dialogue"`);
    }
    const key = String(dialogue);
    const before = states.get(key) ?? NO_FLOW;
    const said = playMessage(before, { text: typeof text === 'string' ? text : '', today, flows }, answerOf);
    states.delete(key);
    states.set(key, said.state);
    if (states.size > DIALOGUES_MAX) states.delete(states.keys().next().value as string);
    const { reply, slots, end, flow } = said;
    const shown = {
      dialogue,
      reply,
      slots,
      done: end !== undefined,
      ...(end && { end }),
      ...(flow && { flow }),
    };
    if (!io.stdout.write(`${JSON.stringify(shown)}\n`)) {
      await new Promise<void>((resolve) => io.stdout.once('drain', resolve));
    }
  }
}
