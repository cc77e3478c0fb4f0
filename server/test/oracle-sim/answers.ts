import { appendFileSync } from 'node:fs';
import process from 'node:process';
import type { Ask, Reply } from '../support/ask.ts';

/** What one request was answered, with what differs from run to run taken out. */
export interface RecordedAnswer {
  test: string;
  request: string;
  status: number;
  body: unknown;
}

/** Keys of answers whose values are measurements, counts of what else ran, or random. */
const VOLATILE = new Set([
  'ms',
  'port',
  'tookMs',
  'requestId',
  'root',
  'etag',
  'sha256',
  'epoch',
  'size',
  'treeSize',
  'n',
  'lane',
]);
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const INSTANT = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?Z?/g;
/** Cursors, hashes, tokens, and other long words without a space. */
const OPAQUE = /[A-Za-z0-9_+/=-]{40,}/g;

/** Folders that a spec makes for itself. */
const SCRATCH = /\/[^\s:]*\/vd-[\w-]+|\/tmp\/[\w./-]+/g;

let currentTest = '';

/** Root hook of mocha: names the test that the answers belong to. */
export const mochaHooks = {
  beforeEach(this: Mocha.Context) {
    currentTest = this.currentTest?.titlePath().join(' › ') ?? '';
  },
};

/** Writes an answer down where VAULTDESK_ANSWERS_FILE says; does nothing without it. */
export function recordAnswer(path: string, options: Ask, reply: Reply): void {
  const file = process.env.VAULTDESK_ANSWERS_FILE;
  if (!file) return;
  const known = new Map<string, string>();
  const request = neutralText(`${options.method ?? 'GET'} ${path}`, known);
  const body = reply.json === undefined ? neutralText(reply.text, known) : neutral(reply.json, known);
  const answer: RecordedAnswer = { test: currentTest, request, status: reply.status, body };
  appendFileSync(file, `${JSON.stringify(answer)}\n`);
}

/** Ids become id1, id2 … in the order they appear, so that equal ones stay equal; times and opaque words lose their value. */
function neutral(value: unknown, known: Map<string, string>): unknown {
  if (typeof value === 'string') return neutralText(value, known);
  if (Array.isArray(value)) return value.map((item) => neutral(item, known));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, VOLATILE.has(key) ? '~' : neutral(item, known)]),
  );
}

function neutralText(text: string, known: Map<string, string>): string {
  return text
    .replace(UUID, (id) => {
      const name = known.get(id) ?? `id${known.size + 1}`;
      known.set(id, name);
      return name;
    })
    .replace(INSTANT, 'time')
    .replace(OPAQUE, 'opaque')
    .replace(SCRATCH, 'scratch');
}
