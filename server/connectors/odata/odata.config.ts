import type { JsonSchema } from '../connector.ts';
import {
  assertDeclared,
  assertHttp,
  compileMapping,
  connectorFault,
  HTTP_PROPERTIES,
  operationsSchema,
  short,
  title,
  type DeclaredOperation,
  type HttpSettings,
} from '../kit/index.ts';
import { literalOf, ODATA_TYPES, type ODataType, type ODataVersion } from './odata.literal.ts';

/** A value of a question or a write: an input of the operation, the key of the write, or a text of the settings. */
export interface ODataValue {
  input?: string;
  value?: string;
  type: ODataType;
}

const OPERATORS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'startswith', 'contains'] as const;

/** A condition; several are joined by `and`. One whose input is not given is left out. */
export type ODataCondition = ODataValue & { field: string; operator: (typeof OPERATORS)[number] };

/** One operation: which set is asked or written, and how. */
export type ODataOperation = DeclaredOperation & {
  entitySet: string;
  /** One record by its key; `navigate` goes on from there. */
  key?: Record<string, ODataValue>;
  navigate?: string;
  filter?: ODataCondition[];
  select?: string[];
  expand?: string[];
  orderBy?: string;
  /** Records asked for at most; all pages when absent. */
  top?: number;
  /** Of writes; PATCH becomes MERGE for version 2. */
  method?: 'POST' | 'PATCH' | 'PUT';
  fields?: Record<string, ODataValue>;
  /** Where the new record's own id stands in the answer. */
  reference?: string;
  /** The field that carries the key of a write; by it the record is looked for after a lost answer. */
  keyField?: string;
};

/** Settings of an OData connector. */
export interface ODataConfig extends HttpSettings {
  version: ODataVersion;
  /** Client of an SAP system, sent as `sap-client`. */
  sapClient?: string;
  /** A token is fetched before writes and sent with them. */
  hasCsrf?: boolean;
  /** Writes travel in a change set of `$batch`. */
  isBatched?: boolean;
  /** What the system says, as code or inside its message, when a record with that key is there already. */
  duplicates?: string[];
  operations: ODataOperation[];
}

const NAME = '^[A-Za-z_][A-Za-z0-9_]{0,127}$';
const PATH = '^[A-Za-z_][A-Za-z0-9_]{0,127}(?:/[A-Za-z_][A-Za-z0-9_]{0,127}){0,4}$';
const valueProperties: Record<string, JsonSchema> = {
  input: { type: 'string', pattern: '^[a-z][A-Za-z0-9]{0,39}$' },
  value: { type: 'string', maxLength: 1_000 },
  type: { type: 'string', enum: [...ODATA_TYPES] },
};
const value: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: valueProperties,
  required: ['type'],
};
const values = (pattern: string): JsonSchema => ({
  type: 'object',
  propertyNames: { pattern },
  additionalProperties: value,
  minProperties: 1,
  maxProperties: 60,
});
const names: JsonSchema = { type: 'array', maxItems: 60, items: { type: 'string', pattern: PATH } };

const OPERATION: Record<string, JsonSchema> = {
  entitySet: { type: 'string', pattern: NAME },
  key: values(NAME),
  navigate: { type: 'string', pattern: NAME },
  filter: {
    type: 'array',
    maxItems: 10,
    items: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...valueProperties,
        field: { type: 'string', pattern: PATH },
        operator: { type: 'string', enum: [...OPERATORS] },
      },
      required: ['field', 'operator', 'type'],
    },
  },
  select: names,
  expand: names,
  orderBy: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_/]{0,127}(?: (?:asc|desc))?$' },
  top: { type: 'integer', minimum: 1, maximum: 1_000 },
  method: { type: 'string', enum: ['POST', 'PATCH', 'PUT'] },
  fields: values(NAME),
  reference: short(300),
  keyField: { type: 'string', pattern: NAME },
};

const { headers, correlationHeader, baseUrl, auth } = HTTP_PROPERTIES;

/** Schema of the settings. */
export const ODATA_CONFIG_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...{
      baseUrl,
      version: title('协议版本', 'Version', { type: 'string', enum: ['2', '4'] }),
      auth,
      headers,
    },
    sapClient: title('SAP 客户端', 'SAP client', { type: 'string', pattern: '^[0-9]{3}$' }),
    hasCsrf: title('写入前获取 CSRF 令牌', 'Fetch a CSRF token before writes', { type: 'boolean' }),
    isBatched: title('写入通过 $batch', 'Write through $batch', { type: 'boolean' }),
    duplicates: title('表示记录已存在的代码或文字', 'Codes or words for a record that exists', {
      type: 'array',
      maxItems: 20,
      items: short(200),
    }),
    correlationHeader,
    operations: title('操作', 'Operations', operationsSchema(OPERATION, ['entitySet'])),
  },
  required: ['baseUrl', 'version', 'auth', 'operations'],
};

/** Throws `connector.config_invalid` for what the schema can't say. */
export function assertODataConfig(config: ODataConfig): void {
  assertHttp(config);
  assertDeclared(config.operations);
  for (const operation of config.operations) assertOperation(config.version, operation);
}

function assertOperation(version: ODataVersion, operation: ODataOperation): void {
  const { isReadOnly, key, filter = [], fields, method, keyField, reference, input } = operation;
  const all = [...Object.values(key ?? {}), ...filter, ...Object.values(fields ?? {})];
  for (const one of all) {
    const isOne = (one.input === undefined) !== (one.value === undefined);
    if (!isOne || (one.input !== undefined && input[one.input] === undefined)) {
      throw connectorFault('connector.config_invalid', 'placeholder');
    }
    if (one.value !== undefined) assertLiteral(version, one.value, one.type);
  }
  const isWrite = method !== undefined && fields !== undefined;
  if (isReadOnly === isWrite || (isReadOnly && (method ?? fields) !== undefined)) {
    throw connectorFault('connector.config_invalid', 'method');
  }
  if (method !== undefined && method !== 'POST' && key === undefined) {
    throw connectorFault('connector.config_invalid', 'method');
  }
  if (operation.idempotency === 'key' && keyField === undefined) {
    throw connectorFault('connector.config_invalid', 'key');
  }
  if (reference !== undefined) compileMapping(reference);
}

function assertLiteral(version: ODataVersion, text: string, type: ODataType): void {
  try {
    literalOf(version, text, type);
  } catch (cause) {
    throw connectorFault('connector.config_invalid', 'value', { cause });
  }
}
