import { writeFile } from 'node:fs/promises';
import {
  computeFigures,
  trainModel,
  understand,
  type JudgedReading,
  type Lang,
  type Model,
} from '../robot/engine/index.ts';
import {
  InputError,
  parsePairs,
  readFileLines,
  readKnowledge,
  readTexts,
  runVerb,
  write,
  type CommandIo,
} from './robot-files.ts';
import { renderReport, type ReportedMiss } from './robot-report-page.ts';

interface Settings {
  knowledge: string;
  queries: string;
  lang: Lang;
  out: string;
  chats?: string;
}

const USAGE =
  'usage: vaultdesk robot report --knowledge KB.jsonl --queries judged.jsonl --lang zh|en ' +
  '[--chats unlabelled.jsonl] [--out report.html]\n' +
  '  judged.jsonl: {"text":"…","faq":"id"} a line; "faq":null is a question nobody wrote an article for, "kind" names its kind\n';
const NAMES = ['--knowledge', '--queries', '--lang', '--chats', '--out'];
const DEFAULT_OUT = 'robot-report.html';
/** Questions scored in one report; more say nothing new and make a page nobody opens. */
const QUERIES_MAX = 200_000;
/** Wrong answers listed, surest first. */
const MISSES_MAX = 40;
const DEFAULT_KIND = 'outside';

function parseArgs(args: string[]): Settings | undefined {
  const values = parsePairs(args, NAMES);
  const knowledge = values?.get('--knowledge');
  const queries = values?.get('--queries');
  const lang = values?.get('--lang');
  if (!values || knowledge === undefined || queries === undefined) return undefined;
  if (lang !== 'zh' && lang !== 'en') return undefined;
  const chats = values.get('--chats');
  const out = values.get('--out') ?? DEFAULT_OUT;
  return { knowledge, queries, lang, out, ...(chats !== undefined && { chats }) };
}

interface JudgedQuery {
  text: string;
  expected: string | null;
  kind: string;
}

async function readQueries(path: string, known: ReadonlySet<string>): Promise<JudgedQuery[]> {
  const queries: JudgedQuery[] = [];
  for await (const { text, faq, kind } of readFileLines(path)) {
    const place = `${path}: question ${queries.length + 1}`;
    if (typeof text !== 'string' || (faq !== null && typeof faq !== 'string')) {
      throw new InputError(`${place} needs "text" and "faq" (an id, or null for a question from outside)`);
    }
    if (faq !== null && !known.has(faq)) throw new InputError(`${place}: no article has the id ${faq}`);
    if (queries.length >= QUERIES_MAX) throw new InputError(`${path}: more than ${QUERIES_MAX} questions`);
    queries.push({ text, expected: faq, kind: typeof kind === 'string' ? kind : DEFAULT_KIND });
  }
  if (queries.length === 0) throw new InputError(`${path}: there is no question`);
  return queries;
}

interface Judged {
  readings: JudgedReading[];
  misses: ReportedMiss[];
  /** Milliseconds of each query, ascending. */
  times: number[];
}

function judge(model: Model, queries: JudgedQuery[]): Judged {
  const times: number[] = [];
  const misses: ReportedMiss[] = [];
  const readings = queries.map(({ text, expected, kind }): JudgedReading => {
    const startedAt = performance.now();
    const { outcome, confidence, candidates } = understand(model, text);
    times.push(performance.now() - startedAt);
    const ids = candidates.map(({ id }) => id);
    if (outcome === 'answer' && ids[0] !== expected) {
      misses.push({ text, expected, given: ids[0]!, confidence });
    }
    return { expected, kind, outcome, confidence, candidates: ids };
  });
  return {
    readings,
    misses: misses.sort((a, b) => b.confidence - a.confidence).slice(0, MISSES_MAX),
    times: times.sort((a, b) => a - b),
  };
}

const atShare = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

/**
 * `vaultdesk robot report`: trains on a knowledge file, asks the judged questions, and writes an HTML page with figures and
 * plots that opens without a network. Prints the figures as one JSON line. Exit code: 0 done, 1 bad input, 2 bad use.
 */
export function reportCommand(args: string[], io: CommandIo): Promise<number> {
  return runVerb({ name: 'report', usage: USAGE, io }, parseArgs(args), async (settings) => {
    const { lang, out } = settings;
    const entries = await readKnowledge(settings.knowledge);
    const queries = await readQueries(settings.queries, new Set(entries.map(({ id }) => id)));
    const chats = settings.chats === undefined ? undefined : await readTexts(settings.chats);
    const startedAt = performance.now();
    const model = trainModel(entries, { lang, ...(chats && { chats }) });
    const trainingSeconds = (performance.now() - startedAt) / 1000;
    const { readings, misses, times } = judge(model, queries);
    const run = {
      lang,
      articles: entries.length,
      questions: model.questions.length,
      trainingSeconds,
      residentMb: process.memoryUsage().rss / 1_048_576,
      p50Ms: atShare(times, 0.5),
      p99Ms: atShare(times, 0.99),
      figures: computeFigures(readings),
      misses,
    };
    await writeFile(out, renderReport(run));
    const { misses: listed, ...figures } = run;
    await write(io.stdout, `${JSON.stringify({ ...figures, misses: listed.length, out })}\n`);
  });
}
