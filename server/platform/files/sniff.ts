interface Magic {
  type: string;
  offset: number;
  bytes: Buffer;
}

const magic = (type: string, text: string, offset = 0): Magic => ({
  type,
  offset,
  bytes: Buffer.from(text, 'latin1'),
});

/** First bytes of each type, from its specification; the order matters only where one is a prefix of another. */
const MAGICS: readonly Magic[] = [
  magic('image/png', '\x89PNG\r\n\x1a\n'),
  magic('image/jpeg', '\xff\xd8\xff'),
  magic('image/gif', 'GIF87a'),
  magic('image/gif', 'GIF89a'),
  magic('application/pdf', '%PDF-'),
  magic('application/zip', 'PK\x03\x04'),
  magic('audio/ogg', 'OggS'),
  magic('audio/amr', '#!AMR'),
  magic('audio/mpeg', 'ID3'),
  magic('video/webm', '\x1a\x45\xdf\xa3'),
];

const RIFF_TYPES: Readonly<Record<string, string>> = { WEBP: 'image/webp', WAVE: 'audio/wav' };

/** Brands of ISO base media files (ISO/IEC 14496-12 §4.3) that we take. */
const BRANDS: readonly (readonly [prefix: string, type: string])[] = [
  ['M4A ', 'audio/mp4'],
  ['qt  ', 'video/quicktime'],
  ['isom', 'video/mp4'],
  ['iso2', 'video/mp4'],
  ['iso4', 'video/mp4'],
  ['iso5', 'video/mp4'],
  ['iso6', 'video/mp4'],
  ['mp41', 'video/mp4'],
  ['mp42', 'video/mp4'],
  ['avc1', 'video/mp4'],
  ['M4V ', 'video/mp4'],
  ['3gp', 'video/mp4'],
  ['dash', 'video/mp4'],
];

/** The type by the first bytes; undefined for what is none of ours, plain text included. */
export function sniff(head: Buffer): string | undefined {
  const found = MAGICS.find(({ offset, bytes }) =>
    head.subarray(offset, offset + bytes.length).equals(bytes),
  );
  if (found !== undefined) return found.type;
  const name = (start: number) => head.toString('latin1', start, start + 4);
  if (name(0) === 'RIFF') return RIFF_TYPES[name(8)];
  if (name(4) === 'ftyp') return BRANDS.find(([brand]) => name(8).startsWith(brand))?.[1];
  // A frame of MPEG audio without a tag before it: eleven set bits, layer III, a valid rate (ISO/IEC 11172-3).
  const [first = 0, second = 0, third = 0] = head;
  const isFrame = first === 0xff && (second & 0xe6) === 0xe2 && third >> 4 !== 0xf && third >> 4 !== 0;
  return isFrame ? 'audio/mpeg' : undefined;
}

/** Controls no text has: all but tab, line feed, form feed, carriage return. */
const NO_TEXT = /[\0-\x08\x0b\x0e-\x1f\x7f]/;
/** Programs a system would start although they are text. */
const STARTS_PROGRAM = /^(?:\ufeff)?(?:#!|@echo\b|<\?php)/i;
const CHARSETS = ['utf-8', 'gb18030'] as const;

/** Tells piece by piece whether a content is text of one of the encodings in use here. */
export interface TextProbe {
  add(piece: Buffer): void;
  /** Call once, after the last piece. */
  isText(): boolean;
}

/** Watches a content that has no known first bytes: UTF-8, or GB 18030 as old Chinese programs write it. */
export function createTextProbe(): TextProbe {
  const decoders = CHARSETS.map((charset) => new TextDecoder(charset, { fatal: true }));
  const isPossible = CHARSETS.map(() => true);
  let isFirst = true;
  const feed = (index: number, piece: Buffer, isLast: boolean) => {
    if (isPossible[index] !== true) return;
    try {
      const text = (decoders[index] as TextDecoder).decode(piece, { stream: !isLast });
      if (NO_TEXT.test(text) || (isFirst && STARTS_PROGRAM.test(text))) isPossible[index] = false;
    } catch {
      // The decoder says by throwing that the bytes are not of its encoding.
      isPossible[index] = false;
    }
  };
  return {
    add(piece) {
      CHARSETS.forEach((_, index) => feed(index, piece, false));
      isFirst = false;
    },
    isText() {
      CHARSETS.forEach((_, index) => feed(index, Buffer.alloc(0), true));
      return isPossible.includes(true);
    },
  };
}
