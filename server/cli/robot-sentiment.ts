import { readFile, writeFile } from 'node:fs/promises';
import {
  parsePolarity,
  presentPolarity,
  readPolarity,
  trainPolarity,
  type JudgedText,
  type Lang,
  type PolarityModel,
} from '../robot/engine/index.ts';
import {
  InputError,
  parsePairs,
  readFileLines,
  readLines,
  runVerb,
  write,
  type CommandIo,
} from './robot-files.ts';

interface Settings {
  lang: Lang;
  model?: string;
  train?: string;
  out?: string;
}

const USAGE =
  'usage: vaultdesk robot sentiment --lang zh|en [--model MODEL.json] < texts.jsonl > polarities.jsonl\n' +
  '       vaultdesk robot sentiment --lang zh|en --train judged.jsonl --out MODEL.json\n' +
  '  judged.jsonl: {"text":"…","label":0|1} a line; 1 is praise\n';
const NAMES = ['--lang', '--model', '--train', '--out'];
const DIGITS = 4;
/** Judged texts of one training. */
const ROWS_MAX = 500_000;

function parseArgs(args: string[]): Settings | undefined {
  const values = parsePairs(args, NAMES);
  const lang = values?.get('--lang');
  if (!values || (lang !== 'zh' && lang !== 'en')) return undefined;
  const [model, train, out] = ['--model', '--train', '--out'].map((name) => values.get(name));
  if ((train === undefined) !== (out === undefined) || (train !== undefined && model !== undefined))
    return undefined;
  return {
    lang,
    ...(model !== undefined && { model }),
    ...(train !== undefined && { train }),
    ...(out !== undefined && { out }),
  };
}

async function readJudged(path: string): Promise<JudgedText[]> {
  const rows: JudgedText[] = [];
  for await (const { text, label } of readFileLines(path)) {
    if (typeof text !== 'string' || (label !== 0 && label !== 1)) {
      throw new InputError(`${path}: text ${rows.length + 1} needs "text" and "label" (0 or 1)`);
    }
    if (rows.length >= ROWS_MAX) throw new InputError(`${path}: more than ${ROWS_MAX} texts`);
    rows.push({ text, label });
  }
  if (new Set(rows.map(({ label }) => label)).size < 2) {
    throw new InputError(`${path}: praise and blame are both needed`);
  }
  return rows;
}

async function readModel(path: string): Promise<PolarityModel> {
  const model = parsePolarity(await readFile(path, 'utf8'));
  if (!model) throw new InputError(`${path}: not a model of praise and blame`);
  return model;
}

/**
 * `vaultdesk robot sentiment`: praise (1) or blame (0) of each text of stdin, one JSON line each, in order; or training of
 * a model on texts the bank has judged. Exit code: 0 done, 1 bad input, 2 bad use.
 */
export function sentimentCommand(args: string[], io: CommandIo): Promise<number> {
  return runVerb({ name: 'sentiment', usage: USAGE, io }, parseArgs(args), async (settings) => {
    const { lang, train, out } = settings;
    if (train !== undefined && out !== undefined) {
      await writeFile(out, presentPolarity(trainPolarity(await readJudged(train))));
      return;
    }
    const own = settings.model === undefined ? undefined : await readModel(settings.model);
    for await (const { id, text } of readLines(io.stdin, 'stdin')) {
      const score = readPolarity(typeof text === 'string' ? text : '', lang, own);
      const line = { id, polarity: score >= 0.5 ? 1 : 0, score: Number(score.toFixed(DIGITS)) };
      await write(io.stdout, `${JSON.stringify(line)}\n`);
    }
  });
}
