import type { JsonSchema, Raw } from '../connector.ts';
import { connectorFault } from './faults.ts';
import { compileMapping } from './mapping.ts';

/** Where a system puts its own code into an answer, and what it means by it. */
export interface AnswerCode {
  path: string;
  ok: string[];
  absent?: string[];
  auth?: string[];
  forbidden?: string[];
  busy?: string[];
}

const codes: JsonSchema = { type: 'array', maxItems: 50, items: { type: 'string', maxLength: 60 } };
/** Schema of `AnswerCode`. */
export const ANSWER_CODE_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    path: { type: 'string', minLength: 1, maxLength: 300 },
    ...{ ok: codes, absent: codes, auth: codes, forbidden: codes, busy: codes },
  },
  required: ['path', 'ok'],
};

/** Reads the code of an answer: whether it means that there is none; throws what else it means. */
export function isAbsentByCode(code: AnswerCode | undefined, document: Raw): boolean {
  if (code === undefined) return false;
  const [raw] = compileMapping(code.path)(document);
  const text = raw === undefined ? '' : String(raw);
  const has = (list: readonly string[] | undefined) => list?.includes(text) === true;
  if (has(code.ok)) return false;
  if (has(code.absent)) return true;
  if (has(code.auth)) throw connectorFault('connector.auth_failed', 'code');
  if (has(code.forbidden)) throw connectorFault('connector.forbidden', 'code');
  if (has(code.busy)) throw connectorFault('connector.overloaded', 'code');
  throw connectorFault('connector.remote_refused', 'code');
}

/** The records of an answer, at `records` or the whole of it; one where one is meant. */
export function recordsOf(
  { records, isMany }: { records?: string; isMany: boolean },
  document: Raw,
): readonly Raw[] {
  const found = records === undefined ? [document] : compileMapping(records)(document);
  // A pointer gives the list itself, a path its items.
  const items = found.flatMap((node) => (Array.isArray(node) ? (node as readonly Raw[]) : [node]));
  return isMany ? items : items.slice(0, 1);
}

/** The text at a place; undefined when there is none. */
export function textAt(path: string | undefined, document: Raw): string | undefined {
  if (path === undefined) return undefined;
  const [value] = compileMapping(path)(document);
  return typeof value === 'string' ? value : value === true ? 'true' : undefined;
}
