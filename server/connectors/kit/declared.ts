import { RE2JS } from 're2js';
import {
  PURPOSES,
  type FieldType,
  type InputField,
  type JsonSchema,
  type MaskKind,
  type Operation,
  type OutputField,
} from '../connector.ts';
import { connectorFault } from './faults.ts';

/** Operations of one connector that its settings may declare. */
const OPERATIONS_MAX = 30;
const FIELDS_MAX = 60;
const FIELD_NAME = '^[a-z][A-Za-z0-9]{0,39}$';
/** Longest time one answer may be waited for, and kept. */
const TIMEOUT_MS_MAX = 30_000;
const CACHE_MS_MAX = 60 * 60_000;
const DEFAULT_TIMEOUT_MS = 5_000;

/** What every operation in settings says; modules add how they ask. */
export type DeclaredOperation = Omit<Operation, 'movesMoney' | 'cacheMs' | 'timeoutMs'> & {
  movesMoney?: boolean;
  cacheMs?: number;
  timeoutMs?: number;
};

const TYPES: readonly FieldType[] = ['text', 'money', 'date', 'instant', 'flag', 'number'];
const MASKS: readonly MaskKind[] = ['phone', 'card', 'idNumber', 'name', 'email', 'amount', 'all'];
const SOURCES = ['external', 'phone', 'email', 'idNumber', 'name', 'ticketNumber', 'subject', 'description'];

const titles: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { zh: { type: 'string', maxLength: 60 }, en: { type: 'string', maxLength: 60 } },
  required: ['zh', 'en'],
};
const short = (maxLength: number): JsonSchema => ({ type: 'string', minLength: 1, maxLength });

const inputField: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    title: titles,
    isRequired: { type: 'boolean' },
    maxLength: { type: 'integer', minimum: 1, maximum: 8_000 },
    pattern: short(200),
    source: { type: 'string', enum: SOURCES },
  },
};
const outputField: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    path: { type: 'string', maxLength: 300 },
    type: { type: 'string', enum: [...TYPES] },
    class: { type: 'string', enum: ['C1', 'C2', 'C3'] },
    mask: { type: 'string', enum: [...MASKS] },
    title: titles,
    isRequired: { type: 'boolean' },
    values: { type: 'object', additionalProperties: { type: 'string', maxLength: 100 }, maxProperties: 100 },
  },
  required: ['path', 'type', 'class'],
};

/** Schema of the operations in settings; `own` are the properties a module adds to each. */
export function operationsSchema(
  own: Record<string, JsonSchema>,
  ownRequired: readonly string[],
): JsonSchema {
  const fields = (field: JsonSchema): JsonSchema => ({
    type: 'object',
    propertyNames: { pattern: FIELD_NAME },
    additionalProperties: field,
    maxProperties: FIELDS_MAX,
  });
  return {
    type: 'array',
    maxItems: OPERATIONS_MAX,
    items: {
      type: 'object',
      additionalProperties: false,
      properties: {
        name: { type: 'string', pattern: '^[a-z][a-z-]{0,28}\\.[a-z][a-z-]{0,28}$' },
        title: titles,
        isReadOnly: { type: 'boolean' },
        idempotency: { type: 'string', enum: ['natural', 'key', 'none'] },
        movesMoney: { type: 'boolean' },
        purposes: {
          type: 'array',
          minItems: 1,
          uniqueItems: true,
          maxItems: PURPOSES.length,
          items: { enum: [...PURPOSES] },
        },
        input: fields(inputField),
        output: fields(outputField),
        isMany: { type: 'boolean' },
        timeoutMs: { type: 'integer', minimum: 100, maximum: TIMEOUT_MS_MAX },
        cacheMs: { type: 'integer', minimum: 0, maximum: CACHE_MS_MAX },
        ...own,
      },
      required: [
        'name',
        'title',
        'isReadOnly',
        'idempotency',
        'purposes',
        'input',
        'output',
        'isMany',
        ...ownRequired,
      ],
    },
  };
}

/** An operation of settings as the host takes it. */
export function toOperation(declared: DeclaredOperation): Operation {
  const { name, title, isReadOnly, idempotency, purposes, input, output, isMany } = declared;
  return {
    ...{ name, title, isReadOnly, idempotency, purposes, input, output, isMany },
    movesMoney: declared.movesMoney ?? false,
    timeoutMs: declared.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    cacheMs: isReadOnly ? (declared.cacheMs ?? 0) : 0,
  };
}

/** Throws `connector.config_invalid` for what the schema can't say: a pattern that is none, C2 without need for a mask. */
export function assertDeclared(operations: readonly DeclaredOperation[]): void {
  for (const { input, output, isReadOnly, idempotency, movesMoney } of operations) {
    for (const field of Object.values<InputField>(input)) assertPattern(field.pattern);
    for (const field of Object.values<OutputField>(output)) {
      if (field.class !== 'C2' && field.mask !== undefined)
        throw connectorFault('connector.config_invalid', 'mask');
    }
    if (movesMoney === true && isReadOnly) throw connectorFault('connector.config_invalid', 'money');
    if (isReadOnly && idempotency !== 'natural')
      throw connectorFault('connector.config_invalid', 'idempotency');
  }
}

function assertPattern(pattern: string | undefined): void {
  if (pattern === undefined) return;
  try {
    RE2JS.compile(pattern);
  } catch (cause) {
    throw connectorFault('connector.config_invalid', 'pattern', { cause });
  }
}
