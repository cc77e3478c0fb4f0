import { isIP } from 'node:net';

/** A value as it may stand in the log. */
export type LoggedValue = string | number | boolean;

type Kind = 'word' | 'path' | 'number' | 'flag' | 'network';

/**
 * The only fields that reach the log, and what may stand in them. A list of what is allowed fails safe: a field that
 * somebody adds to a row or a request tomorrow is dropped, not printed. Nothing a person typed belongs here.
 */
export const LOGGED_FIELDS: Readonly<Record<string, Kind>> = {
  requestId: 'word',
  actorType: 'word',
  actorId: 'word',
  conversationId: 'word',
  messageId: 'word',
  ticketId: 'word',
  requesterId: 'word',
  articleId: 'word',
  evaluationId: 'word',
  accountId: 'word',
  sessionId: 'word',
  siteId: 'word',
  agentId: 'word',
  eventId: 'word',
  entryId: 'word',
  dekId: 'number',
  index: 'word',
  bits: 'number',
  rowsPerHash: 'number',
  type: 'word',
  eventType: 'word',
  handler: 'word',
  code: 'word',
  check: 'word',
  action: 'word',
  channel: 'word',
  connector: 'word',
  component: 'word',
  job: 'word',
  jobId: 'word',
  lease: 'word',
  holder: 'word',
  step: 'word',
  state: 'word',
  signal: 'word',
  version: 'word',
  nodeVersion: 'word',
  hash: 'word',
  root: 'word',
  method: 'word',
  route: 'word',
  ip: 'network',
  dataDir: 'path',
  file: 'path',
  status: 'number',
  ms: 'number',
  pid: 'number',
  worker: 'number',
  node: 'word',
  topic: 'word',
  port: 'number',
  lane: 'number',
  epoch: 'number',
  position: 'number',
  attempts: 'number',
  count: 'number',
  rowCount: 'number',
  queuedCount: 'number',
  pendingCount: 'number',
  droppedCount: 'number',
  socketCount: 'number',
  articleCount: 'number',
  questionCount: 'number',
  sizeBytes: 'number',
  retryMs: 'number',
  delayMs: 'number',
  size: 'number',
  seq: 'number',
  fence: 'number',
  isComplete: 'flag',
  isAdopted: 'flag',
};

const WORD_PATTERN = /^[\w.:/@+*-]{0,200}$/;
const UUID_OR_HASH = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,128})$/;
/** Seven digits in a row may be a phone number, an account, or a part of an ID number. */
const DIGITS = /\d{7,}/;
/** An event is a fixed text of the program; digits or other scripts show that a value was pasted into it. */
const EVENT_PATTERN = /^[A-Za-z][A-Za-z ,.:_-]{0,99}$/;
const PATH_CHARACTERS_MAX = 500;
const FRAMES_MAX = 12;

/** Replaces what could start a line, colour a terminal, or turn the reading direction by a visible escape. */
export function escapeText(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The event as it is logged; one that is no fixed text of the program is withheld. */
export function presentEvent(event: string): string {
  return EVENT_PATTERN.test(event) ? event : 'log.event_withheld';
}

/** Keeps the allowed fields whose values have the allowed form; says how many were left out, not which. */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, LoggedValue> {
  const kept: Record<string, LoggedValue> = {};
  let withheldCount = 0;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name === 'error') continue;
    const kind = Object.hasOwn(LOGGED_FIELDS, name) ? LOGGED_FIELDS[name] : undefined;
    const shown = kind === undefined ? undefined : present(kind, value);
    if (shown === undefined) withheldCount += 1;
    else kept[name] = shown;
  }
  if (withheldCount > 0) kept.withheldCount = withheldCount;
  return kept;
}

function present(kind: Kind, value: unknown): LoggedValue | undefined {
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  if (kind === 'flag') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (kind === 'network') return networkOf(value);
  if (kind === 'path') return value.length <= PATH_CHARACTERS_MAX ? escapeText(value) : undefined;
  if (!WORD_PATTERN.test(value)) return undefined;
  return UUID_OR_HASH.test(value) || !DIGITS.test(value) ? value : undefined;
}

/** An address without its last part (IPv4 /24, IPv6 /48): enough to see an attack, too little to name a person. */
function networkOf(address: string): string | undefined {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (isIP(plain) === 4) return plain.replace(/\d+$/, '0/24');
  if (isIP(plain) !== 6) return undefined;
  if (plain === '::1') return plain;
  const [head = ''] = plain.split('::');
  return `${head.split(':').slice(0, 3).join(':')}::/48`;
}

/**
 * What is told of an error: class, code, and where it was thrown, down through its causes. Its message is told only
 * when it is one of our own fixed sentences (`isSafe`): a database's message quotes values.
 */
export function presentError(error: unknown, isSafe: (error: Error) => boolean): string {
  if (!(error instanceof Error)) return 'not an Error';
  const code =
    'code' in error && typeof error.code === 'string' && WORD_PATTERN.test(error.code) ? error.code : '';
  const message = isSafe(error) ? `: ${escapeText(error.message)}` : '';
  // The stack begins with the message, which may hold lines that look like frames.
  const frames = (error.stack ?? '')
    .replace(error.message, () => '')
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => escapeText(line.trim()));
  const own = `${escapeText(error.name.slice(0, 60))}${code === '' ? '' : ` [${code}]`}${message} ${frames.join(' ')}`;
  const cause = error.cause instanceof Error && error.cause !== error ? error.cause : undefined;
  return cause === undefined ? own.trim() : `${own.trim()} caused by ${presentCause(cause, isSafe)}`;
}

/** One level is enough to find the fault, and a cycle of causes ends here. */
function presentCause(cause: Error, isSafe: (error: Error) => boolean): string {
  return presentError(Object.assign(Object.create(cause) as Error, { cause: undefined }), isSafe);
}
