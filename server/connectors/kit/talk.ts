import type { CallBounds, ConnectorIo, HttpAnswer, Raw } from '../connector.ts';
import type { HttpSettings } from './auth.ts';
import { HttpAuthority, type Outgoing } from './authority.ts';
import { decodeText } from './charset.ts';
import { connectorFault, statusFault } from './faults.ts';
import { parseJson } from './json.ts';
import { headerValue } from './template.ts';
import { queryText } from './url.ts';

/** Pages of one answer, and records of all of them. */
export const PAGES_MAX = 200;
export const RECORDS_MAX = 1_000;

/** Signed calls to one system, and its answers as documents with every digit. */
export class HttpTalk {
  readonly #settings: HttpSettings;
  readonly #io: ConnectorIo;
  readonly #authority: HttpAuthority;

  constructor(settings: HttpSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
    this.#authority = new HttpAuthority(settings, io);
  }

  /** Headers that every call carries. */
  headers(correlationId: string): Record<string, string> {
    const own = Object.entries(this.#settings.headers ?? {}).map(([name, text]) => [name, headerValue(text)]);
    const correlation = (this.#settings.correlationHeader ?? 'x-correlation-id').toLowerCase();
    return { accept: 'application/json', ...Object.fromEntries(own), [correlation]: correlationId };
  }

  /** Signs and sends; a token that ended early is fetched once more. */
  async send(outgoing: Outgoing, bounds: CallBounds): Promise<HttpAnswer> {
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

  /** Throws what the status of an answer means; a token that is refused is forgotten. */
  assertFine({ status, headers }: HttpAnswer): void {
    if (status === 401 && this.#authority.hasToken) this.#authority.forget();
    const fault = statusFault(status, headers, this.#io.now());
    if (fault !== undefined) throw fault;
  }

  /** The text of an answer, in its own charset or that of the settings. */
  textOf({ headers, body }: HttpAnswer): string {
    const type = String(headers['content-type'] ?? '');
    // An error page with status 200 is no answer.
    if (/^text\/html/i.test(type)) throw connectorFault('connector.schema', 'html');
    const [, charset] = /charset=([^;]+)/i.exec(type) ?? [];
    return decodeText(body, charset ?? this.#settings.charset);
  }

  /** The document of an answer; undefined when it has none. */
  documentOf(answer: HttpAnswer): Raw | undefined {
    if (answer.status === 204 || answer.body.length === 0) return undefined;
    return parseJson(this.textOf(answer));
  }

  /** The address a link of an answer leads to; throws `connector.schema` when it leaves the system. */
  follow(link: string, from: string): string {
    let url: URL;
    try {
      url = new URL(link, from);
    } catch (cause) {
      throw connectorFault('connector.schema', 'pages', { cause });
    }
    // A link to somewhere else would carry our credentials there.
    if (url.origin !== new URL(this.#settings.baseUrl).origin)
      throw connectorFault('connector.schema', 'foreign_link');
    return url.href;
  }
}

/**
 * Goes from page to page. `read` gives the records of one and the address of the next. A page that comes again, or
 * pages without an end, are a fault of the system: `connector.schema`, reason `pages` or `records`.
 */
export async function readPages(
  first: string,
  read: (address: string) => Promise<{ items: readonly Raw[]; next: string | undefined }>,
): Promise<Raw[]> {
  const items: Raw[] = [];
  const seen = new Set<string>();
  for (let next: string | undefined = first; next !== undefined;) {
    if (seen.size >= PAGES_MAX || seen.has(next)) throw connectorFault('connector.schema', 'pages');
    seen.add(next);
    const page: { items: readonly Raw[]; next: string | undefined } = await read(next);
    items.push(...page.items);
    if (items.length > RECORDS_MAX) throw connectorFault('connector.schema', 'records');
    next = page.next;
  }
  return items;
}
