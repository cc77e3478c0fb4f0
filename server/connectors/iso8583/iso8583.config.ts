import type { JsonSchema } from '../connector.ts';
import {
  assertDeclared,
  assertPlaces,
  connectorFault,
  operationsSchema,
  placesOf,
  short,
  title,
  type DeclaredOperation,
} from '../kit/index.ts';
import { AMOUNT_FIELD, FIELDS, MONEY_FIELDS, SECRET_FIELDS, type FieldForm } from './iso8583.fields.ts';
import type { Packing } from './iso8583.message.ts';

/** Kinds of messages that move nothing: enquiries, and management of the line. */
export const ENQUIRY_TYPES = ['0100', '0200', '0800'] as const;

/** One operation: the message, and what the answers' codes mean. */
export type IsoOperation = DeclaredOperation & {
  mti: (typeof ENQUIRY_TYPES)[number];
  /** Values by field; `{name}` is an input. 7, 11, 12, 13, and 37 are set unless they are declared. */
  fields: Record<string, string>;
  /** Codes of field 39; default `00` is fine and `14`, `25` mean that there is none. */
  okCodes?: string[];
  absentCodes?: string[];
};

/** Settings of an ISO 8583 connector. */
export interface IsoConfig extends Packing {
  host: string;
  port: number;
  isTls: boolean;
  utcOffset: string;
  /** Forms of fields that the standard table has otherwise or not. */
  forms: Record<string, FieldForm>;
  operations: IsoOperation[];
}

const codes: JsonSchema = {
  type: 'array',
  maxItems: 50,
  items: { type: 'string', pattern: '^[0-9A-Z]{2}$' },
};
const FIELD = '^([2-9]|[1-9]\\d|1[01]\\d|12[0-8])$';
const yesNo: JsonSchema = { type: 'boolean' };
const choice = (...words: (string | number)[]): JsonSchema => ({ type: 'string', enum: words });

/** Schema of the settings. */
export const ISO_CONFIG_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    host: title('主机', 'Host', short(253)),
    port: title('端口', 'Port', { type: 'integer', minimum: 1, maximum: 65_535 }),
    isTls: title('使用 TLS', 'TLS', yesNo),
    lengthBytes: title('长度头字节数', 'Bytes of the length', { type: 'integer', enum: [2, 4] }),
    lengthForm: title('长度头格式', 'Form of the length', choice('binary', 'ascii', 'bcd')),
    isLengthInclusive: title('长度含长度头', 'The length counts itself', yesNo),
    header: title('报文头（十六进制）', 'Header (hexadecimal)', {
      type: 'string',
      pattern: '^([0-9A-Fa-f]{2}){0,64}$',
    }),
    digits: title('数字编码', 'Digits', choice('ascii', 'bcd')),
    oddSide: title('奇数位补零', 'Odd digits are filled on the', choice('left', 'right')),
    bitmap: title('位图', 'Bitmap', choice('binary', 'hex')),
    charset: title('字符集', 'Charset', choice('latin1', 'gb18030', 'utf-8')),
    utcOffset: title('时区', 'Offset from UTC', { type: 'string', pattern: '^[+-](0\\d|1[0-4])[0-5]\\d$' }),
    forms: title('域格式', 'Forms of fields', {
      type: 'object',
      propertyNames: { pattern: FIELD },
      maxProperties: 128,
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        properties: {
          kind: choice('n', 'an', 'ans', 'z', 'b'),
          length: choice('fixed', 'll', 'lll'),
          size: { type: 'integer', minimum: 1, maximum: 999 },
        },
        required: ['kind', 'length', 'size'],
      },
    }),
    operations: title(
      '操作',
      'Operations',
      operationsSchema(
        {
          mti: choice(...ENQUIRY_TYPES),
          fields: {
            type: 'object',
            propertyNames: { pattern: FIELD },
            additionalProperties: { type: 'string', maxLength: 999 },
            maxProperties: 60,
          },
          ...{ okCodes: codes, absentCodes: codes },
        },
        ['mti', 'fields'],
      ),
    ),
  },
  required: [
    ...['host', 'port', 'isTls', 'lengthBytes', 'lengthForm', 'isLengthInclusive', 'header', 'digits'],
    ...['oddSide', 'bitmap', 'charset', 'utcOffset', 'forms', 'operations'],
  ],
};

/** The table of fields: the standard's, with what the settings declare. */
export function formsOf({ forms }: Pick<IsoConfig, 'forms'>): Record<string, FieldForm> {
  return { ...FIELDS, ...forms };
}

/** Throws `connector.config_invalid`; reason `money` for whatever could move any. */
export function assertIsoConfig(config: IsoConfig): void {
  assertDeclared(config.operations);
  const forms = formsOf(config);
  for (const operation of config.operations) {
    assertEnquiry(operation);
    for (const [number, text] of Object.entries(operation.fields)) {
      if (forms[number] === undefined) throw connectorFault('connector.config_invalid', 'field');
      if (placesOf(text).some((place) => place.startsWith('secret.'))) {
        throw connectorFault('connector.config_invalid', 'placeholder');
      }
      assertPlaces(text, new Set(Object.keys(operation.input)));
    }
  }
}

/**
 * An enquiry and nothing else: read only, a processing code that begins with 3 (ISO 8583:1987, enquiry services) and that no
 * input can change, no amount, no field that belongs to moving money, none that opens an account.
 */
function assertEnquiry({ mti, fields, isReadOnly, movesMoney }: IsoOperation): void {
  const has = (number: number) => Object.hasOwn(fields, String(number));
  const isEnquiry = mti === '0800' ? !has(3) : /^3\d{5}$/.test(fields['3'] ?? '');
  const isFree = !has(AMOUNT_FIELD) || /^0{1,12}$/.test(fields[AMOUNT_FIELD] ?? '');
  const isHarmless = !MONEY_FIELDS.some(has) && !SECRET_FIELDS.some(has) && movesMoney !== true && isReadOnly;
  if (!isEnquiry || !isFree || !isHarmless) throw connectorFault('connector.config_invalid', 'money');
}
