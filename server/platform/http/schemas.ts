import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { AppError, LIMITS } from '../../kernel/index.ts';
import type { AnyRoute, Schema } from './route.ts';

/** Longest list in a body unless its schema names another limit. */
const ARRAY_ITEMS_MAX = 1_000;

const FORMATS: Record<string, RegExp> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  date: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  'date-time': /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/,
};

/** Validates one part of a request in place (query and params get their types); throws `request.invalid`. */
export type Validator = (value: unknown) => void;

/** The compiled schemas of a route. A part without a schema must be empty. */
export interface RouteValidators {
  params: Validator;
  query: Validator;
  body: Validator;
  /** Problem of an answer, or undefined when it fits. */
  response(value: unknown): string | undefined;
}

function createAjv(areTypesCoerced: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    allErrors: false,
    useDefaults: true,
    coerceTypes: areTypesCoerced,
    removeAdditional: false,
  });
  for (const [name, pattern] of Object.entries(FORMATS)) ajv.addFormat(name, pattern);
  return ajv;
}

const NOTHING: Schema = { type: 'object', additionalProperties: false, properties: {} };

/** Compiles the schemas of routes; one compiler for bodies, one that reads texts of addresses as numbers. */
export function createSchemaCompiler(): (route: AnyRoute) => RouteValidators {
  const forBodies = createAjv(false);
  const forTexts = createAjv(true);
  return (route) => {
    const name = `${route.method} ${route.path}`;
    const input = (ajv: Ajv2020, part: string, schema: Schema | undefined) => {
      const bounded = bounds(schema ?? NOTHING, `${name} ${part}`);
      return toValidator(ajv.compile(bounded), part);
    };
    const response = forBodies.compile(route.response);
    return {
      params: input(forTexts, 'params', route.params ?? paramsOf(route.path)),
      query: input(forTexts, 'query', route.query),
      body: input(forBodies, 'body', route.body),
      response: (value) =>
        response(value)
          ? undefined
          : `${response.errors?.[0]?.instancePath} ${response.errors?.[0]?.message}`,
    };
  };
}

/** A path without a schema of its own: each parameter is a UUID. */
function paramsOf(path: string): Schema {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);
  return {
    type: 'object',
    additionalProperties: false,
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string', format: 'uuid' }])),
  };
}

function toValidator(validate: ValidateFunction, part: string): Validator {
  return (value) => {
    if (validate(value)) return;
    const error = validate.errors?.[0];
    // The path and the rule, never the value: what people type stays out of answers and logs.
    const details: Record<string, string> = {
      in: part,
      at: error?.instancePath ?? '',
      problem: error?.keyword ?? 'invalid',
    };
    const named = error?.params['missingProperty'] ?? error?.params['additionalProperty'];
    if (typeof named === 'string') details['property'] = named.slice(0, 64);
    throw new AppError('request.invalid', { details });
  };
}

/**
 * Checks that every object of an input schema refuses unknown properties, and gives texts and lists without a limit
 * the contract's. Throws at start, so that an open schema can never be served.
 */
export function bounds(schema: Schema, place: string): Schema {
  const result: Record<string, unknown> = { ...schema };
  const types = Array.isArray(schema['type']) ? (schema['type'] as unknown[]) : [schema['type']];
  if (types.includes('object') || 'properties' in schema) assertClosed(schema, place);
  if (types.includes('string') && !('enum' in schema) && !('format' in schema)) {
    result['maxLength'] ??= LIMITS.textFieldCharacters;
  }
  if (types.includes('array')) result['maxItems'] ??= ARRAY_ITEMS_MAX;
  for (const key of ['properties', '$defs']) {
    if (isSchema(schema[key]))
      result[key] = mapValues(schema[key], (child, name) => bounds(child, `${place}.${name}`));
  }
  for (const key of ['items', 'additionalProperties', 'not', 'if', 'then', 'else']) {
    if (isSchema(schema[key])) result[key] = bounds(schema[key], `${place}.${key}`);
  }
  for (const key of ['oneOf', 'anyOf', 'allOf', 'prefixItems']) {
    if (Array.isArray(schema[key]))
      result[key] = (schema[key] as Schema[]).map((child) => bounds(child, place));
  }
  return result;
}

function assertClosed(schema: Schema, place: string): void {
  const rest = schema['additionalProperties'];
  const isMap = isSchema(rest) && typeof schema['maxProperties'] === 'number';
  if (rest !== false && !isMap && schema['unevaluatedProperties'] !== false) {
    throw new Error(`The schema of ${place} admits unknown properties.`);
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues(object: Schema, map: (child: Schema, name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, child]) => [name, isSchema(child) ? map(child, name) : child]),
  );
}
