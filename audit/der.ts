/** One element of DER (X.690): its tag, its content, and the bytes of the whole element. */
export interface DerElement {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

/** Tags this product reads and writes. */
export const DER = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** More nesting than any time stamp has. */
const ELEMENTS_MAX = 10_000;

/** An element of a tag around its content. */
export function derElement(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const digits = Buffer.from(
    length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, '0'),
    'hex',
  );
  return Buffer.concat([Buffer.of(tag, 0x80 + digits.length), digits, content]);
}

/** An object identifier in dots. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left % 128) + 128);
    bytes.push(...digits);
  }
  return derElement(DER.oid, Buffer.from(bytes));
}

/** A non-negative integer. */
export function derInteger(value: Buffer): Buffer {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start += 1;
  const bytes = value.subarray(start);
  return derElement(DER.integer, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/**
 * The elements that stand one after the other in `bytes`; undefined when they are not DER: lengths of one form only,
 * none that runs over the end, tags of one byte.
 */
export function readDer(bytes: Buffer): DerElement[] | undefined {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = headOf(bytes, at);
    if (head === undefined || elements.length >= ELEMENTS_MAX) return undefined;
    const end = head.start + head.length;
    if (end > bytes.length) return undefined;
    elements.push({
      tag: bytes[at]!,
      content: bytes.subarray(head.start, end),
      whole: bytes.subarray(at, end),
    });
    at = end;
  }
  return elements;
}

function headOf(bytes: Buffer, at: number): { start: number; length: number } | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  if (first < 0x80) return { start: at + 2, length: first };
  const count = first - 0x80;
  if (count < 1 || count > 3 || at + 2 + count > bytes.length) return undefined;
  const length = bytes.readUIntBE(at + 2, count);
  const isShortest = length >= 0x80 && length >= 2 ** (8 * (count - 1));
  return isShortest ? { start: at + 2 + count, length } : undefined;
}

/** The elements inside one that must have this tag; undefined otherwise. */
export function insideDer(element: DerElement | undefined, tag: number): DerElement[] | undefined {
  return element?.tag === tag ? readDer(element.content) : undefined;
}
