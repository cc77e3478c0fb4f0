import { DOMParser } from '@xmldom/xmldom';
import { demand, SsoRefusal, type SsoCode } from './refusal.ts';
import { checkText, type XmlLimits } from './text.ts';

/** Namespaces of SAML 2.0, XML signature, and XML encryption. */
export const NS = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  xmlns: 'http://www.w3.org/2000/xmlns/',
} as const;

const ELEMENT_NODE = 1;
const TEXT_NODE = 3;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const ID_NAMES = ['ID', 'Id', 'id'];

/** Parses a message that passed `checkText`; anything the parser grumbles about refuses it. */
export function parseXml(text: string, limits?: XmlLimits): Element {
  const refuse = (cause: unknown): never => {
    throw new SsoRefusal('sso.malformed', 'xml', cause);
  };
  let root: Element | null = null;
  try {
    const errorHandler = { warning: refuse, error: refuse, fatalError: refuse };
    root = new DOMParser({ errorHandler }).parseFromString(
      checkText(text, limits),
      'text/xml',
    ).documentElement;
  } catch (cause) {
    if (cause instanceof SsoRefusal) throw cause;
    refuse(cause);
  }
  demand(root !== null, 'sso.malformed', 'xml');
  checkNames(root);
  return root;
}

/** Every id once, under one spelling, and only absolute namespaces: a relative one makes canonical forms empty. */
function checkNames(root: Element): void {
  const ids = new Set<string>();
  for (const element of [root, ...descendants(root)]) {
    for (const attribute of attributesOf(element)) {
      if (attribute.namespaceURI === NS.xmlns) {
        demand(attribute.value === '' || ABSOLUTE.test(attribute.value), 'sso.malformed', 'namespace');
      }
      if (!ID_NAMES.includes(attribute.localName)) continue;
      demand(!ids.has(attribute.value), 'sso.malformed', 'duplicate-id');
      ids.add(attribute.value);
    }
  }
}

/** Attributes of an element as a list. */
export function attributesOf(element: Element): Attr[] {
  return Array.from({ length: element.attributes.length }, (_, index) => element.attributes[index] as Attr);
}

/** Child elements in order. */
export function childrenOf(element: Element): Element[] {
  const children: Element[] = [];
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === ELEMENT_NODE) children.push(node as Element);
  }
  return children;
}

/** All elements below one, in document order. */
export function descendants(element: Element): Element[] {
  const found: Element[] = [];
  const stack = childrenOf(element).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    found.push(next);
    stack.push(...childrenOf(next).reverse());
  }
  return found;
}

/** Whether an element has this name. */
export function isNamed(element: Element, ns: string, name: string): boolean {
  return element.namespaceURI === ns && element.localName === name;
}

/** Children of one name. */
export function childrenNamed(element: Element, ns: string, name: string): Element[] {
  return childrenOf(element).filter((child) => isNamed(child, ns, name));
}

/** The only child of a name; refuses with `code` when there is none or another. */
export function onlyChild(
  element: Element,
  [ns, name]: readonly [ns: string, name: string],
  code: SsoCode,
): Element {
  const found = childrenNamed(element, ns, name);
  demand(found.length === 1, code, `one-${name}`);
  return found[0] as Element;
}

/** Text of an element that holds text alone. */
export function textOf(element: Element, code: SsoCode): string {
  let text = '';
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    demand(node.nodeType === TEXT_NODE, code, `text-${element.localName}`);
    text += node.nodeValue ?? '';
  }
  return text;
}

/** An attribute without a prefix; undefined when absent. */
export function attributeOf(element: Element, name: string): string | undefined {
  return element.hasAttribute(name) ? (element.getAttribute(name) ?? '') : undefined;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** An instant of an attribute, UTC (SAML core §1.3.3); undefined when absent, refused when it is none. */
export function instantOf(element: Element, name: string, code: SsoCode): number | undefined {
  const text = attributeOf(element, name);
  if (text === undefined) return undefined;
  const ms = INSTANT.test(text) ? Date.parse(text.replace(/(\.\d{3})\d+Z$/, '$1Z')) : Number.NaN;
  demand(Number.isFinite(ms), code, `instant-${name}`);
  return ms;
}

/** Escapes text for an element or a quoted attribute. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
