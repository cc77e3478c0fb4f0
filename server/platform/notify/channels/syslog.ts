import { AppError } from '../../../kernel/index.ts';
import type { Egress } from '../../egress/index.ts';
import { NOTIFY_LIMITS } from '../notice.rules.ts';
import type { OutgoingMessage, Sender } from './message.ts';
import type { SyslogSettings } from './settings.ts';

const USE = { owner: 'notify:syslog', protocol: 'syslog' } as const;
/** Facility `local0` (RFC 5424 §6.2.1). */
const FACILITY = 16;
const SEVERITY: Readonly<Record<string, number>> = { alarm: 1, warning: 4, info: 6 };
/** Private enterprise number for examples (RFC 5612): we have none of our own. */
const ELEMENT = 'vaultdesk@32473';
/** How long the peer may take to close its side, in milliseconds. */
const GOODBYE_MS = 2_000;
/** What every receiver takes (RFC 5425 §4.3.1), in octets. */
const MESSAGE_OCTETS_MAX = 2_048;

/**
 * Sends over TLS with octet counting. Syslog has no answers: a message counts as carried when it was written whole
 * and the connection did not break.
 */
export function createSyslogSender(deps: {
  egress: Pick<Egress, 'connect'>;
  settings: SyslogSettings;
  hostname: string;
}): Sender {
  const { host, port, ca } = deps.settings;
  const tls = { servername: host, ...(ca === undefined ? {} : { ca }) };
  return {
    async send(message) {
      const limits = { timeoutMs: NOTIFY_LIMITS.attemptMs };
      const socket = await deps.egress.connect(USE, { host, port, tls }, limits);
      await handOver(socket, frameOf(message, deps.hostname));
    },
  };
}

/** Writes, says goodbye, and waits for the peer to do so too; a connection that breaks off is a failure. */
function handOver(socket: Awaited<ReturnType<Egress['connect']>>, frame: Buffer): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const fail = (cause?: unknown) => reject(new AppError('egress.unreachable', { cause }));
    let timer = setTimeout(() => reject(new AppError('egress.timeout')), NOTIFY_LIMITS.attemptMs);
    socket.once('error', fail);
    socket.once('close', (isBroken) => (isBroken ? fail() : resolve()));
    socket.once('finish', () => {
      clearTimeout(timer);
      // A receiver that keeps its side open has the message all the same.
      timer = setTimeout(resolve, GOODBYE_MS);
    });
    socket.once('close', () => clearTimeout(timer));
    socket.resume();
    socket.end(frame);
  }).finally(() => socket.destroy());
}

/** One frame: its length in octets, a blank, and the message. */
export function frameOf(message: OutgoingMessage, hostname: string): Buffer {
  const { id, kind, severity, at, title, body, link } = message;
  const data = [
    ['id', id],
    ['kind', kind],
    ['link', link ?? '-'],
  ].map(([name, value]) => `${name}="${String(value).replaceAll(/["\\\]]/g, '\\$&')}"`);
  const priority = FACILITY * 8 + (SEVERITY[severity] ?? 6);
  const name = hostname.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
  const id32 = kind.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 32);
  const head = `<${priority}>1 ${at.toISOString()} ${name} vaultdesk - ${id32} [${ELEMENT} ${data.join(' ')}] `;
  // The byte order mark says that the text is UTF-8 (RFC 5424 §6.4).
  const text = cutOctets(`\ufeff${title} ${body}`.trimEnd(), MESSAGE_OCTETS_MAX - Buffer.byteLength(head));
  const line = Buffer.concat([Buffer.from(head), text]);
  return Buffer.concat([Buffer.from(`${line.length} `), line]);
}

/** At most `max` octets, without half a character at the end. */
function cutOctets(text: string, max: number): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= max) return bytes;
  let end = max;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
