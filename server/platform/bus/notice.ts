/** Ids to tell of, by topic. */
export type Topics = Map<string, Set<string>>;

/** Largest notice; PostgreSQL refuses a payload of 8,000 bytes. */
export const NOTICE_BYTES_MAX = 7_000;
/** Longest id or topic: whatever is longer is no id. */
const WORD_CHARACTERS_MAX = 100;

/** The texts that tell of everything in `topics`: one, or as many as their size asks for. */
export function toNotices(node: string, topics: Topics): string[] {
  const notices: string[] = [];
  let parts: [string, string[]][] = [];
  const frame = Buffer.byteLength(JSON.stringify({ node, topics: [] }));
  let bytes = frame;
  const close = () => {
    if (parts.length > 0) notices.push(JSON.stringify({ node, topics: parts }));
    parts = [];
    bytes = frame;
  };
  for (const [topic, ids] of topics) {
    for (const id of ids) {
      assertWord(topic);
      assertWord(id);
      const last = parts.at(-1);
      const isSame = last?.[0] === topic;
      const more = sizeOf(id) + (isSame ? 0 : sizeOf(topic) + BRACKETS);
      if (bytes + more > NOTICE_BYTES_MAX) close();
      const open = parts.at(-1);
      bytes += more;
      if (open?.[0] === topic) open[1].push(id);
      else {
        if (isSame) bytes += sizeOf(topic) + BRACKETS;
        parts.push([topic, [id]]);
      }
    }
  }
  close();
  return notices;
}

/** `[`, `,`, `[`, `]`, `]`, `,` around a topic's ids. */
const BRACKETS = 6;

/** Bytes of a word with its quotes and comma. */
function sizeOf(word: string): number {
  return Buffer.byteLength(JSON.stringify(word)) + 1;
}

function assertWord(word: string): void {
  if (word === '' || word.length > WORD_CHARACTERS_MAX) {
    throw new Error(`The bus carries ids of 1 to ${WORD_CHARACTERS_MAX} characters.`);
  }
}

/** What a notice says; undefined for a text that is none, as another version or a hand in the database may send. */
export function parseNotice(text: string): { node: string; topics: [string, string[]][] } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { node, topics } = (parsed ?? {}) as { node?: unknown; topics?: unknown };
  if (typeof node !== 'string' || !Array.isArray(topics)) return undefined;
  const isWhole = topics.every(
    (part: unknown) =>
      Array.isArray(part) &&
      typeof part[0] === 'string' &&
      Array.isArray(part[1]) &&
      part[1].every((id) => typeof id === 'string'),
  );
  return isWhole ? { node, topics: topics as [string, string[]][] } : undefined;
}
