import { createTransport } from 'nodemailer';
import { AppError, type ErrorCode } from '../../../kernel/index.ts';
import type { Egress } from '../../egress/index.ts';
import { NOTIFY_LIMITS } from '../notice.rules.ts';
import type { OutgoingMessage, Sender } from './message.ts';
import type { SmtpSettings } from './settings.ts';

const USE = { owner: 'notify:smtp', protocol: 'smtp' } as const;
/** Longest silence of the other side within a conversation, in milliseconds. */
const SILENCE_MS = 10_000;

/** Mails one notice to the channel's addresses over a connection of its own. */
export function createSmtpSender(deps: {
  egress: Pick<Egress, 'connect'>;
  settings: SmtpSettings;
  password: string | undefined;
}): Sender {
  const { egress, settings, password } = deps;
  const { host, port, tls: mode, ca } = settings;
  const tls = { servername: host, ...(ca === undefined ? {} : { ca }) };
  const limits = { timeoutMs: SILENCE_MS };
  return {
    async send(message) {
      const target = { host, port, ...(mode === 'implicit' ? { tls } : {}) };
      const connection = await egress.connect(USE, target, limits);
      const transport = createTransport({
        ...{ host, port, secure: mode === 'implicit', requireTLS: mode === 'starttls' },
        ignoreTLS: mode === 'none',
        tls: { ...tls, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
        ...{ greetingTimeout: SILENCE_MS, socketTimeout: SILENCE_MS, dnsTimeout: SILENCE_MS },
        ...{ disableFileAccess: true, disableUrlAccess: true },
        ...(settings.user === undefined ? {} : { auth: { user: settings.user, pass: password ?? '' } }),
        getSocket: (_options, done) => done(null, { connection, secured: mode === 'implicit' }),
      });
      const timer = setTimeout(() => connection.destroy(), NOTIFY_LIMITS.attemptMs);
      try {
        await transport.sendMail(mailOf(message, settings));
      } catch (error) {
        throw toFault(error);
      } finally {
        clearTimeout(timer);
        transport.close();
        connection.destroy();
      }
    },
  };
}

function mailOf(message: OutgoingMessage, { from, recipients }: SmtpSettings) {
  const { id, kind, severity, at, title, body, link } = message;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    ...{ from, to: recipients, date: at, messageId: `<${id}@${domain}>` },
    subject: `[Vaultdesk] ${title}`,
    text: [body, link, `${severity} · ${kind} · ${at.toISOString()}`].filter(Boolean).join('\n\n'),
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** nodemailer's words for what went wrong, as codes of ours; what the server said stays out. */
function toFault(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  const known: Record<string, ErrorCode> = {
    EAUTH: 'notify.sign_in_refused',
    ENOAUTH: 'notify.sign_in_refused',
    ETLS: 'egress.tls',
    ETIMEDOUT: 'egress.timeout',
    EENVELOPE: 'notify.refused',
    EMESSAGE: 'notify.refused',
  };
  const text = error instanceof Error ? error.message : '';
  if (/certificate|self.signed|altname/i.test(text)) return new AppError('egress.tls', { cause: error });
  const fallback: ErrorCode = responseCode === undefined ? 'egress.unreachable' : 'notify.refused';
  return new AppError(known[code ?? ''] ?? fallback, { cause: error });
}
