import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createAuthority } from '../../test/support/certificates.ts';
import type { buildEgress } from '../../test/support/build-egress.ts';
import { codeOf, HTTPS, NAME, rawAnswer, Stage } from './test/stage.ts';

describe('the way out, with peers of all kinds', () => {
  const stage = new Stage();

  describe('against peers that misbehave', () => {
    it('stops an answer without an end at its limit', async () => {
      const chunk = Buffer.alloc(64 * 1024);
      let sentBytes = 0;
      const { port } = await stage.web((_request, response) => {
        response.writeHead(200);
        const more = () => {
          while (!response.destroyed) {
            sentBytes += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', more);
          }
        };
        more();
      });
      const code = await codeOf(
        stage.get(stage.towards(port), `http://${NAME}:${port}/`, { maxResponseBytes: 1_000_000 }),
      );
      expect(code).to.equal('egress.too_large body');
      expect(sentBytes).to.be.lessThan(50_000_000);
      expect(await stage.answered('HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n')).to.equal(
        'egress.too_large body',
      );
    });

    it('takes a body of exactly its limit, and not one byte more', async () => {
      const answer = (size: number) =>
        `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`;
      expect(await stage.answered(answer(100), { maxResponseBytes: 100 })).to.equal('no error');
      expect(await stage.answered(answer(101), { maxResponseBytes: 100 })).to.equal('egress.too_large body');
    });

    it('refuses a bomb of headers, and headers that never end', async () => {
      const bomb = `HTTP/1.1 200 OK\r\n${'X-Fill: 0123456789\r\n'.repeat(2_000)}\r\n`;
      expect(await stage.answered(bomb)).to.equal('egress.too_large headers');
      const { port } = await stage.peer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const drip = setInterval(() => socket.write('X: y\r\n'), 10);
        socket.on('close', () => clearInterval(drip));
      });
      const code = await codeOf(
        stage.get(stage.towards(port), `http://${NAME}:${port}/`, { timeoutMs: 200 }),
      );
      expect(code).to.equal('egress.timeout deadline');
    });

    it('waits no longer than asked for a connection, a handshake, headers, or a body', async () => {
      const silent = await stage.peer(() => undefined);
      for (const scheme of ['http', 'https']) {
        const code = await codeOf(
          stage.get(stage.towards(silent.port), `${scheme}://${NAME}:${silent.port}/`, { timeoutMs: 150 }),
        );
        expect(code, scheme).to.equal('egress.timeout deadline');
      }
      const half = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf';
      expect(await stage.answered(half, { timeoutMs: 150 })).to.equal('egress.timeout deadline');
      const nowhere = stage.build({ allow: [`spec:1 http 192.0.2.1:9`] }).egress;
      expect(await codeOf(stage.get(nowhere, 'http://192.0.2.1:9/', { timeoutMs: 150 }))).to.match(
        /^egress\.(timeout|unreachable) /,
      );
      const { egress } = stage.build({
        allow: [`spec:1 http ${NAME}:80`],
        resolve: () => new Promise(() => undefined),
      });
      expect(await codeOf(stage.get(egress, `http://${NAME}/`, { timeoutMs: 100 }))).to.equal(
        'egress.timeout deadline',
      );
    });

    it('refuses answers whose end two readers would see in two places', async () => {
      const cases = [
        'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
        'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello',
        'HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello',
        'HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\nhello\r\n0\r\n\r\n',
        'HTTP/1.1 200 OK\r\nX: a\r\n Content-Length: 5\r\n\r\n',
        'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello',
        'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello',
        'HTTP/9.9 200 OK\r\nContent-Length: 5\r\n\r\nhello',
        'SSH-2.0-OpenSSH_9.2\r\n',
      ];
      for (const text of cases) {
        expect(await stage.answered(text, { timeoutMs: 500 }), JSON.stringify(text)).to.match(
          /^egress\.(invalid_answer|unreachable) /,
        );
      }
    });

    it('gives no answer to the wrong question on a kept connection', async () => {
      const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      const closed: Promise<void>[] = [];
      const seen = await stage.peer((socket) => {
        closed.push(new Promise((resolve) => socket.on('close', () => resolve())));
        socket.on('data', (data: Buffer) => {
          const path = /^GET (\S+)/.exec(data.toString())?.[1] ?? '';
          socket.write(ok(path));
          // An answer nobody asked for: in the same breath, or while the connection waits for its next use.
          if (path === '/once') socket.write(ok('stolen'));
          if (path === '/later') setTimeout(() => socket.write(ok('stolen')), 20);
        });
      });
      const egress = stage.towards(seen.port);
      const ask = async (path: string) =>
        (await stage.get(egress, `http://${NAME}:${seen.port}${path}`)).body.toString();
      expect([await ask('/a'), await ask('/b'), seen.connectionCount()]).to.deep.equal(['/a', '/b', 1]);
      expect(await ask('/later')).to.equal('/later');
      await closed[0];
      expect(await ask('/once')).to.equal('/once');
      await closed[1];
      expect([await ask('/c'), seen.connectionCount()]).to.deep.equal(['/c', 3]);
    });

    it('refuses detours: a change of protocol, and interim answers without end', async () => {
      const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
      expect(await stage.answered(upgrade)).to.match(/^egress\.invalid_answer/);
      expect(await stage.answered('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50))).to.equal(
        'egress.invalid_answer interim',
      );
    });

    it('tells a cut answer from a whole one', async () => {
      const { port } = await stage.peer((socket) => {
        socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'));
      });
      expect(await codeOf(stage.get(stage.towards(port), `http://${NAME}:${port}/`))).to.match(
        /^egress\.unreachable /,
      );
      const gone = await stage.peer(() => undefined);
      await gone.stop();
      expect(await codeOf(stage.get(stage.towards(gone.port), `http://${NAME}:${gone.port}/`))).to.equal(
        'egress.unreachable refused',
      );
    });
  });

  describe('with TLS', () => {
    const tlsPeer = (tls: object) =>
      stage.peer(
        rawAnswer('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
        tls as { cert: string; key: string },
      );
    const codeWith = async (tls: object, extra: Parameters<typeof buildEgress>[1] = {}) => {
      const { port } = await tlsPeer(tls);
      return codeOf(stage.get(stage.towards(port, extra), `https://${NAME}:${port}/`));
    };

    it('refuses a wrong name, an expired, a future, a self-signed, and an unknown certificate', async () => {
      const day = 86_400_000;
      const at = (days: number) => new Date(Date.now() + days * day);
      expect(await codeWith(stage.good)).to.equal('no error');
      expect(await codeWith(stage.authority.issue({ names: ['other.example'] }))).to.equal('egress.tls name');
      expect(await codeWith(stage.authority.issue({ names: [NAME], notAfter: at(-0.5) }))).to.equal(
        'egress.tls expired',
      );
      expect(await codeWith(stage.authority.issue({ names: [NAME], notBefore: at(1) }))).to.equal(
        'egress.tls expired',
      );
      expect(await codeWith(stage.authority.issue({ names: [NAME], isSelfSigned: true }))).to.equal(
        'egress.tls untrusted',
      );
      expect(await codeWith(stage.good, { trusted: [] })).to.equal('egress.tls untrusted');
      expect(await codeWith(stage.good, { trusted: [createAuthority().ca] })).to.equal(
        'egress.tls untrusted',
      );
    });

    it('refuses versions before 1.2', async () => {
      const old = {
        ...stage.good,
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      };
      expect(await codeWith(old)).to.equal('egress.tls handshake');
    });

    it('refuses a peer that speaks something else', async () => {
      const { port } = await stage.peer((socket) => void socket.end('220 mail ready\r\n'));
      expect(await codeOf(stage.get(stage.towards(port), `https://${NAME}:${port}/`))).to.equal(
        'egress.tls handshake',
      );
    });

    it('shows its own certificate to whoever asks, and shares no connection between certificates', async () => {
      const names: string[] = [];
      const server = createHttpsServer(
        { ...stage.good, ca: stage.authority.ca, requestCert: true, rejectUnauthorized: false },
        (request, response) => {
          const socket = request.socket as unknown as { getPeerCertificate(): { subject?: { CN?: string } } };
          names.push(socket.getPeerCertificate().subject?.CN ?? 'nobody');
          response.end('ok');
        },
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      stage.stops.push(() => {
        server.closeAllConnections();
        server.close();
      });
      const { port } = server.address() as AddressInfo;
      const egress = stage.towards(port);
      const ask = (tls: object) =>
        egress.request(HTTPS, {
          ...{ method: 'GET', url: `https://${NAME}:${port}/`, timeoutMs: 2_000, maxResponseBytes: 10, tls },
        });
      const one = stage.authority.issue({ names: ['client-one'] });
      const two = stage.authority.issue({ names: ['client-two'] });
      for (const tls of [{}, one, two, one]) await ask({ ...tls, ca: stage.authority.ca });
      expect(names).to.deep.equal(['nobody', 'client-one', 'client-two', 'client-one']);
      expect(await codeOf(ask({ cert: 'no certificate', key: 'no key' }))).to.equal(
        'egress.tls certificate_form',
      );
    });
  });
});
