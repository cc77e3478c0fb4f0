import type { IncomingMessage } from 'node:http';
import { AppError, LIMITS } from '../../kernel/index.ts';
import { inviteBody } from './expectation.ts';

/** Nesting of JSON we accept; deeper is an attack on recursive code, no form of ours is. */
const DEPTH_MAX = 20;
/** Values in one body; the largest form (a score card, a list of similar questions) has some hundreds. */
const VALUES_MAX = 50_000;
/** `scim+json` is the same JSON under the name of RFC 7644. */
const JSON_TYPE = /^application\/(?:scim\+)?json(?:\s*;\s*charset=utf-8)?$/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?$/i;
const BYTES_TYPE = /^application\/octet-stream$/i;
/** Keys that lead to a prototype wherever somebody copies an object carelessly. */
const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
/** NUL, or half of a surrogate pair standing alone. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

const invalid = (problem: string, cause?: unknown) =>
  new AppError('request.invalid', { details: { problem }, cause });

/**
 * Throws `request.invalid` for a text that holds NUL or half of a character pair (PostgreSQL stores neither), a key
 * that would touch a prototype, or too much nesting. Numbers are finite by JSON's grammar.
 */
export function assertCleanValue(root: unknown): void {
  let values = 0;
  const stack: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { value, depth } = next;
    values += 1;
    if (values > VALUES_MAX) throw invalid('values');
    if (typeof value === 'string') assertCleanText(value);
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= DEPTH_MAX) throw invalid('depth');
    for (const [key, child] of Object.entries(value)) {
      if (PROTOTYPE_KEYS.has(key)) throw invalid('key');
      assertCleanText(key);
      stack.push({ value: child, depth: depth + 1 });
    }
  }
}

function assertCleanText(text: string): void {
  if (UNSTORABLE.test(text)) throw invalid('text');
}

/** Parses JSON bytes: strict UTF-8, then the rules of `assertCleanValue`. */
export function parseJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid('json', cause);
  }
  assertCleanValue(value);
  return value;
}

/** Reads a body up to the limit; an absent one is empty. Throws `request.too_large` and `request.media_type`. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  return hasBody(request, { type: JSON_TYPE, bytesMax: LIMITS.jsonBodyBytes })
    ? collect(request)
    : Buffer.alloc(0);
}

/** Reads a form as it was sent; strict UTF-8, an absent one is empty. Throws like `readBody`. */
export async function readForm(request: IncomingMessage, bytesMax: number): Promise<string> {
  if (!hasBody(request, { type: FORM_TYPE, bytesMax })) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await collect(request, bytesMax));
  } catch (cause) {
    throw cause instanceof AppError ? cause : invalid('text', cause);
  }
}

/**
 * The bytes of a raw body as they arrive, at most `bytesMax`. Throws `request.media_type` and `request.too_large` before
 * the first byte where the head tells, else while reading, and `request.invalid` when the sender goes away in between.
 * Leaving the loop early keeps the connection, so that the sender sees the answer.
 */
export async function* readStream(request: IncomingMessage, bytesMax: number): AsyncGenerator<Buffer> {
  if (!hasBody(request, { type: BYTES_TYPE, bytesMax })) return;
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > bytesMax) throw new AppError('request.too_large');
      yield chunk;
    }
  } catch (cause) {
    throw cause instanceof AppError ? cause : invalid('aborted', cause);
  }
}

function hasBody(request: IncomingMessage, allowed: { type: RegExp; bytesMax: number }): boolean {
  const declared = Number(request.headers['content-length'] ?? 0);
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  if (declared === 0 && !isChunked) return false;
  if (!allowed.type.test(request.headers['content-type'] ?? '')) throw new AppError('request.media_type');
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new AppError('request.media_type');
  }
  if (declared > allowed.bytesMax) throw new AppError('request.too_large');
  inviteBody(request);
  return true;
}

/** Not `for await`: leaving such a loop early destroys the socket, and the caller would never see the 413. */
function collect(request: IncomingMessage, bytesMax: number = LIMITS.jsonBodyBytes): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= bytesMax) chunks.push(chunk);
      else reject(new AppError('request.too_large'));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', (cause) => reject(invalid('aborted', cause)));
    request.once('close', () => reject(invalid('aborted')));
  });
}
