import type { JsonSchema } from '../connector.ts';
import {
  assertDeclared,
  assertHttp,
  assertPlaces,
  connectorFault,
  HTTP_PROPERTIES,
  operationsSchema,
  parseJson,
  short,
  TEXTS,
  title,
  fill,
  type DeclaredOperation,
  type HttpSettings,
} from '../kit/index.ts';

/** One operation on a type of resource. */
export type FhirOperation = DeclaredOperation & {
  resource: string;
  /** The resource's id, with places `{input}`; without it a search or a creation. */
  id?: string;
  /** Parameters of a search; `{input}` stands for a value that holds nothing which separates. */
  search?: Record<string, string>;
  method?: 'POST' | 'PUT' | 'PATCH';
  /** JSON of the resource, or of a JSON Patch; `{input}` stands inside the quotes. */
  body?: string;
  /** Search by which the system keeps a second creation out (`If-None-Exist`); must hold `{key}` for writes by key. */
  ifNoneExist?: string;
};

/** Settings of a FHIR connector. */
export interface FhirConfig extends HttpSettings {
  operations: FhirOperation[];
}

const OPERATION: Record<string, JsonSchema> = {
  resource: { type: 'string', pattern: '^[A-Z][A-Za-z]{1,63}$' },
  id: short(200),
  search: TEXTS,
  method: { type: 'string', enum: ['POST', 'PUT', 'PATCH'] },
  body: short(20_000),
  ifNoneExist: short(500),
};

const { baseUrl, auth, headers, correlationHeader } = HTTP_PROPERTIES;

/** Schema of the settings. */
export const FHIR_CONFIG_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...{ baseUrl, auth, headers, correlationHeader },
    operations: title('操作', 'Operations', operationsSchema(OPERATION, ['resource'])),
  },
  required: ['baseUrl', 'auth', 'operations'],
};

/** Throws `connector.config_invalid` for what the schema can't say. */
export function assertFhirConfig(config: FhirConfig): void {
  assertHttp(config);
  assertDeclared(config.operations);
  for (const operation of config.operations) assertOperation(operation);
}

function assertOperation(operation: FhirOperation): void {
  const { isReadOnly, id, search, method, body, ifNoneExist, idempotency, input } = operation;
  const known = new Set([...Object.keys(input), 'key', 'correlation', 'now']);
  for (const text of [id ?? '', body ?? '', ifNoneExist ?? '', ...Object.values(search ?? {})]) {
    assertPlaces(text, known);
  }
  const isRead = method === undefined && body === undefined && (id === undefined) !== (search === undefined);
  // A creation has no id yet, a change needs one.
  const isWrite = method !== undefined && body !== undefined && (method === 'POST') === (id === undefined);
  if (isReadOnly ? !isRead : !isWrite || search !== undefined)
    throw connectorFault('connector.config_invalid', 'method');
  const isKeyed = method === 'POST' ? ifNoneExist?.includes('{key}') === true : true;
  if (idempotency === 'key' && !isKeyed) throw connectorFault('connector.config_invalid', 'key');
  if (body !== undefined) {
    try {
      parseJson(
        fill(
          body,
          () => 'x',
          (value) => value,
        ),
      );
    } catch (cause) {
      throw connectorFault('connector.config_invalid', 'body', { cause });
    }
  }
}
