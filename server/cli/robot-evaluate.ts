import {
  findDocument,
  indexDocuments,
  trainModel,
  understand,
  type DocumentIndex,
  type Lang,
  type Model,
  type SourceDocument,
} from '../robot/engine/index.ts';
import {
  InputError,
  parsePairs,
  readFileLines,
  readKnowledge,
  readLines,
  readTexts,
  runVerb,
  write,
  type CommandIo,
} from './robot-files.ts';

interface Settings {
  knowledge: string;
  lang: Lang;
  chats?: string;
  documents?: string;
}

const USAGE =
  'usage: vaultdesk robot evaluate --knowledge KB.jsonl --lang zh|en [--chats unlabelled.jsonl] ' +
  '[--documents documents.jsonl] < queries.jsonl > predictions.jsonl\n';
const NAMES = ['--knowledge', '--lang', '--chats', '--documents'];
const CANDIDATE_DIGITS = 6;

function parseArgs(args: string[]): Settings | undefined {
  const values = parsePairs(args, NAMES);
  const knowledge = values?.get('--knowledge');
  const lang = values?.get('--lang');
  if (!values || knowledge === undefined || (lang !== 'zh' && lang !== 'en')) return undefined;
  const chats = values.get('--chats');
  const documents = values.get('--documents');
  return {
    knowledge,
    lang,
    ...(chats !== undefined && { chats }),
    ...(documents !== undefined && { documents }),
  };
}

async function readDocuments(path: string): Promise<SourceDocument[]> {
  const documents = new Map<string, SourceDocument>();
  for await (const { docid, text } of readFileLines(path)) {
    if (typeof docid !== 'string' || typeof text !== 'string') {
      throw new InputError(`${path}: document ${documents.size + 1} needs "docid" and "text"`);
    }
    if (documents.has(docid)) throw new InputError(`${path}: document id twice: ${docid}`);
    documents.set(docid, { docid, text });
  }
  return [...documents.values()];
}

function round(value: number): number {
  return Number(value.toFixed(CANDIDATE_DIGITS));
}

/** What answers the queries: the trained engine, the documents, or both. */
interface Readers {
  model?: Model;
  documents?: DocumentIndex;
}

async function answerQueries({ model, documents }: Readers, io: CommandIo): Promise<void> {
  for await (const { id, text, question } of readLines(io.stdin, 'stdin')) {
    const startedAt = performance.now();
    const asked = typeof text === 'string' ? text : typeof question === 'string' ? question : '';
    const read = model && understand(model, asked);
    const found = documents && findDocument(documents, asked);
    const line = {
      id,
      outcome: read?.outcome ?? 'handoff',
      confidence: round(read?.confidence ?? 0),
      candidates: (read?.candidates ?? []).map(({ id: article, score }) => ({
        id: article,
        score: round(score),
      })),
      ...(found && { docid: found.docid, span: found.span }),
      ms: round(performance.now() - startedAt),
    };
    await write(io.stdout, `${JSON.stringify(line)}\n`);
  }
}

/**
 * `vaultdesk robot evaluate`: trains on a knowledge file and answers the queries of stdin in order, one JSON line each.
 * With documents each line names the best one and a verbatim piece of it; an empty knowledge file is then allowed.
 * Needs no server and no database. Returns the exit code: 0 done, 1 bad input, 2 bad use.
 */
export function evaluateCommand(args: string[], io: CommandIo): Promise<number> {
  return runVerb({ name: 'evaluate', usage: USAGE, io }, parseArgs(args), async (settings) => {
    const entries = await readKnowledge(settings.knowledge);
    const chats = settings.chats === undefined ? undefined : await readTexts(settings.chats);
    const sources = settings.documents === undefined ? undefined : await readDocuments(settings.documents);
    const startedAt = performance.now();
    const isDocumentsOnly = entries.length === 0 && sources !== undefined;
    const model = isDocumentsOnly
      ? undefined
      : trainModel(entries, { lang: settings.lang, ...(chats && { chats }) });
    const documents = sources && indexDocuments(sources);
    const seconds = (performance.now() - startedAt) / 1000;
    await answerQueries({ ...(model && { model }), ...(documents && { documents }) }, io);
    const report = {
      trainingSeconds: Number(seconds.toFixed(3)),
      entries: entries.length,
      questions: model?.questions.length ?? 0,
      ...(sources && { documents: sources.length }),
      residentMb: Math.round(process.memoryUsage().rss / 1048576),
    };
    io.stderr.write(`${JSON.stringify(report)}\n`);
  });
}
