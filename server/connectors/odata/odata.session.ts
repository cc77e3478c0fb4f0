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
  encodePart,
  HttpTalk,
  parseJson,
  readPages,
  statusFault,
} from '../kit/index.ts';
import { batchAnswer, batchOf } from './odata.batch.ts';
import type { ODataConfig, ODataOperation, ODataValue } from './odata.config.ts';
import { jsonOf, literalOf } from './odata.literal.ts';

/** Records the system is asked to put on a page. */
const PAGE_RECORDS = 200;

type Input = Readonly<Record<string, string>>;

/** A token against forged requests, and the cookies it is good for. */
interface Csrf {
  token: string;
  cookie: string;
}

/** An OData system in use. */
export class ODataSession implements Session {
  readonly #config: ODataConfig;
  readonly #io: ConnectorIo;
  readonly #talk: HttpTalk;
  #csrf: Csrf | undefined;

  constructor(config: ODataConfig, io: ConnectorIo) {
    this.#config = config;
    this.#io = io;
    this.#talk = new HttpTalk(config, io);
  }

  async check(bounds: CallBounds): Promise<void> {
    await this.#serviceDocument(bounds);
  }

  /** The sets of the service, from its own document. */
  async discover(bounds: CallBounds): Promise<Discovered[]> {
    const document = await this.#serviceDocument(bounds);
    const names = compileMapping(this.#config.version === '4' ? 'value.name' : 'd.EntitySets')(document);
    return names.filter((name) => typeof name === 'string').map((name) => ({ name, fields: [] }));
  }

  async run(name: string, input: Input, call: CallContext): Promise<RawResult> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation === undefined) throw new AppError('connector.operation_unknown');
    return operation.isReadOnly ? this.#read(operation, input, call) : this.#write(operation, input, call);
  }

  /** Looks for the record that carries the key of a write. */
  async inquire(name: string, _input: Input, call: CallContext): Promise<'done' | 'absent' | undefined> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation?.keyField === undefined || call.key === undefined) return undefined;
    const filter = `${operation.keyField} eq ${literalOf(this.#config.version, call.key, 'string')}`;
    const url = this.#address(operation.entitySet, { $filter: filter, $top: '1' });
    const answer = await this.#get(url, call);
    this.#talk.assertFine(answer);
    return this.#pageOf(parseJson(this.#talk.textOf(answer))).items.length > 0 ? 'done' : 'absent';
  }

  async #serviceDocument(bounds: CallBounds): Promise<Raw> {
    const answer = await this.#get(this.#address('', {}), { ...bounds, correlationId: this.#io.newId() });
    this.#talk.assertFine(answer);
    return parseJson(this.#talk.textOf(answer));
  }

  async #read(operation: ODataOperation, input: Input, call: CallContext): Promise<RawResult> {
    const deadlineMs = performance.now() + call.timeoutMs;
    const first = this.#address(this.#pathOf(operation, input), this.#questionOf(operation, input));
    const items = await readPages(first, async (url) => {
      const answer = await this.#get(url, { ...call, timeoutMs: deadlineMs - performance.now() });
      if (answer.status === 404 && operation.key !== undefined) return { items: [], next: undefined };
      this.#talk.assertFine(answer);
      const { items: found, next } = this.#pageOf(parseJson(this.#talk.textOf(answer)));
      // Links are relative to the service, not to the page they stand on.
      const isEnough = operation.top !== undefined || next === undefined;
      return { items: found, next: isEnough ? undefined : this.#talk.follow(next, this.#root()) };
    });
    return { items: operation.isMany ? items : items.slice(0, 1) };
  }

  async #write(operation: ODataOperation, input: Input, call: CallContext): Promise<RawResult> {
    const deadlineMs = performance.now() + call.timeoutMs;
    const bounds = () => ({ ...call, timeoutMs: deadlineMs - performance.now() });
    const body = this.#bodyOf(operation, input, call);
    let answer = await this.#send(operation, { input, body, call: bounds() });
    if (answer.isTokenWanted) {
      this.#csrf = undefined;
      answer = await this.#send(operation, { input, body, call: bounds() });
    }
    if (answer.status >= 400 && this.#isDuplicate(answer.body)) return { items: [] };
    const fault = statusFault(answer.status, answer.headers, this.#io.now());
    if (fault !== undefined) throw fault;
    const document = answer.body === '' ? {} : unwrap(parseJson(answer.body));
    const [reference] =
      operation.reference === undefined ? [] : compileMapping(operation.reference)(document);
    return { items: [document], ...(typeof reference === 'string' ? { reference } : {}) };
  }

  async #send(
    operation: ODataOperation,
    { input, body, call }: { input: Input; body: string; call: CallContext },
  ): Promise<{ status: number; body: string; headers: HttpAnswer['headers']; isTokenWanted: boolean }> {
    const csrf = this.#config.hasCsrf === true ? await this.#csrfToken(call) : undefined;
    const path = this.#pathOf(operation, input);
    const isMerge = operation.method === 'PATCH' && this.#config.version === '2';
    const method = isMerge ? 'MERGE' : (operation.method ?? 'POST');
    const change: Record<string, string> = operation.method === 'POST' ? {} : { 'if-match': '*' };
    const merge: Record<string, string> = isMerge ? { 'x-http-method': 'MERGE' } : {};
    const headers: Record<string, string> = {
      ...this.#headers(call),
      ...(csrf === undefined ? {} : { 'x-csrf-token': csrf.token, cookie: csrf.cookie }),
    };
    const isBatched = this.#config.isBatched === true;
    const batch = batchOf({ method, path, headers: change, body }, this.#io.newId());
    const answer = await this.#talk.send(
      isBatched
        ? {
            ...{ method: 'POST', url: this.#address('$batch', {}), query: {}, body: batch.body },
            headers: { ...headers, accept: 'multipart/mixed', 'content-type': batch.type },
          }
        : {
            // What systems of version 2 know as MERGE travels as a POST that says so.
            ...{ method: isMerge ? 'POST' : (operation.method ?? 'POST'), url: this.#address(path, {}) },
            ...{ query: {}, body },
            headers: { ...headers, ...change, ...merge },
          },
      call,
    );
    const isTokenWanted =
      csrf !== undefined && answer.status === 403 && /^required$/i.test(headerOf(answer, 'x-csrf-token'));
    const text = answer.body.length === 0 ? '' : this.#talk.textOf(answer);
    const { headers: answered } = answer;
    if (!isBatched || answer.status >= 400)
      return { status: answer.status, body: text, headers: answered, isTokenWanted };
    return { ...batchAnswer(text), headers: answered, isTokenWanted };
  }

  async #csrfToken(call: CallContext): Promise<Csrf> {
    if (this.#csrf !== undefined) return this.#csrf;
    const headers = { ...this.#headers(call), 'x-csrf-token': 'Fetch' };
    const url = this.#address('', {});
    const answer = await this.#talk.send({ method: 'GET', url, query: {}, headers }, call);
    this.#talk.assertFine(answer);
    const token = headerOf(answer, 'x-csrf-token');
    if (token === '') throw connectorFault('connector.auth_failed', 'csrf');
    const set = answer.headers['set-cookie'];
    const cookies = (Array.isArray(set) ? set : [set ?? '']).map((line) => line.split(';', 1)[0] ?? '');
    this.#csrf = { token, cookie: cookies.filter((pair) => pair !== '').join('; ') };
    return this.#csrf;
  }

  #isDuplicate(text: string): boolean {
    const { duplicates = [] } = this.#config;
    if (duplicates.length === 0 || text === '') return false;
    let document: Raw;
    try {
      document = parseJson(text);
    } catch {
      return false;
    }
    const [code] = compileMapping('error.code')(document);
    const [message] = [
      ...compileMapping('error.message.value')(document),
      ...compileMapping('error.message')(document),
    ];
    return duplicates.some(
      (word) => word === code || (typeof message === 'string' && message.includes(word)),
    );
  }

  #get(url: string, call: CallContext): Promise<HttpAnswer> {
    return this.#talk.send({ method: 'GET', url, query: {}, headers: this.#headers(call) }, call);
  }

  #headers({ correlationId }: CallContext): Record<string, string> {
    const protocol: Record<string, string> =
      this.#config.version === '4'
        ? { 'odata-version': '4.0', prefer: `odata.maxpagesize=${PAGE_RECORDS}` }
        : { dataserviceversion: '2.0' };
    return { ...this.#talk.headers(correlationId), ...protocol };
  }

  #root(): string {
    return `${this.#config.baseUrl.replace(/\/$/, '')}/`;
  }

  /** An address below the service; a space is %20, since some systems refuse `+`. */
  #address(path: string, question: Readonly<Record<string, string>>): string {
    const { sapClient } = this.#config;
    const all = { ...question, ...(sapClient === undefined ? {} : { 'sap-client': sapClient }) };
    const pairs = Object.entries(all).map(([name, text]) => `${name}=${encodePart(text)}`);
    return `${this.#root()}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
  }

  #pathOf({ entitySet, key, navigate }: ODataOperation, input: Input): string {
    const parts = Object.entries(key ?? {}).map(([name, value]) => {
      const literal = literalOf(this.#config.version, this.#valueOf(value, input) ?? '', value.type);
      return Object.keys(key ?? {}).length === 1 ? encodePart(literal) : `${name}=${encodePart(literal)}`;
    });
    const record = parts.length === 0 ? entitySet : `${entitySet}(${parts.join(',')})`;
    return navigate === undefined ? record : `${record}/${navigate}`;
  }

  #questionOf(operation: ODataOperation, input: Input): Record<string, string> {
    const { filter = [], select, expand, orderBy, top } = operation;
    const conditions = filter.flatMap((condition) => {
      const value = this.#valueOf(condition, input);
      if (value === undefined) return [];
      const literal = literalOf(this.#config.version, value, condition.type);
      const { field, operator } = condition;
      if (operator === 'startswith') return [`startswith(${field},${literal})`];
      if (operator !== 'contains') return [`${field} ${operator} ${literal}`];
      return [
        this.#config.version === '4' ? `contains(${field},${literal})` : `substringof(${literal},${field})`,
      ];
    });
    return {
      ...(conditions.length === 0 ? {} : { $filter: conditions.join(' and ') }),
      ...(select === undefined ? {} : { $select: select.join(',') }),
      ...(expand === undefined ? {} : { $expand: expand.join(',') }),
      ...(orderBy === undefined ? {} : { $orderby: orderBy }),
      ...(top === undefined ? {} : { $top: String(top) }),
      ...(this.#config.version === '2' ? { $format: 'json' } : {}),
    };
  }

  #valueOf({ input: name, value }: ODataValue, input: Input): string | undefined {
    const text = name === undefined ? value : input[name];
    return text === '' ? undefined : text;
  }

  #bodyOf({ fields = {}, keyField }: ODataOperation, input: Input, call: CallContext): string {
    const members = Object.entries(fields).flatMap(([name, value]) => {
      const text = this.#valueOf(value, input);
      return text === undefined
        ? []
        : [`${JSON.stringify(name)}:${jsonOf(this.#config.version, text, value.type)}`];
    });
    if (keyField !== undefined && call.key !== undefined)
      members.push(`${JSON.stringify(keyField)}:${JSON.stringify(call.key)}`);
    return `{${members.join(',')}}`;
  }

  #pageOf(document: Raw): { items: readonly Raw[]; next: string | undefined } {
    const isV4 = this.#config.version === '4';
    const content = isV4 ? document : unwrap(document);
    const list = childOf(content, isV4 ? 'value' : 'results');
    const next = childOf(content, isV4 ? '@odata.nextLink' : '__next');
    if (list === undefined) return { items: [content], next: undefined };
    if (!Array.isArray(list)) throw connectorFault('connector.schema', 'pages');
    return { items: list as readonly Raw[], next: typeof next === 'string' ? next : undefined };
  }
}

/** Version 2 wraps everything into `d`. */
function unwrap(document: Raw): Raw {
  return childOf(document, 'd') ?? document;
}

function childOf(node: Raw, name: string): Raw | undefined {
  const isObject = typeof node === 'object' && node !== null && !Array.isArray(node);
  return isObject && Object.hasOwn(node, name) ? (node as Record<string, Raw>)[name] : undefined;
}

function headerOf({ headers }: HttpAnswer, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
