import { appendFileSync } from 'node:fs';
import process from 'node:process';
import type { RecordedAnswer } from './compare-answers.ts';

let currentTest = '';

/** Root hook of mocha: names the test that the answers belong to. */
export const mochaHooks = {
  beforeEach(this: Mocha.Context) {
    currentTest = this.currentTest?.titlePath().join(' › ') ?? '';
  },
};

/** What was asked: a request over HTTP, or a route called with everything it is given. */
interface Asked {
  method?: string | undefined;
  path: string;
}

/** What was answered; bytes that are no text are written down by their kind alone. */
interface Answered {
  status: number;
  headers: { 'content-type'?: string | undefined };
  text: string;
  json?: unknown;
}

const IS_TEXT = /json|^text\//;

/** Writes an answer down where VAULTDESK_ANSWERS_FILE says; does nothing without it. */
export function recordAnswer({ method, path }: Asked, { status, headers, text, json }: Answered): void {
  const type = headers['content-type'] ?? '';
  const isReadable = IS_TEXT.test(type) || text === '';
  write({
    test: currentTest,
    request: `${method ?? 'GET'} ${path}`,
    status,
    body: json === undefined ? (isReadable ? text : type) : json,
  });
}

/** Writes down what a route's handler gave when a spec called it without HTTP: its answer, or the code of its refusal. */
export async function recordCall<T>(request: string, work: Promise<T>): Promise<T> {
  try {
    const body = await work;
    write({ test: currentTest, request, status: 200, body });
    return body;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    write({ test: currentTest, request, status: 0, body: { code, message } });
    throw error;
  }
}

function write(answer: RecordedAnswer): void {
  const file = process.env.VAULTDESK_ANSWERS_FILE;
  if (file) appendFileSync(file, `${JSON.stringify(answer, readable)}\n`);
}

/** What a route gives as bytes or as a stream is no text to compare. */
function readable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  const { pipe, type } = value as { pipe?: unknown; type?: unknown };
  return typeof pipe === 'function' || type === 'Buffer' ? 'bytes' : value;
}
