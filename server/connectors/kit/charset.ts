import { connectorFault } from './faults.ts';

/** Charsets by the names systems give them; WHATWG calls all of the Chinese ones gb18030. */
const CHARSETS: Readonly<Record<string, string>> = {
  '': 'utf-8',
  utf8: 'utf-8',
  'utf-8': 'utf-8',
  unicode: 'utf-8',
  'unicode utf-8': 'utf-8',
  ascii: 'utf-8',
  'us-ascii': 'utf-8',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  gb18030: 'gb18030',
  'gb 18030-2000': 'gb18030',
  'gb 18030': 'gb18030',
  big5: 'big5',
  'big-5': 'big5',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
  '8859/1': 'latin1',
};

/** The one name of a charset, by any name a system gives it; undefined for one that is not read. */
export function charsetNamed(name: string | undefined): string | undefined {
  return CHARSETS[(name ?? '').trim().toLowerCase().replaceAll('"', '')];
}

/** Bytes as text; wrong bytes are a fault, not question marks. Throws `connector.schema`, reason `charset`. */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  const name = charsetNamed(charset);
  if (name === undefined) throw connectorFault('connector.schema', 'charset');
  try {
    return new TextDecoder(name, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw connectorFault('connector.schema', 'charset', { cause });
  }
}

/** Bytes of each UTF-16 unit, packed into one number; 0: the charset has no such character. */
const tables = new Map<string, Uint32Array>();
const REPLACEMENT = '\ufffd';
/** Sequences of four bytes of GB18030 that stand for characters below U+10000. */
const FOUR_BYTES_BMP = 39_420;
/** Where those above begin (GB18030-2005, 0x90308130). */
const FOUR_BYTES_ABOVE = 189_000;

/**
 * Text as bytes of a charset. The tables are what the platform's own decoder reads, turned round at the first use, so
 * that what is written is read as the same. Throws `connector.input_invalid`, reason `charset`, for a character it lacks.
 */
export function encodeText(text: string, charset: string | undefined): Buffer {
  const name = charsetNamed(charset);
  if (name === 'utf-8') return Buffer.from(text, 'utf8');
  if (name === undefined) throw connectorFault('connector.input_invalid', 'charset');
  const table = tables.get(name) ?? tableOf(name);
  tables.set(name, table);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const packed = code > 0xffff && name === 'gb18030' ? fourBytes(code - 0x10000 + FOUR_BYTES_ABOVE) : 0;
    const found = code <= 0xffff ? (table[code] as number) : packed;
    if (code !== 0 && found === 0) throw connectorFault('connector.input_invalid', 'charset');
    if (found > 0xffff) bytes.push(found >>> 24, (found >>> 16) & 0xff);
    if (found > 0xff) bytes.push((found >>> 8) & 0xff);
    bytes.push(found & 0xff);
  }
  return Buffer.from(bytes);
}

function tableOf(name: string): Uint32Array {
  const decoder = new TextDecoder(name);
  const table = new Uint32Array(0x10000);
  const take = (packed: number, bytes: readonly number[]) => {
    const text = decoder.decode(Uint8Array.from(bytes));
    const isOne = text.length === 1 && text !== REPLACEMENT;
    // The shortest form of a character is taken first, and stays.
    if (isOne && table[text.charCodeAt(0)] === 0) table[text.charCodeAt(0)] = packed;
  };
  for (let byte = 0; byte < 0x100; byte += 1) take(byte, [byte]);
  if (name === 'latin1') return table;
  for (let lead = 0x81; lead < 0xff; lead += 1) {
    for (let trail = 0x40; trail < 0xff; trail += 1) take(lead * 0x100 + trail, [lead, trail]);
  }
  if (name !== 'gb18030') return table;
  for (let index = 0; index < FOUR_BYTES_BMP; index += 1) {
    const packed = fourBytes(index);
    take(packed, [packed >>> 24, (packed >>> 16) & 0xff, (packed >>> 8) & 0xff, packed & 0xff]);
  }
  return table;
}

/** The four bytes of a place in GB18030's linear order. */
function fourBytes(index: number): number {
  const fourth = 0x30 + (index % 10);
  const third = 0x81 + (Math.floor(index / 10) % 126);
  const second = 0x30 + (Math.floor(index / 1_260) % 10);
  const first = 0x81 + Math.floor(index / 12_600);
  return ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
}
