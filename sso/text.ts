import { SsoRefusal, demand } from './refusal.ts';

/** Limits of every message, before any parser sees it. */
export const MESSAGE_LIMITS = {
  /** Bytes of the decoded message. */
  bytesMax: 256 * 1024,
  elementsMax: 3_000,
  attributesMax: 12_000,
  depthMax: 64,
  /** Inflated bytes of a message of the redirect binding. */
  inflatedBytesMax: 64 * 1024,
} as const;

/** How much a document may hold; `MESSAGE_LIMITS` unless its kind needs more. */
export type XmlLimits = Readonly<Record<'elementsMax' | 'attributesMax' | 'depthMax', number>>;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Some identity providers break lines in the form field (RFC 2045 §6.8). */
const BASE64_SPACE = /[\r\n\t ]+/g;
const DECLARATION =
  /^<\?xml version=["']1\.0["'](?: encoding=["'](?:utf|UTF)-8["'])?(?: standalone=["'](?:yes|no)["'])?\s*\?>\s*/;
const REFERENCE = /&(?!(?:amp|lt|gt|quot|apos);|#[0-9]{1,7};|#x[0-9A-Fa-f]{1,6};)/;
const CHARACTER_REFERENCE = /&#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));/g;
/** Everything XML 1.0 §2.2 does not take, and half of a surrogate pair. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
/** A qualified name; longer ones are cut and so never match. */
const TAG_NAME = /^[\p{L}_][\p{L}\p{N}_.:-]*/u;
const ATTRIBUTE = /=\s*["']/g;

/** Decodes one base64 field strictly: alphabet, padding, size. */
export function decodeBase64(field: string, bytesMax: number = MESSAGE_LIMITS.bytesMax): Buffer {
  demand(field.length <= Math.ceil(bytesMax / 3) * 4 + 8_192, 'sso.malformed', 'message-size');
  const text = field.replace(BASE64_SPACE, '');
  demand(text.length > 0 && text.length % 4 === 0 && BASE64.test(text), 'sso.malformed', 'base64');
  const bytes = Buffer.from(text, 'base64');
  demand(bytes.length <= bytesMax, 'sso.malformed', 'message-size');
  return bytes;
}

/** Reads UTF-8; an invalid byte refuses the message. */
export function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SsoRefusal('sso.malformed', 'utf-8', cause);
  }
}

/**
 * Refuses what no message needs and every parser attack does: document types, comments, CDATA, processing
 * instructions, entities of one's own, foreign characters, and more or deeper elements than the limits. Works on the
 * text alone, in linear time, and gives the text without its XML declaration.
 */
export function checkText(text: string, limits: XmlLimits = MESSAGE_LIMITS): string {
  const body = text.replace(DECLARATION, '').trim();
  demand(!body.includes('<!'), 'sso.malformed', 'markup-declaration');
  demand(!body.includes('<?'), 'sso.malformed', 'processing-instruction');
  demand(body.startsWith('<') && body.endsWith('>'), 'sso.malformed', 'outside-root');
  demand(!FORBIDDEN.test(body), 'sso.malformed', 'character');
  demand(!REFERENCE.test(body), 'sso.malformed', 'entity');
  checkReferences(body);
  checkTags(body, limits);
  return body;
}

function checkReferences(body: string): void {
  for (const [, decimal, hex] of body.matchAll(CHARACTER_REFERENCE)) {
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    const isCharacter = code <= 0x10ffff && !FORBIDDEN.test(String.fromCodePoint(code));
    demand(isCharacter, 'sso.malformed', 'character-reference');
  }
}

/** Counts elements and depth, and finds a second root. One pass by hand: an expression would try again and again. */
function checkTags(body: string, limits: XmlLimits): void {
  let elements = 0;
  const open: string[] = [];
  for (let start = 0; start < body.length;) {
    const end = endOfTag(body, start);
    demand(end > start + 1, 'sso.malformed', 'tag');
    const isClosing = body[start + 1] === '/';
    const name = TAG_NAME.exec(body.slice(start + (isClosing ? 2 : 1), Math.min(end, start + 200)))?.[0];
    demand(name !== undefined, 'sso.malformed', 'tag');
    demand(isClosing || open.length > 0 || elements === 0, 'sso.malformed', 'second-root');
    if (isClosing) demand(open.pop() === name, 'sso.malformed', 'crossed-tags');
    else if (body[end - 1] !== '/') open.push(name);
    if (!isClosing) elements += 1;
    demand(elements <= limits.elementsMax, 'sso.malformed', 'elements');
    demand(open.length <= limits.depthMax, 'sso.malformed', 'depth');
    const next = body.indexOf('<', end);
    demand(next === end + 1 || open.length > 0 || next === -1, 'sso.malformed', 'outside-root');
    if (next === -1) demand(end === body.length - 1, 'sso.malformed', 'outside-root');
    start = next === -1 ? body.length : next;
  }
  demand(open.length === 0, 'sso.malformed', 'tag');
  const attributes = body.match(ATTRIBUTE)?.length ?? 0;
  demand(attributes <= limits.attributesMax, 'sso.malformed', 'attributes');
}

/** Position of the `>` that ends a tag; -1 when there is none before the next `<`. */
function endOfTag(body: string, start: number): number {
  let quote = '';
  for (let index = start + 1; index < body.length; index += 1) {
    const character = body[index] as string;
    if (character === '<') return -1;
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return index;
  }
  return -1;
}
