import { expect } from 'chai';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ask } from '../../test/support/ask.ts';
import { createRedirectServer } from './redirect.ts';

describe('the listener of plain HTTP', () => {
  let server: Server;
  let port: number;
  beforeEach(async () => {
    server = createRedirectServer({
      publicBaseUrl: 'https://desk.bank.example',
      hosts: ['desk.bank.example'],
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const send = async (path: string, method = 'GET', headers: Record<string, string> = {}) => {
    const reply = await ask(port, path, { method, headers: { Host: 'desk.bank.example', ...headers } });
    expect([reply.text, reply.headers['set-cookie']]).to.deep.equal(['', undefined]);
    return [reply.status, reply.headers.location];
  };

  it('sends browsers to the same address over TLS', async () => {
    expect(await send('/tickets/7?q=1')).to.deep.equal([308, 'https://desk.bank.example/tickets/7?q=1']);
    expect(await send('/', 'HEAD')).to.deep.equal([308, 'https://desk.bank.example/']);
    expect(await send('/', 'GET', { Host: 'desk.bank.example:8080' })).to.deep.equal([
      308,
      'https://desk.bank.example/',
    ]);
  });

  it('sends nobody elsewhere', async () => {
    for (const path of ['//evil.example/', '/\\evil.example', '/@evil.example']) {
      expect(await send(path)).to.deep.equal([308, `https://desk.bank.example${path}`]);
    }
    expect(await send('/', 'GET', { Host: 'evil.example' })).to.deep.equal([421, undefined]);
  });

  it('tells programs no instead, and knows no other method', async () => {
    for (const path of ['/api/v1/session', '/scim/v2/Users', '/sso/bank/acs', '/metrics', '/ws/agent?x']) {
      expect(await send(path), path).to.deep.equal([403, undefined]);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      expect(await send('/', method), method).to.deep.equal([405, undefined]);
    }
  });
});
