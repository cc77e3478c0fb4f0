import { expect } from 'chai';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority, type TestCertificate } from '../../test/support/certificates.ts';
import { certificateNameOf } from './client-certificate.ts';

describe('the certificate of a client', () => {
  const bank = createAuthority();
  const stranger = createAuthority();
  const own = bank.issue({ names: ['localhost'] });
  const servers: Server[] = [];
  after(() => servers.forEach((server) => server.close()));

  async function serve(options: object): Promise<number> {
    const server = createServer({ cert: own.cert, key: own.key, ...options }, (asked, answer) =>
      answer.end(JSON.stringify(certificateNameOf(asked.socket) ?? null)),
    );
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return (server.address() as AddressInfo).port;
  }
  const ask = (port: number, shown?: TestCertificate): Promise<string> =>
    new Promise((resolve) => {
      const options = { host: 'localhost', port, ca: bank.ca, agent: false, ...shown };
      request(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece) => (text += piece));
        answer.on('end', () => resolve(text));
      })
        .on('error', () => resolve('refused'))
        .end();
    });

  it('names its holder where the listener asks for one, and lets nobody else speak', async () => {
    const port = await serve({ ca: bank.ca, requestCert: true, rejectUnauthorized: true });
    expect(await ask(port, bank.issue({ names: ['Security-Admin'] }))).to.equal('"Security-Admin"');
    expect(await ask(port)).to.equal('refused');
    expect(await ask(port, stranger.issue({ names: ['Security-Admin'] }))).to.equal('refused');
    const ended = { notBefore: new Date(0), notAfter: new Date(1_000_000_000_000) };
    expect(await ask(port, bank.issue({ names: ['Security-Admin'], ...ended }))).to.equal('refused');
    expect(await ask(port, bank.issue({ names: ['x'], isSelfSigned: true }))).to.equal('refused');
  });

  it('counts nowhere else, and unverified never', async () => {
    const shown = bank.issue({ names: ['Security-Admin'] });
    expect(await ask(await serve({}), shown)).to.equal('null');
    const lax = await serve({ ca: stranger.ca, requestCert: true, rejectUnauthorized: false });
    expect(await ask(lax, shown)).to.equal('null');
  });
});
