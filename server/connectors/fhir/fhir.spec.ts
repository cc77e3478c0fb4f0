import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import {
  buildHost,
  codeOf,
  json,
  PEER,
  startHttpPeer,
  type BuiltHost,
  type HttpPeer,
} from '../../test/support/connector-host.ts';
import { fhirConnector } from './index.ts';

const CALL = { timeoutMs: 5_000, correlationId: '01900000-0000-7000-8000-000000000001' };

describe('a hospital with FHIR', () => {
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

  const patients = {
    name: 'customer.find',
    title: { zh: '患者', en: 'Patient' },
    ...{ isReadOnly: true, idempotency: 'natural', isMany: true, purposes: ['service'] },
    input: { number: {} },
    ...{ resource: 'Patient', search: { identifier: 'urn:h|{number}' } },
    output: { id: { path: 'id', type: 'text', class: 'C1' } },
  };
  const change = {
    ...{ ...patients, name: 'appointment.cancel', isReadOnly: false, search: undefined },
    ...{ resource: 'Appointment', id: '{number}', method: 'PATCH' },
    body: '[{"op":"replace","path":"/status","value":"cancelled"}]',
  };
  const open = (more: object = {}, secrets = {}) => {
    const operations = [patients, JSON.parse(JSON.stringify(change)) as object];
    const config = {
      baseUrl: `https://${PEER}:${peer.port}/fhir`,
      auth: { kind: 'none' },
      operations,
      ...more,
    };
    return built.open(fhirConnector, config, secrets);
  };

  it('is asked with plain values, and brings only what was asked for', async () => {
    peer.answer = (got, response) =>
      json(
        response,
        got.url.includes('page=2')
          ? { resourceType: 'Bundle', entry: [{ resource: { id: '2' } }] }
          : {
              resourceType: 'Bundle',
              link: [
                { relation: 'self', url: 'x' },
                { relation: 'next', url: `https://${PEER}:${peer.port}/fhir?page=2` },
              ],
              entry: [
                { resource: { id: '1' }, search: { mode: 'match' } },
                { resource: { id: 'o' }, search: { mode: 'outcome' } },
                { resource: { id: 'i' }, search: { mode: 'include' } },
              ],
            },
      );
    const { items } = await open().run('customer.find', { number: 'A 1&_id=2' }, CALL);
    expect(items).to.deep.equal([{ id: '1' }, { id: '2' }]);
    expect(peer.received[0]?.url).to.equal('/fhir/Patient?identifier=urn%3Ah%7CA%201%26_id%3D2');
  });

  it('is not asked at all with a value that could mean somebody else', async () => {
    for (const number of ['a,b', 'x|y', 'a$b', 'a\\,b']) {
      expect(await codeOf(open().run('customer.find', { number }, CALL)), number).to.equal(
        'connector.remote_refused value',
      );
    }
    expect(peer.received).to.deep.equal([]);
  });

  it('follows no link to another host', async () => {
    const link = [{ relation: 'next', url: 'https://evil.bank.example/fhir?page=2' }];
    peer.answer = (_got, response) => json(response, { resourceType: 'Bundle', link });
    expect(await codeOf(open().run('customer.find', {}, CALL))).to.equal('connector.schema foreign_link');
  });

  it('changes the version it has read, opaque as it is, and tells when another came between', async () => {
    let status = 200;
    peer.answer = (got, response) => {
      response.writeHead(got.method === 'GET' ? 200 : status, { etag: 'W/"a-uuid"' });
      response.end('{"resourceType":"Appointment","id":"7","status":"cancelled"}');
    };
    const { reference } = await open().run('appointment.cancel', { number: '7' }, CALL);
    expect(reference).to.equal('7');
    const [, sent] = peer.received;
    expect(sent?.headers).to.include({
      'if-match': 'W/"a-uuid"',
      'content-type': 'application/json-patch+json',
      'x-request-id': CALL.correlationId,
    });
    status = 412;
    expect(await codeOf(open().run('appointment.cancel', { number: '7' }, CALL))).to.equal(
      'connector.remote_refused conflict',
    );
  });

  it('asks for a token with an assertion that names key and place, and is good once', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const assertions: string[] = [];
    peer.answer = (got, response) => {
      if (got.url !== '/token') return json(response, { resourceType: 'Bundle' });
      const form = new URLSearchParams(got.body);
      expect(form.get('grant_type')).to.equal('client_credentials');
      expect(form.get('client_assertion_type')).to.match(/client-assertion-type:jwt-bearer$/);
      assertions.push(form.get('client_assertion') ?? '');
      return json(response, { access_token: `t${assertions.length}`, expires_in: 300 });
    };
    const tokenUrl = `https://${PEER}:${peer.port}/token`;
    const auth = { kind: 'client-assertion', clientId: 'vd', algorithm: 'ES384', keyId: 'k1', tokenUrl };
    await open({ auth }, { privateKey: pem }).run('customer.find', {}, CALL);
    await open({ auth }, { privateKey: pem }).run('customer.find', {}, CALL);
    const [head, body] = (assertions[0] ?? '')
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(head ?? '')).to.deep.equal({ alg: 'ES384', typ: 'JWT', kid: 'k1' });
    const claims = JSON.parse(body ?? '') as Record<string, unknown>;
    expect(claims).to.include({ iss: 'vd', sub: 'vd', aud: tokenUrl });
    expect(Number(claims['exp']) - Number(claims['iat'])).to.be.at.most(300);
    expect(assertions[1]?.split('.')[1]).not.to.equal(assertions[0]?.split('.')[1]);
    expect(peer.received.at(-1)?.headers.authorization).to.equal('Bearer t2');
  });

  it('takes a version that is not its own for a fault', async () => {
    peer.answer = (_got, response) =>
      json(response, { resourceType: 'CapabilityStatement', fhirVersion: '3.0.2' });
    expect(await codeOf(open().check(CALL))).to.equal('connector.schema version');
  });

  it('refuses settings that would create twice', () => {
    const create = {
      ...change,
      id: undefined,
      method: 'POST',
      idempotency: 'key',
      ifNoneExist: 'identifier=x',
    };
    expect(() => open({ operations: [create] }))
      .to.throw()
      .with.property('code', 'connector.config_invalid');
  });
});
