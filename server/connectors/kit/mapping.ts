import { AppError } from '../../kernel/index.ts';
import type { Raw } from '../connector.ts';

/** Longest expression, and the steps it may have. */
const EXPRESSION_CHARACTERS_MAX = 300;
const STEPS_MAX = 20;
/** Values an expression may go through at once. */
const NODES_MAX = 10_000;

/** One step of an expression, over all values found so far. */
type Step = (nodes: readonly Raw[]) => readonly Raw[];

/** A compiled expression: gives the values found, in order. */
export type Mapping = (record: Raw) => readonly Raw[];

const isObject = (value: Raw): value is { readonly [name: string]: Raw } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const ownOf = (value: { readonly [name: string]: Raw }, name: string): Raw | undefined =>
  Object.hasOwn(value, name) ? value[name] : undefined;

/**
 * Compiles an expression of the closed language: a JSON Pointer (RFC 6901, begins with `/`, or is empty for the
 * whole), or a subset of FHIRPath: names, `[n]`, `where(name = 'text')`, `first()`, `last()`, `join('text')`. Nothing
 * is evaluated but these. Throws `connector.config_invalid` with reason `mapping`.
 */
export function compileMapping(expression: string): Mapping {
  if (expression.length > EXPRESSION_CHARACTERS_MAX) throw mappingFault();
  const steps = expression === '' || expression.startsWith('/') ? pointer(expression) : path(expression);
  if (steps.length > STEPS_MAX) throw mappingFault();
  return (record) => {
    let nodes: readonly Raw[] = [record];
    for (const step of steps) {
      nodes = step(nodes);
      if (nodes.length > NODES_MAX) throw new AppError('connector.schema', { details: { reason: 'size' } });
    }
    return nodes.filter((node) => node !== null);
  };
}

function mappingFault(): AppError {
  return new AppError('connector.config_invalid', { details: { reason: 'mapping' } });
}

function pointer(expression: string): Step[] {
  if (/~(?![01])/.test(expression)) throw mappingFault();
  const names = expression.split('/').slice(1);
  return names
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(
      (name): Step =>
        (nodes) =>
          nodes.flatMap((node) => childOf(node, name)),
    );
}

function childOf(node: Raw, name: string): Raw[] {
  if (Array.isArray(node)) {
    const item = /^(0|[1-9]\d{0,5})$/.test(name) ? (node[Number(name)] as Raw | undefined) : undefined;
    return item === undefined ? [] : [item];
  }
  if (!isObject(node)) return [];
  const child = ownOf(node, name);
  return child === undefined ? [] : [child];
}

const SEGMENT =
  /^(?:(?<call>where|first|last|join)\((?<args>(?:[^()']|'[^']*')*)\)|(?<name>`[^`]{1,100}`|[A-Za-z_@$\u00a0-\uffff][\w@$\-\u00a0-\uffff]{0,99}))(?<indexes>(?:\[\d{1,6}\])*)(?:\.|$)/u;
const CONDITION = /^\s*(?<name>[A-Za-z_][\w-]{0,99})\s*=\s*'(?<text>[^']{0,200})'\s*$/u;
const QUOTED = /^\s*'(?<text>[^']{0,20})'\s*$/u;

function path(expression: string): Step[] {
  const steps: Step[] = [];
  let rest = expression;
  while (rest !== '') {
    const match = SEGMENT.exec(rest);
    if (match?.groups === undefined) throw mappingFault();
    const { call, args = '', name, indexes = '' } = match.groups;
    steps.push(call === undefined ? child((name ?? '').replaceAll('`', '')) : functionStep(call, args));
    for (const [, index] of indexes.matchAll(/\[(\d+)\]/g)) {
      steps.push((nodes) => nodes.slice(Number(index), Number(index) + 1));
    }
    const isLast = match[0].length === rest.length;
    // A dot at the end leads nowhere.
    if (isLast && rest.endsWith('.')) throw mappingFault();
    rest = rest.slice(match[0].length);
  }
  return steps;
}

/** The values of a name; lists are gone through, as FHIRPath does. */
function child(name: string): Step {
  return (nodes) =>
    nodes.flatMap((node) => {
      const value = isObject(node) ? ownOf(node, name) : undefined;
      if (value === undefined) return [];
      return Array.isArray(value) ? (value as readonly Raw[]) : [value];
    });
}

function functionStep(call: string, args: string): Step {
  if (call === 'where') {
    const { name, text } = CONDITION.exec(args)?.groups ?? {};
    if (name === undefined) throw mappingFault();
    return (nodes) => nodes.filter((node) => isObject(node) && ownOf(node, name) === text);
  }
  if (call === 'join') {
    const { text } = QUOTED.exec(args)?.groups ?? {};
    if (text === undefined) throw mappingFault();
    return (nodes) => {
      const words = nodes.filter((node) => typeof node === 'string');
      return words.length === 0 ? [] : [words.join(text)];
    };
  }
  if (args.trim() !== '') throw mappingFault();
  return call === 'first' ? (nodes) => nodes.slice(0, 1) : (nodes) => nodes.slice(-1);
}
