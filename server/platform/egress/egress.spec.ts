import type { Socket } from 'node:net';
import { expect } from 'chai';
import { auditEventEntity, select } from '../persistence/index.ts';
import type { EgressUse } from './index.ts';
import { HOSTILE_URLS } from '../../test/support/hostile-urls.ts';
import { codeOf, HTTP, HTTPS, NAME, rawAnswer, Stage } from './test/stage.ts';

const REFUSALS = select(auditEventEntity, { name: 'spec.egress.refusals', where: ['action'] });

describe('the way out', () => {
  const stage = new Stage();

  describe('by its rules', () => {
    it('calls what a rule opens, over TLS with the name verified', async () => {
      const { port } = await stage.web((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => response.end(JSON.stringify({ host: request.headers.host, body })));
      }, stage.good);
      const answer = await stage.towards(port).request(HTTPS, {
        ...{ method: 'POST', url: `https://${NAME}:${port}/in?x=1`, body: '你好', headers: { 'X-Y': 'z' } },
        ...{ timeoutMs: 2_000, maxResponseBytes: 1_000 },
      });
      expect(answer.status).to.equal(200);
      expect(JSON.parse(answer.body.toString())).to.deep.equal({ host: `${NAME}:${port}`, body: '你好' });
    });

    it('calls nothing without a rule, tells no reason but that, and writes it into the trail', async () => {
      const seen = await stage.peer(() => undefined);
      const { egress, metrics } = stage.build({ names: { [NAME]: ['10.0.0.1'] } });
      const before = (await stage.core.uow.read((db) => db.all(REFUSALS, { action: 'egress.refuse' })))
        .length;
      expect(await codeOf(stage.get(egress, `http://127.0.0.1:${seen.port}/token?secret=1`))).to.equal(
        'egress.refused no_rule',
      );
      const rows = await stage.core.uow.read((db) => db.all(REFUSALS, { action: 'egress.refuse' }));
      expect(rows.length).to.equal(before + 1);
      expect(JSON.stringify(rows.at(-1)))
        .to.include('no_rule')
        .and.not.include('secret');
      expect(seen.connectionCount()).to.equal(0);
      expect(metrics.render()).to.include(
        'egress_calls_total{part="spec",protocol="http",outcome="egress.refused"} 1',
      );
    });

    it('refuses every hostile spelling without a single connection', async () => {
      const seen = await stage.peer(rawAnswer('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
      const { egress } = stage.build({
        allow: ['spec:1 http allowed.bank.example:80', `spec:1 http localhost:${seen.port}`],
        names: { 'allowed.bank.example': ['127.0.0.1'], localhost: ['127.0.0.1'] },
      });
      const urls = [...HOSTILE_URLS, 'http://localhost:PORT/', 'http://LOCALHOST:PORT/'];
      for (const url of urls.map((each) => each.replace('PORT', String(seen.port)))) {
        expect(await codeOf(stage.get(egress, url)), url).to.match(/^egress\.refused /);
      }
      expect(seen.connectionCount()).to.equal(0);
    });

    it('keeps owners, protocols, and ports apart', async () => {
      const { port } = await stage.web((_request, response) => response.end('ok'));
      const egress = stage.towards(port);
      const limits = { timeoutMs: 500, maxResponseBytes: 100 };
      const ask = (use: EgressUse, url: string) =>
        codeOf(egress.request(use, { method: 'GET', url, ...limits }));
      const url = `http://${NAME}:${port}/`;
      expect(await ask(HTTP, url)).to.equal('no error');
      expect(await ask({ ...HTTP, owner: 'spec:2' }, url)).to.equal('egress.refused no_rule');
      expect(await ask({ ...HTTP, owner: 'spec' }, url)).to.match(/^egress\.refused/);
      expect(await ask(HTTPS, url)).to.equal('egress.refused protocol');
      expect(await ask(HTTP, `http://${NAME}:${port + 1}/`)).to.equal('egress.refused no_rule');
      expect(await ask(HTTP, `http://other.example:${port}/`)).to.equal('egress.refused no_rule');
    });

    it('refuses a name that stands for this machine, unless the rule lists the address', async () => {
      const { port } = await stage.web((_request, response) => response.end('ok'));
      const names = { [NAME]: ['127.0.0.1'] };
      const open = stage.build({ allow: [`spec:1 http ${NAME}:${port}`], names }).egress;
      expect(await codeOf(stage.get(open, `http://${NAME}:${port}/`))).to.equal(
        'egress.refused address_loopback',
      );
      expect(await codeOf(stage.get(stage.towards(port), `http://${NAME}:${port}/`))).to.equal('no error');
      const byAddress = stage.build({ allow: [`spec:1 http 127.0.0.1:${port}`] }).egress;
      expect(await codeOf(stage.get(byAddress, `http://127.0.0.1:${port}/`))).to.equal('no error');
    });

    it('connects to the address it judged, however often the name changes its mind', async () => {
      const inside = await stage.web((_request, response) => response.end('inside'));
      let asked = 0;
      const { egress } = stage.build({
        allow: [`spec:1 http ${NAME}:${inside.port}`],
        // First an address that passes, then this machine: the second answer must never be asked for.
        resolve: async () => {
          asked += 1;
          return [{ address: asked === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }];
        },
      });
      const first = await codeOf(stage.get(egress, `http://${NAME}:${inside.port}/`, { timeoutMs: 300 }));
      expect(first).to.match(/^egress\.(timeout|unreachable) /);
      expect(asked).to.equal(1);
      expect(await codeOf(stage.get(egress, `http://${NAME}:${inside.port}/`))).to.equal(
        'egress.refused address_loopback',
      );
      const mixed = stage.build({
        allow: [`spec:1 http ${NAME}:${inside.port}`],
        names: { [NAME]: ['10.0.0.1', '127.0.0.1'] },
      }).egress;
      expect(await codeOf(stage.get(mixed, `http://${NAME}:${inside.port}/`))).to.equal(
        'egress.refused address_loopback',
      );
      expect(inside.connectionCount()).to.equal(0);
    });

    it('tries the other addresses of a name', async () => {
      const { port } = await stage.web((_request, response) => response.end('ok'));
      const { egress } = stage.build({
        allow: [`spec:1 http ${NAME}:${port} 127.0.0.0/8`],
        names: { [NAME]: ['127.0.0.9', '127.0.0.1'] },
      });
      expect(await codeOf(stage.get(egress, `http://${NAME}:${port}/`))).to.equal('no error');
    });

    it('refuses headers that frame messages', async () => {
      const { port } = await stage.web((_request, response) => response.end('ok'));
      const egress = stage.towards(port);
      for (const headers of [
        { Host: 'x' },
        { 'Transfer-Encoding': 'chunked' },
        { 'Content-Length': '5' },
        { Connection: 'close' },
        { 'Proxy-Authorization': 'x' },
        { 'X-A': 'a\r\nX-B: b' },
        { 'X A': 'a' },
      ] as Record<string, string>[]) {
        const call = egress.request(HTTP, {
          ...{ method: 'GET', url: `http://${NAME}:${port}/`, headers, timeoutMs: 500, maxResponseBytes: 10 },
        });
        expect(await codeOf(call), JSON.stringify(headers)).to.equal('egress.refused header');
      }
    });

    it('follows no redirect', async () => {
      const { port, connectionCount } = await stage.web((_request, response) => {
        response.writeHead(302, { Location: 'http://169.254.169.254/' }).end();
      });
      const answer = await stage.get(stage.towards(port), `http://${NAME}:${port}/`);
      expect([answer.status, connectionCount()]).to.deep.equal([302, 1]);
    });
  });

  describe('for other protocols', () => {
    it('connects, and turns a plain connection into a TLS one', async () => {
      const seen = await stage.peer((socket) => void socket.end('hello'), stage.good);
      const { egress } = stage.build({
        allow: [`notify:smtp smtp ${NAME}:${seen.port} 127.0.0.1`],
        names: { [NAME]: ['127.0.0.1'] },
        trusted: [stage.authority.ca],
      });
      const use: EgressUse = { owner: 'notify:smtp', protocol: 'smtp' };
      const limits = { timeoutMs: 2_000 };
      const plain = await egress.connect(use, { host: NAME, port: seen.port }, limits);
      const secure = await egress.secure(plain as Socket, NAME, {}, limits);
      const read = async (socket: Socket) => {
        let text = '';
        for await (const chunk of socket) text += String(chunk);
        return text;
      };
      expect(await read(secure)).to.equal('hello');
      const direct = await egress.connect(use, { host: NAME, port: seen.port, tls: {} }, limits);
      expect(await read(direct as Socket)).to.equal('hello');
      const bad = egress.connect(use, { host: '0x7f.1', port: seen.port }, limits);
      expect(await codeOf(bad)).to.equal('egress.refused url_host');
      expect(await codeOf(egress.connect(use, { host: NAME, port: 0 }, limits))).to.equal(
        'egress.refused url_port',
      );
    });

    it('goes through the proxy with the address it judged, and past it where told', async () => {
      const inside = await stage.web((_request, response) => response.end('ok'));
      const heads: string[] = [];
      const proxy = await stage.peer((socket) => {
        socket.once('data', (data: Buffer) => {
          heads.push(data.toString().split('\r\n')[0] ?? '');
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy'));
        });
      });
      const names = { [NAME]: ['10.9.8.7'], 'direct.example': ['127.0.0.1'], 'proxy.example': ['127.0.0.1'] };
      const allow = [`spec:1 http ${NAME}:8080`, `spec:1 http direct.example:${inside.port} 127.0.0.1`];
      const { egress } = stage.build({
        ...{
          allow,
          names,
          proxy: { host: 'proxy.example', port: proxy.port },
          directNetworks: ['127.0.0.0/8'],
        },
      });
      expect((await stage.get(egress, `http://${NAME}:8080/`)).body.toString()).to.equal('proxy');
      expect(heads).to.deep.equal(['CONNECT 10.9.8.7:8080 HTTP/1.1']);
      expect((await stage.get(egress, `http://direct.example:${inside.port}/`)).body.toString()).to.equal(
        'ok',
      );
      const refusing = await stage.peer(rawAnswer('HTTP/1.1 403 Forbidden\r\n\r\n'));
      const other = stage.build({
        allow,
        names,
        proxy: { host: 'proxy.example', port: refusing.port },
      }).egress;
      expect(await codeOf(stage.get(other, `http://${NAME}:8080/`))).to.equal(
        'egress.unreachable proxy_refused',
      );
    });

    it('bounds the calls of one owner and leaves the others alone', async () => {
      const silent = await stage.peer(() => undefined);
      const { port } = await stage.web((_request, response) => response.end('ok'));
      const names = { [NAME]: ['127.0.0.1'] };
      const { egress } = stage.build({
        ...{
          allow: [`slow:1 http ${NAME}:${silent.port} 127.0.0.1`, `spec:1 http ${NAME}:${port} 127.0.0.1`],
          names,
        },
      });
      const slow = Array.from({ length: 40 }, () =>
        codeOf(
          egress.request(
            { owner: 'slow:1', protocol: 'http' },
            { method: 'GET', url: `http://${NAME}:${silent.port}/`, timeoutMs: 400, maxResponseBytes: 10 },
          ),
        ),
      );
      expect(await codeOf(stage.get(egress, `http://${NAME}:${port}/`))).to.equal('no error');
      const codes = await Promise.all(slow);
      expect(codes.filter((code) => code === 'egress.busy calls').length).to.equal(8);
      expect(codes.filter((code) => code === 'egress.timeout deadline').length).to.equal(32);
    });
  });
});
