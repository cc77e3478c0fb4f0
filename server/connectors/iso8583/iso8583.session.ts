import { AppError } from '../../kernel/index.ts';
import type {
  CallBounds,
  CallContext,
  ConnectorIo,
  Discovered,
  Raw,
  RawResult,
  Session,
} from '../connector.ts';
import { connectorFault, converse, fill } from '../kit/index.ts';
import { formsOf, type IsoConfig, type IsoOperation } from './iso8583.config.ts';
import { SECRET_FIELDS } from './iso8583.fields.ts';
import { LengthReader, packMessage, parseMessage, type Fields } from './iso8583.message.ts';

/** Answers to others' messages that are passed over on our connection. */
const STRAYS_MAX = 20;
const STAN_MAX = 999_999;
/** Echo test (ISO 8583:1987, network management information code 301). */
const ECHO: Pick<IsoOperation, 'mti' | 'fields'> = { mti: '0800', fields: { 70: '301' } };
const OK_CODES = ['00'];
const ABSENT_CODES = ['14', '25'];
/** Codes of field 39 by what a person does about them. */
const FORBIDDEN_CODES = ['03', '57', '58', '62', '63'];
const BUSY_CODES = ['09', '19', '23', '95'];
const FAILED_CODES = ['06', '68', '90', '91', '92', '96'];
/** Digits behind the point of currencies that do not have two (ISO 4217). */
const CURRENCY_DIGITS: Readonly<Record<string, number>> = { 392: 0, 410: 0, 704: 0, 414: 3, 48: 3, 512: 3 };

/** A host that answers enquiries: one connection for each. */
export class IsoSession implements Session {
  readonly #config: IsoConfig;
  readonly #io: ConnectorIo;

  constructor(config: IsoConfig, io: ConnectorIo) {
    this.#config = config;
    this.#io = io;
  }

  async check(bounds: CallBounds): Promise<void> {
    const answer = await this.#ask(ECHO, {}, { ...bounds, correlationId: this.#io.newId() });
    const code = answer['39'] ?? '';
    if (!OK_CODES.includes(code)) throw refusalOf(code);
  }

  /** A host tells nothing about itself; what is known stands in the settings. */
  async discover(): Promise<Discovered[]> {
    return this.#config.operations.map(({ name, output }) => ({ name, fields: Object.keys(output) }));
  }

  async run(name: string, input: Readonly<Record<string, string>>, call: CallContext): Promise<RawResult> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation === undefined) throw new AppError('connector.operation_unknown');
    const answer = await this.#ask(operation, input, call);
    const { okCodes = OK_CODES, absentCodes = ABSENT_CODES } = operation;
    const code = answer['39'] ?? '';
    if (absentCodes.includes(code)) return { items: [] };
    if (!okCodes.includes(code)) throw refusalOf(code);
    return { items: [recordOf(answer)] };
  }

  async #ask(
    { mti, fields }: Pick<IsoOperation, 'mti' | 'fields'>,
    input: Readonly<Record<string, string>>,
    call: CallContext,
  ): Promise<Fields> {
    const { host, port, isTls } = this.#config;
    const shape = { packing: this.#config, forms: formsOf(this.#config) };
    const filled = Object.entries(fields).map(
      ([number, text]) =>
        [
          number,
          fill(
            text,
            (place) => input[place],
            (value) => value,
          ),
        ] as const,
    );
    const sentFields = { ...this.#own(mti, call.correlationId), ...Object.fromEntries(filled) };
    const sent = packMessage(mti, sentFields, shape);
    const reader = new LengthReader(this.#config);
    let strays = 0;
    const take = (bytes: Buffer): Fields | undefined => {
      for (const whole of reader.push(bytes)) {
        const answer = parseMessage(whole, shape);
        if (isAnswerTo(answer, mti, sentFields)) return answer.fields;
        strays += 1;
        if (strays > STRAYS_MAX) throw connectorFault('connector.schema', 'stray');
      }
      return undefined;
    };
    return converse(this.#io, { protocol: 'tcp', host, port, isTls }, { sent, take }, call);
  }

  /** Times and numbers of a message. Trace number and reference are the end of the call's id, so that both sides find it. */
  #own(mti: string, correlationId: string): Fields {
    const digits = correlationId.replaceAll('-', '').toUpperCase();
    const stan = (Number.parseInt(digits.slice(-10), 16) % STAN_MAX) + 1;
    const at = this.#io.now();
    const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(this.#config.utcOffset) ?? [];
    const shiftMinutes = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
    const utc = digitsOf(at);
    const local = digitsOf(new Date(at.getTime() + shiftMinutes * 60_000));
    const line = { 7: utc.slice(4), 11: String(stan).padStart(6, '0') };
    if (mti === '0800') return line;
    return { ...line, 12: local.slice(8), 13: local.slice(4, 8), 37: digits.slice(-12) };
  }
}

/** Year to second as fourteen digits. */
function digitsOf(at: Date): string {
  return at.toISOString().slice(0, 19).replace(/\D/g, '');
}

/** Whether a message answers ours: its type, our trace number, and every key of ours that it brings back. */
function isAnswerTo({ mti, fields }: { mti: string; fields: Fields }, asked: string, sent: Fields): boolean {
  const isResponse = mti === `${asked.slice(0, 2)}${Number(asked.slice(2)) + 10}`;
  const isEchoed = (number: number) => fields[number] === undefined || fields[number] === sent[number];
  return isResponse && fields[11] === sent[11] && isEchoed(37) && isEchoed(41);
}

/** The answer as a record: `f` and the number of each field; balances of field 54 as `balances`. */
function recordOf(fields: Fields): Raw {
  const entries = Object.entries(fields)
    .filter(([number]) => !SECRET_FIELDS.includes(Number(number)))
    .map(([number, value]): [string, Raw] => [`f${number}`, value]);
  const amounts = fields['54'];
  if (amounts !== undefined) entries.push(['balances', balancesOf(amounts)]);
  return Object.fromEntries(entries);
}

/** Additional amounts: account type 2, amount type 2, currency 3, sign, twelve digits of the smallest unit. */
function balancesOf(text: string): Raw[] {
  return (text.match(/.{20}/g) ?? []).map((one) => {
    const [, account, kind, currency = '', sign, digits = ''] =
      /^(..)(..)(\d{3})([CD])(\d{12})$/.exec(one) ?? [];
    if (account === undefined || kind === undefined) throw connectorFault('connector.schema', 'amounts');
    const places = CURRENCY_DIGITS[String(Number(currency))] ?? 2;
    const whole = digits.slice(0, digits.length - places).replace(/^0+(?=\d)/, '');
    const amount = `${sign === 'D' ? '-' : ''}${whole}${places === 0 ? '' : `.${digits.slice(-places)}`}`;
    return { account, kind, currency, amount };
  });
}

function refusalOf(code: string): AppError {
  if (FORBIDDEN_CODES.includes(code)) return connectorFault('connector.forbidden', 'code');
  if (BUSY_CODES.includes(code)) return connectorFault('connector.overloaded', 'code');
  if (FAILED_CODES.includes(code)) return connectorFault('connector.remote_error', 'code');
  return connectorFault('connector.remote_refused', 'code');
}
