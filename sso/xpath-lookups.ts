import { XPATH_PACKAGES } from './xpath-packages.ts';

interface Lookup {
  isDeep: boolean;
  /** It begins at the document. */
  isAbsolute: boolean;
  steps: readonly ((element: Element) => boolean)[];
  end: { attribute: string } | 'text' | undefined;
}

const [ELEMENT, TEXT, CDATA, COMMENT, DOCUMENT] = [1, 3, 4, 8, 9];
const COMMENTS = './/comment()';
const START = /^(?:\/\/|\.\/\/|\.\/|\/)(?=\*)/;
const NAMED = /\*\[local-name\(\.?\)='([A-Za-z]+)'(?: and namespace-uri\(\.\)='([^']+)')?\]/y;
const OF_ID = /\*\[@\*\[local-name\(\.\)='([A-Za-z]+)'\]='([^']*)'\]/y;
const OF_ATTRIBUTE = /\*\[@([A-Za-z]+)="([^"]*)"\]/y;
const END = /(?:@([A-Za-z]+)|text\(\))$/y;
/** Expressions that hold no id; the packages have about twenty. */
const LOOKUPS_KEPT_MAX = 64;

const kept = new Map<string, Lookup | undefined>();

/**
 * The packages that verify and open messages look for elements by XPath, 30 times for one sign-in, through an interpreter
 * that parses every expression anew: measured, half of what a sign-in cost. The few forms they ask in are answered here by
 * walking the tree; what is of another form goes to the interpreter as before. Which elements they get stays the same
 * (`xpath-lookups.spec.ts` compares both on documents made at random), and so does what they decide.
 *
 * Gives the nodes of an expression in the order of the document; undefined for an expression of another form.
 */
export function lookUp(expression: string, context: Node): Node[] | undefined {
  if (expression === COMMENTS) return commentsIn(context);
  const lookup = lookupOf(expression);
  if (lookup === undefined || (lookup.isAbsolute && context.nodeType !== DOCUMENT)) return undefined;
  const found: Node[] = [];
  walk(lookup, context, { depth: 1, isMeant: false, found });
  return found;
}

function commentsIn(parent: Node): Node[] {
  const found: Node[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === COMMENT) found.push(node);
    else if (node.nodeType === ELEMENT) found.push(...commentsIn(node));
  }
  return found;
}

function lookupOf(expression: string): Lookup | undefined {
  if (kept.has(expression)) return kept.get(expression);
  const lookup = readLookup(expression);
  if (kept.size < LOOKUPS_KEPT_MAX && !expression.includes('@*[') && !expression.includes('@ID='))
    kept.set(expression, lookup);
  return lookup;
}

function readLookup(expression: string): Lookup | undefined {
  const start = START.exec(expression)?.[0];
  if (start === undefined) return undefined;
  const steps: Lookup['steps'][number][] = [];
  let end: Lookup['end'];
  for (let at = start.length; ;) {
    const step = readStep(expression, at);
    if (step === undefined) return undefined;
    steps.push(step.test);
    if (step.end === expression.length) break;
    if (expression[step.end] !== '/') return undefined;
    at = step.end + 1;
    END.lastIndex = at;
    const last = END.exec(expression);
    if (last !== null) {
      end = last[1] === undefined ? 'text' : { attribute: last[1] };
      break;
    }
  }
  return { isDeep: start.endsWith('//'), isAbsolute: !start.startsWith('.'), steps, end };
}

function readStep(
  expression: string,
  at: number,
): { test(element: Element): boolean; end: number } | undefined {
  const match = (form: RegExp) => {
    form.lastIndex = at;
    return form.exec(expression);
  };
  const named = match(NAMED);
  if (named !== null) {
    const [, name, ns] = named;
    const test = (element: Element) =>
      element.localName === name && (ns === undefined || element.namespaceURI === ns);
    return { test, end: NAMED.lastIndex };
  }
  const ofId = match(OF_ID);
  if (ofId !== null) {
    const [, name, value] = ofId;
    const test = (element: Element) => hasAttribute(element, (each) => each.localName === name, value);
    return { test, end: OF_ID.lastIndex };
  }
  const ofAttribute = match(OF_ATTRIBUTE);
  if (ofAttribute === null) return undefined;
  const [, name = '', value] = ofAttribute;
  const test = (element: Element) => hasAttribute(element, (each) => isPlain(each, name), value);
  return { test, end: OF_ATTRIBUTE.lastIndex };
}

/**
 * Whether a name without a prefix means an attribute. The interpreter takes the documents of our parser for HTML, where
 * capitals do not count and no namespace is needed; here that finds one more id to be confused by, never one less.
 */
function isPlain(attribute: Attr, name: string): boolean {
  const isNear = !attribute.namespaceURI || !attribute.name.includes(':');
  return isNear && attribute.localName.toLowerCase() === name.toLowerCase();
}

function hasAttribute(
  { attributes }: Element,
  isMeant: (attribute: Attr) => boolean,
  value: string | undefined,
): boolean {
  for (let index = 0; index < attributes.length; index += 1) {
    const attribute = attributes[index] as Attr;
    if (attribute.value === value && isMeant(attribute)) return true;
  }
  return false;
}

interface Walk {
  /** Steps from where the walk began. */
  depth: number;
  /** The parent is one of those that the steps mean. */
  isMeant: boolean;
  found: Node[];
}

/** Depth of a message is bounded before anything is looked up in it, so the calls are as well. */
function walk(lookup: Lookup, parent: Node, { depth, isMeant, found }: Walk): void {
  const { isDeep, steps, end } = lookup;
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    const isText = node.nodeType === TEXT || node.nodeType === CDATA;
    if (isText && isMeant && end === 'text') found.push(node);
    if (node.nodeType !== ELEMENT) continue;
    const element = node as Element;
    const isDeepEnough = isDeep ? depth >= steps.length : depth === steps.length;
    const isOne = isDeepEnough && isMatch(lookup, element);
    if (isOne && end === undefined) found.push(element);
    if (isOne && typeof end === 'object') found.push(...plainAttributes(element, end.attribute));
    if (isDeep || depth < steps.length || (isOne && end === 'text')) {
      walk(lookup, element, { depth: depth + 1, isMeant: isOne, found });
    }
  }
}

/** From the last step up; the walk is deep enough for every step to have an element below where it began. */
function isMatch({ steps }: Lookup, last: Element): boolean {
  let node: Node | null = last;
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const test = steps[index];
    if (node === null || test === undefined || !test(node as Element)) return false;
    node = node.parentNode;
  }
  return true;
}

function plainAttributes({ attributes }: Element, name: string): Attr[] {
  const all = Array.from({ length: attributes.length }, (_, index) => attributes[index] as Attr);
  return all.filter((attribute) => isPlain(attribute, name));
}

for (const { path, xpath } of XPATH_PACKAGES) {
  const { selectWithResolver } = xpath;
  if (typeof selectWithResolver !== 'function') throw new Error(`${path} has another face than expected.`);
  xpath.selectWithResolver = (expression, node, resolver, isSingle) => {
    const found = lookUp(expression, node);
    if (found === undefined) return selectWithResolver(expression, node, resolver, isSingle);
    return isSingle === true ? found[0] : found;
  };
}
