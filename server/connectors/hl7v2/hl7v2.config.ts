import type { JsonSchema } from '../connector.ts';
import {
  assertDeclared,
  assertPlaces,
  compileMapping,
  connectorFault,
  operationsSchema,
  placesOf,
  short,
  title,
  type DeclaredOperation,
} from '../kit/index.ts';

/** One operation: the message that is sent, and where its records stand. */
export type Hl7Operation = DeclaredOperation & {
  /** MSH-9 of the message: `QBP^Q22^QBP_Q21`. */
  message: string;
  /** Segments after MSH; `{name}` is an input, escaped for its field. */
  segments: string[];
  /** Name of the segment that begins a record; the whole answer is one record when absent. */
  records?: string;
  /** Codes of ERR that mean: there is none. Default 204 of reads. */
  absentCodes?: string[];
  /** Codes of ERR that mean, to a repeated write: it is there already. */
  doneCodes?: string[];
  /** Where the record's own id stands in the answer of a write. */
  reference?: string;
};

/** Settings of an HL7 v2 connector. */
export interface Hl7Config {
  host: string;
  port: number;
  isTls: boolean;
  version: string;
  charset: string;
  sendingApplication: string;
  sendingFacility: string;
  receivingApplication: string;
  receivingFacility: string;
  /** What the times of our messages are written in: `+0800`. */
  utcOffset: string;
  /** MSH-10 of at most 20 characters, as versions before 2.7 have it. */
  isShortId: boolean;
  operations: Hl7Operation[];
}

const name = short(60);
const yesNo: JsonSchema = { type: 'boolean' };
const codes: JsonSchema = {
  type: 'array',
  maxItems: 20,
  items: { type: 'string', pattern: '^[0-9A-Za-z]{1,20}$' },
};

/** Schema of the settings. */
export const HL7_CONFIG_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    host: title('主机', 'Host', short(253)),
    port: title('端口', 'Port', { type: 'integer', minimum: 1, maximum: 65_535 }),
    isTls: title('使用 TLS', 'TLS', yesNo),
    version: title('版本（MSH-12）', 'Version (MSH-12)', {
      type: 'string',
      enum: ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6'],
    }),
    charset: title('字符集（MSH-18）', 'Charset (MSH-18)', {
      type: 'string',
      enum: ['utf-8', 'gb18030', 'big5', 'latin1'],
    }),
    sendingApplication: title('发送应用（MSH-3）', 'Sending application (MSH-3)', name),
    sendingFacility: title('发送机构（MSH-4）', 'Sending facility (MSH-4)', name),
    receivingApplication: title('接收应用（MSH-5）', 'Receiving application (MSH-5)', name),
    receivingFacility: title('接收机构（MSH-6）', 'Receiving facility (MSH-6)', name),
    utcOffset: title('时区', 'Offset from UTC', { type: 'string', pattern: '^[+-](0\\d|1[0-4])[0-5]\\d$' }),
    isShortId: title('消息编号不超过 20 位', 'Message ids of at most 20 characters', yesNo),
    operations: title(
      '操作',
      'Operations',
      operationsSchema(
        {
          message: { type: 'string', pattern: '^[A-Z0-9]{3}\\^[A-Z0-9]{3}(\\^[A-Z0-9_]{3,20})?$' },
          segments: { type: 'array', minItems: 1, maxItems: 30, items: short(2_000) },
          records: { type: 'string', pattern: '^[A-Z][A-Z0-9]{2}$' },
          absentCodes: codes,
          doneCodes: codes,
          reference: short(300),
        },
        ['message', 'segments'],
      ),
    ),
  },
  required: [
    ...['host', 'port', 'isTls', 'version', 'charset', 'sendingApplication', 'sendingFacility'],
    ...['receivingApplication', 'receivingFacility', 'utcOffset', 'isShortId', 'operations'],
  ],
};

/** Throws `connector.config_invalid` for what the schema can't say. */
export function assertHl7Config({ operations }: Hl7Config): void {
  assertDeclared(operations);
  for (const { segments, input, reference, isReadOnly, doneCodes } of operations) {
    const known = new Set([...Object.keys(input), 'key', 'correlation', 'now']);
    for (const line of segments) {
      // The header is ours, and one line is one segment.
      const isSegment = /^(?!MSH)[A-Z][A-Z0-9]{2}(\|[^\u0000-\u001f]*)?$/u.test(line);
      if (!isSegment) throw connectorFault('connector.config_invalid', 'segment');
      if (placesOf(line).some((place) => place.startsWith('secret.'))) {
        throw connectorFault('connector.config_invalid', 'placeholder');
      }
      assertPlaces(line, known);
    }
    if (reference !== undefined) compileMapping(reference);
    if (isReadOnly && doneCodes !== undefined) throw connectorFault('connector.config_invalid', 'done_codes');
  }
}
