import { expect } from 'chai';
import { composeLookups } from '../compose-connectors.ts';
import {
  buildHost,
  clearConnectors,
  json,
  ordersConfig,
  startHttpPeer,
  type BuiltHost,
  type HttpPeer,
} from './support/connector-host.ts';
import { buildDesk, contextOf, PEOPLE, type Desk } from '../desk/test/build-desk.ts';
import { buildRobot, type BuiltRobot } from '../robot/test/build-robot.ts';
import { serveRoutes, type ServedRoutes } from './support/serve-routes.ts';

const AGENT = { actor: { type: 'account' as const, id: PEOPLE.zhao.id } };
const CALLERS = {
  agent: { ...AGENT, permissions: ['requester:read', 'ticket:work', 'ticket:assign'] },
  editor: { ...AGENT, permissions: ['knowledge:read'] },
};
const ORDER = { number: 'A-1', state: '2', amount: '19.90', receiver: { phone: '13812345678' } };
const RECORD = {
  name: 'ticket.create',
  title: { zh: '登记', en: 'Create' },
  ...{ isReadOnly: false, idempotency: 'key', isMany: false },
  purposes: ['ticket'],
  input: {
    subject: { isRequired: true, source: 'subject', maxLength: 10 },
    number: { isRequired: true, source: 'ticketNumber' },
    customer: { source: 'external' },
  },
  ...{ method: 'POST', path: '/records', body: '{"s":"{subject}","n":"{number}","c":"{customer}"}' },
  ...{ records: undefined, next: undefined, absentStatuses: undefined },
  ...{ keyHeader: 'Idempotency-Key', reference: '/id', output: {} },
};

describe('other systems beside a customer', () => {
  let desk: Desk;
  let peer: HttpPeer;
  let built: BuiltHost;
  let robot: BuiltRobot;
  let http: ServedRoutes<keyof typeof CALLERS>;
  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());
  beforeEach(async () => {
    peer = await startHttpPeer();
    peer.answer = (_got, response) => json(response, { items: [ORDER] });
    built = buildHost(desk.core, desk.core.clock, { ports: [peer.port] });
    const { routes, lookUp } = composeLookups(desk.core, { desk, connectors: built });
    http = await serveRoutes(desk.core, routes, CALLERS);
    robot = await buildRobot(desk.core, { lookUp });
  });
  afterEach(async () => {
    await robot.close();
    await http.stop();
    built.close();
    await peer.stop();
    await clearConnectors(desk.core);
  });
  const titled = {
    output: {
      number: { path: '/number', type: 'text', class: 'C1', title: { zh: '订单号', en: 'Order' } },
      phone: {
        path: '/receiver/phone',
        type: 'text',
        class: 'C2',
        mask: 'phone',
        title: { zh: '电话', en: 'Phone' },
      },
    },
  };
  const connect = (operation: object = titled) => built.add('rest', ordersConfig(peer.port, {}, operation));
  let customers = 0;
  /** A number of the host application that no test has had. */
  const newCustomer = () => `K${(customers += 1)}`;
  const identified = async (external = newCustomer()) =>
    (await desk.buildRequester({ external, phone: '13900001111' })).row;

  describe('for agents', () => {
    const path = (id: string) => `/api/v1/requesters/${id}/lookups`;

    it('are closed to strangers and to those who may not see customers', async () => {
      const { id } = await identified();
      const body = { connectorId: await connect(), operation: 'order.list' };
      for (const method of ['GET', 'POST'] as const) {
        const options = method === 'GET' ? { method } : { method, body };
        expect((await http.ask(undefined, path(id), options)).status).to.equal(401);
        expect((await http.ask('editor', path(id), options)).status).to.equal(403);
      }
      expect(peer.received).to.have.length(0);
    });

    it('offer what can be asked without asking it, and ask with what the desk knows', async () => {
      const { id } = await identified('K-77');
      const connectorId = await connect();
      const { json: offers } = await http.ask('agent', path(id));
      expect((offers['items'] as object[])[0]).to.deep.include({ connectorId, operation: 'order.list' });
      expect(peer.received).to.have.length(0);
      const body = { connectorId, operation: 'order.list' };
      const { status, json: found } = await http.ask('agent', path(id), { method: 'POST', body });
      expect(status).to.equal(200);
      expect(found['records']).to.deep.equal([{ number: 'A-1', phone: '138****5678' }]);
      expect(peer.received[0]?.url).to.equal('/api/customers/K-77/orders');
      const entry = (await built.trail()).at(-1) as unknown as { customer: string; outcome: string };
      expect(entry.outcome).to.equal('ok');
      expect(JSON.stringify(entry)).to.include(id).and.not.include('K-77');
    });

    it('offer nothing for a visitor nobody knows, and refuse to be asked', async () => {
      const { row } = await desk.buildRequester();
      const connectorId = await connect();
      expect((await http.ask('agent', path(row.id))).json['items']).to.deep.equal([]);
      const body = { connectorId, operation: 'order.list' };
      expect((await http.ask('agent', path(row.id), { method: 'POST', body })).json['code']).to.equal(
        'connector.input_invalid',
      );
      const nobody = path(desk.core.ids.next());
      expect((await http.ask('agent', nobody)).status).to.equal(404);
      expect((await http.ask('agent', nobody, { method: 'POST', body })).status).to.equal(404);
      expect(peer.received).to.have.length(0);
    });

    it('say what is wrong when the system is away, and the page of the customer does not', async () => {
      const { id } = await identified();
      peer.answer = (_got, response) => void response.writeHead(500).end();
      const body = { connectorId: await connect(), operation: 'order.list' };
      const { status, json: problem } = await http.ask('agent', path(id), { method: 'POST', body });
      expect([status, problem['code']]).to.deep.equal([502, 'connector.remote_error']);
      expect((await http.ask('agent', path(id))).status).to.equal(200);
    });
  });

  describe('from a ticket', () => {
    it('tries dry, makes one record, and shows its number there', async () => {
      const ticket = await desk.core.uow.run({ actor: contextOf('zhao').actor }, (tx) =>
        desk.tickets.create(
          tx,
          { subject: '重复扣款，请核实并退还多扣的金额和手续费', description: '三笔' },
          () => true,
        ),
      );
      const connectorId = await built.add('rest', ordersConfig(peer.port, {}, RECORD));
      peer.answer = (_got, response) => json(response, { id: 'R-9' });
      const path = `/api/v1/tickets/${ticket.id}/records`;
      const body = { connectorId, operation: 'ticket.create' };
      const dry = await http.ask('agent', path, { method: 'POST', body: { ...body, isDryRun: true } });
      expect(dry.json).to.deep.equal({ isDryRun: true, fields: ['subject', 'number'], record: null });
      await built.writes.drain();
      expect(peer.received).to.have.length(0);
      const made = await http.ask('agent', path, { method: 'POST', body });
      expect(made.json['record']).to.include({ state: 'waiting', reference: null });
      await built.writes.drain();
      expect(peer.received.map((got) => JSON.parse(got.body) as object)).to.deep.equal([
        { s: '重复扣款，请核实并退', n: String(ticket.ticketNumber), c: '' },
      ]);
      const { json: shown } = await http.ask('agent', path);
      expect((shown['items'] as object[])[0]).to.include({ state: 'done', reference: 'R-9', attempts: 1 });
      expect((shown['operations'] as object[])[0]).to.include({ connectorId, operation: 'ticket.create' });
      expect((await http.ask('editor', path)).status).to.equal(403);
      expect((await http.ask(undefined, path, { method: 'POST', body })).status).to.equal(401);
    });
  });

  describe('for the robot', () => {
    const askRobot = async (siteId: string, text: string, external?: string) => {
      const conversation = await robot.open(siteId, external);
      await robot.ask(conversation, text);
      await robot.relay.drain();
      return (await robot.history(conversation)).filter(({ from }) => from === 'robot').at(-1);
    };

    it('answer "where is my order" of a customer the host application knows', async () => {
      await connect();
      const said = await askRobot('zh-demo', '我的订单到哪了？', newCustomer());
      expect(said?.text).to.equal('为您查到：\n订单号：A-1，电话：138****5678');
      expect(said?.meta).to.include({ outcome: 'answer', reason: 'lookup.records' });
      expect((await built.trail()).at(-1)?.details).to.include({ purpose: 'robot' });
    });

    it('tell a stranger to sign in, and ask nothing', async () => {
      await connect();
      const said = await askRobot('en-demo', 'Where is my order?');
      expect(said?.text).to.include('sign in');
      expect(peer.received).to.have.length(0);
    });

    it('say so when the system is dead, within their budget', async () => {
      await connect();
      peer.answer = () => undefined;
      const startedMs = performance.now();
      const said = await askRobot('en-demo', 'Where is my order?', newCustomer());
      expect(said?.text).to.include('Try again later');
      expect(performance.now() - startedMs).to.be.lessThan(4_000);
    });

    it('leave the question to knowledge when no connector answers it', async () => {
      const said = await askRobot('en-demo', 'Where is my order?', newCustomer());
      expect(said?.meta?.reason ?? '').not.to.match(/^lookup/);
    });
  });
});
