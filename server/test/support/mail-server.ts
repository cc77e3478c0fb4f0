import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail server that keeps what it took, and does with a message what `onMail` says. */
export async function startMail(options: SMTPServerOptions = {}, onMail = (): Error | null => null) {
  const mails: string[] = [];
  const server = new SMTPServer({
    ...{ disabledCommands: ['STARTTLS'], authOptional: true, logger: false, closeTimeout: 100 },
    ...options,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', () => {
        const error = onMail();
        if (error === null) mails.push(Buffer.concat(chunks).toString());
        done(error);
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as { port: number };
  return { port, mails, stop: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}
