/** What stands in every hostile request, so that the log can be searched for it. */
export const CANARY = 'Zq7xCanary';

/** A request as bytes, and what must come of it. */
export interface HostileCase {
  title: string;
  /** `HOST` stands for the server's own name, `TOKEN` for a good API token. */
  bytes: string | Buffer;
  /** Statuses any of which is right. */
  status: readonly number[];
}

const CRLF = '\r\n';
const VISIT = '/api/v1/visitor/session';
const BODY = `{"site":"${CANARY}"}`;

/** A request of these lines, `Connection: close` added; `body` follows as it is. */
function request(lines: readonly string[], body = ''): string {
  return `${[...lines, `X-Canary: ${CANARY}`, 'Connection: close'].join(CRLF)}${CRLF}${CRLF}${body}`;
}

function get(path: string, ...headers: string[]): string {
  return request([`GET ${path} HTTP/1.1`, 'Host: HOST', ...headers]);
}

/** A POST with these header lines and this body, framed by the lines alone. */
function post(headers: readonly string[], body: string, path = VISIT): string {
  return request([`POST ${path} HTTP/1.1`, 'Host: HOST', 'Content-Type: application/json', ...headers], body);
}

/** A POST whose body is framed as it should be. */
function json(body: string, ...headers: string[]): string {
  return post([`Content-Length: ${Buffer.byteLength(body, 'latin1')}`, ...headers], body);
}

function chunked(body: string): string {
  return `${body.length.toString(16)}${CRLF}${body}${CRLF}0${CRLF}${CRLF}`;
}

const AGENT = 'Authorization: Bearer TOKEN';
const of = (status: number | readonly number[], title: string, bytes: string | Buffer): HostileCase => ({
  title,
  bytes,
  status: typeof status === 'number' ? [status] : status,
});

/** Names of the server, and ways to ask for another one. */
export const HOSTS: readonly HostileCase[] = [
  of(400, 'no Host', request(['GET /healthz HTTP/1.1'])),
  of(400, 'two Host headers, both ours', get('/healthz', 'Host: HOST')),
  of(400, 'two Host headers, one foreign', get('/healthz', 'Host: evil.example')),
  of(400, 'two Host headers in two spellings', get('/healthz', 'hOST: HOST')),
  of(421, 'a foreign Host', request(['GET /healthz HTTP/1.1', 'Host: evil.example'])),
  of(421, 'a Host that begins with ours', request(['GET /healthz HTTP/1.1', 'Host: HOST.evil.example'])),
  of(421, 'a Host with a name before ours', request(['GET /healthz HTTP/1.1', 'Host: evil.example@HOST'])),
  of(421, 'an empty Host', request(['GET /healthz HTTP/1.1', 'Host:'])),
  of(421, 'two names in one Host', request(['GET /healthz HTTP/1.1', 'Host: HOST, evil.example'])),
  of(400, 'an absolute target', request(['GET https://evil.example/healthz HTTP/1.1', 'Host: HOST'])),
  of(400, 'an absolute target that is ours', request(['GET https://HOST/healthz HTTP/1.1', 'Host: HOST'])),
  of(200, 'X-Forwarded-Host, which nobody believes', get('/healthz', 'X-Forwarded-Host: evil.example')),
  of(200, 'Forwarded, which nobody believes', get('/healthz', 'Forwarded: host=evil.example')),
  of(401, 'a name in a header of a proxy', get('/api/v1/session', 'X-Remote-User: admin', 'X-User: admin')),
];

/** Ways to make two readers see two requests in one. */
export const FRAMING: readonly HostileCase[] = [
  of(
    400,
    'Content-Length before Transfer-Encoding',
    post(['Content-Length: 4', 'Transfer-Encoding: chunked'], chunked(BODY)),
  ),
  of(
    400,
    'Transfer-Encoding before Content-Length',
    post(['Transfer-Encoding: chunked', 'Content-Length: 4'], chunked(BODY)),
  ),
  of(
    400,
    'two Content-Lengths that differ',
    post(['Content-Length: 4', `Content-Length: ${BODY.length}`], BODY),
  ),
  of(
    400,
    'two Content-Lengths that agree',
    post([`Content-Length: ${BODY.length}`, `Content-Length: ${BODY.length}`], BODY),
  ),
  of(400, 'a list of lengths', post([`Content-Length: ${BODY.length}, ${BODY.length}`], BODY)),
  of(400, 'a negative length', post(['Content-Length: -1'], BODY)),
  of(400, 'a length with a sign', post([`Content-Length: +${BODY.length}`], BODY)),
  of(400, 'a hexadecimal length', post(['Content-Length: 0x10'], BODY)),
  of(400, 'a length beyond 64 bits', post(['Content-Length: 99999999999999999999999'], BODY)),
  of(400, 'an unknown coding', post(['Transfer-Encoding: xchunked'], chunked(BODY))),
  of(400, 'a coding before chunked', post(['Transfer-Encoding: gzip, chunked'], chunked(BODY))),
  of(400, 'a coding after chunked', post(['Transfer-Encoding: chunked, identity'], chunked(BODY))),
  of(
    400,
    'two Transfer-Encodings',
    post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], chunked(BODY)),
  ),
  of(400, 'a vertical tab before chunked', post(['Transfer-Encoding: \x0bchunked'], chunked(BODY))),
  of(400, 'a space before the colon', post(['Transfer-Encoding : chunked'], chunked(BODY))),
  of(400, 'a folded header', post(['Transfer-Encoding:\r\n chunked', 'Content-Length: 4'], chunked(BODY))),
  of(400, 'lines that end with LF alone', 'GET /healthz HTTP/1.1\nHost: HOST\nConnection: close\n\n'),
  of(400, 'a header line that ends with LF alone', 'GET /healthz HTTP/1.1\r\nHost: HOST\nX: y\r\n\r\n'),
  of(400, 'CR alone within a header', get('/healthz', `X: a\rTransfer-Encoding: chunked`)),
  of(
    400,
    'a chunk that is longer than it said',
    post(['Transfer-Encoding: chunked'], `3${CRLF}${BODY}${CRLF}0${CRLF}${CRLF}`),
  ),
  of(400, 'a chunk size that is no number', post(['Transfer-Encoding: chunked'], `zz${CRLF}${BODY}${CRLF}`)),
  of(400, 'a chunk size beyond 64 bits', post(['Transfer-Encoding: chunked'], `FFFFFFFFFFFFFFFFF${CRLF}x`)),
  of(
    400,
    'a chunk line that ends with LF alone',
    post(['Transfer-Encoding: chunked'], `${BODY.length.toString(16)}\n${BODY}\n0\n\n`),
  ),
  of(
    [400, 413],
    'chunk extensions without end',
    post(['Transfer-Encoding: chunked'], `1;${'x'.repeat(20_000)}${CRLF}x${CRLF}`),
  ),
  of(
    400,
    'a second request behind a body of length 0',
    post(['Content-Length: 0'], 'GET /api/v1/session HTTP/1.1\r\n\r\n'),
  ),
  of(
    400,
    'chunks in HTTP/1.0 beside a length',
    request(
      [
        `POST ${VISIT} HTTP/1.0`,
        'Host: HOST',
        'Content-Type: application/json',
        'Content-Length: 4',
        'Transfer-Encoding: chunked',
      ],
      chunked(BODY),
    ),
  ),
];

/** First lines and header fields that no honest client sends. */
export const HEADS: readonly HostileCase[] = [
  of(400, 'no HTTP', `${CANARY}\r\n\r\n`),
  of(400, 'HTTP/0.9', 'GET /healthz\r\n\r\n'),
  of(400, 'HTTP/2 without an agreement', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  of([400, 505], 'HTTP/9.9', 'GET /healthz HTTP/9.9\r\nHost: HOST\r\n\r\n'),
  of(200, 'HTTP/1.0 with a Host', request(['GET /healthz HTTP/1.0', 'Host: HOST'])),
  of(400, 'HTTP/1.0 without a Host', request(['GET /healthz HTTP/1.0'])),
  of(405, 'TRACE', request(['TRACE / HTTP/1.1', 'Host: HOST', 'Cookie: a=b'])),
  of([400, 405], 'TRACK', request(['TRACK / HTTP/1.1', 'Host: HOST'])),
  of(405, 'PROPFIND', request(['PROPFIND / HTTP/1.1', 'Host: HOST'])),
  of(405, 'a PURGE of the cache there is none', request(['PURGE / HTTP/1.1', 'Host: HOST'])),
  of(400, 'an invented method', request([`${CANARY} / HTTP/1.1`, 'Host: HOST'])),
  of(400, 'a method in small letters', request(['get /healthz HTTP/1.1', 'Host: HOST'])),
  of(400, 'a target that is a star', request(['OPTIONS * HTTP/1.1', 'Host: HOST'])),
  of(400, 'a space in the target', get('/healthz a')),
  of(400, 'NUL in the target', get('/health\0z')),
  of(400, 'NUL in a header', get('/healthz', 'X: a\0b')),
  of(400, 'a header without a colon', get('/healthz', CANARY)),
  of(400, 'a header name with a space', get('/healthz', 'X Y: z')),
  of(400, 'a header without a name', get('/healthz', ': z')),
  of(431, 'one header of 17,000 bytes', get('/healthz', `X: ${'x'.repeat(17_000)}`)),
  of(431, 'a target of 17,000 bytes', get(`/${'x'.repeat(17_000)}`)),
  of(200, 'one header of 10,000 bytes', get('/healthz', `X: ${'x'.repeat(10_000)}`)),
  of(431, '101 header fields', get('/healthz', ...Array.from({ length: 101 }, (_, at) => `X-${at}: 1`))),
  of(
    [400, 431],
    'a second Host behind 150 fields',
    get('/healthz', ...Array.from({ length: 150 }, (_, at) => `X${at}: 1`), 'Host: evil.example'),
  ),
  of(400, 'two Authorizations', get('/api/v1/tickets', AGENT, 'Authorization: Bearer xxxxxxxxxxxxxxxx')),
  of(400, 'two Cookies', get('/api/v1/session', 'Cookie: a=b', 'Cookie: c=d')),
  of(400, 'two Origins', json(BODY, 'Origin: https://HOST', 'Origin: https://evil.example')),
  of(400, 'two Content-Types', json(BODY, 'Content-Type: text/plain')),
  of(400, 'an expectation nobody knows', json(BODY, 'Expect: 200-ok')),
  of(
    200,
    'X-HTTP-Method-Override on GET',
    get('/healthz', 'X-HTTP-Method-Override: DELETE', 'X-Method-Override: DELETE'),
  ),
  of(
    404,
    'an upgrade to HTTP/2 in the clear',
    get('/healthz', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk').replace(
      'Connection: close',
      'Connection: Upgrade, HTTP2-Settings',
    ),
  ),
];

/** Addresses that try to lead elsewhere. */
export const PATHS: readonly HostileCase[] = [
  of(404, 'two dots', get('/../../../../etc/passwd')),
  of(404, 'coded dots', get('/%2e%2e/%2e%2e/etc/passwd')),
  of(404, 'twice coded dots', get('/%252e%252e/%252e%252e/etc/passwd')),
  of(404, 'coded slashes', get('/assets/..%2f..%2f..%2fetc%2fpasswd')),
  of(404, 'coded backslashes', get('/assets/..%5c..%5cwindows.ini')),
  of(404, 'overlong UTF-8', get('/%c0%ae%c0%ae/etc/passwd.txt')),
  of(404, 'dots and a semicolon', get('/..;/manager/html.txt')),
  of([400, 404], 'coded NUL', get('/index.html%00.txt')),
  of([400, 404], 'raw UTF-8', get(Buffer.from('/文件.txt', 'utf8').toString('latin1'))),
  of(404, 'coded UTF-8', get('/%E6%96%87%E4%BB%B6.txt')),
  of(400, 'a broken percent code in an address of ours', get('/api/v1/tickets/%zz', AGENT)),
  of(400, 'a coded slash in an id', get('/api/v1/tickets/..%2f..%2fsession', AGENT)),
  of(400, 'NUL in an id', get('/api/v1/tickets/%00', AGENT)),
  of(404, 'two slashes before an address of ours', get('//api/v1/session')),
  of(404, 'a slash behind an address of ours', get('/api/v1/session/')),
  of(404, 'another case of an address of ours', get('/API/v1/session')),
  of(404, 'the folder of versions', get('/.git/config.txt')),
  of(404, 'the settings', get('/config.yaml')),
  of(404, 'the source map of the server', get('/server/evaluation.mjs.map')),
  of(400, 'a parameter that comes twice', get('/api/v1/tickets?state=open&state=closed', AGENT)),
  of(400, 'a parameter in brackets', get('/api/v1/tickets?q[$ne]=1', AGENT)),
  of(400, 'a prototype as a parameter', get('/api/v1/tickets?__proto__[x]=1', AGENT)),
  of(400, 'NUL in a parameter', get('/api/v1/tickets?q=%00', AGENT)),
  of(400, 'an unknown parameter', get('/api/v1/tickets?admin=1', AGENT)),
  of(400, 'a method as a parameter', get('/api/v1/tickets?_method=DELETE', AGENT)),
];

/** Bodies that try to break what reads them. */
export const BODIES: readonly HostileCase[] = [
  of(400, 'JSON 10,000 deep', json(`{"site":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)),
  of(400, 'objects 10,000 deep', json(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)),
  of(400, 'a prototype as a key', json('{"site":"demo","__proto__":{"isAdmin":true}}')),
  of(400, 'a constructor as a key', json('{"site":"demo","constructor":{"prototype":{"isAdmin":true}}}')),
  of(400, 'NUL in a text', json(`{"site":"${CANARY}\\u0000"}`)),
  of(400, 'half of a character pair', json(`{"site":"${CANARY}\\ud83d"}`)),
  of(400, 'a key with half of a character pair', json('{"site":"demo","\\ude00":1}')),
  of(400, 'broken UTF-8', json('{"site":"\xff\xfe"}')),
  of(400, 'UTF-7 behind a mark', json('+/v8-{"site":"demo"}')),
  of(400, 'a mark of UTF-16', json('\xff\xfe{\0}\0')),
  of(400, 'a comment', json('{"site":"demo"/**/}')),
  of(400, 'no number that JSON knows', json('{"site":NaN}')),
  of(400, 'a list in the place of a form', json('[{"site":"demo"}]')),
  of(400, 'an unknown field', json('{"site":"demo","role":"admin"}')),
  of(400, 'an operator in the place of a text', json('{"site":{"$gt":""}}')),
  of([404, 400], 'SQL in a text', json(`{"site":"' OR 1=1; DROP TABLE message; --"}`)),
  of(413, '10 GB announced', post(['Content-Length: 10737418240'], '{')),
  of(
    413,
    '10 GB announced, and asked whether to send it',
    post(['Content-Length: 10737418240', 'Expect: 100-continue'], ''),
  ),
  of(
    413,
    '600 KB in chunks',
    post(['Transfer-Encoding: chunked'], chunked(`{"site":"${'x'.repeat(600_000)}"}`)),
  ),
  of(
    415,
    'a form',
    request(
      [
        `POST ${VISIT} HTTP/1.1`,
        'Host: HOST',
        'Content-Type: application/x-www-form-urlencoded',
        'Content-Length: 9',
      ],
      'site=demo',
    ),
  ),
  of(
    415,
    'plain text, which needs no preflight',
    request(
      [`POST ${VISIT} HTTP/1.1`, 'Host: HOST', 'Content-Type: text/plain', `Content-Length: ${BODY.length}`],
      BODY,
    ),
  ),
  of(
    415,
    'no content type',
    request([`POST ${VISIT} HTTP/1.1`, 'Host: HOST', `Content-Length: ${BODY.length}`], BODY),
  ),
  of(
    415,
    'XML with an entity',
    request(
      [`POST ${VISIT} HTTP/1.1`, 'Host: HOST', 'Content-Type: application/xml', 'Content-Length: 59'],
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a/>x',
    ),
  ),
  of(
    415,
    'parts of a form',
    request(
      [
        `POST ${VISIT} HTTP/1.1`,
        'Host: HOST',
        'Content-Type: multipart/form-data; boundary=x',
        'Content-Length: 4',
      ],
      '--x-',
    ),
  ),
  of(
    415,
    'another charset',
    request(
      [
        `POST ${VISIT} HTTP/1.1`,
        'Host: HOST',
        'Content-Type: application/json; charset=utf-16',
        `Content-Length: ${BODY.length}`,
      ],
      BODY,
    ),
  ),
  of(415, 'a packed body', json(BODY, 'Content-Encoding: gzip')),
];
