import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import {
  buildHost,
  clearConnectors,
  codeOf,
  json,
  PEER,
  startHttpPeer,
  type BuiltHost,
  type HttpPeer,
  type Received,
} from '../../test/support/connector-host.ts';
import { batchAnswer } from './odata.batch.ts';
import { odataConnector } from './index.ts';
import { jsonOf, literalOf } from './odata.literal.ts';

describe('literals of OData', () => {
  it('never end a text early, and have the form of their version', () => {
    expect(literalOf('4', "O'Neil' or '1' eq '1", 'string')).to.equal("'O''Neil'' or ''1'' eq ''1'");
    const guid = '01900000-0000-7000-8000-000000000001';
    expect([literalOf('2', guid, 'guid'), literalOf('4', guid, 'guid')]).to.deep.equal([
      `guid'${guid}'`,
      guid,
    ]);
    expect(literalOf('2', '12345678901234567890.10', 'decimal')).to.equal('12345678901234567890.10M');
    expect(literalOf('2', '2026-05-20', 'date')).to.equal("datetime'2026-05-20T00:00:00'");
    expect(literalOf('4', '2026-05-20T08:30:00Z', 'instant')).to.equal('2026-05-20T08:30:00Z');
  });
  it('refuse a value that would change the question', () => {
    for (const [value, type] of [
      ['1 or 1 eq 1', 'integer'],
      ['true or true', 'boolean'],
      ["2026-05-20' or '1", 'date'],
      ['1e5', 'decimal'],
    ] as const) {
      expect(() => literalOf('4', value, type), value)
        .to.throw()
        .with.property('code', 'connector.remote_refused');
    }
  });
  it('keep every digit in bodies', () => {
    expect(jsonOf('4', '12345678901234567890.10', 'decimal')).to.equal('12345678901234567890.10');
    expect(jsonOf('2', '12345678901234567890.10', 'decimal')).to.equal('"12345678901234567890.10"');
    expect(jsonOf('2', '2026-05-20', 'date')).to.equal('"/Date(1779235200000)/"');
  });
});

describe('an OData system', () => {
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let peer: HttpPeer;
  let built: BuiltHost;
  before(async () => {
    core = await buildCore({ clock });
    peer = await startHttpPeer();
    built = buildHost(core, clock, { ports: [peer.port] });
  });
  after(async () => {
    built.close();
    await peer.stop();
    await core.close();
  });
  beforeEach(() => {
    peer.received.length = 0;
  });
  afterEach(() => clearConnectors(core));

  const base = () => `https://${PEER}:${peer.port}/sap/`;
  const partners = {
    name: 'customer.find',
    title: { zh: '伙伴', en: 'Partner' },
    ...{ isReadOnly: true, idempotency: 'natural', isMany: true, purposes: ['service'] },
    input: { name: { isRequired: true }, from: {} },
    entitySet: 'A_BusinessPartner',
    filter: [
      { field: 'Name', operator: 'contains', input: 'name', type: 'string' },
      { field: 'CreationDate', operator: 'ge', input: 'from', type: 'date' },
    ],
    output: {
      number: { path: '/BusinessPartner', type: 'text', class: 'C1', isRequired: true },
      since: { path: '/CreationDate', type: 'date', class: 'C1' },
      credit: { path: '/Credit', type: 'money', class: 'C1' },
    },
  };
  const cases = {
    name: 'ticket.create',
    title: { zh: '案例', en: 'Case' },
    ...{ isReadOnly: false, idempotency: 'key', isMany: false, purposes: ['service'] },
    input: { subject: { isRequired: true } },
    ...{ entitySet: 'Incidents', method: 'POST', keyField: 'VdKey', reference: '/Number' },
    fields: { Title: { input: 'subject', type: 'string' } },
    output: { number: { path: '/Number', type: 'text', class: 'C1' } },
  };
  const add = (version: '2' | '4', more: object = {}, operations: object[] = [partners, cases]) =>
    built.add('odata', { baseUrl: base(), version, auth: { kind: 'none' }, operations, ...more });
  const find = (id: string, input: object = { name: 'Li' }) => built.lookup(id, 'customer.find', input);

  it('is asked with typed conditions, a space as %20, and the client', async () => {
    peer.answer = (_got, response) => json(response, { value: [] });
    const id = await add('4', { sapClient: '100' });
    await find(id, { name: "O'Neil & Co", from: '2026-01-31' });
    expect(peer.received[0]?.url).to.equal(
      '/sap/A_BusinessPartner?$filter=contains%28Name%2C%27O%27%27Neil%20%26%20Co%27%29%20and%20CreationDate%20ge%202026-01-31&sap-client=100',
    );
    expect(await codeOf(find(id, { name: 'x', from: '2026-01-31 or 1 eq 1' }))).to.equal(
      'connector.remote_refused value',
    );
    expect(peer.received).to.have.length(1);
  });

  it('goes on to pages whose links are relative, keeping every digit', async () => {
    peer.answer = (got, response) =>
      json(
        response,
        got.url.includes('skiptoken')
          ? '{"value":[{"BusinessPartner":"B2","Credit":12345678901234567890.10}]}'
          : '{"value":[{"BusinessPartner":"B1"}],"@odata.nextLink":"A_BusinessPartner?$skiptoken=50"}',
      );
    const { records } = await find(await add('4'));
    expect(records.map(({ number, credit }) => [number, credit])).to.deep.equal([
      ['B1', null],
      ['B2', '12345678901234567890.10'],
    ]);
    expect(peer.received[1]?.url).to.equal('/sap/A_BusinessPartner?$skiptoken=50');
  });

  it('reads version 2: its envelope, its dates, and its links', async () => {
    peer.answer = (got, response) =>
      json(response, {
        d: got.url.includes('skip')
          ? { results: [{ BusinessPartner: 'B2' }] }
          : {
              results: [{ BusinessPartner: 'B1', CreationDate: '/Date(1747785600000)/', Credit: '0.37' }],
              __next: `${base()}A_BusinessPartner?$skip=1`,
            },
      });
    const { records } = await find(await add('2'));
    expect(records).to.deep.equal([
      { number: 'B1', since: '2025-05-21', credit: '0.37' },
      { number: 'B2', since: null, credit: null },
    ]);
    expect(peer.received[0]?.url).to.include('substringof').and.include('$format=json');
  });

  it('follows no link to somewhere else, and no circle', async () => {
    const next = (link: string) => (_got: Received, response: ServerResponse) =>
      json(response, { value: [], '@odata.nextLink': link });
    peer.answer = next('http://169.254.169.254/latest');
    expect(await codeOf(find(await add('4')))).to.equal('connector.schema foreign_link');
    peer.answer = next('A_BusinessPartner?again');
    expect(await codeOf(find(await add('4')))).to.equal('connector.schema pages');
  });

  it('takes a key that is not there for nothing, and a set that is not there for a fault', async () => {
    peer.answer = (_got, response) => json(response, { error: { code: '404' } }, 404);
    const keyed = { ...partners, key: { BusinessPartner: { input: 'name', type: 'string' } }, filter: [] };
    expect((await find(await add('4', {}, [keyed]))).records).to.deep.equal([]);
    expect(peer.received[0]?.url).to.equal('/sap/A_BusinessPartner(%27Li%27)');
    expect(await codeOf(find(await add('4')))).to.equal('connector.remote_refused client');
  });

  describe('that is written to', () => {
    const session = (more: object = {}, version: '2' | '4' = '2') =>
      built.open(odataConnector, {
        ...{ baseUrl: base(), version, auth: { kind: 'none' }, operations: [cases], ...more },
      });
    const call = { timeoutMs: 5_000, correlationId: 'c-1', key: 'k-1' };

    it('fetches a token with its cookies first, and another when that is refused', async () => {
      let tokens = 0;
      peer.answer = (got, response) => {
        if (got.headers['x-csrf-token'] === 'Fetch') {
          tokens += 1;
          response.writeHead(200, {
            'content-type': 'application/json',
            'x-csrf-token': `t${tokens}`,
            'set-cookie': [`SAP_SESSION=s${tokens}; path=/; HttpOnly`, 'usercontext=sap-client=100; path=/'],
          });
          return response.end('{"d":{"EntitySets":[]}}');
        }
        if (got.headers['x-csrf-token'] !== 't2') {
          response.writeHead(403, { 'x-csrf-token': 'Required', 'content-type': 'text/plain' });
          return response.end('CSRF token validation failed');
        }
        return json(response, { d: { Number: 'N1', Title: '账单' } }, 201);
      };
      const opened = session({ hasCsrf: true });
      const { reference } = await opened.run('ticket.create', { subject: '账单' }, call);
      expect([reference, tokens]).to.deep.equal(['N1', 2]);
      const sent = peer.received.at(-1);
      expect(sent?.headers.cookie).to.equal('SAP_SESSION=s2; usercontext=sap-client=100');
      expect(sent?.body).to.equal('{"Title":"账单","VdKey":"k-1"}');
      await opened.run('ticket.create', { subject: '账单' }, call);
      expect(tokens).to.equal(2);
    });

    it('takes a record that is there already for the effect it asked for, whatever the status', async () => {
      peer.answer = (_got, response) =>
        json(response, { error: { code: '2067', message: 'UNIQUE constraint failed: VdKey' } }, 500);
      const opened = session({ duplicates: ['UNIQUE constraint failed'] }, '4');
      expect(await opened.run('ticket.create', { subject: 'a' }, call)).to.deep.equal({ items: [] });
      const strict = session({}, '4');
      expect(await codeOf(strict.run('ticket.create', { subject: 'a' }, call))).to.equal(
        'connector.remote_error server',
      );
    });

    it('tells by the key what became of a write', async () => {
      peer.answer = (got, response) =>
        json(response, { value: got.url.includes('k-1') ? [{ ID: '1' }] : [] });
      const opened = session({}, '4');
      expect(await opened.inquire?.('ticket.create', {}, call)).to.equal('done');
      expect(await opened.inquire?.('ticket.create', {}, { ...call, key: 'k-2' })).to.equal('absent');
    });

    it('writes through a batch, and reads the answer inside it', async () => {
      const part = (status: string, body: string) =>
        `--b1\r\nContent-Type: multipart/mixed; boundary=c1\r\n\r\n--c1\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 ${status}\r\nContent-Type: application/json\r\n\r\n${body}\r\n--c1--\r\n--b1--\r\n`;
      let answer = part('201 Created', '{"d":{"Number":"N7"}}');
      peer.answer = (_got, response) => {
        response.writeHead(202, { 'content-type': 'multipart/mixed; boundary=b1' });
        response.end(answer);
      };
      const opened = session({ isBatched: true });
      expect((await opened.run('ticket.create', { subject: 'a' }, call)).reference).to.equal('N7');
      const [sent] = peer.received;
      expect(sent?.url).to.equal('/sap/$batch');
      expect(sent?.body).to.match(
        /\r\nPOST Incidents HTTP\/1\.1\r\n[^]*\r\n\r\n\{"Title":"a","VdKey":"k-1"\}\r\n--changeset_/,
      );
      answer = part('400 Bad Request', '{"error":{"code":"X"}}');
      expect(await codeOf(opened.run('ticket.create', { subject: 'a' }, call))).to.equal(
        'connector.remote_refused client',
      );
      expect(() => batchAnswer('nothing'))
        .to.throw()
        .with.property('code', 'connector.schema');
    });
  });
});
