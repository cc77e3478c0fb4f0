import type { CallBounds, ConnectorIo, HttpCall } from '../connector.ts';
import { urlBelow, type HttpAuth, type HttpSettings } from './auth.ts';
import { connectorFault, statusFault } from './faults.ts';
import { parseJson } from './json.ts';
import { compileMapping } from './mapping.ts';
import { fill, headerValue } from './template.ts';
import { queryText } from './url.ts';

/** A token is fetched anew this long before it ends. */
const EARLY_MS = 30_000;
/** Life of a token whose answer names none. */
const DEFAULT_TOKEN_MS = 10 * 60_000;
/** Life of an assertion; systems refuse longer ones. */
const ASSERTION_SECONDS = 180;

/** What goes out, before it is signed. */
export interface Outgoing {
  method: HttpCall['method'];
  url: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  form?: Record<string, string> | undefined;
  body?: string | undefined;
}

/** Puts credentials on calls; keeps tokens in memory for as long as they live. */
export class HttpAuthority {
  readonly #settings: HttpSettings;
  readonly #io: ConnectorIo;
  #token: { value: string; untilMs: number } | undefined;
  #fetching: Promise<string> | undefined;

  constructor(settings: HttpSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  /** The token was refused: the next call fetches another. */
  forget(): void {
    this.#token = undefined;
  }

  /** Whether a new token may help after a refusal. */
  get hasToken(): boolean {
    return this.#token !== undefined;
  }

  async sign(call: Outgoing, bounds: CallBounds): Promise<Outgoing> {
    const { auth } = this.#settings;
    switch (auth.kind) {
      case 'none':
        return call;
      case 'basic':
        return withHeader(call, 'authorization', basic(auth.user ?? '', this.#need('password')));
      case 'bearer':
        return withHeader(call, 'authorization', `Bearer ${this.#need('token')}`);
      case 'header':
        return withHeader(call, auth.header ?? '', this.#need('apiKey'));
      case 'signature':
        return this.#signature(call, auth);
      default: {
        const token = await this.#tokenFor(bounds);
        const value = fill(auth.tokenValue ?? 'Bearer {token}', () => token, headerValue);
        return withHeader(call, auth.tokenHeader ?? 'authorization', value);
      }
    }
  }

  /** A secret that must be there: without it the other side would only refuse. */
  #need(name: string): string {
    const value = this.#io.secret(name);
    if (value === undefined) throw connectorFault('connector.auth_failed', 'secret_missing');
    return value;
  }

  async #tokenFor(bounds: CallBounds): Promise<string> {
    const known = this.#token;
    if (known !== undefined && this.#io.now().getTime() < known.untilMs) return known.value;
    this.#fetching ??= this.#fetch(bounds).finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(bounds: CallBounds): Promise<string> {
    const { auth } = this.#settings;
    const url = urlBelow(this.#settings.baseUrl, auth.tokenUrl ?? '');
    const isLogin = auth.kind === 'login';
    const body = isLogin ? this.#loginBody(auth) : queryText(this.#grant(auth));
    const type = isLogin ? 'application/json' : 'application/x-www-form-urlencoded';
    const headers = { accept: 'application/json', 'content-type': type };
    const answer = await this.#io.http({ method: 'POST', url, headers, body }, bounds);
    const fault = statusFault(answer.status, answer.headers, this.#io.now());
    if (fault?.code === 'connector.remote_refused') throw connectorFault('connector.auth_failed', 'token');
    if (fault !== undefined) throw fault;
    const document = parseJson(answer.body.toString('utf8'));
    const [token] = compileMapping(auth.tokenPath ?? '/access_token')(document);
    if (typeof token !== 'string' || token === '') throw connectorFault('connector.auth_failed', 'token');
    const [seconds] = compileMapping('/expires_in')(document);
    const lifeMs =
      typeof seconds === 'string' && /^\d{1,8}$/.test(seconds) ? Number(seconds) * 1_000 : DEFAULT_TOKEN_MS;
    this.#token = {
      value: token,
      untilMs: this.#io.now().getTime() + Math.max(lifeMs - EARLY_MS, lifeMs / 2),
    };
    return token;
  }

  #grant(auth: HttpAuth): Record<string, string> {
    const scope: Record<string, string> = auth.scope === undefined ? {} : { scope: auth.scope };
    if (auth.kind === 'client-credentials') {
      const secret = this.#need('clientSecret');
      return {
        grant_type: 'client_credentials',
        client_id: auth.clientId ?? '',
        client_secret: secret,
        ...scope,
      };
    }
    const assertion = this.#assertion(auth);
    if (auth.kind === 'client-assertion') {
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      return {
        ...{ grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion },
        ...scope,
      };
    }
    return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion, ...scope };
  }

  /** A JWT that is good once and for three minutes (RFC 7523; SMART Backend Services). */
  #assertion(auth: HttpAuth): string {
    const iat = Math.floor(this.#io.now().getTime() / 1_000);
    const audience = auth.audience ?? urlBelow(this.#settings.baseUrl, auth.tokenUrl ?? '');
    return this.#io.crypto.signJwt(auth.algorithm ?? 'RS256', this.#need('privateKey'), {
      ...(auth.keyId === undefined ? {} : { header: { kid: auth.keyId } }),
      payload: {
        ...{ iss: auth.clientId ?? '', sub: auth.subject ?? auth.clientId ?? '', aud: audience },
        ...{ iat, exp: iat + ASSERTION_SECONDS, jti: this.#io.newId() },
      },
    });
  }

  #loginBody(auth: HttpAuth): string {
    const valueOf = (name: string) => (name.startsWith('secret.') ? this.#need(name.slice(7)) : auth.user);
    return fill(auth.loginBody ?? '', valueOf, jsonInside);
  }

  /** `{query}` and `{form}` are the sorted pairs, `{body}` the body, `{values}` all values joined, `{time}` milliseconds. */
  #signature(call: Outgoing, auth: HttpAuth): Outgoing {
    const key = this.#need('signKey');
    const { digest = 'hmac-sha256', field = '', place = 'header', encoding = 'hex' } = auth;
    const pairs = { ...call.query, ...call.form };
    const sorted = Object.entries(pairs).sort(([one], [other]) => (one < other ? -1 : 1));
    const parts: Record<string, string> = {
      query: sorted.map(([name, value]) => `${name}=${value}`).join('&'),
      values: sorted.map(([, value]) => value).join(''),
      ...{ form: queryText(call.form ?? {}), body: call.body ?? '', 'secret.signKey': key },
      ...{ method: call.method, path: new URL(call.url).pathname, time: String(this.#io.now().getTime()) },
    };
    const valueOf = (name: string) =>
      parts[name] ?? pairs[name] ?? this.#io.secret(name.replace(/^secret\./, ''));
    const text = fill(auth.text ?? '', valueOf, (value) => value);
    const { crypto } = this.#io;
    const bytes = digest.startsWith('hmac-')
      ? crypto.hmac(digest === 'hmac-sm3' ? 'sm3' : 'sha256', key, text)
      : crypto.digest(digest as 'sha256' | 'sm3' | 'md5', text);
    const signed = encoding === 'base64' ? bytes.toString('base64') : bytes.toString('hex');
    const value = encoding === 'HEX' ? signed.toUpperCase() : signed;
    if (place === 'query') return { ...call, query: { ...call.query, [field]: value } };
    if (place === 'form') return { ...call, form: { ...call.form, [field]: value } };
    return withHeader(call, field, value);
  }
}

function withHeader(call: Outgoing, name: string, value: string): Outgoing {
  return { ...call, headers: { ...call.headers, [name.toLowerCase()]: value } };
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/** A value inside the quotes of a JSON text. */
export function jsonInside(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
