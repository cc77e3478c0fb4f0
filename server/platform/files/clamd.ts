import type { Duplex } from 'node:stream';
import type { ByteSource } from './byte-source.ts';
import type { Scanner, ScanResult } from './file-checker.ts';

/** Milliseconds for one file from the connection to the verdict; the largest file takes clamd some seconds. */
export const SCAN_TIMEOUT_MS = 60_000;
/** A verdict is one short line. */
const REPLY_BYTES_MAX = 1_024;
const PIECE_BYTES = 64 * 1024;
const FINDING_CHARACTERS_MAX = 100;
const COMMAND = Buffer.from('zINSTREAM\0');
const END = Buffer.alloc(4);

/** The scanner did not say anything that counts as a verdict. */
export class ScanFailed extends Error {
  constructor(reason: string, cause?: unknown) {
    super(`The scanner gave no verdict: ${reason}.`, { cause });
    this.name = 'ScanFailed';
  }
}

/**
 * A scanner that speaks to clamd (clamd(8), command INSTREAM in its `z` form): each piece led by its length in four
 * bytes, an empty piece at the end, one answer. Only `stream: OK` given after the last byte makes a file clean;
 * silence, a cut, an early answer, or other words throw, and the file goes on waiting.
 */
export function createClamdScanner(deps: { connect(): Promise<Duplex>; timeoutMs?: number }): Scanner {
  const timeoutMs = deps.timeoutMs ?? SCAN_TIMEOUT_MS;
  return {
    async scan(source, signal) {
      const socket = await deps.connect();
      const stop = () => socket.destroy(new ScanFailed('time is up'));
      // Not AbortSignal.any: Node 20 holds its sources weakly, and a collected timeout never fires.
      const timer = setTimeout(stop, timeoutMs);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      try {
        return await talk(socket, source);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        socket.destroy();
      }
    },
  };
}

async function talk(socket: Duplex, source: ByteSource): Promise<ScanResult> {
  const hearing = hear(socket);
  await send(socket, COMMAND);
  for await (const piece of source.pass({ first: 0, last: source.sizeBytes - 1 })) {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      if (hearing.hasBegun()) break;
      const part = piece.subarray(at, at + PIECE_BYTES);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      // A scanner that has said what it wants to say may read no further.
      const sending = send(socket, Buffer.concat([length, part]));
      sending.catch(() => undefined);
      await Promise.race([sending, hearing.begun]);
    }
  }
  // Whoever judges before having read everything has judged something else (also: "size limit exceeded").
  if (hearing.hasBegun()) throw new ScanFailed('it answered before the end');
  await send(socket, END);
  return verdict(await hearing.reply);
}

interface Hearing {
  hasBegun(): boolean;
  begun: Promise<void>;
  reply: Promise<string>;
}

/** Collects the answer from now on, so that an early one is noticed. */
function hear(socket: Duplex): Hearing {
  let text = '';
  const begun = new Promise<void>((resolve) => socket.once('data', () => resolve()));
  const reply = new Promise<string>((resolve, reject) => {
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (text.length > REPLY_BYTES_MAX) reject(new ScanFailed('it talks too much'));
      else if (text.endsWith('\0')) resolve(text.slice(0, -1));
    });
    socket.once('error', (cause) => reject(new ScanFailed('the connection broke', cause)));
    socket.once('close', () => reject(new ScanFailed('the connection ended')));
  });
  // Awaited only after the last byte; until then a failure shows in `send`.
  reply.catch(() => undefined);
  return { hasBegun: () => text !== '', begun, reply };
}

function send(socket: Duplex, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause?: unknown) => reject(new ScanFailed('the connection broke', cause));
    if (socket.destroyed) return failed();
    socket.once('close', failed);
    socket.write(bytes, (error) => {
      socket.off('close', failed);
      if (error) failed(error);
      else resolve();
    });
  });
}

function verdict(reply: string): ScanResult {
  if (reply === 'stream: OK') return { isClean: true };
  const found = /^stream: (.+) FOUND$/.exec(reply)?.[1];
  if (found === undefined) throw new ScanFailed('its answer is none');
  const finding = found.replaceAll(/[^A-Za-z0-9._:-]/g, '_').slice(0, FINDING_CHARACTERS_MAX);
  return { isClean: false, finding };
}
