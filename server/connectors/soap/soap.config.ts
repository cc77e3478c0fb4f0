import { AppError } from '../../kernel/index.ts';
import type { JsonSchema } from '../connector.ts';
import {
  ANSWER_CODE_SCHEMA,
  assertDeclared,
  assertHttp,
  assertPlaces,
  compileMapping,
  connectorFault,
  fill,
  HTTP_PROPERTIES,
  operationsSchema,
  parseXmlText,
  placesOf,
  short,
  title,
  type AnswerCode,
  type DeclaredOperation,
  type HttpSettings,
} from '../kit/index.ts';

/** What is sent: its action, and what stands in the body of the envelope. */
export interface SoapRequest {
  action: string;
  /** One element; `{name}` is an input, as text of an element or of a quoted attribute. */
  body: string;
}

/** One operation. */
export type SoapOperation = DeclaredOperation &
  SoapRequest & {
    /** Where the answer holds a document of its own as text, as many hospitals send it. */
    inside?: string;
    /** Where the records stand in what the body holds; all of it when absent. */
    records?: string;
    /** The system's own code in the answer, and what it means. */
    code?: AnswerCode;
    /** Codes of a fault, by their local name or at `faultPath` in its detail. */
    faultPath?: string;
    faults?: Partial<Record<'absent' | 'auth' | 'forbidden' | 'busy' | 'done', string[]>>;
    /** Where the record's own id stands in the answer of a write. */
    reference?: string;
    /** What is asked to learn what became of a write. */
    inquiry?: SoapRequest & { donePath: string };
  };

/** Settings of a SOAP connector. */
export interface SoapConfig extends HttpSettings {
  version: '1.1' | '1.2';
  /** WS-Security: none, or the account and secret `password` with time and nonce. */
  security: 'none' | 'timestamp' | 'digest' | 'text';
  /** Account of `digest` and `text`. */
  user?: string;
  /** What the test of the connection asks. */
  check: SoapRequest;
  operations: SoapOperation[];
}

const action: JsonSchema = { type: 'string', maxLength: 500, pattern: '^[\\x21\\x23-\\x7e]*$' };
const body = short(20_000);
const request = { action, body };
const codes: JsonSchema = { type: 'array', maxItems: 50, items: short(100) };

/** Schema of the settings. */
export const SOAP_CONFIG_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...HTTP_PROPERTIES,
    version: title('SOAP 版本', 'SOAP version', { type: 'string', enum: ['1.1', '1.2'] }),
    security: title('WS-Security', 'WS-Security', {
      type: 'string',
      enum: ['none', 'timestamp', 'digest', 'text'],
    }),
    user: title('WS-Security 账号', 'Account of WS-Security', short(200)),
    check: title('测试请求', 'Request of the test', {
      type: 'object',
      additionalProperties: false,
      properties: request,
      required: ['action', 'body'],
    }),
    charset: title('字符集', 'Charset', { type: 'string', enum: ['utf-8', 'gb18030', 'big5'] }),
    operations: title(
      '操作',
      'Operations',
      operationsSchema(
        {
          ...request,
          ...{ inside: short(300), records: { type: 'string', maxLength: 300 }, code: ANSWER_CODE_SCHEMA },
          faultPath: short(300),
          faults: {
            type: 'object',
            additionalProperties: false,
            properties: { absent: codes, auth: codes, forbidden: codes, busy: codes, done: codes },
          },
          reference: short(300),
          inquiry: {
            type: 'object',
            additionalProperties: false,
            properties: { ...request, donePath: short(300) },
            required: ['action', 'body', 'donePath'],
          },
        },
        ['action', 'body'],
      ),
    ),
  },
  required: ['baseUrl', 'auth', 'version', 'security', 'check', 'operations'],
};

/** Throws `connector.config_invalid` for what the schema can't say. */
export function assertSoapConfig(config: SoapConfig): void {
  assertHttp(config);
  assertDeclared(config.operations);
  const isNamed = config.security === 'none' || config.security === 'timestamp';
  if (!isNamed && config.user === undefined) throw connectorFault('connector.config_invalid', 'auth');
  assertBody(config.check.body, []);
  for (const operation of config.operations) assertOperation(operation);
}

function assertOperation(operation: SoapOperation): void {
  const { body: text, input, inside, records, code, faultPath, reference, inquiry } = operation;
  assertBody(text, Object.keys(input));
  if (inquiry !== undefined) assertBody(inquiry.body, Object.keys(input));
  if (operation.idempotency === 'key' && !placesOf(text).includes('key')) {
    throw connectorFault('connector.config_invalid', 'key');
  }
  if (operation.isReadOnly && operation.faults?.done !== undefined) {
    throw connectorFault('connector.config_invalid', 'done_codes');
  }
  for (const path of [inside, records, code?.path, faultPath, reference, inquiry?.donePath]) {
    if (path !== undefined) compileMapping(path);
  }
}

/** The body must be one element by itself, so that no value can be more than a value. */
function assertBody(text: string, inputs: readonly string[]): void {
  assertPlaces(text, new Set([...inputs, 'key', 'correlation', 'now']));
  if (placesOf(text).some((place) => place.startsWith('secret.'))) {
    throw connectorFault('connector.config_invalid', 'placeholder');
  }
  try {
    parseXmlText(
      fill(
        text,
        () => 'x',
        (value) => value,
      ),
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw connectorFault('connector.config_invalid', 'xml', { cause: error });
  }
}
