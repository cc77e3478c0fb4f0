import type { JsonSchema, Place } from '../connector.ts';
import { connectorFault } from './faults.ts';
import { compileMapping } from './mapping.ts';
import { placeOfUrl } from './url.ts';

/** How the other side knows us. */
export interface HttpAuth {
  kind:
    | 'none'
    | 'basic'
    | 'bearer'
    | 'header'
    | 'client-credentials'
    | 'client-assertion'
    | 'jwt-bearer'
    | 'signature'
    | 'login';
  /** `basic`: the account. */
  user?: string;
  /** `header`: its name; the secret `apiKey` is its value. */
  header?: string;
  /** `client-credentials`, `client-assertion`, `jwt-bearer`, `login`: where the token is fetched, below the base address or absolute. */
  tokenUrl?: string;
  clientId?: string;
  scope?: string;
  /** `jwt-bearer`, `client-assertion`; the audience of an assertion is where the token is fetched, unless it is said. */
  algorithm?: 'RS256' | 'RS384' | 'ES384';
  subject?: string;
  audience?: string;
  /** Name of the key, sent as `kid`. */
  keyId?: string;
  /** `login`: the body of the request and where the token stands in the answer. */
  loginBody?: string;
  tokenPath?: string;
  /** How the token is sent; `{token}` stands for it. Default `Bearer {token}`. */
  tokenHeader?: string;
  tokenValue?: string;
  /** `signature`: what is signed, with which key, where it goes. */
  digest?: 'hmac-sha256' | 'hmac-sm3' | 'sha256' | 'sm3' | 'md5';
  text?: string;
  place?: 'header' | 'query' | 'form';
  field?: string;
  encoding?: 'hex' | 'HEX' | 'base64';
}

/** Where a system with HTTP is, and how it knows us. */
export interface HttpSettings {
  baseUrl: string;
  auth: HttpAuth;
  headers?: Record<string, string>;
  correlationHeader?: string;
  charset?: string;
}

/** A text of settings, at least one character. */
export const short = (maxLength: number): JsonSchema => ({ type: 'string', minLength: 1, maxLength });
/** A setting with its label in both languages. */
export const title = (zh: string, en: string, schema: JsonSchema): JsonSchema => ({
  ...schema,
  'x-title': { zh, en },
});

/** Texts by name. */
export const TEXTS: JsonSchema = {
  type: 'object',
  additionalProperties: { type: 'string', maxLength: 1_000 },
  maxProperties: 40,
};

const auth: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    kind: title('认证方式', 'Kind', {
      type: 'string',
      enum: [
        ...['none', 'basic', 'bearer', 'header', 'client-credentials', 'client-assertion', 'jwt-bearer'],
        ...['signature', 'login'],
      ],
    }),
    user: title('账号', 'Account', short(200)),
    header: title('请求头名称', 'Header', { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9-]{0,60}$' }),
    tokenUrl: title('令牌地址', 'Token address', short(500)),
    clientId: title('客户端编号', 'Client id', short(200)),
    scope: title('权限范围', 'Scope', short(500)),
    algorithm: title('签名算法', 'Algorithm', { type: 'string', enum: ['RS256', 'RS384', 'ES384'] }),
    subject: title('主体', 'Subject', short(200)),
    audience: title('受众', 'Audience', short(500)),
    keyId: title('密钥名称', 'Name of the key', short(200)),
    loginBody: title('登录请求体', 'Login body', { ...short(4_000), 'x-multiline': true }),
    tokenPath: title('令牌位置', 'Place of the token', short(300)),
    tokenHeader: title('令牌请求头', 'Token header', {
      type: 'string',
      pattern: '^[A-Za-z][A-Za-z0-9-]{0,60}$',
    }),
    tokenValue: title('令牌格式', 'Form of the token', short(200)),
    digest: title('摘要算法', 'Digest', {
      type: 'string',
      enum: ['hmac-sha256', 'hmac-sm3', 'sha256', 'sm3', 'md5'],
    }),
    text: title('签名原文', 'Signed text', short(1_000)),
    place: title('签名位置', 'Where it goes', { type: 'string', enum: ['header', 'query', 'form'] }),
    field: title('签名字段', 'Its name', short(100)),
    encoding: title('编码', 'Encoding', { type: 'string', enum: ['hex', 'HEX', 'base64'] }),
  },
  required: ['kind'],
};

/** Schema of the settings every system with HTTP has. */
export const HTTP_PROPERTIES: Record<string, JsonSchema> = {
  baseUrl: title('基础地址', 'Base address', short(500)),
  auth: title('认证', 'Authentication', auth),
  headers: title('固定请求头', 'Headers', TEXTS),
  correlationHeader: title('流水号请求头', 'Correlation header', {
    type: 'string',
    pattern: '^[A-Za-z][A-Za-z0-9-]{0,60}$',
  }),
};

const secret = (zh: string, en: string): JsonSchema => ({
  type: 'string',
  'x-secret': true,
  'x-title': { zh, en },
});
/** Secrets: which of them is needed depends on the authentication. */
export const HTTP_SECRET_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    password: secret('口令', 'Password'),
    token: secret('令牌', 'Token'),
    apiKey: secret('接口密钥', 'API key'),
    clientSecret: secret('客户端密钥', 'Client secret'),
    privateKey: secret('私钥（PEM）', 'Private key (PEM)'),
    signKey: secret('签名密钥', 'Signing key'),
  },
};

/** An address of settings: absolute, or below the base address. */
export function urlBelow(baseUrl: string, path: string): string {
  return /^https?:\/\//.test(path) ? path : `${baseUrl.replace(/\/$/, '')}${path}`;
}

/** Every place: the base address, and where tokens are fetched. Throws `connector.config_invalid`, reason `url`. */
export function httpPlaces({ baseUrl, auth: { tokenUrl } }: HttpSettings): Place[] {
  const urls = [baseUrl, ...(tokenUrl === undefined ? [] : [urlBelow(baseUrl, tokenUrl)])];
  return urls.map((url) => {
    const place = placeOfUrl(url);
    if (place === undefined) throw connectorFault('connector.config_invalid', 'url');
    return place;
  });
}

/** What each kind of authentication cannot do without. */
const NEEDED: Record<HttpAuth['kind'], readonly (keyof HttpAuth)[]> = {
  none: [],
  basic: ['user'],
  bearer: [],
  header: ['header'],
  'client-credentials': ['tokenUrl', 'clientId'],
  'client-assertion': ['tokenUrl', 'clientId', 'algorithm'],
  'jwt-bearer': ['tokenUrl', 'clientId', 'algorithm', 'audience'],
  signature: ['digest', 'text', 'place', 'field'],
  login: ['tokenUrl', 'loginBody', 'tokenPath'],
};

/** Throws `connector.config_invalid` for what the schema can't say of the place and the authentication. */
export function assertHttp(settings: HttpSettings): void {
  httpPlaces(settings);
  if (settings.baseUrl.includes('?')) throw connectorFault('connector.config_invalid', 'url');
  const { auth: how } = settings;
  if (NEEDED[how.kind].some((name) => how[name] === undefined)) {
    throw connectorFault('connector.config_invalid', 'auth');
  }
  if (how.tokenPath !== undefined) compileMapping(how.tokenPath);
}
