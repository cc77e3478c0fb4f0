import { AppError } from '../../kernel/index.ts';
import type { CallBounds, CallContext, ConnectorIo, Discovered, RawResult, Session } from '../connector.ts';
import { compileMapping, connectorFault, converse, encodeText, fill } from '../kit/index.ts';
import type { Hl7Config, Hl7Operation } from './hl7v2.config.ts';
import { frame, FrameReader } from './hl7v2.frame.ts';
import {
  escapeValue,
  groupsOf,
  OWN_SEPARATORS,
  parseMessage,
  textAt,
  toRecord,
  type Hl7Message,
} from './hl7v2.message.ts';

type Input = Readonly<Record<string, string>>;

/** What MSH-18 calls the charsets we write (HL7 table 0211). */
const CHARSET_WORDS: Readonly<Record<string, string>> = {
  'utf-8': 'UNICODE UTF-8',
  gb18030: 'GB 18030-2000',
  big5: 'BIG-5',
  latin1: '8859/1',
};
/** Longest MSH-10 of versions before 2.7. */
const SHORT_ID_CHARACTERS = 20;
/** Answers to others' messages that are passed over on our connection. */
const STRAYS_MAX = 20;
/** Codes of table 0357. */
const UNKNOWN_KEY = '204';
const LOCKED = '206';
const INTERNAL = '207';
/** What the test of the connection sends: the time, for any system to acknowledge or to refuse by name. */
const CHECK = { message: 'NMD^N02^NMD_N02', segments: ['NCK|{now}'] };

/** An HL7 v2 system in use: one connection for each message. */
export class Hl7Session implements Session {
  readonly #config: Hl7Config;
  readonly #io: ConnectorIo;

  constructor(config: Hl7Config, io: ConnectorIo) {
    this.#config = config;
    this.#io = io;
  }

  /** Any answer to our message proves the place, its certificate, and that it speaks HL7; a rejection is told as one. */
  async check(bounds: CallBounds): Promise<void> {
    const answer = await this.#ask(CHECK, {}, { ...bounds, correlationId: this.#io.newId() });
    if (/^[AC]R$/.test(textAt(answer, 'MSA', 1))) throw refusalOf(answer);
  }

  /** A system tells nothing about itself over MLLP; what is known stands in the settings. */
  async discover(): Promise<Discovered[]> {
    return this.#config.operations.map(({ name, output }) => ({ name, fields: Object.keys(output) }));
  }

  async run(name: string, input: Input, call: CallContext): Promise<RawResult> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation === undefined) throw new AppError('connector.operation_unknown');
    const answer = await this.#ask(operation, input, call);
    return resultOf(operation, answer);
  }

  /** Sends one message and gives the answer to it: the one whose MSA-2 is our MSH-10. */
  async #ask(
    {
      message,
      segments,
      isReadOnly = true,
    }: Pick<Hl7Operation, 'message' | 'segments'> & { isReadOnly?: boolean },
    input: Input,
    call: CallContext,
  ): Promise<Hl7Message> {
    const { host, port, isTls, charset } = this.#config;
    const id = this.#messageId(call.key ?? call.correlationId);
    const now = timeOf(this.#io.now(), this.#config.utcOffset);
    const own: Input = {
      now,
      correlation: call.correlationId,
      ...(call.key === undefined ? {} : { key: call.key }),
    };
    const lines = segments.map((line) => fill(line, (place) => input[place] ?? own[place], escapeValue));
    const sent = frame(encodeText([this.#header(message, { id, now }), ...lines, ''].join('\r'), charset));
    const reader = new FrameReader();
    let strays = 0;
    const take = (bytes: Buffer): Hl7Message | undefined => {
      for (const whole of reader.push(bytes)) {
        const answer = parseMessage(whole, charset);
        if (isAnswerTo(answer, id, isReadOnly)) return answer;
        strays += 1;
        if (strays > STRAYS_MAX) throw connectorFault('connector.schema', 'ack');
      }
      return undefined;
    };
    return converse(this.#io, { protocol: 'mllp', host, port, isTls }, { sent, take }, call);
  }

  #header(message: string, { id, now }: { id: string; now: string }): string {
    const { sendingApplication, sendingFacility, receivingApplication, receivingFacility } = this.#config;
    const parties = [sendingApplication, sendingFacility, receivingApplication, receivingFacility];
    const { component, repetition, escape, sub } = OWN_SEPARATORS;
    const fields = [
      ...['MSH', component + repetition + escape + sub, ...parties.map(escapeValue), now, '', message, id],
      ...['P', this.#config.version, '', '', '', '', '', CHARSET_WORDS[this.#config.charset] ?? ''],
    ];
    return fields.join(OWN_SEPARATORS.field);
  }

  /** The end of an id is its random part: with twenty of its digits a call is still found in the trail. */
  #messageId(id: string): string {
    return this.#config.isShortId ? id.replaceAll('-', '').slice(-SHORT_ID_CHARACTERS) : id;
  }
}

/** A date and time with its offset (HL7 type TS). */
function timeOf(at: Date, utcOffset: string): string {
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(utcOffset) ?? [];
  const shiftMinutes = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const local = new Date(at.getTime() + shiftMinutes * 60_000).toISOString();
  return local.slice(0, 19).replace(/\D/g, '') + utcOffset;
}

/** Whether a message answers ours. Some systems write the same MSH-10 into every answer: only MSA-2 tells. */
function isAnswerTo(answer: Hl7Message, id: string, isReadOnly: boolean): boolean {
  const code = textAt(answer, 'MSA', 1);
  if (!/^[AC][AER]$/.test(code)) throw connectorFault('connector.schema', 'ack');
  if (textAt(answer, 'MSA', 2) !== id) return false;
  // Received, not answered: the answer follows. To a write it says enough.
  return code !== 'CA' || !isReadOnly;
}

function resultOf(operation: Hl7Operation, answer: Hl7Message): RawResult {
  const { isReadOnly, absentCodes = isReadOnly ? [UNKNOWN_KEY] : [], doneCodes = [] } = operation;
  const code = errorCodeOf(answer);
  const isRefused = !/^[AC]A$/.test(textAt(answer, 'MSA', 1));
  if (isRefused && absentCodes.includes(code)) return { items: [] };
  if (isRefused && !doneCodes.includes(code)) throw refusalOf(answer);
  const status = textAt(answer, 'QAK', 2);
  if (status === 'NF') return { items: [] };
  if (status === 'AE' || status === 'AR') throw refusalOf(answer);
  const records = operation.records === undefined ? [answer.segments] : groupsOf(answer, operation.records);
  const reference =
    operation.reference === undefined
      ? undefined
      : compileMapping(operation.reference)(toRecord(answer.segments, answer))[0];
  return {
    items: records.map((segments) => toRecord(segments, answer)),
    ...(typeof reference === 'string' ? { reference } : {}),
  };
}

/** ERR-3 since version 2.5, the fourth component of ERR-1 before it, MSA-6 before that. */
function errorCodeOf(answer: Hl7Message): string {
  return textAt(answer, 'ERR', 3) || textAt(answer, 'ERR', 1, 4) || textAt(answer, 'MSA', 6);
}

function refusalOf(answer: Hl7Message): AppError {
  const code = errorCodeOf(answer);
  if (code === LOCKED) return connectorFault('connector.overloaded', 'locked');
  if (code === INTERNAL) return connectorFault('connector.remote_error', 'server');
  return connectorFault('connector.remote_refused', textAt(answer, 'MSA', 1).toLowerCase());
}
