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
  fill,
  HttpTalk,
  jsonInside,
  parseJson,
  pathSegment,
  queryText,
  readPages,
} from '../kit/index.ts';
import type { FhirConfig, FhirOperation } from './fhir.config.ts';

type Input = Readonly<Record<string, string>>;

const MEDIA_TYPE = 'application/fhir+json';
const PATCH_TYPE = 'application/json-patch+json';
/** There is none, or there is none any more. */
const ABSENT = [404, 410];
const CONFLICT = 412;

const versionOf = compileMapping('fhirVersion');
const typesOf = compileMapping('rest.resource');
const nextOf = compileMapping(`link.where(relation='next').url`);
const entriesOf = compileMapping('entry');
const resourceOf = compileMapping('resource');
const modeOf = compileMapping('search.mode');
const idOf = compileMapping('id');

/** A system with HL7 FHIR, R4: https://hl7.org/fhir/R4/http.html. */
export class FhirSession implements Session {
  readonly #config: FhirConfig;
  readonly #io: ConnectorIo;
  readonly #talk: HttpTalk;

  constructor(config: FhirConfig, io: ConnectorIo) {
    this.#config = config;
    this.#io = io;
    this.#talk = new HttpTalk(config, io);
  }

  async check(bounds: CallBounds): Promise<void> {
    const [version] = versionOf(await this.#capabilities(bounds));
    if (typeof version !== 'string' || !version.startsWith('4.'))
      throw connectorFault('connector.schema', 'version');
  }

  /** The types of resources the system says it has, each with the parameters it can be searched by. */
  async discover(bounds: CallBounds): Promise<Discovered[]> {
    return typesOf(await this.#capabilities(bounds)).flatMap((type) => {
      const [name] = compileMapping('type')(type);
      const fields = compileMapping('searchParam.name')(type).filter((field) => typeof field === 'string');
      return typeof name === 'string' ? [{ name, fields }] : [];
    });
  }

  async run(name: string, input: Input, call: CallContext): Promise<RawResult> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation === undefined) throw new AppError('connector.operation_unknown');
    if (!operation.isReadOnly) return this.#write(operation, input, call);
    return operation.id === undefined
      ? this.#search(operation, input, call)
      : this.#read(operation, input, call);
  }

  /** Looks for what a creation would have made. */
  async inquire(name: string, input: Input, call: CallContext): Promise<'done' | 'absent' | undefined> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation?.ifNoneExist === undefined) return undefined;
    const url = `${this.#root()}${operation.resource}?${this.#question(operation.ifNoneExist, input, call)}`;
    const answer = await this.#send({ method: 'GET', url }, call);
    this.#talk.assertFine(answer);
    return this.#matches(this.#document(answer)).length > 0 ? 'done' : 'absent';
  }

  async #capabilities(bounds: CallBounds): Promise<Raw> {
    const call = { ...bounds, correlationId: this.#io.newId() };
    const answer = await this.#send({ method: 'GET', url: `${this.#root()}metadata` }, call);
    this.#talk.assertFine(answer);
    return this.#document(answer);
  }

  async #read(operation: FhirOperation, input: Input, call: CallContext): Promise<RawResult> {
    const answer = await this.#send({ method: 'GET', url: this.#address(operation, input, call) }, call);
    if (ABSENT.includes(answer.status)) return { items: [] };
    this.#talk.assertFine(answer);
    return { items: [this.#document(answer)] };
  }

  async #search(operation: FhirOperation, input: Input, call: CallContext): Promise<RawResult> {
    const deadlineMs = performance.now() + call.timeoutMs;
    const pairs = Object.entries(operation.search ?? {}).flatMap(([name, text]) => {
      const value = this.#filled(text, input, call, searchValue);
      return value === '' ? [] : [[name, value] as const];
    });
    const first = `${this.#root()}${operation.resource}?${queryText(Object.fromEntries(pairs))}`;
    const items = await readPages(first, async (url) => {
      const bounds = { ...call, timeoutMs: deadlineMs - performance.now() };
      const answer = await this.#send({ method: 'GET', url }, bounds);
      this.#talk.assertFine(answer);
      const bundle = this.#document(answer);
      const [next] = nextOf(bundle);
      return {
        items: this.#matches(bundle),
        next: typeof next === 'string' ? this.#talk.follow(next, url) : undefined,
      };
    });
    return { items: operation.isMany ? items : items.slice(0, 1) };
  }

  /** What was asked for; a bundle may bring related resources and remarks along. */
  #matches(bundle: Raw): Raw[] {
    return entriesOf(bundle).flatMap((entry) => {
      const [mode] = modeOf(entry);
      return mode === undefined || mode === 'match' ? resourceOf(entry).slice(0, 1) : [];
    });
  }

  async #write(operation: FhirOperation, input: Input, call: CallContext): Promise<RawResult> {
    const deadlineMs = performance.now() + call.timeoutMs;
    const method = operation.method ?? 'POST';
    const url =
      method === 'POST' ? `${this.#root()}${operation.resource}` : this.#address(operation, input, call);
    const headers: Record<string, string> = {
      'content-type': method === 'PATCH' ? PATCH_TYPE : MEDIA_TYPE,
      prefer: 'return=representation',
    };
    if (operation.ifNoneExist !== undefined)
      headers['if-none-exist'] = this.#question(operation.ifNoneExist, input, call);
    if (method !== 'POST') headers['if-match'] = await this.#versionAt(url, call);
    const body = fill(operation.body ?? '', (name) => this.#valueOf(name, input, call), jsonInside);
    const bounds = { ...call, timeoutMs: deadlineMs - performance.now() };
    const answer = await this.#send({ method, url, headers, body }, bounds);
    if (answer.status === CONFLICT) throw connectorFault('connector.remote_refused', 'conflict');
    this.#talk.assertFine(answer);
    const document = answer.body.length === 0 ? {} : this.#document(answer);
    const [id] = idOf(document);
    const reference = typeof id === 'string' ? id : idInLocation(answer);
    return { items: [document], ...(reference === undefined ? {} : { reference }) };
  }

  /** The version to be changed, opaque; a change of another one in between is refused by the system. */
  async #versionAt(url: string, call: CallContext): Promise<string> {
    const answer = await this.#send({ method: 'GET', url }, call);
    this.#talk.assertFine(answer);
    const tag = answer.headers['etag'];
    if (typeof tag !== 'string' || tag === '') throw connectorFault('connector.schema', 'etag');
    return tag;
  }

  #send(
    asked: { method: 'GET' | 'POST' | 'PUT' | 'PATCH'; url: string; headers?: object; body?: string },
    call: CallContext,
  ): Promise<HttpAnswer> {
    const headers = {
      ...this.#talk.headers(call.correlationId),
      ...{ accept: MEDIA_TYPE, 'x-request-id': call.correlationId, ...asked.headers },
    };
    return this.#talk.send(
      { method: asked.method, url: asked.url, query: {}, headers, body: asked.body },
      call,
    );
  }

  #document(answer: HttpAnswer): Raw {
    return parseJson(this.#talk.textOf(answer));
  }

  #root(): string {
    return `${this.#config.baseUrl.replace(/\/$/, '')}/`;
  }

  #address({ resource, id = '' }: FhirOperation, input: Input, call: CallContext): string {
    return `${this.#root()}${resource}/${this.#filled(id, input, call, pathSegment)}`;
  }

  /** `name=value&…` of the settings with values filled in. */
  #question(text: string, input: Input, call: CallContext): string {
    const pairs = text.split('&').map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      return [name, this.#filled(rest.join('='), input, call, searchValue)] as const;
    });
    return queryText(Object.fromEntries(pairs));
  }

  #filled(text: string, input: Input, call: CallContext, encode: (value: string) => string): string {
    return fill(text, (name) => this.#valueOf(name, input, call), encode);
  }

  #valueOf(name: string, input: Input, call: CallContext): string | undefined {
    const own: Record<string, string | undefined> = {
      ...{ key: call.key, correlation: call.correlationId, now: this.#io.now().toISOString() },
    };
    return name.startsWith('secret.') ? this.#io.secret(name.slice(7)) : (input[name] ?? own[name]);
  }
}

/**
 * A value inside a search parameter. What separates alternatives and systems there could be escaped, but some systems take
 * an escaped comma for one all the same and would answer about somebody else.
 */
function searchValue(value: string): string {
  if (/[\\,|$]/.test(value)) throw connectorFault('connector.remote_refused', 'value');
  return value;
}

/** The id behind `…/Type/ID/_history/VERSION` or `…/Type/ID`. */
function idInLocation({ headers }: HttpAnswer): string | undefined {
  const location = headers['location'] ?? headers['content-location'];
  const text = Array.isArray(location) ? location[0] : location;
  return /\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(text ?? '')?.[1];
}
