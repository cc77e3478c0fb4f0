import type { JsonSchema } from '../connector.ts';
import {
  ANSWER_CODE_SCHEMA,
  assertDeclared,
  assertHttp,
  assertPlaces,
  compileMapping,
  connectorFault,
  HTTP_PROPERTIES,
  operationsSchema,
  short,
  TEXTS,
  title,
  type AnswerCode,
  type DeclaredOperation,
  type HttpSettings,
} from '../kit/index.ts';

/** One operation: what is asked and where its records stand. */
export type RestOperation = DeclaredOperation & {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base address; `{name}` is an input, percent-encoded. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** A JSON text or a form; `{name}` stands inside the quotes of a JSON text. */
  body?: string;
  form?: Record<string, string>;
  /** Where the records stand in the answer; the whole answer when absent. */
  records?: string;
  /** Where the address of the next page stands. */
  next?: string;
  /** Statuses that mean: there is none. */
  absentStatuses?: number[];
  /** Where the system puts its own code with a status 200, and what it means. */
  code?: AnswerCode;
  /** Name of the header that carries the key of a write. */
  keyHeader?: string;
  /** Where the record's own id stands in the answer of a write. */
  reference?: string;
  /** The operation that tells by key what became of a write. */
  inquiry?: { method: 'GET'; path: string; donePath: string };
};

/** Settings of a REST connector. */
export interface RestConfig extends HttpSettings {
  /** What the test of the connection asks for; below the base address. */
  checkPath: string;
  operations: RestOperation[];
}

/** Schema of the settings. */
export const REST_CONFIG_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...HTTP_PROPERTIES,
    checkPath: title('测试路径', 'Path of the test', short(500)),
    charset: title('字符集', 'Charset', { type: 'string', enum: ['utf-8', 'gb18030', 'big5'] }),
    operations: title(
      '操作',
      'Operations',
      operationsSchema(
        {
          method: { type: 'string', enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
          path: { type: 'string', maxLength: 1_000, pattern: '^/' },
          query: TEXTS,
          headers: TEXTS,
          body: short(20_000),
          form: TEXTS,
          records: { type: 'string', maxLength: 300 },
          next: short(300),
          absentStatuses: {
            type: 'array',
            maxItems: 10,
            items: { type: 'integer', minimum: 200, maximum: 499 },
          },
          code: ANSWER_CODE_SCHEMA,
          keyHeader: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9-]{0,60}$' },
          reference: short(300),
          inquiry: {
            type: 'object',
            additionalProperties: false,
            properties: { method: { const: 'GET' }, path: short(1_000), donePath: short(300) },
            required: ['method', 'path', 'donePath'],
          },
        },
        ['method', 'path'],
      ),
    ),
  },
  required: ['baseUrl', 'auth', 'checkPath', 'operations'],
};

/** Throws `connector.config_invalid` for what the schema can't say. */
export function assertRestConfig(config: RestConfig): void {
  assertHttp(config);
  assertDeclared(config.operations);
  for (const operation of config.operations) assertRestOperation(operation);
}

function assertRestOperation(operation: RestOperation): void {
  const known = new Set([...Object.keys(operation.input), 'key', 'correlation', 'now']);
  const texts = [operation.path, operation.body ?? '', operation.inquiry?.path ?? ''];
  for (const map of [operation.query, operation.headers, operation.form])
    texts.push(...Object.values(map ?? {}));
  for (const text of texts) assertPlaces(text, known);
  // A path that could begin with another host is none of ours.
  if (operation.path.startsWith('//')) throw connectorFault('connector.config_invalid', 'url');
  if (operation.body !== undefined && operation.form !== undefined) {
    throw connectorFault('connector.config_invalid', 'body');
  }
  if (
    operation.idempotency === 'key' &&
    operation.keyHeader === undefined &&
    !texts.join().includes('{key}')
  ) {
    throw connectorFault('connector.config_invalid', 'key');
  }
  const { records, next, reference, code, inquiry } = operation;
  for (const path of [records, next, reference, code?.path, inquiry?.donePath]) {
    if (path !== undefined) compileMapping(path);
  }
}
