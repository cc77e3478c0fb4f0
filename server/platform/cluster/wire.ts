import type { Socket } from 'node:net';

/** What goes over a link: a list of these in one packet. */
export type Frame =
  | ['hello', { id: string; incarnation: string; proof?: string }]
  | ['call', number, unknown]
  | ['answer', number, unknown]
  | ['refusal', number, { code: string; details?: unknown }]
  | ['event', string, unknown]
  | ['bye'];

/** Bytes of one packet; larger ones are a fault of the other side. */
const PACKET_BYTES_MAX = 64 * 1024 * 1024;
/** The same before the other end has proved itself. */
const HELLO_BYTES_MAX = 4 * 1024;
/** What is gathered in one turn of the event loop goes out at this size without waiting for its end. */
const GATHERED_CHARACTERS_MAX = 256 * 1024;
/** Bytes that may wait for a peer that does not read; then the link is cut, and both sides load what they missed. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
const LENGTH_BYTES = 4;

/** One end of a link. */
export interface Wire {
  send(frame: Frame): void;
  /** Sends a frame that was encoded once for many. */
  sendEncoded(frame: string): void;
  /** Sends what is gathered, and ends. */
  end(): void;
  destroy(): void;
}

/**
 * Speaks packets of frames over a socket: a length, then a JSON list. While the other end is a stranger its packets must
 * be small.
 */
export function createWire(
  socket: Socket,
  onFrame: (frame: Frame) => void,
  isStranger: () => boolean = () => false,
): Wire {
  let gathered: string[] = [];
  let characters = 0;
  let isScheduled = false;

  const flush = () => {
    isScheduled = false;
    if (gathered.length === 0 || socket.destroyed) return;
    const body = Buffer.from(`[${gathered.join(',')}]`, 'utf8');
    const head = Buffer.allocUnsafe(LENGTH_BYTES);
    head.writeUInt32BE(body.length);
    gathered = [];
    characters = 0;
    socket.cork();
    socket.write(head);
    socket.write(body);
    socket.uncork();
    if (socket.writableLength > WAITING_BYTES_MAX) socket.destroy();
  };
  const sendEncoded = (frame: string) => {
    gathered.push(frame);
    characters += frame.length;
    if (characters > GATHERED_CHARACTERS_MAX) return flush();
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(flush);
  };
  readPackets(
    socket,
    () => (isStranger() ? HELLO_BYTES_MAX : PACKET_BYTES_MAX),
    (packet) => {
      for (const frame of JSON.parse(packet.toString('utf8')) as Frame[]) onFrame(frame);
    },
  );
  return {
    send: (frame) => sendEncoded(JSON.stringify(frame)),
    sendEncoded,
    end() {
      flush();
      socket.end();
    },
    destroy: () => void socket.destroy(),
  };
}

/** Calls back with each whole packet; what is none ends the link. */
function readPackets(socket: Socket, bytesMax: () => number, onPacket: (packet: Buffer) => void): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let wanted = LENGTH_BYTES;
  let isBody = false;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    try {
      while (bytes >= wanted) {
        const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
        const part = all.subarray(0, wanted);
        chunks = [all.subarray(wanted)];
        bytes = all.length - part.length;
        if (isBody) onPacket(part);
        const next = isBody ? LENGTH_BYTES : part.readUInt32BE();
        if (next > bytesMax()) throw new Error('The packet is too large.');
        isBody = !isBody;
        wanted = next;
      }
    } catch {
      socket.destroy();
    }
  });
}
