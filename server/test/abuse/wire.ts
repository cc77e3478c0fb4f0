import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

const TALK_MS = 20_000;
const LINE_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** A server under attack: its port, and what its certificate leads to. */
export interface Target {
  port: number;
  ca: string;
}

/** Opens a TLS connection; rejects when the handshake fails. */
export function dial({ port, ca }: Target, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca, ...options });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.removeListener('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** Sends bytes as they are and answers everything that came until the server closed, as Latin-1. */
export async function talk(target: Target, bytes: string | Buffer): Promise<string> {
  const socket = await dial(target);
  const heard = hear(socket);
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return heard;
}

/** Everything a socket gets until its end. */
export function hear(socket: TLSSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`The server did not close; it had said: ${text.slice(0, 200)}`));
    }, TALK_MS);
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
    socket.once('end', () => socket.end());
  });
}

/** The statuses of the answers in what was heard; 100 Continue counts as one. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** One line of the access log. */
export interface AccessLine {
  event: string;
  status?: number | string;
  route?: string;
  code?: string;
}

/** The lines about requests in the log of an instance, in their order. */
export class AccessLog {
  readonly #file: string;

  constructor(home: string) {
    this.#file = join(home, 'log', 'vaultdesk.log');
  }

  /** The whole log as text. */
  get text(): string {
    return existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
  }

  get lines(): AccessLine[] {
    return this.text
      .split('\n')
      .filter((line) => /"event":"http\.(?:request|malformed|upgrade_refused)"/.test(line))
      .map((line) => JSON.parse(line) as AccessLine);
  }

  /** Waits for a line of that kind. */
  async until(isIt: (line: AccessLine) => boolean): Promise<void> {
    const endMs = performance.now() + LINE_MS;
    while (!this.lines.some(isIt)) {
      if (performance.now() > endMs) throw new Error('The line did not come.');
      await wait(LOOK_EVERY_MS);
    }
  }

  /** Waits until `count` lines are there, and gives those from `from` on. */
  async since(from: number, count: number): Promise<AccessLine[]> {
    const endMs = performance.now() + LINE_MS;
    while (performance.now() < endMs) {
      const { lines } = this;
      if (lines.length >= from + count) return lines.slice(from);
      await wait(LOOK_EVERY_MS);
    }
    throw new Error(`There are ${this.lines.length - from} lines of ${count}.`);
  }
}
