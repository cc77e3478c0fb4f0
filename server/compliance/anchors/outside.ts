import {
  appendStamp,
  frameLine,
  outletHead,
  readStamp,
  stampRequest,
  type OutletSender,
} from '../../../audit/index.ts';
import { AppError, type Clock } from '../../kernel/index.ts';
import { randomBytes } from '../../platform/crypto/index.ts';
import type { Egress } from '../../platform/egress/index.ts';
import type { OutsideAnchor } from './anchoring.ts';

/** Who calls out; the allow-list names these owners. */
export const SYSLOG_USE = { owner: 'audit:syslog', protocol: 'syslog' } as const;
const STAMP_OWNER = 'audit:stamp';
const ATTEMPT_MS = 10_000;
/** How long a syslog server may take to close its side. */
const GOODBYE_MS = 2_000;
const ANSWER_BYTES_MAX = 64 * 1024;
const NONCE_BYTES = 16;

/** A syslog server over TLS. */
export interface SyslogPlace {
  host: string;
  port: number;
  /** PEM of the authority of its certificate; without it those of the system. */
  ca?: string;
}

/**
 * Writes lines to a syslog server over TLS with octet counting, in one connection. Syslog has no answers: lines count
 * as delivered when they were written whole and the connection did not break.
 */
export async function sendLines(
  egress: Pick<Egress, 'connect'>,
  { host, port, ca }: SyslogPlace,
  lines: readonly string[],
): Promise<void> {
  const tls = { servername: host, ...(ca === undefined ? {} : { ca }) };
  const socket = await egress.connect(SYSLOG_USE, { host, port, tls }, { timeoutMs: ATTEMPT_MS });
  await new Promise<void>((resolve, reject) => {
    const fail = (cause?: unknown) => reject(new AppError('egress.unreachable', { cause }));
    let timer = setTimeout(() => reject(new AppError('egress.timeout')), ATTEMPT_MS);
    socket.once('error', fail);
    socket.once('close', (isBroken) => {
      clearTimeout(timer);
      if (isBroken) fail();
      else resolve();
    });
    socket.once('finish', () => {
      clearTimeout(timer);
      // A server that keeps its side open has the lines all the same.
      timer = setTimeout(resolve, GOODBYE_MS);
    });
    socket.resume();
    socket.end(Buffer.concat(lines.map(frameLine)));
  }).finally(() => socket.destroy());
}

/** Heads to a syslog server: whoever keeps its log can compare them with any export. */
export function createSyslogAnchor(deps: {
  egress: Pick<Egress, 'connect'>;
  place: SyslogPlace;
  sender: OutletSender;
  everyMs: number;
}): OutsideAnchor {
  const { egress, place, sender, everyMs } = deps;
  return {
    ...{ name: `syslog:${place.host}:${place.port}`, everyMs },
    deliver: ({ no, size, at, checkpoint }) =>
      sendLines(egress, place, [outletHead({ sealNo: no, size, at, checkpoint }, sender)]),
  };
}

/** Heads to a time-stamp authority (RFC 3161 over HTTP); its answers are checked and kept in `folder`. */
export function createStampAnchor(deps: {
  egress: Pick<Egress, 'request'>;
  url: string;
  /** PEM of the authority whose stamps are taken; without it any that holds is. */
  trusted: readonly string[];
  folder: string;
  clock: Clock;
  everyMs: number;
}): OutsideAnchor {
  const { egress, url, trusted, folder, clock, everyMs } = deps;
  const protocol = url.startsWith('https:') ? 'https' : 'http';
  return {
    ...{ name: `stamp:${new URL(url).host}`, everyMs },
    async deliver({ checkpoint }) {
      const nonce = randomBytes(NONCE_BYTES);
      const data = Buffer.from(checkpoint);
      const response = await egress.request(
        { owner: STAMP_OWNER, protocol },
        {
          ...{ method: 'POST', url, timeoutMs: ATTEMPT_MS, maxResponseBytes: ANSWER_BYTES_MAX },
          headers: { 'content-type': 'application/timestamp-query' },
          body: stampRequest(data, nonce),
        },
      );
      const stamp =
        response.status === 200 ? readStamp(response.body, { data, nonce, trusted }) : 'no answer';
      if (typeof stamp === 'string' || (trusted.length > 0 && !stamp.isTrusted))
        throw new AppError('egress.invalid_answer', { details: { reason: String(stamp) } });
      await appendStamp(folder, { checkpoint, answer: response.body, at: clock.now() });
    },
  };
}
