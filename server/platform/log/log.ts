import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import winston from 'winston';
import { AppError, StartError } from '../../kernel/index.ts';
import { presentError, presentEvent, redact } from './redact.ts';

/** Facts of an event; only those of LOGGED_FIELDS are written. An `error` among them is written like the third argument. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * The program's log. `event` is a fixed text of the program without digits (`outbox relay pauses`, `http.request`);
 * what varies goes into fields. Levels: error = someone must act now; warn = trouble that heals itself; info = what
 * happened; debug = for developers.
 */
export interface Log {
  error(event: string, fields?: LogFields, error?: unknown): void;
  warn(event: string, fields?: LogFields, error?: unknown): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
  /** Writes out what is buffered; nothing is logged afterwards. */
  close(): Promise<void>;
}

/** Least serious first is last, as winston wants it. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What `createLog` needs. */
export interface LogOptions {
  /** Home folder; the file is `log/vaultdesk.log` below it. */
  home: string;
  level: LogLevel;
  fileMegabytes: number;
  fileCount: number;
  /** Name of the file without its ending; every process needs a file of its own. */
  fileName?: string;
  now: () => Date;
  /** Where a person sees warnings and errors; default standard error, undefined in workers. */
  terminal?: { write(text: string): unknown; isTTY?: boolean } | undefined;
}

const LEVELS = { error: 0, warn: 1, info: 2, debug: 3 };
const COLOURS: Readonly<Record<LogLevel, string>> = {
  error: '\u001b[31m',
  warn: '\u001b[33m',
  info: '',
  debug: '',
};
const MEGABYTE = 1024 * 1024;

/**
 * Opens the log: JSON lines in `log/vaultdesk.log` (0600, rotated by size), warnings and errors on the terminal in a
 * readable form. A full disk loses lines of the log and says so once on the terminal; the program goes on.
 */
export function createLog(options: LogOptions): Log {
  const folder = join(options.home, 'log');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const terminal = 'terminal' in options ? options.terminal : process.stderr;
  const file = new winston.transports.File({
    dirname: folder,
    filename: `${options.fileName ?? 'vaultdesk'}.log`,
    maxsize: options.fileMegabytes * MEGABYTE,
    maxFiles: options.fileCount,
    tailable: true,
    options: { flags: 'a', mode: 0o600 },
    format: winston.format.printf((entry) => String(entry.message)),
  });
  const logger = winston.createLogger({ levels: LEVELS, level: options.level, transports: [file] });
  let isFailing = false;
  let isClosed = false;
  logger.on('error', () => {
    if (!isFailing) terminal?.write('vaultdesk: the log file cannot be written; is the disk full?\n');
    isFailing = true;
  });
  const write = (level: LogLevel, event: string, given: LogFields = {}, error: unknown = given.error) => {
    if (isClosed || LEVELS[level] > LEVELS[options.level]) return;
    const at = options.now().toISOString();
    const fields = {
      ...redact(given),
      ...(error === undefined ? {} : { error: presentError(error, isOurs) }),
    };
    logger.log(level, JSON.stringify({ at, level, event: presentEvent(event), ...fields }));
    if (terminal !== undefined && LEVELS[level] <= LEVELS.warn) {
      terminal.write(presentLine({ at, level, event: presentEvent(event) }, fields, terminal.isTTY === true));
    }
  };
  return {
    error: (event, fields, error) => write('error', event, fields, error),
    warn: (event, fields, error) => write('warn', event, fields, error),
    info: (event, fields) => write('info', event, fields),
    debug: (event, fields) => write('debug', event, fields),
    close() {
      if (isClosed) return Promise.resolve();
      isClosed = true;
      return new Promise<void>((resolve) => {
        file.once('finish', resolve);
        file.once('error', () => resolve());
        logger.end();
      });
    },
  };
}

/** Our own errors carry fixed sentences. */
function isOurs(error: Error): boolean {
  return error instanceof AppError || error instanceof StartError;
}

function presentLine(
  head: { at: string; level: LogLevel; event: string },
  fields: Readonly<Record<string, unknown>>,
  isColoured: boolean,
): string {
  const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${String(value)}`);
  const level = isColoured ? `${COLOURS[head.level]}${head.level}\u001b[0m` : head.level;
  return `${head.at.slice(11, 19)} ${level} ${head.event}${facts.join('')}\n`;
}
