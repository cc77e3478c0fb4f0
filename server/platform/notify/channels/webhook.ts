import { AppError, type Clock } from '../../../kernel/index.ts';
import { hmacSha256 } from '../../crypto/index.ts';
import type { Egress } from '../../egress/index.ts';
import { NOTIFY_LIMITS } from '../notice.rules.ts';
import type { OutgoingMessage, Sender } from './message.ts';
import type { WebhookSettings } from './settings.ts';

const USE = { owner: 'notify:webhook', protocol: 'https' } as const;
const ANSWER_BYTES_MAX = 16 * 1024;

/** Posts JSON with a signature. Only an answer of 200 to 299 counts; a redirect is not followed. */
export function createWebhookSender(deps: {
  egress: Pick<Egress, 'request'>;
  settings: WebhookSettings;
  key: string;
  clock: Clock;
}): Sender {
  const { egress, settings, key, clock } = deps;
  return {
    async send(message) {
      const body = bodyOf(message);
      const timestamp = String(Math.floor(clock.now().getTime() / 1_000));
      const { status } = await egress.request(USE, {
        ...{ method: 'POST', url: settings.url, body, maxResponseBytes: ANSWER_BYTES_MAX },
        timeoutMs: NOTIFY_LIMITS.attemptMs,
        headers: {
          'Content-Type': 'application/json',
          'X-Vaultdesk-Delivery': message.id,
          'X-Vaultdesk-Timestamp': timestamp,
          'X-Vaultdesk-Signature': `v1=${signatureOf(key, timestamp, body)}`,
        },
        ...(settings.ca === undefined ? {} : { tls: { ca: settings.ca } }),
      });
      if (status < 200 || status > 299) throw new AppError('notify.refused', { details: { status } });
    },
  };
}

/** HMAC-SHA-256 over `timestamp.body`, hexadecimal; the receiver also refuses old timestamps. */
export function signatureOf(key: string, timestamp: string, body: string): string {
  return hmacSha256(key, `${timestamp}.${body}`).toString('hex');
}

function bodyOf({ id, kind, severity, at, title, body, link, params }: OutgoingMessage): string {
  return JSON.stringify({ id, kind, severity, at: at.toISOString(), title, body, link, params });
}
