import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import {
  ADMIN,
  authority,
  buildHost,
  codeOf,
  json,
  ordersConfig,
  PEER,
  startHttpPeer,
  type BuiltHost,
  type HttpPeer,
} from '../../test/support/connector-host.ts';
import { connectorWatchKind } from './index.ts';

const START = new Date('2026-06-01T08:00:00.000Z');
const ORDER = { number: 'A-1', state: '2', receiver: { phone: '13812345678' }, pin: '4711', note: 'unasked' };
const one = (order: object = ORDER) =>
  JSON.stringify({ items: [order] }).replace('"pin"', '"amount":12345678901234567890.10,"pin"');

describe('a connector asked by the host', () => {
  const clock = createFakeClock(START);
  let core: Core;
  let peer: HttpPeer;
  let built: BuiltHost;
  let id: string;
  before(async () => {
    core = await buildCore({ clock });
  });
  after(() => core.close());
  beforeEach(async () => {
    peer = await startHttpPeer();
    built = buildHost(core, clock, { ports: [peer.port] });
    id = await built.add('rest', ordersConfig(peer.port));
    peer.answer = (_got, response) => json(response, one());
    await core.sql('DELETE FROM connector_call');
  });
  afterEach(async () => {
    built.close();
    await peer.stop();
  });
  const ask = (more = {}) => built.lookup(id, 'order.list', { customer: 'K1' }, more);
  const last = async () => (await built.trail()).at(-1);

  it('maps, words codes, keeps money to the last digit, masks C2, and drops C3 and what nobody asked for', async () => {
    const { records, source } = await ask();
    expect(source).to.equal('live');
    expect(records).to.deep.equal([
      { number: 'A-1', state: '已发货', amount: '12345678901234567890.10', phone: '138****5678' },
    ]);
    expect(peer.received[0]?.url).to.equal('/api/customers/K1/orders');
  });

  it('audits each call with purpose and the correlation id the peer got', async () => {
    const { correlationId } = await ask({ ticketId: core.ids.next() });
    expect(peer.received[0]?.headers['x-correlation-id']).to.equal(correlationId);
    const entry = await last();
    expect(entry?.details).to.include({
      purpose: 'service',
      answer: 'ok',
      correlationId,
      records: 1,
      tries: 1,
    });
    expect(JSON.stringify(entry)).not.to.include('K1');
  });

  it('refuses a purpose, an input, and an operation that were not agreed; all are audited, none leaves', async () => {
    const before = (await built.trail()).length;
    expect(await codeOf(ask({ purpose: 'identify' }))).to.equal('connector.purpose_refused');
    expect(await codeOf(built.lookup(id, 'order.list', {}))).to.equal('connector.input_invalid missing');
    expect(await codeOf(built.lookup(id, 'order.list', { customer: 'a\u0000' }))).to.equal(
      'connector.input_invalid control',
    );
    expect(await codeOf(built.lookup(id, 'order.list', { customer: 'K1', more: 'x' }))).to.equal(
      'connector.input_invalid unknown',
    );
    expect(await codeOf(built.lookup(id, 'order.drop', { customer: 'K1' }))).to.equal(
      'connector.operation_unknown',
    );
    expect(peer.received).to.have.length(0);
    const entries = (await built.trail()).slice(before);
    expect(entries.map(({ outcome }) => outcome)).to.deep.equal(Array(5).fill('refused'));
  });

  it('asks nothing while it is off', async () => {
    const off = await built.add('rest', ordersConfig(peer.port), { state: 'off' });
    expect(await codeOf(built.lookup(off, 'order.list', { customer: 'K1' }))).to.equal('connector.off');
    expect(peer.received).to.have.length(0);
  });

  it('tries a read three times, and waits as long as the peer asks', async () => {
    let calls = 0;
    peer.answer = (_got, response) => {
      calls += 1;
      if (calls === 3) return json(response, one());
      response.writeHead(503, { 'retry-after': '0' }).end();
    };
    expect((await ask()).records).to.have.length(1);
    expect(calls).to.equal(3);
    expect((await last())?.details).to.include({ tries: 3 });
    peer.answer = (_got, response) => void response.writeHead(429, { 'retry-after': '30' }).end();
    const startedMs = performance.now();
    expect(await codeOf(ask({ budgetMs: 1_000 }))).to.equal('connector.overloaded overloaded');
    expect(performance.now() - startedMs, 'gave up at once').to.be.lessThan(1_000);
  });

  it('answers within its budget when the peer accepts and never answers', async () => {
    peer.answer = () => undefined;
    const startedMs = performance.now();
    expect(await codeOf(ask({ budgetMs: 1_000 }))).to.equal('egress.timeout deadline');
    expect(performance.now() - startedMs).to.be.within(890, 1_100);
  });

  it('answers within its budget when a token comes late and the answer never', async () => {
    const token = { kind: 'client-credentials', tokenUrl: '/token', clientId: 'c' };
    const late = await built.add('rest', ordersConfig(peer.port, { auth: token }), {
      secrets: { clientSecret: 's' },
    });
    peer.answer = ({ url }, response) => {
      if (url === '/api/token') setTimeout(() => json(response, { access_token: 't' }), 600);
    };
    const startedMs = performance.now();
    const call = built.lookup(late, 'order.list', { customer: 'K1' }, { budgetMs: 1_000 });
    expect(await codeOf(call)).to.equal('egress.timeout deadline');
    expect(performance.now() - startedMs).to.be.within(890, 1_100);
    expect(peer.received).to.have.length(2);
  });

  it('answers within its budget and a tenth when writing the entry takes a moment', async () => {
    peer.answer = () => undefined;
    const slow: Core['uow'] = {
      ...core.uow,
      run: async (...work: Parameters<Core['uow']['run']>) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return core.uow.run(...work);
      },
    } as Core['uow'];
    const other = buildHost({ ...core, uow: slow }, clock, { ports: [peer.port] });
    const startedMs = performance.now();
    expect(await codeOf(other.lookup(id, 'order.list', { customer: 'K1' }, { budgetMs: 2_000 }))).to.equal(
      'egress.timeout deadline',
    );
    expect(performance.now() - startedMs).to.be.lessThan(2_200);
    other.close();
  });

  it('is left alone after ten faults, and asked again after the pause', async () => {
    peer.answer = (_got, response) => void response.writeHead(500).end();
    for (let calls = 0; calls < 4; calls += 1) await codeOf(ask());
    const before = peer.received.length;
    expect(await codeOf(ask())).to.equal('connector.broken');
    expect(peer.received).to.have.length(before);
    expect((await last())?.details).to.include({ answer: 'failed' });
    clock.advance(30_000);
    peer.answer = (_got, response) => json(response, one());
    expect((await ask()).records).to.have.length(1);
  });

  describe('that keeps answers', () => {
    beforeEach(async () => {
      id = await built.add('rest', ordersConfig(peer.port, {}, { cacheMs: 60_000 }));
    });

    it('gives them again for the same purpose only, audited', async () => {
      await ask();
      const again = await ask();
      expect(again.source).to.equal('cache');
      expect(again.at).to.deep.equal(clock.now());
      expect(peer.received).to.have.length(1);
      expect((await last())?.details).to.include({ answer: 'cached', purpose: 'service' });
      await ask({ purpose: 'robot' });
      await ask({ requesterId: core.ids.next() });
      expect(peer.received).to.have.length(3);
      clock.advance(60_000);
      expect((await ask()).source).to.equal('live');
    });

    it('gives an older one while the system is away, and says so', async () => {
      await ask();
      clock.advance(120_000);
      peer.answer = (_got, response) => void response.writeHead(500).end();
      const stale = await ask();
      expect(stale.source).to.equal('stale');
      expect(clock.now().getTime() - stale.at.getTime()).to.equal(120_000);
      peer.answer = (_got, response) => void response.writeHead(403).end();
      expect(await codeOf(ask())).to.equal('connector.forbidden forbidden');
    });

    it('forgets them all when somebody is erased', async () => {
      await ask();
      expect((await ask()).source).to.equal('cache');
      built.host.forgetAll();
      expect((await ask()).source).to.equal('live');
    });
  });

  describe('whose answers change overnight', () => {
    const health = async () => (await core.sql('SELECT health, drift FROM connector WHERE id = $1', [id]))[0];

    it('is degraded, names the fields, and tells people once', async () => {
      await ask();
      expect(await health()).to.include({ health: 'ok' });
      peer.answer = (_got, response) =>
        json(response, {
          items: [{ state: '2', amount: 'twelve', receiver: {}, pin: '1', note: '', extra: 1 }],
        });
      await ask();
      await ask();
      const { health: now, drift } = (await health()) as { health: string; drift: string };
      expect(now).to.equal('degraded');
      expect(JSON.parse(drift)).to.deep.equal([
        'order.list: number',
        'order.list: amount',
        'order.list: +extra',
      ]);
      expect(built.notices).to.deep.equal([{ kind: 'drift', connectorId: id }]);
      await core.uow.run({ actor: ADMIN }, (tx) => built.service.acceptShape(tx, { id, version: 2 }));
      peer.answer = (_got, response) => json(response, one({ ...ORDER, extra: 1 }));
      await ask();
      expect(await health()).to.include({ health: 'ok' });
    });

    it('does not take an absent pointer for an error when the field may be absent', async () => {
      peer.answer = (_got, response) => json(response, { items: [{ number: 'A-2' }] });
      expect((await ask()).records).to.deep.equal([
        { number: 'A-2', state: null, amount: null, phone: null },
      ]);
    });
  });

  it('records without content and answers from the recording without the peer', async () => {
    const switchTo = (state: 'record' | 'replay', version: number) =>
      core.uow.run({ actor: ADMIN }, (tx) => built.service.setState(tx, { id, version }, state));
    await switchTo('record', 2);
    await ask();
    const [{ document }] = (await core.sql('SELECT document FROM connector_sample')) as [
      { document: string },
    ];
    expect(document).to.include('A-1').and.include('00000000000');
    for (const secret of ['13812345678', '4711', 'unasked']) expect(document).not.to.include(secret);
    await switchTo('replay', 3);
    await peer.stop();
    const answer = await ask();
    expect(answer.source).to.equal('recorded');
    expect(answer.records[0]).to.include({ number: 'A-1', state: '已发货' });
    expect(await codeOf(built.lookup(id, 'order.list', { customer: 'K2' }))).to.equal(
      'connector.not_recorded',
    );
    peer = await startHttpPeer();
  });

  describe('with hostile answers', () => {
    type Answer = HttpPeer['answer'];
    const big = Buffer.alloc(6 * 1024 * 1024, 0x20);
    const answers: Record<string, [Answer, string]> = {
      'a gzip bomb': [
        (_got, response) => {
          response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
          response.end(gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20)));
        },
        'egress.too_large unpacked',
      ],
      'a body over 5 MB': [(_got, response) => void response.end(big), 'egress.too_large body'],
      'HTML with status 200': [
        (_got, response) => {
          response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
          response.end('<html>login</html>');
        },
        'connector.schema html',
      ],
      'a charset that is not the one it names': [
        (_got, response) => {
          response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
          response.end(Buffer.from([0x7b, 0xd5, 0xc5, 0x7d]));
        },
        'connector.schema charset',
      ],
      'half a body': [
        (_got, response) => {
          response.writeHead(200, { 'content-length': '100' });
          response.write('{"items"');
          setImmediate(() => response.destroy());
        },
        'egress.unreachable cut',
      ],
      'half a document': [(_got, response) => json(response, '{"items":['), 'connector.schema json'],
      'pages without an end': [
        ({ url }, response) =>
          json(response, { items: [], next: `/api/p${url.length}${'x'.repeat(url.length % 50)}` }),
        'connector.schema pages',
      ],
      'a next page on another host': [
        (_got, response) => json(response, { items: [], next: 'https://other.bank.example/steal' }),
        'connector.schema foreign_link',
      ],
      'a redirect to another host': [
        (_got, response) => void response.writeHead(302, { location: 'https://other.bank.example/' }).end(),
        'connector.remote_error redirect',
      ],
      'more records than anybody reads': [
        (_got, response) => json(response, { items: Array(1_001).fill({ number: '1' }) }),
        'connector.schema records',
      ],
    };
    for (const [name, [answer, code]] of Object.entries(answers)) {
      it(`refuses ${name}, in bounded time`, async () => {
        peer.answer = answer;
        const startedMs = performance.now();
        expect(await codeOf(ask())).to.equal(code);
        expect(performance.now() - startedMs).to.be.lessThan(5_500);
        expect((await last())?.outcome).to.equal('failed');
      });
    }

    it('drops a field of 5 MB and tells of it', async () => {
      peer.answer = (_got, response) => json(response, one({ ...ORDER, state: 'x'.repeat(4_900_000) }));
      const { records } = await ask();
      expect(records[0]).to.include({ number: 'A-1', state: null });
    });

    it('refuses a certificate for another name, and one nobody trusts', async () => {
      const past = new Date(Date.now() - 3_600_000);
      for (const [tls, reason] of [
        [authority.issue({ names: ['other.bank.example'] }), 'name'],
        [authority.issue({ names: [PEER], isSelfSigned: true }), 'untrusted'],
        [authority.issue({ names: [PEER], notAfter: past }), 'expired'],
      ] as const) {
        const wrong = await startHttpPeer(false, tls);
        const other = buildHost(core, clock, { ports: [wrong.port] });
        const connector = await other.add('rest', ordersConfig(wrong.port));
        expect(await codeOf(other.lookup(connector, 'order.list', { customer: 'K1' }))).to.equal(
          `egress.tls ${reason}`,
        );
        expect(wrong.received).to.have.length(0);
        other.close();
        await wrong.stop();
      }
    });
  });

  it('tells of a client certificate 30 days before it ends', async () => {
    const at = (days: number) => new Date(clock.now().getTime() + days * 86_400_000);
    const { cert } = authority.issue({ names: ['desk.bank.example'], notAfter: at(29) });
    const ending = await built.add('rest', ordersConfig(peer.port), { tls: { cert } });
    const fine = authority.issue({ names: ['desk.bank.example'], notAfter: at(31) });
    await built.add('rest', ordersConfig(peer.port), { tls: { cert: fine.cert } });
    const told: string[] = [];
    const ports = {
      ...{ uow: core.uow, clock },
      notify: async (_tx: unknown, notice: { connectorId: string }) => void told.push(notice.connectorId),
    };
    await connectorWatchKind({
      ports: ports as never,
      withDb: async (work) => work({ run: async () => 0 } as never),
    }).run();
    expect(told).to.deep.equal([ending]);
  });
});
