import type { Raw } from '../connector.ts';
import { charsetNamed, connectorFault, decodeText } from '../kit/index.ts';

const SEGMENTS_MAX = 20_000;
const FIELDS_MAX = 500;
/** Charsets a header is tried in; the one that names itself there is the message's. */
const CHARSETS_TRIED = ['utf-8', 'gb18030', 'big5', 'latin1'];
const CHARSET_FIELD = 18;

/** Characters that part a message (HL7 v2.5.1 §2.5.4); messages say their own in MSH-1 and MSH-2. */
export interface Separators {
  field: string;
  component: string;
  repetition: string;
  escape: string;
  sub: string;
}

/** What our own messages are parted with. */
export const OWN_SEPARATORS: Separators = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  sub: '&',
};

/** A message taken apart into fields; what stands inside a field is read when it is asked for. */
export interface Hl7Message {
  separators: Separators;
  charset: string;
  /** Name and fields; of MSH the field n stands at n as well. */
  segments: readonly (readonly string[])[];
}

/**
 * Reads a message in the charset that its MSH-18 names, else in that of the settings. The bytes of a Chinese character
 * may look like a separator, so nothing is parted before it is text. Throws `connector.schema`, reason `charset`,
 * `message`, or `segments`.
 */
export function parseMessage(bytes: Buffer, settings: string): Hl7Message {
  const charset = charsetOf(bytes) ?? settings;
  const text = decodeText(bytes, charset);
  const separators = separatorsOf(text);
  if (separators === undefined) throw connectorFault('connector.schema', 'message');
  const lines = text.split(/\r\n?|\n/).filter((line) => line !== '');
  if (lines.length > SEGMENTS_MAX) throw connectorFault('connector.schema', 'segments');
  const segments = lines.map((line) => {
    const fields = line.split(separators.field, FIELDS_MAX);
    if (!/^[A-Z][A-Z0-9]{2}$/.test(fields[0] ?? '')) throw connectorFault('connector.schema', 'segments');
    return fields[0] === 'MSH' ? ['MSH', separators.field, ...fields.slice(1)] : fields;
  });
  return { separators, charset, segments };
}

function separatorsOf(text: string): Separators | undefined {
  const [, field, component, repetition, escape, sub] =
    /^MSH([^\w\s])([^\w\s])([^\w\s])([^\w\s])([^\w\s])/.exec(text) ?? [];
  const all = [field, component, repetition, escape, sub];
  if (all.some((one) => one === undefined) || new Set(all).size < all.length) return undefined;
  return { field, component, repetition, escape, sub } as Separators;
}

/** The charset that the header names, read in that very charset; undefined when it names none. */
function charsetOf(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(0x0d);
  const header = end === -1 ? bytes : bytes.subarray(0, end);
  let isNamed = false;
  for (const tried of CHARSETS_TRIED) {
    let text: string;
    try {
      text = decodeText(header, tried);
    } catch {
      // The header is not in this one.
      continue;
    }
    const separators = separatorsOf(text);
    if (separators === undefined) continue;
    const field = text.split(separators.field, FIELDS_MAX)[CHARSET_FIELD - 1] ?? '';
    const [name = ''] = field.split(separators.repetition);
    if (name.trim() === '') continue;
    isNamed = true;
    if (charsetNamed(name) === tried) return tried;
  }
  // A charset nobody here reads is no reason to guess.
  if (isNamed) throw connectorFault('connector.schema', 'charset');
  return undefined;
}

/** Text of a component; the first repetition, component 1 unless named. Empty when there is none. */
export function textAt(
  message: Hl7Message,
  segmentName: string,
  field: number,
  component: number = 1,
): string {
  const segment = message.segments.find(([name]) => name === segmentName);
  const { separators, charset } = message;
  const [repetition = ''] = (segment?.[field] ?? '').split(separators.repetition);
  const [text = ''] = (repetition.split(separators.component)[component - 1] ?? '').split(separators.sub);
  return unescape(text, separators, charset);
}

/**
 * Segments as one record: under its name each segment, in order, with fields `f1`, `f2` … that hold repetitions with
 * components `c1`, `c2` …; what stands behind the first `&` of a component is `c1s2`. Empty values are left out, and
 * `""`, which says that there is none.
 */
export function toRecord(
  segments: Hl7Message['segments'],
  { separators, charset }: Pick<Hl7Message, 'separators' | 'charset'>,
): Raw {
  const record: Record<string, Raw[]> = {};
  for (const segment of segments) {
    const [name = '', ...fields] = segment;
    const entries = fields.flatMap((field, index): [string, Raw][] => {
      const isOfSeparators = name === 'MSH' && index < 2;
      if (field === '' || isOfSeparators) return [];
      const repetitions = field.split(separators.repetition).map((text) => componentsOf(text));
      return [[`f${index + 1}`, repetitions]];
    });
    (record[name] ??= []).push(Object.fromEntries(entries));
  }
  return record;

  function componentsOf(repetition: string): Raw {
    const entries = repetition.split(separators.component).flatMap((component, index) =>
      component.split(separators.sub).flatMap((text, sub): [string, Raw][] => {
        const name = sub === 0 ? `c${index + 1}` : `c${index + 1}s${sub + 1}`;
        return text === '' || text === '""' ? [] : [[name, unescape(text, separators, charset)]];
      }),
    );
    return Object.fromEntries(entries);
  }
}

/** The parts of a message that begin with a segment of this name; what stands before the first belongs to none. */
export function groupsOf(message: Hl7Message, name: string): Hl7Message['segments'][] {
  const groups: (readonly string[])[][] = [];
  for (const segment of message.segments) {
    if (segment[0] === name) groups.push([]);
    groups.at(-1)?.push(segment);
  }
  return groups;
}

const LETTERS: Readonly<Record<string, keyof Separators>> = {
  F: 'field',
  S: 'component',
  T: 'sub',
  R: 'repetition',
  E: 'escape',
};

/** A text without its escapes (§2.7); those that only steer how it looks are dropped. */
function unescape(text: string, separators: Separators, charset: string): string {
  const { escape } = separators;
  if (!text.includes(escape)) return text;
  // Odd pieces stand between two escape characters; an escape that is not closed is text.
  const pieces = text.split(escape);
  const isClosed = pieces.length % 2 === 1;
  return pieces
    .map((piece, index) => {
      if (index % 2 === 0) return piece;
      return !isClosed && index === pieces.length - 1
        ? escape + piece
        : meaningOf(piece, separators, charset);
    })
    .join('');
}

function meaningOf(piece: string, separators: Separators, charset: string): string {
  const letter = LETTERS[piece];
  if (letter !== undefined) return separators[letter];
  const [, hex] = /^X((?:[0-9A-Fa-f]{2}){1,500})$/.exec(piece) ?? [];
  if (hex !== undefined) return decodeText(Buffer.from(hex, 'hex'), charset);
  return /^\.(?:br|sp\d*)$/.test(piece) ? '\n' : '';
}

/** A value as it may stand in a field of our own: it can neither end the field nor begin an escape. */
export function escapeValue(value: string): string {
  const { field, component, sub, repetition, escape } = OWN_SEPARATORS;
  const words: Record<string, string> = {
    ...{ [field]: 'F', [component]: 'S', [sub]: 'T', [repetition]: 'R', [escape]: 'E' },
    ...{ '\r': 'X0D', '\n': 'X0A', '\t': 'X09' },
  };
  return value.replace(/[|^&~\\\r\n\t]/g, (character) => `\\${words[character]}\\`);
}
