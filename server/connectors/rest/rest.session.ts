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
  fill,
  headerValue,
  HttpTalk,
  isAbsentByCode,
  jsonInside,
  parseJson,
  pathSegment,
  queryText,
  readPages,
  recordsOf,
  textAt,
  urlBelow,
  type Outgoing,
} from '../kit/index.ts';
import type { RestConfig, RestOperation } from './rest.config.ts';

type Input = Readonly<Record<string, string>>;

/** A REST system in use. */
export class RestSession implements Session {
  readonly #config: RestConfig;
  readonly #io: ConnectorIo;
  readonly #talk: HttpTalk;

  constructor(config: RestConfig, io: ConnectorIo) {
    this.#config = config;
    this.#io = io;
    this.#talk = new HttpTalk(config, io);
  }

  async check(bounds: CallBounds): Promise<void> {
    const url = urlBelow(this.#config.baseUrl, this.#config.checkPath);
    const answer = await this.#talk.send({ method: 'GET', url, query: {}, headers: {} }, bounds);
    this.#talk.assertFine(answer);
    parseJson(this.#talk.textOf(answer));
  }

  /** A REST system tells nothing about itself; what is known stands in the settings. */
  async discover(): Promise<Discovered[]> {
    return this.#config.operations.map(({ name, output }) => ({ name, fields: Object.keys(output) }));
  }

  async run(name: string, input: Input, call: CallContext): Promise<RawResult> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation === undefined) throw new AppError('connector.operation_unknown');
    const deadlineMs = performance.now() + call.timeoutMs;
    const outgoing = this.#outgoing(operation, input, call);
    let reference: string | undefined;
    let next: Outgoing = outgoing;
    const items = await readPages(outgoing.url + queryText(outgoing.query), async () => {
      const asked = next;
      const bounds = { ...call, timeoutMs: deadlineMs - performance.now() };
      const document = this.#documentOf(operation, await this.#talk.send(asked, bounds));
      if (document === undefined) return { items: [], next: undefined };
      reference ??= textAt(operation.reference, document);
      const link = textAt(operation.next, document);
      if (link === undefined || link === '')
        return { items: recordsOf(operation, document), next: undefined };
      const url = this.#talk.follow(link, asked.url);
      next = { ...asked, method: 'GET', url, query: {}, form: undefined, body: undefined };
      return { items: recordsOf(operation, document), next: url };
    });
    return { items, ...(reference === undefined ? {} : { reference }) };
  }

  async inquire(name: string, input: Input, call: CallContext): Promise<'done' | 'absent' | undefined> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation?.inquiry === undefined) return undefined;
    const { path, donePath } = operation.inquiry;
    const asked: RestOperation = { ...operation, method: 'GET', path, donePath } as RestOperation;
    const { body: _body, form: _form, ...outgoing } = this.#outgoing(asked, input, call);
    const answer = await this.#talk.send(outgoing, call);
    if (answer.status === 404) return 'absent';
    this.#talk.assertFine(answer);
    return textAt(donePath, parseJson(this.#talk.textOf(answer))) === undefined ? 'absent' : 'done';
  }

  #outgoing(operation: RestOperation, input: Input, call: CallContext): Outgoing {
    const own: Record<string, string | undefined> = {
      ...{ key: call.key, correlation: call.correlationId, now: this.#io.now().toISOString() },
    };
    const valueOf = (name: string) =>
      name.startsWith('secret.') ? this.#io.secret(name.slice(7)) : (input[name] ?? own[name]);
    const each = (map: Record<string, string> | undefined, encode: (value: string) => string) =>
      Object.fromEntries(Object.entries(map ?? {}).map(([key, text]) => [key, fill(text, valueOf, encode)]));
    const plain = (value: string) => value;
    const form = operation.form === undefined ? undefined : each(operation.form, plain);
    const body = operation.body === undefined ? undefined : fill(operation.body, valueOf, jsonInside);
    const keyHeader: Record<string, string> =
      operation.keyHeader === undefined || call.key === undefined ? {} : { [operation.keyHeader]: call.key };
    return {
      method: operation.method,
      url: urlBelow(this.#config.baseUrl, fill(operation.path, valueOf, pathSegment)),
      // A parameter whose value is empty is not asked for.
      query: Object.fromEntries(
        Object.entries(each(operation.query, plain)).filter(([, value]) => value !== ''),
      ),
      headers: {
        ...this.#talk.headers(call.correlationId),
        ...each(this.#config.headers, headerValue),
        ...each(operation.headers, headerValue),
        ...keyHeader,
      },
      ...{ form, body },
    };
  }

  /** The answer's document; undefined when the system says that there is none. */
  #documentOf(operation: RestOperation, answer: HttpAnswer): Raw | undefined {
    if (operation.absentStatuses?.includes(answer.status) === true) return undefined;
    this.#talk.assertFine(answer);
    const document = this.#talk.documentOf(answer);
    if (document === undefined) return operation.isReadOnly ? undefined : {};
    return isAbsentByCode(operation.code, document) ? undefined : document;
  }
}
