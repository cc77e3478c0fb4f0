import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import {
  ADMIN,
  buildHost,
  json,
  ordersConfig,
  startHttpPeer,
  type BuiltHost,
  type HttpPeer,
} from '../../test/support/connector-host.ts';
import { verifyConnector, type VerifyInputs, type VerifyResult } from './index.ts';

const INPUTS = { 'order.list': { input: { customer: 'K1' }, absent: { customer: 'K0' } } };
const WRITE = {
  ...{ name: 'ticket.create', isReadOnly: false, idempotency: 'key', isMany: false, purposes: ['ticket'] },
  ...{ title: { zh: '登记', en: 'Create' }, input: { subject: { isRequired: true } }, output: {} },
  ...{ method: 'POST', path: '/records', body: '{"subject":"{subject}"}', keyHeader: 'Idempotency-Key' },
};

describe('a connector verified against its own system', () => {
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let peer: HttpPeer;
  let built: BuiltHost;
  before(async () => {
    core = await buildCore({ clock });
  });
  after(() => core.close());
  beforeEach(async () => {
    peer = await startHttpPeer();
    built = buildHost(core, clock, { ports: [peer.port] });
    peer.answer = ({ url }, response) =>
      url.includes('K0')
        ? json(response, {}, 404)
        : json(response, { items: [{ number: 'A-1', state: '2', receiver: { phone: '13812345678' } }] });
  });
  afterEach(async () => {
    built.close();
    await peer.stop();
  });
  const config = () => {
    const settings = ordersConfig(peer.port, {}, { purposes: ['service', 'verify'] }) as {
      operations: object[];
    };
    return { ...settings, operations: [...settings.operations, WRITE] };
  };
  async function verify(id: string, inputs: VerifyInputs = INPUTS): Promise<Record<string, VerifyResult>> {
    const found: Record<string, VerifyResult> = {};
    const ports = { uow: core.uow, clock, places: { isOpen: async () => true } as never };
    for await (const one of verifyConnector(
      { host: built.host, ports },
      { connectorId: id, actor: ADMIN, inputs },
    ))
      found[one.id] = one;
    return found;
  }
  const ofResult = (found: Record<string, VerifyResult>, result: VerifyResult['result']) =>
    Object.values(found)
      .filter((one) => one.result === result)
      .map(({ id, reason }) => `${id} ${reason ?? ''}`.trim());

  it('passes every case, shows no content, and sends no write', async () => {
    const found = await verify(await built.add('rest', config()));
    expect(ofResult(found, 'failed')).to.deep.equal([]);
    expect(ofResult(found, 'skipped')).to.deep.equal(['settings.certificate certificate']);
    expect(Object.keys(found).length).to.be.at.least(20);
    expect(peer.received.every(({ method }) => method === 'GET')).to.equal(true);
    expect(JSON.stringify(found)).not.to.match(/138|A-1|K1/);
  });

  it('says which cases had no input', async () => {
    const found = await verify(await built.add('rest', config()), {});
    expect(ofResult(found, 'skipped')).to.include('order.list.answers no input was given');
    expect(ofResult(found, 'failed')).to.deep.equal([]);
  });

  it('names what a system does wrong', async () => {
    const id = await built.add('rest', config());
    peer.answer = ({ url }, response) =>
      json(response, { items: url.includes('ping') ? [] : [{ state: '2', amount: 'twelve' }] });
    const found = await verify(id);
    expect(ofResult(found, 'failed')).to.deep.equal([
      'order.list.form order.list: number, order.list: amount',
      'order.list.absent a record',
    ]);
    peer.answer = (_got, response) => void response.writeHead(401).end();
    expect(ofResult(await verify(id), 'failed')).to.include(
      'connection.test auth connector.auth_failed unauthorised',
    );
  });

  it('fails where the connector is off', async () => {
    const found = await verify(await built.add('rest', config(), { state: 'off' }));
    expect(ofResult(found, 'failed')).to.include('connection.switched-on connector.off');
  });
});
