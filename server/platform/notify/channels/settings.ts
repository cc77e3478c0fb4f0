import { AppError } from '../../../kernel/index.ts';

/** Kinds of channels. */
export type ChannelType = 'smtp' | 'syslog' | 'webhook' | 'file';

/** Mail through the bank's mail server. */
export interface SmtpSettings {
  host: string;
  port: number;
  /** `none` only where the network itself is trusted; a password is never sent over it. */
  tls: 'none' | 'starttls' | 'implicit';
  user?: string;
  from: string;
  recipients: string[];
  /** PEM of the authority that signed the server's certificate. */
  ca?: string;
}

/** RFC 5424 over TLS (RFC 5425). */
export interface SyslogSettings {
  host: string;
  port: number;
  ca?: string;
}

/** Signed HTTPS calls. */
export interface WebhookSettings {
  url: string;
  ca?: string;
}

/** Settings by type, as the table keeps them. */
export interface ChannelSettings {
  smtp: SmtpSettings;
  syslog: SyslogSettings;
  webhook: WebhookSettings;
  file: Record<string, never>;
}

/** One mail address; no blanks, line breaks, angle brackets, or lists. */
const MAIL = /^[^\s@<>,;:"()[\]\\]{1,64}@[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i;
const PEM = /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s-]+-----END CERTIFICATE-----\s*$/;
/** Mail addresses of one channel. */
const RECIPIENTS_MAX = 50;

/** Refuses settings that could never work: `notify.setting_invalid` names the field, `notify.recipients_empty`. */
export function checkSettings(
  type: ChannelType,
  settings: ChannelSettings[ChannelType],
  hasSecret: boolean,
): void {
  const { ca } = settings as { ca?: string };
  if (ca !== undefined && !PEM.test(ca)) throw invalid('ca');
  if (type === 'smtp') checkSmtp(settings as SmtpSettings, hasSecret);
  if (type === 'webhook') {
    const { url } = settings as WebhookSettings;
    if (!URL.canParse(url) || new URL(url).protocol !== 'https:') throw invalid('url');
    if (new URL(url).username !== '' || new URL(url).password !== '') throw invalid('url');
    if (!hasSecret) throw invalid('secret');
  }
}

function checkSmtp(settings: SmtpSettings, hasSecret: boolean): void {
  const { from, recipients, tls, user } = settings;
  if (!MAIL.test(from)) throw invalid('from');
  if (recipients.length === 0) throw new AppError('notify.recipients_empty');
  if (recipients.length > RECIPIENTS_MAX || !recipients.every((each) => MAIL.test(each))) {
    throw invalid('recipients');
  }
  if (user !== undefined && (tls === 'none' || !hasSecret)) throw invalid(tls === 'none' ? 'tls' : 'secret');
}

function invalid(at: string): AppError {
  return new AppError('notify.setting_invalid', { details: { at } });
}
