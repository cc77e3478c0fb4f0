import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { createFakeClock, type FakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import type { Reply } from '../../test/support/ask.ts';
import {
  buildWebhooks,
  startReceiver,
  ticketEvent,
  type BuiltWebhooks,
  type Receiver,
} from './test/build-webhooks.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Shown {
  id: string;
  secret: string;
  version: number;
}

describe('webhooks', function () {
  this.timeout(30_000);
  let core: Core;
  let clock: FakeClock;
  let receiver: Receiver;
  let other: Receiver;
  let built: BuiltWebhooks;

  beforeEach(async () => {
    clock = createFakeClock();
    core = await buildCore({ clock });
    receiver = await startReceiver();
    other = await startReceiver();
    built = await buildWebhooks(core, clock, { ports: [receiver.port, other.port] });
  });
  afterEach(async () => {
    await built.close();
    await receiver.stop();
    await other.stop();
    await core.close();
  });

  const call = (
    method: string,
    path: string,
    options: { body?: object; version?: number } = {},
  ): Promise<Reply> =>
    built.served.ask('admin', `/api/v1/webhooks${path}`, {
      method,
      ...(options.body === undefined ? {} : { body: options.body }),
      headers: options.version === undefined ? {} : { 'If-Match': `"${options.version}"` },
    });
  const make = async (body: object = {}): Promise<Shown> => {
    const reply = await call('POST', '', {
      body: {
        name: '工单系统',
        url: receiver.url(),
        eventTypes: ['ticket.transitioned'],
        reason: '同步工单',
        ...body,
      },
    });
    expect(reply.status, reply.text).to.equal(201);
    return reply.json as Shown;
  };
  const look = async (id: string) => (await call('GET', `/${id}`)).json as Record<string, unknown> & Shown;
  const deliveries = async (id: string, query = '') =>
    (await call('GET', `/${id}/deliveries${query}`)).json.items as Record<string, unknown>[];
  const signaturesOf = (header: unknown) =>
    String(header)
      .split(',')
      .slice(1)
      .map((part) => part.slice(3));
  const sign = (secret: string, second: number | string, body: string) =>
    createHmac('sha256', secret).update(`${second}.${body}`).digest('hex');

  describe('deliver', () => {
    it('an event with ids only, signed for its second and body', async () => {
      const { secret } = await make({ url: receiver.url('/in?key=geheimwort') });
      await built.tell([ticketEvent('t-1', 'open', { subject: '张三的银行卡' })]);
      expect(receiver.received).to.have.length(1);
      const [got] = receiver.received;
      expect(got?.path).to.equal('/in?key=geheimwort');
      expect(got?.event).to.deep.include({
        type: 'ticket.transitioned',
        data: { ticketId: 't-1', from: 'new', to: 'open' },
      });
      expect(got?.body).not.to.include('张三');
      const second = Math.floor(clock.now().getTime() / 1_000);
      expect(got?.headers['vaultdesk-signature']).to.equal(
        `t=${second},v1=${sign(secret, second, got?.body ?? '')}`,
      );
      expect(got?.headers['vaultdesk-event-id']).to.equal(got?.event.id);
    });

    it('only what was subscribed to, each event once however often it comes', async () => {
      await make();
      const all = await make({ url: other.url(), eventTypes: ['*', 'ticket.created'] });
      expect((await look(all.id)).eventTypes).to.deep.equal(['*']);
      const assigned = {
        type: 'ticket.assigned',
        key: 't-1',
        payload: { ticketId: 't-1', assigneeId: null },
      };
      await built.tell([ticketEvent('t-1'), assigned]);
      const [handler] = built.webhooks.handlers;
      const { event } = receiver.received[0] as (typeof receiver.received)[0];
      await handler?.handle({ ...ticketEvent('t-1'), id: event.id, at: clock.now() });
      await built.webhooks.dispatcher.drain();
      expect(receiver.received.map((got) => got.event.type)).to.deep.equal(['ticket.transitioned']);
      expect(other.received.map((got) => got.event.type)).to.deep.equal([
        'ticket.transitioned',
        'ticket.assigned',
      ]);
      expect(other.received[1]?.event.data).to.deep.equal({ ticketId: 't-1', assigneeId: null });
    });

    it('in the order of each key, a failing one holding back its own key only', async () => {
      await make();
      let isRefusing = true;
      receiver.answer = ({ event }) => (isRefusing && event.data.ticketId === 't-1' ? 500 : 200);
      const states = ['open', 'pending', 'solved'];
      await built.tell(states.flatMap((to) => [ticketEvent('t-1', to), ticketEvent('t-2', to)]));
      const seen = (ticketId: string) =>
        receiver.received
          .filter(({ event }) => event.data.ticketId === ticketId)
          .map(({ event }) => event.data.to);
      expect(seen('t-2')).to.deep.equal(states);
      expect(seen('t-1')).to.deep.equal(['open']);
      isRefusing = false;
      clock.advance(5_000);
      await built.webhooks.dispatcher.drain();
      expect(seen('t-1')).to.deep.equal(['open', ...states]);
    });

    it('again with the same id and a new second, and waits as long as the receiver asks', async () => {
      const { id, secret } = await make();
      receiver.answer = () => ({ status: 429, headers: { 'Retry-After': '120' } });
      await built.tell([ticketEvent('t-1')]);
      expect((await deliveries(id))[0]).to.include({
        ...{ state: 'pending', attempts: 1, lastStatus: 429, lastErrorCode: 'webhook.answer_refused' },
        nextAt: new Date(clock.now().getTime() + 120_000).toISOString(),
      });
      receiver.answer = () => 200;
      clock.advance(119_000);
      await built.webhooks.dispatcher.drain();
      expect(receiver.received).to.have.length(1);
      clock.advance(1_000);
      await built.webhooks.dispatcher.drain();
      const [first, second] = receiver.received;
      expect(second?.body).to.equal(first?.body);
      const header = String(second?.headers['vaultdesk-signature']);
      expect(header).not.to.equal(first?.headers['vaultdesk-signature']);
      expect(signaturesOf(header)).to.deep.equal([
        sign(secret, header.slice(2).split(',')[0] ?? '', second?.body ?? ''),
      ]);
      expect((await deliveries(id))[0]).to.include({
        state: 'delivered',
        attempts: 2,
        lastStatus: 200,
        lastErrorCode: null,
      });
    });

    it('signs with both secrets for a day after a rotation, in flight too', async () => {
      const made = await make();
      receiver.answer = () => 503;
      await built.tell([ticketEvent('t-1')]);
      const rotated = (await call('POST', `/${made.id}/rotate`, { version: 1 })).json as Shown;
      expect(rotated.secret)
        .to.match(/^vdw_[\w-]{43}$/)
        .and.not.equal(made.secret);
      receiver.answer = () => 200;
      clock.advance(10_000);
      await built.webhooks.dispatcher.drain();
      const check = (index: number, secrets: string[]) => {
        const { headers, body } = receiver.received[index] as (typeof receiver.received)[0];
        const header = String(headers['vaultdesk-signature']);
        const second = header.slice(2).split(',')[0] ?? '';
        expect(signaturesOf(header)).to.deep.equal(secrets.map((secret) => sign(secret, second, body)));
      };
      check(1, [rotated.secret, made.secret]);
      clock.advance(DAY_MS);
      await built.tell([ticketEvent('t-2')]);
      check(2, [rotated.secret]);
    });
  });

  describe('with receivers that fail', () => {
    it('leave a dead one alone after five failures, probe it once, and go on when it is back', async () => {
      const { id } = await make();
      receiver.answer = () => 500;
      await built.tell(Array.from({ length: 40 }, (_each, index) => ticketEvent(`t-${index}`)));
      // Calls that were running when it broke end as they end.
      const tried = receiver.received.length;
      expect(tried).to.be.within(5, 8);
      await built.webhooks.dispatcher.drain();
      expect(receiver.received).to.have.length(tried);
      clock.advance(HOUR_MS);
      await built.webhooks.dispatcher.drain();
      expect(receiver.received).to.have.length(tried + 1);
      expect(await look(id)).to.include({ pendingCount: 40, failureCount: tried + 1, state: 'active' });
      receiver.answer = () => 200;
      clock.advance(HOUR_MS);
      await built.webhooks.dispatcher.drain();
      expect(await look(id)).to.include({
        pendingCount: 0,
        failureCount: 0,
        lastErrorCode: null,
        failingSinceAt: null,
      });
    });

    it('make dead letters after three days, send them again by hand, and stop after five', async () => {
      const { id } = await make();
      receiver.answer = () => 500;
      await built.tell([ticketEvent('t-1'), ticketEvent('t-2')]);
      for (let hours = 0; hours <= 72; hours += 6) {
        await built.webhooks.dispatcher.drain();
        clock.advance(6 * HOUR_MS);
      }
      await built.webhooks.dispatcher.drain();
      expect(await look(id)).to.include({ pendingCount: 0, deadCount: 2, state: 'active' });
      expect((await deliveries(id, '?state=dead')).length).to.equal(2);
      receiver.answer = () => 200;
      expect((await call('POST', `/${id}/redrive`)).json).to.deep.equal({ count: 2 });
      await built.webhooks.dispatcher.drain();
      expect(await look(id)).to.include({ deadCount: 0, failureCount: 0 });

      receiver.answer = () => 500;
      await built.tell([ticketEvent('t-3')]);
      for (let hours = 0; hours <= 132; hours += 6) {
        clock.advance(6 * HOUR_MS);
        await built.tell([ticketEvent('t-4')]);
      }
      expect(await look(id)).to.include({ state: 'stopped', stoppedCode: 'webhook.failing' });
      expect(built.stopped).to.deep.equal([{ webhookId: id, reason: 'webhook.failing' }]);
      const stoppedAt = receiver.received.length;
      clock.advance(HOUR_MS);
      await built.tell([ticketEvent('t-5')]);
      expect(receiver.received).to.have.length(stoppedAt);
      receiver.answer = () => 200;
      const { version } = await look(id);
      expect((await call('POST', `/${id}/resume`, { version })).json.state).to.equal('active');
      await built.webhooks.dispatcher.drain();
      expect(await look(id)).to.include({ pendingCount: 0 });
      const types = receiver.received.slice(stoppedAt).map(({ event }) => event.data.ticketId);
      expect(types).to.not.include('t-5');
    });

    it('keep a hanging one from slowing the others', async () => {
      await make();
      await make({ url: other.url() });
      receiver.answer = () => undefined;
      built.webhooks.dispatcher.start();
      const told = built.tell(Array.from({ length: 20 }, (_each, index) => ticketEvent(`t-${index}`)));
      const deadline = Date.now() + 8_000;
      while (other.received.length < 20 && Date.now() < deadline)
        await new Promise((next) => setImmediate(next));
      // The hanging receiver has answered nothing yet; its calls last ten seconds.
      expect(other.received).to.have.length(20);
      expect(receiver.received.length).to.be.within(1, 4);
      await built.webhooks.dispatcher.stop();
      await told;
    });
  });

  describe('over HTTP', () => {
    it('are nobody else’s, and show neither secret nor query again', async () => {
      expect((await built.served.ask('agent', '/api/v1/webhooks')).status).to.equal(403);
      expect((await built.served.ask(undefined, '/api/v1/webhooks')).status).to.equal(401);
      const { id, secret } = await make({ url: receiver.url('/in?key=geheimwort') });
      const texts = [(await call('GET', '')).text, (await call('GET', `/${id}`)).text];
      for (const text of texts)
        expect(text).to.include('/in?…').and.not.include('geheimwort').and.not.include(secret);
    });

    it('refuse what cannot be', async () => {
      await make();
      const cases: [object, string][] = [
        [{ url: 'ftp://x.example/' }, 'webhook.url_invalid'],
        [{ url: 'https://user:word@x.example/' }, 'webhook.url_invalid'],
        [{ url: 'https://0x7f.1/' }, 'webhook.url_invalid'],
        [{ url: 'https://x.example/#part' }, 'webhook.url_invalid'],
        [{ url: 'https://x example/' }, 'webhook.url_invalid'],
        [{ url: '' }, 'request.invalid'],
        [{ url: `https://x.example/${'a'.repeat(1_000)}` }, 'request.invalid'],
        [{ eventTypes: ['ticket.exploded'] }, 'webhook.event_unknown'],
        [{ eventTypes: ['constructor'] }, 'webhook.event_unknown'],
        [{ eventTypes: [] }, 'request.invalid'],
        [{ name: ' ' }, 'request.invalid'],
        [{ url: receiver.url() }, 'webhook.exists'],
        [{ surprise: 1 }, 'request.invalid'],
      ];
      for (const [body, code] of cases) {
        const all = { name: 'x', url: 'https://x.example/', eventTypes: ['*'], ...body };
        expect((await call('POST', '', { body: all })).json.code, JSON.stringify(body)).to.equal(code);
      }
      expect((await call('GET', '')).json.items).to.have.length(1);
    });

    it('wait for the rule that opens their place, losing nothing', async () => {
      const third = await startReceiver();
      const { id } = await make({ url: third.url() });
      expect(await look(id)).to.include({ isPlaceOpen: false });
      await built.tell([ticketEvent('t-1')]);
      expect(third.received).to.have.length(0);
      expect((await deliveries(id))[0]).to.include({ state: 'pending', attempts: 0 });
      const ruleId = built.asked.at(-1)?.params.ruleId ?? '';
      // The rule opens the name, which stands for the loopback: without the address in the rule it stays refused.
      await built.approve(ruleId);
      expect(await look(id)).to.include({ isPlaceOpen: true });
      await built.webhooks.dispatcher.drain();
      expect((await deliveries(id))[0]).to.include({ state: 'pending', lastErrorCode: 'egress.refused' });
      await third.stop();
    });

    it('are changed at the version that was read, and ask for another place anew', async () => {
      const { id } = await make();
      const body = { name: '新名字', eventTypes: ['ticket.created'] };
      expect((await call('PUT', `/${id}`, { body })).json.code).to.equal('request.if_match_required');
      expect((await call('PUT', `/${id}`, { body, version: 7 })).json.code).to.equal('request.version_stale');
      const renamed = await call('PUT', `/${id}`, { body, version: 1 });
      expect(renamed.json).to.deep.include({ name: '新名字', eventTypes: ['ticket.created'], version: 2 });
      expect(renamed.json.url).to.equal(receiver.url());
      const asked = built.asked.length;
      const moved = await call('PUT', `/${id}`, {
        body: { ...body, url: 'https://new.bank.example/' },
        version: 2,
      });
      expect(moved.json).to.include({ isPlaceOpen: false, version: 3 });
      expect(built.asked).to.have.length(asked + 1);
    });

    it('are tested with a ping that tells what came of it', async () => {
      const { id, secret } = await make();
      const good = (await call('POST', `/${id}/test`)).json;
      expect(good).to.include({ isDelivered: true, status: 204, code: null });
      const [got] = receiver.received;
      expect(got?.event).to.deep.include({ type: 'ping', data: {} });
      const second = Math.floor(clock.now().getTime() / 1_000);
      expect(signaturesOf(got?.headers['vaultdesk-signature'])).to.deep.equal([
        sign(secret, second, got?.body ?? ''),
      ]);
      receiver.answer = () => 302;
      expect((await call('POST', `/${id}/test`)).json).to.include({ isDelivered: false, status: 302 });
      await receiver.stop();
      expect((await call('POST', `/${id}/test`)).json).to.include({
        ...{ isDelivered: false, status: null, code: 'egress.unreachable', reason: 'refused' },
      });
      await built.tell([ticketEvent('t-1')]);
      const tried = { lastErrorCode: 'egress.unreachable', lastStatus: null, attempts: 1 };
      expect((await deliveries(id))[0]).to.include(tried);
      expect((await call('POST', `/${core.ids.next()}/test`)).json.code).to.equal('request.not_found');
    });

    it('pause without losing, send one delivery again, and go with all that waits', async () => {
      const { id } = await make();
      expect((await call('POST', `/${id}/resume`, { version: 1 })).json.code).to.equal(
        'webhook.state_refused',
      );
      await call('POST', `/${id}/pause`, { version: 1 });
      await built.tell([ticketEvent('t-1')]);
      expect(receiver.received).to.have.length(0);
      await call('POST', `/${id}/resume`, { version: 2 });
      await built.webhooks.dispatcher.drain();
      const [delivered] = await deliveries(id);
      const again = await call('POST', `/${id}/deliveries/${String(delivered?.id)}/redrive`);
      expect(again.json).to.deep.equal({ count: 1 });
      await built.webhooks.dispatcher.drain();
      expect(receiver.received.map(({ event }) => event.id)).to.deep.equal([
        delivered?.eventId,
        delivered?.eventId,
      ]);
      expect((await call('POST', `/${id}/deliveries/${core.ids.next()}/redrive`)).json.code).to.equal(
        'webhook.delivery_refused',
      );
      await call('POST', `/${id}/pause`, { version: 3 });
      await built.tell([ticketEvent('t-2')]);
      expect((await call('DELETE', `/${id}`)).status).to.equal(204);
      expect((await call('GET', `/${id}`)).json.code).to.equal('request.not_found');
      expect((await call('DELETE', `/${id}`)).status).to.equal(404);
    });

    it('page their deliveries, the newest first', async () => {
      const { id } = await make();
      await built.tell(Array.from({ length: 5 }, (_each, index) => ticketEvent(`t-${index}`)));
      const first = (await call('GET', `/${id}/deliveries?limit=3`)).json;
      const second = (await call('GET', `/${id}/deliveries?limit=3&cursor=${first.nextCursor}`)).json;
      const ids = [...first.items, ...second.items].map((item: { id: string }) => item.id);
      expect(ids).to.deep.equal([...ids].sort().reverse());
      expect(ids).to.have.length(5);
      expect((await call('GET', `/${id}/deliveries?cursor=WyJ4Il0`)).json.code).to.equal(
        'request.cursor_invalid',
      );
    });
  });
});
