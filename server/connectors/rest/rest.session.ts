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
  compileMapping,
  connectorFault,
  decodeText,
  fill,
  headerValue,
  parseJson,
  pathSegment,
  queryText,
  statusFault,
} from '../kit/index.ts';
import { jsonInside, RestAuthority, type Outgoing } from './rest.auth.ts';
import { restUrl, type RestConfig, type RestOperation } from './rest.config.ts';

/** Pages of one answer, and records of all of them. */
const PAGES_MAX = 200;
const RECORDS_MAX = 1_000;

type Input = Readonly<Record<string, string>>;

/** A REST system in use. */
export class RestSession implements Session {
  readonly #config: RestConfig;
  readonly #io: ConnectorIo;
  readonly #authority: RestAuthority;

  constructor(config: RestConfig, io: ConnectorIo) {
    this.#config = config;
    this.#io = io;
    this.#authority = new RestAuthority(config, io);
  }

  async check(bounds: CallBounds): Promise<void> {
    const url = restUrl(this.#config, this.#config.checkPath);
    const answer = await this.#send({ method: 'GET', url, query: {}, headers: {} }, bounds);
    const fault = statusFault(answer.status, answer.headers, this.#io.now());
    if (fault !== undefined) throw fault;
    parseJson(this.#textOf(answer));
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
    const items: Raw[] = [];
    let reference: string | undefined;
    let next: Outgoing | undefined = outgoing;
    const seen = new Set<string>();
    while (next !== undefined) {
      // A page that comes again, or never ends, is a fault of the system.
      if (seen.size >= PAGES_MAX || seen.has(next.url + queryText(next.query))) {
        throw connectorFault('connector.schema', 'pages');
      }
      seen.add(next.url + queryText(next.query));
      const bounds = { ...call, timeoutMs: deadlineMs - performance.now() };
      const document = await this.#documentOf(operation, await this.#send(next, bounds));
      if (document === undefined) return { items: [] };
      items.push(...recordsOf(operation, document));
      if (items.length > RECORDS_MAX) throw connectorFault('connector.schema', 'records');
      reference ??= textAt(operation.reference, document);
      next = this.#nextPage(operation, document, next);
    }
    return { items, ...(reference === undefined ? {} : { reference }) };
  }

  async inquire(name: string, input: Input, call: CallContext): Promise<'done' | 'absent' | undefined> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation?.inquiry === undefined) return undefined;
    const { path, donePath } = operation.inquiry;
    const asked: RestOperation = { ...operation, method: 'GET', path, donePath } as RestOperation;
    const { body: _body, form: _form, ...outgoing } = this.#outgoing(asked, input, call);
    const answer = await this.#send(outgoing, call);
    if (answer.status === 404) return 'absent';
    const fault = statusFault(answer.status, answer.headers, this.#io.now());
    if (fault !== undefined) throw fault;
    return textAt(donePath, parseJson(this.#textOf(answer))) === undefined ? 'absent' : 'done';
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
      url: restUrl(this.#config, fill(operation.path, valueOf, pathSegment)),
      // A parameter whose value is empty is not asked for.
      query: Object.fromEntries(
        Object.entries(each(operation.query, plain)).filter(([, value]) => value !== ''),
      ),
      headers: {
        ...{ accept: 'application/json', ...each(this.#config.headers, headerValue) },
        ...each(operation.headers, headerValue),
        ...keyHeader,
        [(this.#config.correlationHeader ?? 'x-correlation-id').toLowerCase()]: call.correlationId,
      },
      ...{ form, body },
    };
  }

  /** Signs and sends; a token that ended early is fetched once more. */
  async #send(outgoing: Outgoing, bounds: CallBounds): Promise<HttpAnswer> {
    const hadToken = this.#authority.hasToken;
    const answer = await this.#sendOnce(outgoing, bounds);
    if (answer.status !== 401 || !hadToken) return answer;
    this.#authority.forget();
    return this.#sendOnce(outgoing, bounds);
  }

  async #sendOnce(outgoing: Outgoing, bounds: CallBounds): Promise<HttpAnswer> {
    const { method, url, query, headers, form, body } = await this.#authority.sign(outgoing, bounds);
    const pairs = queryText(query);
    const address = pairs === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${pairs}`;
    const text = form === undefined ? body : queryText(form);
    const type = form === undefined ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded';
    return this.#io.http(
      {
        ...{ method, url: address },
        headers: text === undefined ? headers : { 'content-type': type, ...headers },
        ...(text === undefined ? {} : { body: text }),
      },
      bounds,
    );
  }

  /** The answer's document; undefined when the system says that there is none. */
  async #documentOf(operation: RestOperation, answer: HttpAnswer): Promise<Raw | undefined> {
    if (operation.absentStatuses?.includes(answer.status) === true) return undefined;
    const isUnauthorised = answer.status === 401 && this.#authority.hasToken;
    if (isUnauthorised) this.#authority.forget();
    const fault = statusFault(answer.status, answer.headers, this.#io.now());
    if (fault !== undefined) throw fault;
    if (answer.status === 204 || answer.body.length === 0) return operation.isReadOnly ? undefined : {};
    const document = parseJson(this.#textOf(answer));
    return isAbsent(operation, document) ? undefined : document;
  }

  #textOf({ headers, body }: HttpAnswer): string {
    const type = String(headers['content-type'] ?? '');
    // An error page with status 200 is no answer.
    if (/^text\/html/i.test(type)) throw connectorFault('connector.schema', 'html');
    const [, charset] = /charset=([^;]+)/i.exec(type) ?? [];
    return decodeText(body, charset ?? this.#config.charset);
  }

  #nextPage(operation: RestOperation, document: Raw, last: Outgoing): Outgoing | undefined {
    const link = textAt(operation.next, document);
    if (link === undefined || link === '') return undefined;
    let url: URL;
    try {
      url = new URL(link, last.url);
    } catch (cause) {
      throw connectorFault('connector.schema', 'pages', { cause });
    }
    // A link to somewhere else would carry our credentials there.
    if (url.origin !== new URL(this.#config.baseUrl).origin)
      throw connectorFault('connector.schema', 'foreign_link');
    return { ...last, method: 'GET', url: url.href, query: {}, form: undefined, body: undefined };
  }
}

/** Reads the code a system puts into an answer with status 200; throws what it means. */
function isAbsent({ code }: RestOperation, document: Raw): boolean {
  if (code === undefined) return false;
  const [raw] = compileMapping(code.path)(document);
  const text = raw === undefined ? '' : String(raw);
  const has = (list: readonly string[] | undefined) => list?.includes(text) === true;
  if (has(code.ok)) return false;
  if (has(code.absent)) return true;
  if (has(code.auth)) throw connectorFault('connector.auth_failed', 'code');
  if (has(code.forbidden)) throw connectorFault('connector.forbidden', 'code');
  if (has(code.busy)) throw connectorFault('connector.overloaded', 'code');
  throw connectorFault('connector.remote_refused', 'code');
}

function recordsOf({ records, isMany }: RestOperation, document: Raw): readonly Raw[] {
  const found = records === undefined ? [document] : compileMapping(records)(document);
  // A pointer gives the list itself, a path its items.
  const items = found.flatMap((node) => (Array.isArray(node) ? (node as readonly Raw[]) : [node]));
  return isMany ? items : items.slice(0, 1);
}

function textAt(path: string | undefined, document: Raw): string | undefined {
  if (path === undefined) return undefined;
  const [value] = compileMapping(path)(document);
  return typeof value === 'string' ? value : value === true ? 'true' : undefined;
}
