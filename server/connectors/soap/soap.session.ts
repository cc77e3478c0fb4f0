import { AppError } from '../../kernel/index.ts';
import type {
  CallBounds,
  CallContext,
  ConnectorIo,
  Discovered,
  HttpAnswer,
  Raw,
  RawResult,
  Session,
} from '../connector.ts';
import {
  charsetNamed,
  compileMapping,
  connectorFault,
  decodeText,
  elementToRaw,
  escapeXml,
  fill,
  HttpTalk,
  isAbsentByCode,
  parseXmlText,
  recordsOf,
  textAt,
} from '../kit/index.ts';
import type { SoapConfig, SoapOperation, SoapRequest } from './soap.config.ts';
import { envelopeOf, readEnvelope, type SoapFault } from './soap.envelope.ts';

type Input = Readonly<Record<string, string>>;

/** Codes of faults that say: not with these credentials (WS-Security §12). */
const AUTH_CODES: readonly string[] = [
  ...['FailedAuthentication', 'FailedCheck', 'InvalidSecurity', 'InvalidSecurityToken', 'MessageExpired'],
  ...['SecurityTokenUnavailable', 'UnsupportedSecurityToken'],
];
/** Codes of faults by which a system says that it failed, not we. */
const SERVER_CODES: readonly string[] = ['Server', 'Receiver'];

/** A SOAP system in use. */
export class SoapSession implements Session {
  readonly #config: SoapConfig;
  readonly #io: ConnectorIo;
  readonly #talk: HttpTalk;

  constructor(config: SoapConfig, io: ConnectorIo) {
    this.#config = config;
    this.#io = io;
    this.#talk = new HttpTalk(config, io);
  }

  async check(bounds: CallBounds): Promise<void> {
    const answer = await this.#ask(this.#config.check, {}, { ...bounds, correlationId: this.#io.newId() });
    if ('fault' in answer) throw meaningOf(answer.fault, {}).error;
  }

  /** What is known of a system stands in the settings. */
  async discover(): Promise<Discovered[]> {
    return this.#config.operations.map(({ name, output }) => ({ name, fields: Object.keys(output) }));
  }

  async run(name: string, input: Input, call: CallContext): Promise<RawResult> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation === undefined) throw new AppError('connector.operation_unknown');
    const answer = await this.#ask(operation, input, call);
    if ('fault' in answer) {
      const { word, error } = meaningOf(answer.fault, operation);
      if (word === 'absent' || (word === 'done' && !operation.isReadOnly)) return { items: [] };
      throw error;
    }
    const document = documentOf(operation, answer.content);
    if (document === undefined || isAbsentByCode(operation.code, document)) return { items: [] };
    const reference = textAt(operation.reference, document);
    return { items: recordsOf(operation, document), ...(reference === undefined ? {} : { reference }) };
  }

  async inquire(name: string, input: Input, call: CallContext): Promise<'done' | 'absent' | undefined> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation?.inquiry === undefined) return undefined;
    const answer = await this.#ask(operation.inquiry, input, call);
    if ('fault' in answer) {
      const { word, error } = meaningOf(answer.fault, operation);
      if (word === 'absent') return 'absent';
      throw error;
    }
    const document = documentOf(operation, answer.content);
    if (document === undefined) return 'absent';
    return textAt(operation.inquiry.donePath, document) === undefined ? 'absent' : 'done';
  }

  async #ask(
    { action, body }: SoapRequest,
    input: Input,
    call: CallContext,
  ): Promise<{ content: Raw } | { fault: SoapFault }> {
    const own: Record<string, string | undefined> = {
      ...{ key: call.key, correlation: call.correlationId, now: this.#io.now().toISOString() },
    };
    const filled = fill(body, (place) => input[place] ?? own[place], escapeXml);
    const isOld = this.#config.version === '1.1';
    const type = isOld
      ? 'text/xml; charset=utf-8'
      : `application/soap+xml; charset=utf-8; action="${action}"`;
    const answer = await this.#talk.send(
      {
        ...{ method: 'POST', url: this.#config.baseUrl, query: {} },
        headers: {
          ...this.#talk.headers(call.correlationId),
          ...{ accept: 'text/xml, application/soap+xml', 'content-type': type },
          ...(isOld ? { soapaction: `"${action}"` } : {}),
        },
        body: envelopeOf(this.#config, this.#io, filled),
      },
      call,
    );
    // Faults come with status 500, or 400 in SOAP 1.2; what is no document is judged by its status alone.
    if (!/xml/i.test(String(answer.headers['content-type'] ?? ''))) this.#talk.assertFine(answer);
    if (answer.status === 401 || answer.status === 403) this.#talk.assertFine(answer);
    const read = readEnvelope(this.#textOf(answer));
    if (!('fault' in read)) this.#talk.assertFine(answer);
    return read;
  }

  /** In the charset that the header names, else the document itself, else the settings. */
  #textOf(answer: HttpAnswer): string {
    const isNamed = /charset=/i.test(String(answer.headers['content-type'] ?? ''));
    const [, declared] =
      /^\ufeff?<\?xml[^>]{0,100}?encoding=["']([A-Za-z0-9._-]{1,40})["']/.exec(
        answer.body.subarray(0, DECLARATION_BYTES_MAX).toString('latin1'),
      ) ?? [];
    if (isNamed || charsetNamed(declared) === undefined || declared === undefined)
      return this.#talk.textOf(answer);
    return decodeText(answer.body, declared);
  }
}

const DECLARATION_BYTES_MAX = 200;

/** What the body holds, or the document inside of it; undefined when that place is empty. */
function documentOf({ inside }: SoapOperation, content: Raw): Raw | undefined {
  if (inside === undefined) return content;
  const [text] = compileMapping(inside)(content);
  if (text === undefined || text === '') return undefined;
  if (typeof text !== 'string') throw connectorFault('connector.schema', 'inside');
  const root = parseXmlText(text);
  return { [root.localName]: elementToRaw(root) };
}

/** What a fault means to an operation: its own codes first, then those of the standards. */
function meaningOf(
  { codes, detail }: SoapFault,
  { faultPath, faults = {} }: Pick<SoapOperation, 'faultPath' | 'faults'>,
): { word: keyof NonNullable<SoapOperation['faults']> | undefined; error: AppError } {
  const own = textAt(faultPath, detail) || undefined;
  const all = own === undefined ? codes : [own, ...codes];
  const word = (Object.keys(faults) as (keyof typeof faults)[]).find((one) =>
    faults[one]?.some((code) => all.includes(code)),
  );
  const error = () => {
    if (word === 'auth' || (word === undefined && all.some((code) => AUTH_CODES.includes(code)))) {
      return connectorFault('connector.auth_failed', 'fault');
    }
    if (word === 'forbidden') return connectorFault('connector.forbidden', 'fault');
    if (word === 'busy') return connectorFault('connector.overloaded', 'fault');
    // A business code in a fault of the server is an answer; a fault without one is a failure.
    const isFailure = own === undefined && all.some((code) => SERVER_CODES.includes(code));
    return connectorFault(isFailure ? 'connector.remote_error' : 'connector.remote_refused', 'fault');
  };
  return { word, error: error() };
}
