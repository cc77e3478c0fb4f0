import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const TOKEN = 's.spec-token';
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface Key {
  versions: Map<number, Buffer>;
  latest: number;
  leastDecryption: number;
  leastAvailable: number;
}
type Item = Record<string, string | number | undefined>;

/** A key server that speaks the transit interface and does its cryptography, for specs; it can be taken away. */
export interface TransitServer {
  readonly url: string;
  readonly token: string;
  /** Calls so far, by path. */
  readonly calls: string[];
  /** Answers 503 while set, as a sealed server does. */
  isSealed: boolean;
  /** Stops listening and cuts what is open; `start` listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts it on a free loopback port. */
export async function startTransitServer(): Promise<TransitServer> {
  const keys = new Map<string, Key>();
  const calls: string[] = [];
  let port = 0;
  const server = createServer((request, response) => {
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    void answer(request).then(
      ([status, body]) => send(status, body),
      () => send(500, { errors: ['internal'] }),
    );
  });

  async function answer(request: IncomingMessage): Promise<[number, object]> {
    const path = (request.url ?? '').replace(/^\/v1\//, '');
    calls.push(`${request.method} ${path}`);
    const sent = await text(request);
    if (self.isSealed) return [503, { errors: ['Vault is sealed'] }];
    if (request.headers['x-vault-token'] !== TOKEN) return [403, { errors: ['permission denied'] }];
    const body = (sent === '' ? {} : JSON.parse(sent)) as Record<string, unknown>;
    const [, part = '', name = '', verb] = path.split('/');
    const key = keys.get(name);
    if (part === 'keys') return manage(name, key, { method: request.method ?? '', verb, body });
    if (key === undefined) return [400, { errors: ['encryption key not found'] }];
    const items = body['batch_input'] as Item[];
    const results = items.map((item) => (part === 'encrypt' ? encrypt(key, item) : decrypt(key, item)));
    const isRefused = results.some((result) => 'error' in result);
    return [isRefused ? 400 : 200, { data: { batch_results: results } }];
  }

  function manage(
    name: string,
    key: Key | undefined,
    { method, verb, body }: { method: string; verb: string | undefined; body: Record<string, unknown> },
  ): [number, object] {
    if (method === 'POST' && verb === undefined) {
      const versions = new Map([[1, randomBytes(32)]]);
      keys.set(name, key ?? { versions, latest: 1, leastDecryption: 1, leastAvailable: 0 });
      return [200, {}];
    }
    if (key === undefined) return [404, { errors: [] }];
    if (verb === 'rotate') {
      key.latest += 1;
      key.versions.set(key.latest, randomBytes(32));
    } else if (verb === 'config') {
      key.leastDecryption = Number(body['min_decryption_version']);
    } else if (verb === 'trim') {
      const least = Number(body['min_available_version']);
      if (least > key.leastDecryption) return [400, { errors: ['greater than min_decryption_version'] }];
      for (const version of key.versions.keys()) if (version < least) key.versions.delete(version);
    } else {
      const times = Object.fromEntries([...key.versions.keys()].map((version) => [version, 0]));
      const { latest: latest_version, leastDecryption: min_decryption_version } = key;
      return [200, { data: { name, keys: times, latest_version, min_decryption_version } }];
    }
    return [200, {}];
  }

  const self: TransitServer = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    token: TOKEN,
    calls,
    isSealed: false,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async start() {
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    },
  };
  await self.start();
  return self;
}

function encrypt({ versions, latest }: Key, item: Item): object {
  const version = Number(item['key_version'] ?? latest);
  const key = versions.get(version);
  if (key === undefined) return { error: 'no such version' };
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bytesOf(item['associated_data']));
  const body = Buffer.concat([cipher.update(bytesOf(item['plaintext'])), cipher.final()]);
  const sealed = Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64');
  return { ciphertext: `vault:v${version}:${sealed}`, key_version: version };
}

function decrypt({ versions, leastDecryption }: Key, item: Item): object {
  const [, version, sealed] = /^vault:v(\d+):(.+)$/.exec(String(item['ciphertext'])) ?? [];
  const key = versions.get(Number(version));
  if (key === undefined || sealed === undefined || Number(version) < leastDecryption)
    return { error: 'ciphertext or version is disallowed by policy (too old)' };
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < IV_BYTES + TAG_BYTES) return { error: 'invalid ciphertext: too short' };
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bytesOf(item['associated_data'])).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plain = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
    return { plaintext: Buffer.concat(plain).toString('base64') };
  } catch {
    return { error: 'cipher: message authentication failed' };
  }
}

function bytesOf(value: string | number | undefined): Buffer {
  return Buffer.from(String(value ?? ''), 'base64');
}
