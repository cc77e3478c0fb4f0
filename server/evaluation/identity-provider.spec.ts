import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Parts } from '../compose.ts';
import type { Foundation } from '../foundation.ts';
import { cookieOf, serveIdentity, type IdentityServer } from '../identity/test/serve-identity.ts';
import { evaluationPeople, startIdentityProvider } from './identity-provider.ts';

interface Page {
  status: number;
  html: string;
}

/** What a browser does with the identity provider: plain HTTP on the loopback. */
function browse(url: string, form?: Record<string, string>): Promise<Page> {
  const body = form && new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST' }, (answer) => {
      let html = '';
      answer.on('data', (chunk: Buffer) => (html += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, html }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const decode = (text: string) => text.replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)));
const field = (html: string, name: string) =>
  decode(new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '');

describe('the identity provider of an evaluation instance', function () {
  this.timeout(90_000);
  let server: IdentityServer;
  let home: string;
  let stop: () => void;

  before(async () => {
    server = await serveIdentity();
    // It is a program of other people and has no clock but the machine's.
    server.clock.advance(Date.now() - server.clock.now().getTime() - 1_000);
    home = mkdtempSync(join(tmpdir(), 'vd-idp-'));
    const config = {
      ...{ home, bind: '127.0.0.1', port: server.port, hosts: [], trustedProxies: [], limits: {} },
      accounts: {},
    };
    const own = { ...config, publicBaseUrl: `https://localhost:${server.port}`, isEvaluation: true };
    const foundation = { ...server.core, config: own } as unknown as Foundation;
    stop = await startIdentityProvider(foundation, { identity: server.identity } as Parts);
  });
  after(async () => {
    stop?.();
    rmSync(home, { recursive: true, force: true });
    await server.close();
  });

  async function begin() {
    const begun = await server.ask('/sso/evaluation/login?returnTo=/inbox');
    const url = String(begun.headers.location);
    const { html } = await browse(url);
    const carried = { SAMLRequest: field(html, 'SAMLRequest'), RelayState: field(html, 'RelayState') };
    return { cookie: cookieOf(begun), url: url.split('?')[0] ?? '', carried };
  }

  it('signs its people in, by the mapped roles', async () => {
    const people = await evaluationPeople(home);
    const roles: Record<string, string[]> = {
      'chen.jing': ['agent'],
      'liu.yang': ['agent', 'supervisor'],
    };
    expect(people.map(({ username }) => username)).to.deep.equal(Object.keys(roles));
    for (const { username, password } of people) {
      const { cookie, url, carried } = await begin();
      const { html } = await browse(url, { ...carried, username, password });
      const answer = { SAMLResponse: field(html, 'SAMLResponse'), RelayState: field(html, 'RelayState') };
      const done = await server.ask('/sso/evaluation/acs', {
        method: 'POST',
        raw: new URLSearchParams(answer).toString(),
        headers: { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'null' },
      });
      expect([done.status, done.headers.location]).to.deep.equal([303, '/inbox']);
      const { json } = await server.ask('/api/v1/session', { headers: { Cookie: cookieOf(done) } });
      expect(json).to.deep.include({ idp: 'evaluation', nameId: username, roles: roles[username] });
    }
  });

  it('refuses a wrong password, and requests for another place', async () => {
    const { url, carried } = await begin();
    const wrong = await browse(url, { ...carried, username: 'chen.jing', password: 'x' });
    expect(wrong.status).to.equal(401);
    expect(field(wrong.html, 'SAMLResponse')).to.equal('');
    expect((await browse(`${url}?SAMLRequest=AAAA`)).status).to.equal(400);
    expect((await browse(url.replace('/sso', '/other'))).status).to.equal(404);
  });
});
