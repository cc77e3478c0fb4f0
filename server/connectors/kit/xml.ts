import { attributesOf, childrenOf, escapeXml, parseXml, SsoRefusal } from '../../../sso/index.ts';
import type { Raw } from '../connector.ts';
import { connectorFault } from './faults.ts';

/** A value as it may stand in an element or a quoted attribute of our own. */
export { escapeXml } from '../../../sso/index.ts';

/** Larger than a message of sign-in: a list of records is one document. */
const LIMITS = { elementsMax: 100_000, attributesMax: 200_000, depthMax: 64 };
const DECLARATION = /^\ufeff?<\?xml\s[^<>]{0,200}\?>\s*/;
const XML_SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
const XML_NAMES = 'http://www.w3.org/2000/xmlns/';
const TEXT_NODE = 3;

/**
 * Reads a document that another system wrote, by the same strict reader as messages of sign-in: no document type, no
 * entity but the five of XML, bounded in size and depth. Comments are dropped and CDATA is text. Throws
 * `connector.schema`, reason `xml`.
 */
export function parseXmlText(text: string): Element {
  try {
    return parseXml(withoutSections(text.replace(DECLARATION, '')), LIMITS);
  } catch (cause) {
    if (!(cause instanceof SsoRefusal)) throw cause;
    throw connectorFault('connector.schema', 'xml', { cause });
  }
}

/** The text with CDATA as plain text and without comments, in one pass; every other declaration stays, and is refused. */
function withoutSections(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let begin = text.indexOf('<!'); begin !== -1; begin = text.indexOf('<!', at)) {
    const isCdata = text.startsWith('<![CDATA[', begin);
    if (!isCdata && !text.startsWith('<!--', begin)) break;
    const mark = isCdata ? ']]>' : '-->';
    const from = begin + (isCdata ? 9 : 4);
    const end = text.indexOf(mark, from);
    if (end === -1) break;
    parts.push(text.slice(at, begin), isCdata ? escapeXml(text.slice(from, end)) : '');
    at = end + 3;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/**
 * An element as a value: its text, or an object with what it holds by local name. What comes more than once is a list,
 * attributes are `@name`, text beside attributes is `$`, `xsi:nil` is nothing. Texts stay texts: no digit is lost.
 */
export function elementToRaw(element: Element): Raw {
  const attributes = attributesOf(element).filter(
    ({ namespaceURI }) => namespaceURI !== XML_NAMES && namespaceURI !== XML_SCHEMA_INSTANCE,
  );
  const children = childrenOf(element);
  if (/^(true|1)$/.test(element.getAttributeNS(XML_SCHEMA_INSTANCE, 'nil') ?? '')) return null;
  const text = children.length === 0 ? textOf(element) : '';
  if (children.length === 0 && attributes.length === 0) return text;
  const lists = new Map<string, Raw[]>();
  const add = (name: string, value: Raw) => {
    const list = lists.get(name) ?? [];
    lists.set(name, list);
    list.push(value);
  };
  for (const { localName, value } of attributes) add(`@${localName}`, value);
  for (const child of children) add(child.localName, elementToRaw(child));
  if (text !== '') add('$', text);
  const entries = [...lists].map(
    ([name, values]) => [name, values.length === 1 ? (values[0] as Raw) : values] as const,
  );
  return Object.fromEntries(entries);
}

function textOf(element: Element): string {
  let text = '';
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === TEXT_NODE) text += node.nodeValue ?? '';
  }
  return text.trim();
}
