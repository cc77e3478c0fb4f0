import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { AppError, type ErrorCode } from '../../../kernel/index.ts';
import type { Egress } from '../../egress/index.ts';
import { NOTIFY_LIMITS } from '../notice.rules.ts';
import type { OutgoingMessage, Sender } from './message.ts';
import type { SmtpSettings } from './settings.ts';

const USE = { owner: 'notify:smtp', protocol: 'smtp' } as const;
/** Longest silence of the other side within a conversation, in milliseconds. */
const SILENCE_MS = 10_000;
/** "Service not available, closing transmission channel" (RFC 5321 §4.2.3). */
const SERVICE_CLOSING = 421;

interface SmtpDeps {
  egress: Pick<Egress, 'connect'>;
  settings: SmtpSettings;
  password: string | undefined;
}

/**
 * Mails notices to the channel's addresses. Those of one batch go over one connection: many servers let a stranger wait
 * before they greet. One that was closed meanwhile is opened again, once.
 */
export function createSmtpSender(deps: SmtpDeps): Sender {
  let open: SMTPConnection | undefined;
  function close(): void {
    open?.close();
    open = undefined;
  }
  async function sendOnce(message: OutgoingMessage): Promise<void> {
    const timer = setTimeout(close, NOTIFY_LIMITS.attemptMs);
    try {
      open ??= await greet(deps);
      await mail(open, message, deps.settings);
    } catch (error) {
      close();
      throw toFault(error);
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    async send(message) {
      const isUsed = open !== undefined;
      try {
        await sendOnce(message);
      } catch (error) {
        if (!isUsed || !isCut(error as AppError)) throw error;
        await sendOnce(message);
      }
    },
    close,
  };
}

/** Connects, and signs in where the channel has a name. */
async function greet({ egress, settings, password }: SmtpDeps): Promise<SMTPConnection> {
  const { host, port, tls: mode, ca, user } = settings;
  const tls = { servername: host, ...(ca === undefined ? {} : { ca }) };
  const target = { host, port, ...(mode === 'implicit' ? { tls } : {}) };
  const socket = await egress.connect(USE, target, { timeoutMs: SILENCE_MS });
  const connection = new SMTPConnection({
    ...{ host, port, connection: socket, secure: mode === 'implicit', secured: mode === 'implicit' },
    ...{ requireTLS: mode === 'starttls', ignoreTLS: mode === 'none' },
    tls: { ...tls, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    ...{ greetingTimeout: SILENCE_MS, socketTimeout: SILENCE_MS, dnsTimeout: SILENCE_MS },
    socketCloseTimeout: 0,
  });
  // Between two messages nobody waits for an answer; the next one finds the connection closed.
  connection.on('error', () => undefined);
  try {
    await during(connection, (done) => connection.connect(done));
    if (user !== undefined) {
      const credentials = { user, pass: password ?? '' };
      await during(connection, (done) => connection.login({ ...credentials, credentials }, done));
    }
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

async function mail(
  connection: SMTPConnection,
  message: OutgoingMessage,
  settings: SmtpSettings,
): Promise<void> {
  const composed = new MailComposer(mailOf(message, settings)).compile();
  const envelope = composed.getEnvelope();
  const content = await composed.build();
  await during(connection, (done) => connection.send(envelope, content, done));
}

/** One step of the conversation; fails when the connection does. */
function during(connection: SMTPConnection, start: (done: (error?: Error | null) => void) => void) {
  let fail: (error?: Error) => void = () => undefined;
  return new Promise<void>((resolve, reject) => {
    fail = (error) => reject(error ?? new Error('The connection ended.'));
    connection.once('error', fail);
    connection.once('end', fail);
    start((error) => (error ? reject(error) : resolve()));
  }).finally(() => {
    connection.off('error', fail);
    connection.off('end', fail);
  });
}

/** Whether the connection was at fault, not the message. */
function isCut({ code, cause }: AppError): boolean {
  const { responseCode } = (cause ?? {}) as { responseCode?: number };
  return code === 'egress.unreachable' || responseCode === SERVICE_CLOSING;
}

function mailOf(message: OutgoingMessage, { from, recipients }: SmtpSettings) {
  const { id, kind, severity, at, title, body, link } = message;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    ...{ from, to: recipients, date: at, messageId: `<${id}@${domain}>` },
    subject: `[Vaultdesk] ${title}`,
    text: [body, link, `${severity} · ${kind} · ${at.toISOString()}`].filter(Boolean).join('\n\n'),
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...{ disableFileAccess: true, disableUrlAccess: true },
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
