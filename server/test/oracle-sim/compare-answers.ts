/** What one request was answered, as it came. */
export interface RecordedAnswer {
  test: string;
  request: string;
  status: number;
  body: unknown;
}

/** Where two runs answered differently. */
export interface Difference {
  test: string;
  /** Answers that only one of the runs has, with what differs from run to run taken out. */
  postgres: string[];
  oracle: string[];
}

/** What a comparison came to. */
export interface Comparison {
  tests: number;
  answers: number;
  differences: Difference[];
  /** Tests that ask several things at once: the same answers, in another order of arrival. */
  reordered: string[];
  /** Tests in which chance decides, by the list of them, and did. */
  byChance: string[];
}

/** Tests whose answers differ between two runs on one database as well. */
export interface Chance {
  tests: RegExp;
  why: string;
}

/** Keys of answers whose values are measurements, counts of what else ran, or random. */
const VOLATILE = new Set([
  'uptimeSeconds',
  'index',
  'port',
  'requestId',
  'root',
  'etag',
  'sha256',
  'epoch',
  'size',
  'treeSize',
  'n',
  'lane',
  'sizeBytes',
  'unsealed',
]);
/** Ids of rows, and of roles that a bank composed. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\brole-[0-9a-f]{12}\b/g;
/** Passwords made for somebody, secrets of one-time codes, and recovery codes. */
const SECRET = /[\w-]{24}-aA1|\b[A-Z2-7]{32}\b|^[a-z2-7]{5}-[a-z2-7]{5}$/g;
const INSTANT = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?Z?/g;
/** Cursors, hashes, tokens, and other long words without a space. */
const OPAQUE = /[A-Za-z0-9_+/=-]{40,}/g;
/** Folders that a spec makes for itself, and ports it listens on. */
const SCRATCH = /\/[^\s:"]*\/vd-[\w-]+|\/tmp\/[\w./-]+/g;
/** How far the trail was sealed when somebody asked. */
/** How a record is called in a sentence of the trail. */
const SHORT_ID = /#[0-9a-f]{8}\b/g;
/** A message of an identity provider, in the query of a request. */
const SAML = /SAMLRe(quest|sponse)=[^&\s]+|Signature=[^&\s]+/g;
const SEALED = /(vaultdesk\/\S+\n)\d+|\bseal \d+/g;
/** The database of the run itself. */
const KIND = /^(postgres|oracle)$/;
const PORT = /\b([\w-]+(?:\.[\w-]+)+|localhost):\d{4,5}\b/g;
/** Keys that say how long something took. */
const DURATION = /(^ms|Ms)$/;

/**
 * Compares what each test of two runs was answered: status, body, and order. Ids become id1, id2 … in the order in which a
 * test sees them, so that another order of a list, or another one's id, is a difference; instants and opaque words lose
 * their value. Answers that came in another order are compared once more, each by itself.
 */
export function compareAnswers(
  postgres: readonly RecordedAnswer[],
  oracle: readonly RecordedAnswer[],
  chances: readonly Chance[] = [],
): Comparison {
  const [left, right] = [byTest(postgres), byTest(oracle)];
  const comparison: Comparison = {
    tests: right.size,
    answers: oracle.length,
    differences: [],
    reordered: [],
    byChance: [],
  };
  for (const test of new Set([...left.keys(), ...right.keys()])) {
    const [ours, theirs] = [left.get(test) ?? [], right.get(test) ?? []];
    if (isSame(inOrder(ours), inOrder(theirs))) continue;
    const [one, other] = [alone(ours), alone(theirs)];
    if (isSame(one, other)) comparison.reordered.push(test);
    else if (chances.some(({ tests }) => tests.test(test))) comparison.byChance.push(test);
    else comparison.differences.push({ test, ...onlyIn(one, other) });
  }
  return comparison;
}

function byTest(answers: readonly RecordedAnswer[]): Map<string, RecordedAnswer[]> {
  const found = new Map<string, RecordedAnswer[]>();
  for (const answer of answers) found.set(answer.test, [...(found.get(answer.test) ?? []), answer]);
  return found;
}

/** The answers of a test as they came; one name for an id throughout. */
function inOrder(answers: readonly RecordedAnswer[]): string[] {
  const known = new Map<string, string>();
  return answers.map((answer) => textOf(answer, known));
}

/** The answers of a test, each with names of its own, sorted. */
function alone(answers: readonly RecordedAnswer[]): string[] {
  return answers.map((answer) => textOf(answer, new Map())).sort();
}

function textOf({ request, status, body }: RecordedAnswer, known: Map<string, string>): string {
  return `${neutralText(request, known)} → ${status} ${JSON.stringify(neutral(body, known))}`;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

function onlyIn(one: readonly string[], other: readonly string[]): Pick<Difference, 'postgres' | 'oracle'> {
  const left = [...other];
  const postgres = one.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return { postgres, oracle: left };
}

function neutral(value: unknown, known: Map<string, string>): unknown {
  if (typeof value === 'string') return neutralText(value, known);
  if (Array.isArray(value)) return value.map((item) => neutral(item, known));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      neutralText(key, known),
      VOLATILE.has(key) || (DURATION.test(key) && typeof item === 'number') ? '~' : neutral(item, known),
    ]),
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
    .replace(SAML, 'saml')
    .replace(SHORT_ID, 'short id')
    .replace(SECRET, 'secret')
    .replace(OPAQUE, 'opaque')
    .replace(SCRATCH, 'scratch')
    .replace(PORT, '$1')
    .replace(SEALED, '$1sealed')
    .replace(KIND, 'the database');
}
