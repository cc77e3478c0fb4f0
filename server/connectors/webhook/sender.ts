import { AppError, type Clock } from '../../kernel/index.ts';
import { publicData } from './event-catalogue.ts';
import type { WebhookPorts } from './ports.ts';
import type { WebhookRow } from './webhook.entity.ts';
import { isDelivered, retryAfterMs, signatureHeader, WEBHOOK_RULES } from './webhook.rules.ts';

/** An event on its way to one receiver. */
export interface Outgoing {
  eventId: string;
  eventType: string;
  eventAt: Date;
  payload: Readonly<Record<string, string | number | boolean | null>>;
}

/** What came of one try. `code` is absent when the receiver has the event. */
export interface Attempt {
  status: number | null;
  code: string | null;
  /** More about the code: `dns`, `expired`, `no_rule` … */
  reason: string | null;
  ms: number;
  /** The wait the receiver asked for. */
  askedMs: number | undefined;
}

/** The secrets that sign now: the current one, and the one before it while a rotation lasts. */
async function secretsOf(row: WebhookRow, ports: WebhookPorts, now: Date): Promise<string[]> {
  const current = await ports.secrets.open(row.id, 'secret_enc', row.secretEnc);
  if (row.oldSecretEnc === null || row.oldUntilAt === null || row.oldUntilAt <= now) return [current];
  return [current, await ports.secrets.open(row.id, 'old_secret_enc', row.oldSecretEnc)];
}

/** The text that is signed and sent. */
export function bodyOf(event: Outgoing): string {
  const { eventId: id, eventType: type, eventAt, payload } = event;
  return JSON.stringify({ id, type, at: eventAt.toISOString(), data: publicData(type, payload) });
}

/** Sends an event once. Never throws: what goes wrong is the result. */
export async function sendOnce(
  deps: { ports: WebhookPorts; clock: Clock },
  row: WebhookRow,
  event: Outgoing,
  signal?: AbortSignal,
): Promise<Attempt> {
  const { ports, clock } = deps;
  const startedMs = performance.now();
  const passedMs = () => Math.round(performance.now() - startedMs);
  try {
    const at = clock.now();
    const body = bodyOf(event);
    const secrets = await secretsOf(row, ports, at);
    const { status, headers } = await ports.call({
      ...{ webhookId: row.id, protocol: row.protocol as 'https' | 'http', body },
      url: await ports.secrets.open(row.id, 'url_enc', row.urlEnc),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Vaultdesk-Webhook/1',
        'vaultdesk-event-id': event.eventId,
        'vaultdesk-event-type': event.eventType,
        'vaultdesk-signature': signatureHeader(at, body, { secrets, sign: ports.secrets.sign }),
      },
      timeoutMs: WEBHOOK_RULES.callTimeoutMs,
      maxResponseBytes: WEBHOOK_RULES.answerBytesMax,
      ...(signal === undefined ? {} : { signal }),
    });
    const code = isDelivered(status) ? null : 'webhook.answer_refused';
    const askedMs = retryAfterMs(headers['retry-after'], clock.now());
    return { status, code, reason: null, ms: passedMs(), askedMs };
  } catch (error) {
    const known = error instanceof AppError ? error : new AppError('server.internal', { cause: error });
    const reason = known.details?.['reason'];
    return {
      ...{ status: null, code: known.code, ms: passedMs(), askedMs: undefined },
      reason: typeof reason === 'string' ? reason : null,
    };
  }
}
