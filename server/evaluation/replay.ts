import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { createIds, systemClock } from '../kernel/index.ts';
import { randomBytes } from '../platform/crypto/index.ts';
import { parseArguments, USAGE, UsageError, type ReplayArguments } from './replay/arguments.ts';
import { checkConversation, isClean, type CheckResult } from './replay/check.ts';
import { computeFigures } from './replay/figures.ts';
import { LedgerWriter, readLedger } from './replay/ledger.ts';
import { play, readQuestions } from './replay/play.ts';
import { createProgress, presentCheck, presentFigures } from './replay/report.ts';
import type { ServerAddress } from './replay/server-ports.ts';

/** Where the program writes; a test gives its own. */
export interface ReplayStreams {
  out: { write(text: string): unknown };
  err: { write(text: string): unknown; isTTY?: boolean };
}

function toAddress({ url, site, caFile, isCaGiven }: ReplayArguments): ServerAddress {
  if (url.protocol === 'http:') return { url, site, ca: undefined };
  if (!existsSync(caFile)) {
    if (isCaGiven) throw new UsageError(`--ca: there is no file ${caFile}`);
    return { url, site, ca: undefined };
  }
  return { url, site, ca: readFileSync(caFile, 'utf8') };
}

async function runPlay(args: ReplayArguments, file: string, { out, err }: ReplayStreams): Promise<number> {
  const questions = await readQuestions(file, args.limitCount);
  const ledger = args.ledgerFile === undefined ? undefined : await LedgerWriter.open(args.ledgerFile);
  const progress = createProgress(err, questions.length);
  let isStopped = false;
  const stop = () => {
    isStopped = true;
  };
  process.once('SIGINT', stop);
  const startedMs = performance.now();
  try {
    const { played, sessionCount } = await play({
      address: toAddress(args),
      questions,
      parallelCount: args.parallelCount,
      perSessionCount: args.perSessionCount,
      ids: createIds({ clock: systemClock, randomBytes }),
      ...(ledger && { ledger }),
      onPlayed: () => progress.advance(),
      isStopped: () => isStopped,
    });
    progress.end();
    const seconds = (performance.now() - startedMs) / 1000;
    const figures = computeFigures(played, { seconds, sessions: sessionCount });
    out.write(`${args.isJson ? JSON.stringify(figures) : presentFigures(figures, args.lang)}\n`);
    return figures.outcomes.lost + figures.outcomes.refused === 0 ? 0 : 1;
  } finally {
    process.removeListener('SIGINT', stop);
    await ledger?.close();
  }
}

async function runCheck(args: ReplayArguments, file: string, { out, err }: ReplayStreams): Promise<number> {
  const address = toAddress(args);
  const conversations = await readLedger(file);
  // An empty ledger proves nothing; saying "whole" of it would hide a run that never reached the server.
  if (!conversations.some(({ acks }) => acks.length > 0)) {
    throw new Error(`${file}: the ledger holds no acknowledged message`);
  }
  const progress = createProgress(err, conversations.length);
  const total: CheckResult = { acknowledged: 0, missing: 0, doubled: 0, misplaced: 0, changed: 0 };
  const left = conversations.values();
  const work = async () => {
    for (const conversation of left) {
      const result = await checkConversation(address, conversation);
      for (const name of ['acknowledged', 'missing', 'doubled', 'misplaced', 'changed'] as const) {
        total[name] += result[name];
      }
      if (result.failure !== undefined) total.failure = result.failure;
      progress.advance();
    }
  };
  await Promise.all(Array.from({ length: args.parallelCount }, work));
  progress.end();
  const isWhole = isClean(total);
  const summary = { ...total, conversations: conversations.length, isWhole };
  out.write(
    `${args.isJson ? JSON.stringify(summary) : presentCheck(total, conversations.length, args.lang, isWhole)}\n`,
  );
  return isWhole ? 0 : 1;
}

/**
 * `npm run demo:replay`: plays customers' questions against a running instance over real sockets, or verifies what
 * such a run was promised. Answers the exit code: 0 all well, 1 something refused, lost, missing or out of order,
 * 2 wrong use, 4 input or output.
 */
export async function replay(argv: string[], streams: ReplayStreams): Promise<number> {
  try {
    const args = parseArguments(argv);
    if (args.checkFile !== undefined) return await runCheck(args, args.checkFile, streams);
    return await runPlay(args, args.file ?? '', streams);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UsageError) {
      streams.err.write(`${message}\n${USAGE}\n`);
      return 2;
    }
    streams.err.write(`${message}\n`);
    return 4;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await replay(process.argv.slice(2), { out: process.stdout, err: process.stderr });
}
