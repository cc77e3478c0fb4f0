import type { JsonSchema, Place } from '../connector.ts';
import {
  assertDeclared,
  assertPlaces,
  compileMapping,
  connectorFault,
  operationsSchema,
  placeOfUrl,
  type DeclaredOperation,
} from '../kit/index.ts';

/** How the other side knows us. */
export interface RestAuth {
  kind: 'none' | 'basic' | 'bearer' | 'header' | 'client-credentials' | 'jwt-bearer' | 'signature' | 'login';
  /** `basic`: the account. */
  user?: string;
  /** `header`: its name; the secret `apiKey` is its value. */
  header?: string;
  /** `client-credentials`, `jwt-bearer`, `login`: where the token is fetched, below the base address or absolute. */
  tokenUrl?: string;
  clientId?: string;
  scope?: string;
  /** `jwt-bearer`. */
  algorithm?: 'RS256' | 'RS384' | 'ES384';
  subject?: string;
  audience?: string;
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

/** One operation: what is asked and where its records stand. */
export type RestOperation = DeclaredOperation & {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base address; `{name}` is an input, percent-encoded. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** A JSON text or a form; `{name}` stands inside the quotes of a JSON text. */
  body?: string;
  form?: Record<string, string>;
  /** Where the records stand in the answer; the whole answer when absent. */
  records?: string;
  /** Where the address of the next page stands. */
  next?: string;
  /** Statuses that mean: there is none. */
  absentStatuses?: number[];
  /** Where the system puts its own code with a status 200, and what it means. */
  code?: {
    path: string;
    ok: string[];
    absent?: string[];
    auth?: string[];
    forbidden?: string[];
    busy?: string[];
  };
  /** Name of the header that carries the key of a write. */
  keyHeader?: string;
  /** Where the record's own id stands in the answer of a write. */
  reference?: string;
  /** The operation that tells by key what became of a write. */
  inquiry?: { method: 'GET'; path: string; donePath: string };
};

/** Settings of a REST connector. */
export interface RestConfig {
  baseUrl: string;
  auth: RestAuth;
  headers?: Record<string, string>;
  /** What the test of the connection asks for; below the base address. */
  checkPath: string;
  correlationHeader?: string;
  charset?: string;
  operations: RestOperation[];
}

const short = (maxLength: number): JsonSchema => ({ type: 'string', minLength: 1, maxLength });
const map: JsonSchema = {
  type: 'object',
  additionalProperties: { type: 'string', maxLength: 1_000 },
  maxProperties: 40,
};
const codes: JsonSchema = { type: 'array', maxItems: 50, items: { type: 'string', maxLength: 60 } };
const title = (zh: string, en: string, schema: JsonSchema): JsonSchema => ({
  ...schema,
  'x-title': { zh, en },
});

const auth: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    kind: title('认证方式', 'Kind', {
      type: 'string',
      enum: ['none', 'basic', 'bearer', 'header', 'client-credentials', 'jwt-bearer', 'signature', 'login'],
    }),
    user: title('账号', 'Account', short(200)),
    header: title('请求头名称', 'Header', { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9-]{0,60}$' }),
    tokenUrl: title('令牌地址', 'Token address', short(500)),
    clientId: title('客户端编号', 'Client id', short(200)),
    scope: title('权限范围', 'Scope', short(500)),
    algorithm: title('签名算法', 'Algorithm', { type: 'string', enum: ['RS256', 'RS384', 'ES384'] }),
    subject: title('主体', 'Subject', short(200)),
    audience: title('受众', 'Audience', short(500)),
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

/** Schema of the settings. */
export const REST_CONFIG_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    baseUrl: title('基础地址', 'Base address', short(500)),
    auth: title('认证', 'Authentication', auth),
    headers: title('固定请求头', 'Headers', map),
    checkPath: title('测试路径', 'Path of the test', short(500)),
    correlationHeader: title('流水号请求头', 'Correlation header', {
      type: 'string',
      pattern: '^[A-Za-z][A-Za-z0-9-]{0,60}$',
    }),
    charset: title('字符集', 'Charset', { type: 'string', enum: ['utf-8', 'gb18030', 'big5'] }),
    operations: title(
      '操作',
      'Operations',
      operationsSchema(
        {
          method: { type: 'string', enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
          path: { type: 'string', maxLength: 1_000, pattern: '^/' },
          query: map,
          headers: map,
          body: short(20_000),
          form: map,
          records: { type: 'string', maxLength: 300 },
          next: short(300),
          absentStatuses: {
            type: 'array',
            maxItems: 10,
            items: { type: 'integer', minimum: 200, maximum: 499 },
          },
          code: {
            type: 'object',
            additionalProperties: false,
            properties: {
              path: short(300),
              ok: codes,
              absent: codes,
              auth: codes,
              forbidden: codes,
              busy: codes,
            },
            required: ['path', 'ok'],
          },
          keyHeader: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9-]{0,60}$' },
          reference: short(300),
          inquiry: {
            type: 'object',
            additionalProperties: false,
            properties: { method: { const: 'GET' }, path: short(1_000), donePath: short(300) },
            required: ['method', 'path', 'donePath'],
          },
        },
        ['method', 'path'],
      ),
    ),
  },
  required: ['baseUrl', 'auth', 'checkPath', 'operations'],
};

const secret = (zh: string, en: string): JsonSchema => ({
  type: 'string',
  'x-secret': true,
  'x-title': { zh, en },
});
/** Secrets: which of them is needed depends on the authentication. */
export const REST_SECRET_SCHEMA: JsonSchema = {
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

/** The address a path of settings means; throws `connector.config_invalid` when it leaves the base's origin unasked. */
export function restUrl(config: RestConfig, path: string): string {
  return /^https?:\/\//.test(path) ? path : `${config.baseUrl.replace(/\/$/, '')}${path}`;
}

/** Every place: the base address, and where tokens are fetched. */
export function restPlaces(config: RestConfig): Place[] {
  const urls = [
    config.baseUrl,
    ...(config.auth.tokenUrl === undefined ? [] : [restUrl(config, config.auth.tokenUrl)]),
  ];
  return urls.map((url) => {
    const place = placeOfUrl(url);
    if (place === undefined) throw connectorFault('connector.config_invalid', 'url');
    return place;
  });
}

/** What each kind of authentication cannot do without. */
const NEEDED: Record<RestAuth['kind'], readonly (keyof RestAuth)[]> = {
  none: [],
  basic: ['user'],
  bearer: [],
  header: ['header'],
  'client-credentials': ['tokenUrl', 'clientId'],
  'jwt-bearer': ['tokenUrl', 'clientId', 'algorithm', 'audience'],
  signature: ['digest', 'text', 'place', 'field'],
  login: ['tokenUrl', 'loginBody', 'tokenPath'],
};

/** Throws `connector.config_invalid` for what the schema can't say. */
export function assertRestConfig(config: RestConfig): void {
  restPlaces(config);
  if (config.baseUrl.includes('?')) throw connectorFault('connector.config_invalid', 'url');
  const { auth: how } = config;
  if (NEEDED[how.kind].some((name) => how[name] === undefined)) {
    throw connectorFault('connector.config_invalid', 'auth');
  }
  if (how.tokenPath !== undefined) compileMapping(how.tokenPath);
  assertDeclared(config.operations);
  for (const operation of config.operations) assertRestOperation(operation);
}

function assertRestOperation(operation: RestOperation): void {
  const known = new Set([...Object.keys(operation.input), 'key', 'correlation', 'now']);
  const texts = [operation.path, operation.body ?? '', operation.inquiry?.path ?? ''];
  for (const map of [operation.query, operation.headers, operation.form])
    texts.push(...Object.values(map ?? {}));
  for (const text of texts) assertPlaces(text, known);
  // A path that could begin with another host is none of ours.
  if (operation.path.startsWith('//')) throw connectorFault('connector.config_invalid', 'url');
  if (operation.body !== undefined && operation.form !== undefined) {
    throw connectorFault('connector.config_invalid', 'body');
  }
  if (
    operation.idempotency === 'key' &&
    operation.keyHeader === undefined &&
    !texts.join().includes('{key}')
  ) {
    throw connectorFault('connector.config_invalid', 'key');
  }
  const { records, next, reference, code, inquiry } = operation;
  for (const path of [records, next, reference, code?.path, inquiry?.donePath]) {
    if (path !== undefined) compileMapping(path);
  }
}
