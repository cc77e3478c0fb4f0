import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** An answer as it came over the wire. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  bytes: Buffer;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every form
  json: any;
}

/** One request; `host` and `raw` allow what browsers never send. */
export interface Ask {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  raw?: string | Buffer;
}

/** Sends one request on a connection of its own. */
export function ask(port: number, path: string, options: Ask): Promise<Reply> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const headers = {
    Host: `localhost:${port}`,
    ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    // Node frames a body by itself only for some methods; without a length it would read as the next request.
    ...(body === undefined || options.headers?.['Transfer-Encoding'] !== undefined
      ? {}
      : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        // A body that ends before its length is no answer.
        answer.on('error', reject);
        answer.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString('utf8');
          const isJson = (answer.headers['content-type'] ?? '').includes('json');
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            ...{ text, bytes },
            json: isJson && text !== '' ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
