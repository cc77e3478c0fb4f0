import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

/** What a run is asked to do. */
export interface ReplayArguments {
  /** The questions to play; absent with `checkFile`. */
  file: string | undefined;
  /** A ledger whose messages are to be verified instead. */
  checkFile: string | undefined;
  url: URL;
  site: string;
  /** Sessions at a time. */
  parallelCount: number;
  /** Questions played at most. */
  limitCount: number;
  /** Questions a session asks before another customer comes, unless it is handed over earlier. */
  perSessionCount: number;
  caFile: string;
  /** True when the certificate was named: then it must be there. */
  isCaGiven: boolean;
  ledgerFile: string | undefined;
  lang: 'zh' | 'en';
  isJson: boolean;
}

/** A wrong command line; the message says what is wrong. */
export class UsageError extends Error {}

/** How to call the program. */
export const USAGE = `usage: npm run demo:replay -- FILE [--url https://127.0.0.1:8443] [--parallel 8] [--limit N] [--site demo]
         [--per-session 5] [--ca FILE] [--ledger FILE] [--lang zh|en] [--json]
       npm run demo:replay -- --check LEDGER [--url …] [--parallel 8] [--ca FILE] [--lang zh|en] [--json]`;

const PARALLEL_MAX = 500;

function toCount(name: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new UsageError(`--${name} must be a whole number from 1 to ${most}`);
  }
  return count;
}

function toUrl(text: string): URL {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new UsageError('--url must be an http or https address');
  const url = new URL(text);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** Reads the command line; throws `UsageError`. */
export function parseArguments(argv: string[]): ReplayArguments {
  const options = [
    'url',
    'parallel',
    'limit',
    'site',
    'per-session',
    'ca',
    'ledger',
    'lang',
    'check',
  ] as const;
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(options.map((name) => [name, { type: 'string' as const }])),
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const text = (name: (typeof options)[number]) => parsed.values[name] as string | undefined;
  const [file, ...rest] = parsed.positionals;
  const checkFile = text('check');
  if (rest.length > 0 || (file === undefined) === (checkFile === undefined)) {
    throw new UsageError('name one FILE, or --check LEDGER');
  }
  const lang = text('lang') ?? 'en';
  if (lang !== 'zh' && lang !== 'en') throw new UsageError('--lang must be zh or en');
  const home = process.env.VAULTDESK_HOME ?? 'var';
  return {
    file,
    checkFile,
    url: toUrl(text('url') ?? `https://127.0.0.1:${process.env.VAULTDESK_PORT ?? '8443'}`),
    site: text('site') ?? 'demo',
    parallelCount: toCount('parallel', text('parallel'), 8, PARALLEL_MAX),
    limitCount: toCount('limit', text('limit'), Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    perSessionCount: toCount('per-session', text('per-session'), 5, 1_000),
    caFile: text('ca') ?? join(home, 'tls', 'server.crt'),
    isCaGiven: text('ca') !== undefined,
    ledgerFile: text('ledger'),
    lang,
    isJson: parsed.values.json === true,
  };
}
