import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { DEK_INSERT } from '../../platform/persistence/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import {
  AGENT,
  buildHost,
  json,
  ordersConfig,
  startHttpPeer,
  type BuiltHost,
  type HttpPeer,
  type Received,
} from '../../test/support/connector-host.ts';

const START = new Date('2026-06-01T08:00:00.000Z');
const CREATE = {
  name: 'ticket.create',
  title: { zh: '登记', en: 'Create' },
  ...{ isReadOnly: false, idempotency: 'key', isMany: false },
  purposes: ['ticket'],
  input: { subject: { isRequired: true, source: 'subject' } },
  ...{ method: 'POST', path: '/records', records: undefined, next: undefined, absentStatuses: undefined },
  ...{ body: '{"subject":"{subject}"}', keyHeader: 'Idempotency-Key', reference: '/id' },
  output: {},
};
/** A transfer of money: not to be sent twice, but to be asked about. */
const PAY = {
  ...CREATE,
  ...{ idempotency: 'none', movesMoney: true },
  inquiry: { method: 'GET', path: '/records/{key}', donePath: '/id' },
};

describe('writes to a system outside', () => {
  const clock = createFakeClock(START);
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
  });
  afterEach(async () => {
    built.close();
    await peer.stop();
  });

  const connect = (operation: object) => built.add('rest', ordersConfig(peer.port, {}, operation));
  /** Keeps a write for a new requester, in one commit with its data key. */
  async function ask(connectorId: string, subject = '余额“不对”\n再查'): Promise<string> {
    const requesterId = core.ids.next();
    const { dek, row } = await core.crypto.newDek('requester', requesterId);
    const input = { connectorId, operation: 'ticket.create', purpose: 'ticket' as const, input: { subject } };
    return core.uow.run({ actor: AGENT }, async (tx) => {
      await tx.run(DEK_INSERT, { ...row, writes: 0 });
      return (await built.writes.ask(tx, { ...input, requesterId, dekId: dek.id })).id;
    });
  }
  const rowOf = async (id: string) => {
    const [row] = await core.sql(
      'SELECT state, attempts, last_code, reference, input_enc FROM connector_write WHERE id = $1',
      [id],
    );
    // A number comes as one or as text, as the driver likes.
    return { ...row, state: String(row?.['state']) } as Record<string, unknown>;
  };
  /** A system that does what it is told once for each key. */
  function effects(answer: (got: Received, response: ServerResponse, id: string) => void) {
    const done = new Map<string, string>();
    peer.answer = (got, response) => {
      const key = String(got.headers['idempotency-key']);
      if (got.method === 'POST' && !done.has(key)) done.set(key, `R-${done.size + 1}`);
      answer(got, response, done.get(key) ?? '');
    };
    return done;
  }
  async function settle(): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      clock.advance(10 * 60_000);
      if ((await built.writes.drain()) === 0) return;
    }
  }

  it('leave after the commit, with their key, and bring back the id over there; what was sent is forgotten', async () => {
    const done = effects((_got, response, id) => json(response, { id }));
    const id = await ask(await connect(CREATE));
    expect(peer.received).to.have.length(0);
    expect((await rowOf(id))['input_enc']).to.be.instanceOf(Buffer);
    await built.writes.drain();
    expect(JSON.parse(peer.received[0]?.body ?? '')).to.deep.equal({ subject: '余额“不对”\n再查' });
    expect(peer.received[0]?.headers['idempotency-key']).to.equal(id);
    expect(await rowOf(id)).to.deep.include({ state: '1', reference: 'R-1', input_enc: null });
    expect(done.size).to.equal(1);
  });

  it('do nothing when the change that asked for them is rolled back', async () => {
    const connectorId = await connect(CREATE);
    const asked = core.uow.run({ actor: AGENT }, async (tx) => {
      const requesterId = core.ids.next();
      const { dek, row } = await core.crypto.newDek('requester', requesterId);
      await tx.run(DEK_INSERT, { ...row, writes: 0 });
      const input = {
        connectorId,
        operation: 'ticket.create',
        purpose: 'ticket' as const,
        input: { subject: 'x' },
      };
      await built.writes.ask(tx, { ...input, requesterId, dekId: dek.id });
      throw new Error('rolled back');
    });
    await asked.catch(() => undefined);
    expect(await built.writes.drain()).to.equal(0);
    expect(peer.received).to.have.length(0);
  });

  it('have exactly one effect in 100 of 100 trials whose answer is lost', async function () {
    this.timeout(120_000);
    let lost = 0;
    const seen = new Set<string>();
    const done = effects((got, response, id) => {
      const key = String(got.headers['idempotency-key']);
      if (seen.has(key)) return json(response, { id });
      seen.add(key);
      lost += 1;
      // The work is done; the answer never arrives: cut, half, or an error page.
      if (lost % 3 === 0) return void response.writeHead(500).end('<html>');
      if (lost % 3 === 1) return void response.destroy();
      response.writeHead(200, { 'content-length': '50' });
      response.write('{"id"');
      setImmediate(() => response.destroy());
    });
    const connectorId = await connect(CREATE);
    const ids: string[] = [];
    for (let trial = 0; trial < 100; trial += 1) {
      const id = await ask(connectorId, `trial ${trial}`);
      ids.push(id);
      await settle();
    }
    expect(lost).to.equal(100);
    expect(done.size).to.equal(100);
    const rows = await Promise.all(ids.map(rowOf));
    expect(rows.every((row) => row?.['state'] === '1')).to.equal(true);
    expect(new Set(rows.map((row) => row?.['reference'])).size).to.equal(100);
    const sent = peer.received.filter(({ method }) => method === 'POST');
    expect(sent).to.have.length(200);
  });

  it('that move money are sent once and asked about, never sent again', async () => {
    const paid = new Set<string>();
    peer.answer = (got, response) => {
      if (got.method === 'GET') {
        const key = got.url.split('/').at(-1) ?? '';
        return paid.has(key) ? json(response, { id: key }) : json(response, {}, 404);
      }
      paid.add(String(got.headers['idempotency-key']));
      response.destroy();
    };
    const connectorId = await connect(PAY);
    const id = await ask(connectorId);
    await built.writes.drain();
    await settle();
    expect(await rowOf(id)).to.deep.include({ state: '1' });
    peer.answer = (got, response) =>
      got.method === 'GET' ? json(response, {}, 404) : void response.destroy();
    const other = await ask(connectorId);
    await built.writes.drain();
    await settle();
    expect(await rowOf(other)).to.deep.include({ state: '2', last_code: 'connector.outcome_unknown' });
    expect(peer.received.filter(({ method }) => method === 'POST')).to.have.length(2);
  });

  it('that nobody can ask about end as unknown instead of being repeated', async () => {
    peer.answer = (_got, response) => void response.destroy();
    const id = await ask(await connect({ ...CREATE, idempotency: 'none' }));
    await built.writes.drain();
    await settle();
    expect(await rowOf(id)).to.deep.include({ state: '3', last_code: 'connector.outcome_unknown' });
    expect(peer.received).to.have.length(1);
  });

  it('that were about to leave when the server died are known for it', async () => {
    peer.answer = (_got, response) => json(response, {}, 404);
    const id = await ask(await connect(PAY));
    // What a killed process leaves behind: marked as sent, no answer.
    await core.sql('UPDATE connector_write SET is_sent = 1, attempts = 1 WHERE id = $1', [id]);
    await settle();
    expect(peer.received.map(({ method }) => method)).to.deep.equal(['GET']);
    expect(await rowOf(id)).to.deep.include({ state: '2' });
  });

  it('wait while the connector is off or broken, however unsafe repeating is', async () => {
    effects((_got, response, id) => json(response, { id }));
    const connectorId = await connect({ ...CREATE, idempotency: 'none' });
    const switchTo = (state: 'off' | 'live', version: number) =>
      core.uow.run({ actor: AGENT }, (tx) => built.service.setState(tx, { id: connectorId, version }, state));
    const id = await ask(connectorId);
    await switchTo('off', 2);
    await built.writes.drain();
    expect(await rowOf(id)).to.deep.include({ state: '0', last_code: 'connector.off' });
    await switchTo('live', 3);
    await settle();
    expect(await rowOf(id)).to.deep.include({ state: '1', reference: 'R-1' });
    expect(peer.received).to.have.length(1);
  });

  it('that are refused end at once, and nothing is held up behind them', async () => {
    peer.answer = (got, response) =>
      got.body.includes('bad') ? json(response, { error: 'no' }, 422) : json(response, { id: 'R' });
    const connectorId = await connect(CREATE);
    const bad = await ask(connectorId, 'bad');
    const good = await ask(connectorId, 'good');
    await built.writes.drain();
    expect(await rowOf(bad)).to.deep.include({ state: '2', last_code: 'connector.remote_refused' });
    expect(await rowOf(good)).to.deep.include({ state: '1' });
  });

  it('are given up after a day, as unknown when they may have arrived', async () => {
    peer.answer = (_got, response) => void response.writeHead(500).end();
    const id = await ask(await connect(CREATE));
    for (let hours = 0; hours < 26; hours += 1) {
      clock.advance(3_600_000);
      await built.writes.drain();
    }
    expect(await rowOf(id)).to.deep.include({ state: '3', last_code: 'connector.remote_error' });
  });
});
