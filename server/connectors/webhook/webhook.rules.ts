const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Limits of webhooks. */
export const WEBHOOK_RULES = {
  webhooksMax: 100,
  urlCharactersMax: 1_000,
  /** One call, from the look-up of the name to the last byte of the answer. */
  callTimeoutMs: 10 * SECOND_MS,
  /** Of the answer only the status counts. */
  answerBytesMax: 64 * 1024,
  /** Pauses between tries double from the first to the longest, each shortened at random by up to half. */
  retryFirstMs: 5 * SECOND_MS,
  retryLongestMs: HOUR_MS,
  /** An event that could not be delivered for this long becomes a dead letter. */
  giveUpMs: 3 * DAY_MS,
  /** After so many failures in a row, whatever their events, the receiver is left alone for a while. */
  breakAfterFailures: 5,
  breakFirstMs: 15 * SECOND_MS,
  breakLongestMs: 10 * MINUTE_MS,
  /** Failing without a single success for this long stops the webhook. */
  stopAfterMs: 5 * DAY_MS,
  /** So many waiting events stop it as well: nobody is reading them. */
  queueMax: 100_000,
  /** Both secrets sign for this long after a rotation. */
  rotationOverlapMs: 24 * HOUR_MS,
  deliveredKeptMs: 7 * DAY_MS,
  deadKeptMs: 30 * DAY_MS,
} as const;

/** A random share of a pause: from half of it to all of it, so that many do not come at once. */
function spread(ms: number, random: number): number {
  return Math.round(ms * (0.5 + random / 2));
}

/** The pause before the next try; `attempts` counts those made. A receiver's own wish counts up to the longest. */
export function retryPauseMs(attempts: number, random: number, askedMs: number | undefined): number {
  const { retryFirstMs, retryLongestMs } = WEBHOOK_RULES;
  const own = spread(Math.min(retryLongestMs, retryFirstMs * 2 ** Math.max(0, attempts - 1)), random);
  return Math.min(retryLongestMs, Math.max(own, askedMs ?? 0));
}

/** How long a receiver is left alone after so many failures in a row; 0 while it is not. */
export function breakPauseMs(failures: number, random: number): number {
  const { breakAfterFailures, breakFirstMs, breakLongestMs } = WEBHOOK_RULES;
  if (failures < breakAfterFailures) return 0;
  return spread(Math.min(breakLongestMs, breakFirstMs * 2 ** (failures - breakAfterFailures)), random);
}

/** The wait a receiver asks for in `Retry-After` (RFC 9110 §10.2.3): seconds or a date. */
export function retryAfterMs(value: string | string[] | undefined, now: Date): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * SECOND_MS;
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

/** Whether a status says that the receiver has the event. */
export function isDelivered(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** The signature header: the second of the call, and one HMAC of `SECOND.BODY` for each secret in force. */
export function signatureHeader(
  at: Date,
  body: string,
  { secrets, sign }: { secrets: readonly string[]; sign(secret: string, text: string): string },
): string {
  const second = Math.floor(at.getTime() / SECOND_MS);
  return [`t=${second}`, ...secrets.map((secret) => `v1=${sign(secret, `${second}.${body}`)}`)].join(',');
}

/** The address as people see it again: what follows a question mark may be a secret and stays hidden. */
export function maskUrl(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : `${url.slice(0, query)}?…`;
}

/** Where an address leads, or undefined when it is none a webhook can have. The way out judges it again. */
export function placeOfUrl(
  url: string,
): { protocol: 'https' | 'http'; host: string; port: number } | undefined {
  if (url.length > WEBHOOK_RULES.urlCharactersMax || !/^https?:\/\/[\x21-\x7e]+$/.test(url)) return undefined;
  if (!URL.canParse(url) || url.includes('#')) return undefined;
  const parsed = new URL(url);
  // Another spelling of the host (octal, hexadecimal, an escape) is not read for what it may mean.
  const rawHost = /^https?:\/\/(?:[^/?]*@)?(\[[^\]]*\]|[^/?:]*)/.exec(url)?.[1] ?? '';
  if (rawHost.toLowerCase() !== parsed.hostname) return undefined;
  if (parsed.username !== '' || parsed.password !== '') return undefined;
  const protocol = parsed.protocol === 'https:' ? 'https' : 'http';
  const port = parsed.port === '' ? (protocol === 'https' ? 443 : 80) : Number(parsed.port);
  return { protocol, host: parsed.hostname.replace(/^\[|\]$/g, ''), port };
}

/** Whether a webhook wants an event. */
export function wants(eventTypes: readonly string[], type: string): boolean {
  return eventTypes.includes(type) || eventTypes.includes('*');
}
