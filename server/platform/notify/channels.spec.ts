import { expect } from 'chai';
import type { AppError } from '../../kernel/index.ts';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { createServerCertificate } from '../crypto/index.ts';
import { buildEgress, startPeer, type Peer } from '../../test/support/build-egress.ts';
import { createSmtpSender } from './channels/smtp.ts';
import { createSyslogSender } from './channels/syslog.ts';
import { createWebhookSender, signatureOf } from './channels/webhook.ts';
import type { OutgoingMessage } from './channels/message.ts';
import type { SmtpSettings } from './channels/settings.ts';
import { startMail } from '../../test/support/mail-server.ts';
import { buildNotifyBench, type NotifyBench } from '../../test/support/notify-bench.ts';

const MESSAGE: OutgoingMessage = {
  ...{ id: '0190a000-0000-7000-8000-0000000000ff', kind: 'spec.alarm', severity: 'alarm' },
  ...{ at: new Date('2026-01-05T01:00:00.000Z'), title: '警报 x', body: '共 3 次。', params: { count: 3 } },
  link: 'https://desk.bank.example/system',
};

describe('channels of notices', function () {
  this.timeout(60_000);
  let bench: NotifyBench;
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    bench = await buildNotifyBench();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  after(() => bench.close());

  const names = { 'mail.bank.example': ['127.0.0.1'] };
  const wayOut = (owner: string, protocol: string, port: number) => {
    const built = buildEgress(bench.core, {
      allow: [
        `${owner} ${protocol} 127.0.0.1:${port}`,
        `${owner} ${protocol} mail.bank.example:${port} 127.0.0.1`,
      ],
      names,
    });
    stops.push(async () => built.egress.close());
    return built.egress;
  };
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'sent',
      (error: AppError) => error.code,
    );
  const mail = (port: number, change: Partial<SmtpSettings> = {}, password?: string) =>
    createSmtpSender({
      egress: wayOut('notify:smtp', 'smtp', port),
      settings: {
        ...{ host: '127.0.0.1', port, tls: 'none', from: 'desk@bank.example' },
        recipients: ['ops@bank.example'],
        ...change,
      },
      password,
    }).send(MESSAGE);

  describe('mail', () => {
    it('arrives with subject, text, and link, in one line each', async () => {
      const server = await startMail();
      stops.push(server.stop);
      expect(await codeOf(mail(server.port))).to.equal('sent');
      expect(server.mails[0])
        .to.match(/^Subject: =\?UTF-8\?/m)
        .and.match(/^Message-ID: <0190a000/m);
      expect(server.mails[0]).to.match(/^Auto-Submitted: auto-generated/m);
    });

    it('is not let by a header in a value', async () => {
      const server = await startMail();
      stops.push(server.stop);
      const hostile = { ...MESSAGE, title: 'x\r\nBcc: evil@evil.example\r\n\r\nbody' };
      const sender = createSmtpSender({
        egress: wayOut('notify:smtp', 'smtp', server.port),
        settings: {
          ...{ host: '127.0.0.1', port: server.port, tls: 'none', from: 'desk@bank.example' },
          recipients: ['ops@bank.example'],
        },
        password: undefined,
      });
      await sender.send(hostile);
      expect(server.mails[0]).to.not.match(/^Bcc:/im);
    });

    it('says so when the server refuses the message, the recipient, or the sign-in', async () => {
      const full = await startMail({}, () => Object.assign(new Error('no'), { responseCode: 552 }));
      const closed = await startMail({ onRcptTo: (_address, _session, done) => done(new Error('no')) });
      stops.push(full.stop, closed.stop);
      expect(await codeOf(mail(full.port))).to.equal('notify.refused');
      expect(await codeOf(mail(closed.port))).to.equal('notify.refused');
    });

    it('is not sent to a server whose certificate is not known, and is to one that is', async () => {
      const made = await createServerCertificate({
        hostnames: ['mail.bank.example'],
        now: new Date(),
      });
      const tls = { key: made.privateKey, cert: made.certificate };
      const implicit = await startMail({ ...tls, secure: true });
      const starttls = await startMail({
        ...tls,
        disabledCommands: [],
        onAuth: (auth, _session, done) =>
          auth.password === 'right' ? done(null, { user: 'u' }) : done(new Error('no')),
      });
      stops.push(implicit.stop, starttls.stop);
      const host = 'mail.bank.example';
      const ca = made.certificate;
      expect(await codeOf(mail(implicit.port, { tls: 'implicit', host }))).to.equal('egress.tls');
      expect(await codeOf(mail(starttls.port, { tls: 'starttls', host }))).to.equal('egress.tls');
      expect(await codeOf(mail(implicit.port, { tls: 'implicit', host, ca }))).to.equal('sent');
      expect(await codeOf(mail(starttls.port, { tls: 'starttls', host, ca }))).to.equal('sent');
      const user = { tls: 'starttls', host, ca, user: 'u' } as const;
      expect(await codeOf(mail(starttls.port, user, 'right'))).to.equal('sent');
      expect(await codeOf(mail(starttls.port, user, 'wrong'))).to.equal('notify.sign_in_refused');
    });

    it('is not sent in the clear to a server without STARTTLS that should have it', async () => {
      const server = await startMail();
      stops.push(server.stop);
      expect(await codeOf(mail(server.port, { tls: 'starttls' }))).to.equal('egress.tls');
      expect(server.mails).to.deep.equal([]);
    });

    it('ends with a server that hangs, and with one that drops the line', async () => {
      const silent = await startPeer(() => undefined);
      const dropping = await startPeer((socket) => void socket.end('220 hello\r\n'));
      stops.push(silent.stop, dropping.stop);
      expect(await codeOf(mail(silent.port))).to.equal('egress.timeout');
      expect(await codeOf(mail(dropping.port))).to.equal('egress.unreachable');
    });

    it('counts as taken by a server that says 250 and drops, for that is its word', async () => {
      const liar = await startPeer((socket) => {
        socket.write('220 hello\r\n');
        let isData = false;
        socket.on('data', (chunk) => {
          const text = chunk.toString();
          if (isData) {
            if (text.includes('\r\n.\r\n')) socket.end('250 taken\r\n');
          } else if (text.startsWith('DATA')) {
            isData = true;
            socket.write('354 go on\r\n');
          } else socket.write('250 fine\r\n');
        });
      });
      stops.push(liar.stop);
      expect(await codeOf(mail(liar.port))).to.equal('sent');
    });
  });

  it('syslog arrives as one counted frame over TLS', async () => {
    const made = await createServerCertificate({ hostnames: ['mail.bank.example'], now: new Date() });
    const frames: Buffer[] = [];
    const peer: Peer = await startPeer((socket) => void socket.on('data', (chunk) => frames.push(chunk)), {
      key: made.privateKey,
      cert: made.certificate,
    });
    stops.push(peer.stop);
    const settings = { host: 'mail.bank.example', port: peer.port, ca: made.certificate };
    const egress = wayOut('notify:syslog', 'syslog', peer.port);
    await createSyslogSender({ egress, settings, hostname: 'desk-1' }).send(MESSAGE);
    const [, length, line] = /^(\d+) ([\s\S]*)$/.exec(Buffer.concat(frames).toString()) ?? [];
    expect(Buffer.byteLength(line ?? '')).to.equal(Number(length));
    expect(line).to.match(
      /^<129>1 2026-01-05T01:00:00\.000Z desk-1 vaultdesk - spec\.alarm \[vaultdesk@32473 /,
    );
    const stranger = { host: 'mail.bank.example', port: peer.port };
    const refused = createSyslogSender({ egress, settings: stranger, hostname: 'desk-1' }).send(MESSAGE);
    expect(await codeOf(refused)).to.equal('egress.tls');
  });

  it('webhooks are signed, and a redirect is a refusal', async () => {
    const made = await createServerCertificate({ hostnames: ['mail.bank.example'], now: new Date() });
    const answers = ['200 OK', '302 Found\r\nLocation: https://evil.example/', '500 Oops'];
    const requests: string[] = [];
    const peer = await startPeer(
      (socket) =>
        void socket.on('data', (chunk) => {
          requests.push(chunk.toString());
          if (!chunk.toString().endsWith('}')) return;
          socket.end(`HTTP/1.1 ${answers.shift()}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        }),
      { key: made.privateKey, cert: made.certificate },
    );
    stops.push(peer.stop);
    const url = `https://mail.bank.example:${peer.port}/hook`;
    const egress = wayOut('notify:webhook', 'https', peer.port);
    const settings = { url, ca: made.certificate };
    const sender = createWebhookSender({ egress, settings, key: 'k'.repeat(32), clock: bench.clock });
    expect(await codeOf(sender.send(MESSAGE))).to.equal('sent');
    const request = requests.join('');
    const headerOf = (name: string) => new RegExp(`^${name}: (.*)\\r$`, 'im').exec(request)?.[1] ?? '';
    const body = request.slice(request.indexOf('\r\n\r\n') + 4);
    const timestamp = headerOf('X-Vaultdesk-Timestamp');
    expect(headerOf('X-Vaultdesk-Signature')).to.equal(`v1=${signatureOf('k'.repeat(32), timestamp, body)}`);
    expect(await codeOf(sender.send(MESSAGE))).to.equal('notify.refused');
    expect(await codeOf(sender.send(MESSAGE))).to.equal('notify.refused');
  });

  it('a place without a rule is refused, the notice put aside, and the alarm marked at its readers', async () => {
    await bench.wipe();
    await bench.core.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
      bench.notify.channels.create(tx, {
        ...{ type: 'smtp', name: 'Mail', isEnabled: true, minSeverity: 'info', lang: 'en' },
        settings: {
          ...{ host: 'nowhere.example', port: 25, tls: 'none', from: 'desk@bank.example' },
          recipients: ['ops@bank.example'],
        },
      }),
    );
    await bench.send();
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await bench.notify.drain();
      bench.clock.advance(20 * 60_000);
    }
    expect(await bench.deliveries()).to.have.length(1);
    expect((await bench.deliveries())[0]).to.include({
      state: 'dead',
      attempts: 12,
      errorCode: 'egress.refused',
    });
    expect((await bench.notices()).map(({ isUndelivered }) => isUndelivered)).to.deep.equal([true, true]);
  });
});
