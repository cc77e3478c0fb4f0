import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { AppError, createFakeClock, type FakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { egressRoutes } from './index.ts';
import { buildEgress, startPeer, type BuiltEgress } from '../../test/support/build-egress.ts';

const person = (id: string, ...permissions: string[]) => ({
  actor: { type: 'account' as const, id },
  permissions,
});
const CALLERS = {
  system: person('0190a000-0000-7000-8000-000000000001', 'egress:read', 'egress:ask'),
  security: person('0190a000-0000-7000-8000-000000000002', 'egress:read', 'egress:approve'),
  agent: person('0190a000-0000-7000-8000-000000000004', 'ticket:work'),
};
const RULE = {
  owner: 'webhook:1',
  protocol: 'http',
  host: 'hook.bank.example',
  port: 80,
  reason: '推送工单事件',
};

describe('the rules of the way out, over HTTP', () => {
  let core: Core;
  let clock: FakeClock;
  let built: BuiltEgress;
  let served: ServedRoutes<keyof typeof CALLERS>;
  let port = 10_000;

  before(async () => {
    clock = createFakeClock();
    core = await buildCore({ clock });
    built = buildEgress(core, {
      allow: ['notify:smtp smtp mail.bank.example:587'],
      names: { 'hook.bank.example': ['127.0.0.1'] },
    });
    served = await serveRoutes(core, egressRoutes(built.rules), CALLERS);
  });
  after(async () => {
    built.egress.close();
    await served.stop();
    await core.close();
  });

  const post = (caller: keyof typeof CALLERS | undefined, body: object) =>
    served.ask(caller, '/api/v1/egress-rules', { method: 'POST', body });
  const askFor = async (extra: object = {}) => {
    port += 1;
    return (await post('system', { ...RULE, port, ...extra })).json as { id: string; version: number };
  };

  const decide = (id: string, isApproved: boolean, byId = CALLERS.security.actor.id) =>
    core.uow.run({ actor: { type: 'account', id: byId } }, (tx) =>
      isApproved
        ? built.rules.approve(tx, { ruleId: id }, { approvedById: byId })
        : built.rules.reject(tx, { ruleId: id }),
    );
  const ruleOf = async (id: string) => {
    const { items } = (await served.ask('security', '/api/v1/egress-rules?limit=500')).json;
    return (items as { id: string }[]).find((item) => item.id === id);
  };

  it('lets one administrator ask, and hands the question to the second person', async () => {
    expect((await post(undefined, RULE)).status).to.equal(401);
    expect((await post('agent', RULE)).status).to.equal(403);
    expect((await post('security', RULE)).status).to.equal(403);
    const reply = await post('system', RULE);
    expect(reply.status, reply.text).to.equal(201);
    expect(reply.json).to.deep.include({
      ...RULE,
      state: 'asked',
      version: 1,
      decidedById: null,
      addresses: [],
    });
    const { id } = reply.json as { id: string };
    expect(built.asked.at(-1)).to.deep.equal({ kind: 'egress.open', params: { ruleId: id }, key: id });
    expect(await core.uow.read((db) => built.rules.describe(db, { ruleId: id }))).to.deep.equal([
      { label: 'egress.owner', to: 'webhook:1' },
      { label: 'egress.place', to: 'http hook.bank.example:80' },
    ]);
    await decide(id, true);
    expect(await ruleOf(id)).to.include({
      ...{ state: 'approved', version: 2, decidedById: CALLERS.security.actor.id },
    });
    const again = await decide(id, true).catch((error: AppError) => error.code);
    expect(again).to.equal('egress.state_refused');
  });

  it('lets the database refuse whoever approves what was asked for alone', async () => {
    const { id } = await askFor();
    const own = await decide(id, true, CALLERS.system.actor.id).catch((error: Error) => error.message);
    expect(own).to.be.a('string');
    expect(await ruleOf(id)).to.include({ state: 'asked' });
  });

  it('keeps one rule for a place, and lets a rejected one be asked for again', async () => {
    const { id } = await askFor();
    const again = await post('system', { ...RULE, port, host: 'HOOK.bank.example' });
    expect([again.status, again.json.code]).to.deep.equal([409, 'egress.rule_exists']);
    await decide(id, false);
    await decide(id, false);
    expect(await ruleOf(id)).to.include({ state: 'rejected', version: 2 });
    const anew = await post('system', { ...RULE, port, reason: '已与安全部确认' });
    expect(anew.json).to.include({
      id,
      state: 'asked',
      version: 3,
      reason: '已与安全部确认',
      decidedById: null,
    });
  });

  it('tells where the rules of some owners stand', async () => {
    const { id } = await askFor({ owner: 'webhook:two' });
    await askFor({ owner: 'webhook:three' });
    await decide(id, true);
    const states = await core.uow.read((db) =>
      built.rules.statesOf(db, ['webhook:two', 'webhook:three', 'webhook:four']),
    );
    expect([...states]).to.have.deep.members([
      ['webhook:two', 'approved'],
      ['webhook:three', 'asked'],
    ]);
  });

  it('refuses what is no host, port, owner, protocol, or address', async () => {
    for (const [body, code] of [
      [{ host: '0x7f.1' }, 'egress.host_invalid'],
      [{ host: 'hook.bank.example.' }, 'egress.host_invalid'],
      [{ host: 'http://hook' }, 'egress.host_invalid'],
      [{ addresses: ['10.0.0.0/33'] }, 'egress.host_invalid'],
      [{ addresses: ['999.1.1.1'] }, 'egress.host_invalid'],
      [{ port: 0 }, 'request.invalid'],
      [{ port: 65_536 }, 'request.invalid'],
      [{ owner: 'webhook:*' }, 'request.invalid'],
      [{ owner: 'webhook' }, 'request.invalid'],
      [{ protocol: 'gopher' }, 'request.invalid'],
      [{ reason: '' }, 'request.invalid'],
      [{ extra: 1 }, 'request.invalid'],
    ] as [object, string][]) {
      const reply = await post('system', { ...RULE, port: 90, ...body });
      expect(reply.json.code, JSON.stringify(body)).to.equal(code);
    }
  });

  it('pages rules, the last asked for first, and shows those of the configuration', async () => {
    for (let count = 0; count < 3; count += 1) {
      clock.advance(1_000);
      await askFor();
    }
    const page = (query: string) => served.ask('security', `/api/v1/egress-rules?limit=2${query}`);
    const first = (await page('')).json;
    const second = (await page(`&cursor=${first.nextCursor}`)).json;
    expect(first.configured).to.deep.equal([
      { owner: 'notify:smtp', protocol: 'smtp', host: 'mail.bank.example', port: 587, addresses: [] },
    ]);
    const ports = [...first.items, ...second.items].map((item: { port: number }) => item.port);
    expect(ports.slice(0, 3)).to.deep.equal([port, port - 1, port - 2]);
    expect((await page('&cursor=WyJ4IiwieSJd')).json.code).to.equal('request.cursor_invalid');
    expect((await served.ask('agent', '/api/v1/egress-rules')).status).to.equal(403);
  });

  it('opens with the approval, and closes at once: kept and open connections too', async () => {
    const peer = await startPeer((socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    });
    const url = `http://hook.bank.example:${peer.port}/`;
    const use = { owner: 'webhook:1', protocol: 'http' as const };
    const call = () =>
      built.egress.request(use, { method: 'GET', url, timeoutMs: 2_000, maxResponseBytes: 100 }).then(
        ({ status }) => String(status),
        (error: unknown) =>
          error instanceof AppError ? `${error.code} ${String(error.details?.reason)}` : 'fault',
      );
    const { id } = await askFor({ port: peer.port, addresses: ['127.0.0.1'] });
    expect(await call()).to.equal('egress.refused no_rule');
    await decide(id, true);
    expect(await call()).to.equal('200');
    const target = { host: 'hook.bank.example', port: peer.port };
    const socket = await built.egress.connect(use, target, { timeoutMs: 2_000 });
    const isClosed = new Promise((resolve) => socket.once('close', () => resolve(true)));
    const removed = await served.ask('security', `/api/v1/egress-rules/${id}/approval`, { method: 'DELETE' });
    expect(removed.status).to.equal(204);
    expect(await isClosed).to.equal(true);
    expect(await call()).to.equal('egress.refused no_rule');
    const again = await served.ask('system', `/api/v1/egress-rules/${id}`, { method: 'DELETE' });
    expect(again.json.code).to.equal('request.not_found');
    await peer.stop();
  });

  it('sees what another process decided after five seconds', async () => {
    const { rules } = buildEgress(core, {});
    const use = { owner: 'webhook:1', protocol: 'http' as const };
    const { id } = await askFor();
    const place = { host: RULE.host, port };
    expect(await rules.find(use, place)).to.equal(undefined);
    await decide(id, true);
    expect(await rules.find(use, place)).to.equal(undefined);
    clock.advance(5_000);
    expect(await rules.find(use, place)).to.deep.include({ owner: 'webhook:1', port });
  });

  it('refuses everything while the rules cannot be read, but what the configuration opens', async () => {
    const server = createServer((socket) => void socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const own = (server.address() as AddressInfo).port;
    const away = await buildCore();
    await away.close();
    const { egress } = buildEgress(away, { allow: [`notify:syslog syslog 127.0.0.1:${own}`] });
    const limits = { timeoutMs: 1_000 };
    const target = { host: '127.0.0.1', port: own };
    const open = await egress.connect({ owner: 'notify:syslog', protocol: 'syslog' }, target, limits);
    open.destroy();
    const refused = egress.connect({ owner: 'notify:smtp', protocol: 'smtp' }, target, limits);
    const code = await refused.then(
      () => 'no error',
      (error: AppError) => error.code,
    );
    expect(code).to.match(/^(storage|egress)\./);
    egress.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
