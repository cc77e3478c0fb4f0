import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { SYSTEM_ACTOR, type AppError } from '../../kernel/index.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { NOTIFY_LIMITS, cleanValue } from './notice.rules.ts';
import { renderNotice } from './templates.ts';
import { buildNotifyBench, PEOPLE, type NotifyBench } from '../../test/support/notify-bench.ts';

const [ANNA, BO] = PEOPLE;

describe('notices', () => {
  let bench: NotifyBench;
  let served: ServedRoutes<'anna' | 'boris' | 'admin' | 'reader'>;

  before(async () => {
    bench = await buildNotifyBench();
    const person = (id: string, ...permissions: string[]) => ({
      actor: { type: 'account' as const, id },
      permissions,
    });
    served = await serveRoutes(bench.core, bench.notify.routes, {
      anna: person(ANNA),
      boris: person(BO),
      admin: person(bench.core.ids.next(), 'notify:read', 'notify:write'),
      reader: person(bench.core.ids.next(), 'notify:read'),
    });
  });
  after(async () => {
    await served.stop();
    await bench.close();
  });
  beforeEach(async () => {
    await bench.wipe();
    bench.clock.advance(120_000);
  });

  const summary = async (who: 'anna' | 'boris') => (await served.ask(who, '/api/v1/notices/summary')).json;
  const list = async (who: 'anna' | 'boris', query = '') =>
    (await served.ask(who, `/api/v1/notices${query}`, { headers: { 'Accept-Language': 'en' } })).json;
  const post = (path: string, body?: object) => ({ method: 'POST' as const, path, body });

  describe('in the console', () => {
    it('reach everybody who holds the permission, and are pushed', async () => {
      await bench.send();
      await bench.notify.drain();
      expect(bench.pushed).to.have.members([ANNA, BO]);
      expect((await summary('anna')).unread).to.equal(1);
      const [item] = (await list('anna')).items;
      expect(item).to.include({ title: 'Alarm x', body: '3 times.', severity: 'alarm', link: '/system' });
    });

    it('do not exist when the unit of work rolls back', async () => {
      const failed = bench.core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        const to = { accountIds: [ANNA] };
        await bench.notify.send(tx, { kind: 'spec.alarm', severity: 'info', to, params: {} });
        throw new Error('rolled back');
      });
      await failed.catch(() => undefined);
      await bench.notify.drain();
      expect(await bench.notices()).to.deep.equal([]);
    });

    it('are read by their owner only', async () => {
      await bench.send();
      await bench.notify.drain();
      const { id } = (await list('anna')).items[0];
      await served.ask('boris', `/api/v1/notices/${id}/read`, { method: 'POST' });
      expect((await summary('anna')).unread).to.equal(1);
      await served.ask('anna', `/api/v1/notices/${id}/read`, { method: 'POST' });
      expect([(await summary('anna')).unread, (await summary('boris')).unread]).to.deep.equal([0, 1]);
      expect((await served.ask(undefined, '/api/v1/notices')).status).to.equal(401);
    });

    it('mark as read what was seen, not what came after it', async () => {
      await bench.send();
      await bench.notify.drain();
      const until = (await list('anna')).items[0].updatedAt as string;
      bench.clock.advance(1_000);
      await bench.send();
      await bench.notify.drain();
      const reply = await served.ask('anna', '/api/v1/notices/read', { method: 'POST', body: { until } });
      expect(reply.status).to.equal(204);
      expect((await list('anna', '?isUnread=true')).items).to.have.length(1);
    });

    it('count up while one of the same key is unread, and begin anew after it was read', async () => {
      for (let time = 0; time < 3; time += 1) await bench.send({ key: 'k' });
      await bench.notify.drain();
      const { items } = await list('anna');
      expect(items).to.have.length(1);
      expect(items[0].occurrences).to.equal(3);
      await served.ask('anna', `/api/v1/notices/${items[0].id}/read`, { method: 'POST' });
      bench.clock.advance(1);
      await bench.send({ key: 'k' });
      await bench.notify.drain();
      expect((await list('anna')).items.map((each: { isRead: boolean }) => each.isRead)).to.deep.equal([
        false,
        true,
      ]);
    });

    it('go page by page', async () => {
      for (let index = 0; index < 5; index += 1) {
        bench.clock.advance(1);
        await bench.send({ params: { what: String(index), count: 0 } });
      }
      await bench.notify.drain();
      const first = await list('anna', '?limit=3');
      const rest = await list('anna', `?limit=3&cursor=${first.nextCursor}`);
      const titles = [...first.items, ...rest.items].map((item: { title: string }) => item.title);
      expect(titles).to.deep.equal(['Alarm 4', 'Alarm 3', 'Alarm 2', 'Alarm 1', 'Alarm 0']);
      expect((await list('anna', '?cursor=AAAA')).code).to.equal('request.cursor_invalid');
    });

    it('with nobody to tell end without a trace', async () => {
      await bench.send({ to: { permission: 'nobody:has' } });
      await bench.send({ to: {} });
      await bench.notify.drain();
      expect(await bench.notices()).to.deep.equal([]);
      expect(await bench.notify.tick()).to.equal(0);
    });
  });

  describe('with hostile values', () => {
    it('keep one line, mask numbers, and end at 200 characters', () => {
      expect(cleanValue('a\r\nBcc: x@evil.example\u0000\u2028b')).to.not.match(/[\r\n\0\u2028]/);
      expect(cleanValue('卡号 6222020200112233445')).to.not.contain('6222020200112233445');
      expect(String(cleanValue('x'.repeat(999)))).to.have.length(200);
      expect(cleanValue(Number.NaN)).to.equal(0);
    });

    for (const link of ['https://evil.example', '//evil.example', 'javascript:alert(1)', '/a b']) {
      it(`refuse the link ${link}`, async () => {
        const code = await bench.send({ link }).catch((error: AppError) => error.code);
        expect(code).to.equal('request.invalid');
      });
    }

    it('show the name of a kind that this version does not know', () => {
      expect(renderNotice('spec.gone', {}, 'en')).to.deep.equal({ title: 'spec.gone', body: '' });
    });
  });

  describe('after a kill', () => {
    it('are shown once however often they are handed out, and every channel has them', async () => {
      const body = {
        type: 'file',
        name: 'f',
        isEnabled: true,
        minSeverity: 'info',
        lang: 'en',
        settings: {},
      };
      await served.ask('admin', '/api/v1/notify-channels', { method: 'POST', body });
      await bench.send({ key: 'k' });
      // Dies before the post is taken away: the first two statements of handing out are done, the rest is not.
      const dying = bench.process();
      dying.connect({
        holdersOf: async () => PEOPLE,
        onNotice: () => undefined,
      });
      const removal = bench.core.database.read;
      let left = 6;
      bench.core.database.read = (work) =>
        removal((session) =>
          work(
            new Proxy(session, {
              get(target, name) {
                const value = Reflect.get(target, name) as unknown;
                if (name !== 'run') return typeof value === 'function' ? value.bind(target) : value;
                return (...input: unknown[]) => {
                  left -= 1;
                  if (left < 0) throw new Error('killed');
                  return (value as (...all: unknown[]) => unknown).apply(target, input);
                };
              },
            }),
          ),
        );
      await dying.tick().catch(() => undefined);
      bench.core.database.read = removal;
      bench.clock.advance(60_000);
      await bench.process().drain();
      const shown = await bench.notices();
      expect(shown.map(({ accountId, occurrences }) => `${accountId} ${occurrences}`)).to.have.members([
        `${ANNA} 1`,
        `${BO} 1`,
      ]);
      expect((await bench.deliveries()).map(({ state }) => state)).to.deep.equal(['sent']);
    });
  });

  describe('over a file', () => {
    const channel = (change: object = {}) => ({
      ...{
        type: 'file',
        name: 'Watch',
        isEnabled: true,
        minSeverity: 'warning',
        lang: 'zh-CN',
        settings: {},
      },
      ...change,
    });
    const create = async (change: object = {}) =>
      served.ask('admin', '/api/v1/notify-channels', { method: 'POST', body: channel(change) });

    it('are written as JSON lines from their least severity on, once for all recipients', async () => {
      const { json } = await create();
      await bench.send();
      await bench.send({ severity: 'info' });
      await bench.notify.drain();
      const lines = (await readFile(join(bench.folder, `${json.id}.jsonl`), 'utf8')).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).title)).to.deep.equal(['警报 x']);
      expect(JSON.parse(lines[0] as string).link).to.equal('https://desk.bank.example/system');
    });

    it('are quiet while everybody has the same unread', async () => {
      await create();
      for (let time = 0; time < 3; time += 1) await bench.send({ key: 'k' });
      await bench.notify.drain();
      expect(await bench.deliveries()).to.have.length(1);
    });

    it('keep to 300 a minute', async () => {
      await create();
      for (let index = 0; index < NOTIFY_LIMITS.perMinute + 20; index += 1) await bench.send();
      await bench.notify.drain();
      const sent = async () => (await bench.deliveries()).filter(({ state }) => state === 'sent').length;
      expect(await sent()).to.equal(NOTIFY_LIMITS.perMinute);
      bench.clock.advance(60_000);
      await bench.notify.drain();
      expect(await sent()).to.equal(NOTIFY_LIMITS.perMinute + 20);
    });

    it('can be tested, changed, and removed by who may', async () => {
      const body = channel();
      expect((await served.ask('reader', '/api/v1/notify-channels', post('', body))).status).to.equal(403);
      const { json } = await create();
      const path = `/api/v1/notify-channels/${json.id}`;
      expect((await served.ask('admin', `${path}/test`, post(''))).json).to.deep.equal({ errorCode: null });
      const put = (version: number, change: object) =>
        served.ask('admin', path, {
          method: 'PUT',
          body: channel(change),
          headers: { 'If-Match': `"${version}"` },
        });
      expect((await put(1, { isEnabled: false })).json).to.include({ version: 2, isEnabled: false });
      expect((await put(1, {})).status).to.equal(412);
      await bench.send();
      await bench.notify.drain();
      expect(await bench.deliveries()).to.deep.equal([]);
      const gone = await served.ask('admin', path, { method: 'DELETE', headers: { 'If-Match': '"2"' } });
      expect(gone.status).to.equal(204);
      expect((await served.ask('admin', `${path}/test`, post(''))).status).to.equal(404);
    });

    for (const [what, change, code] of [
      ['no recipients', { type: 'smtp', settings: smtp({ recipients: [] }) }, 'notify.recipients_empty'],
      [
        'a header in an address',
        { type: 'smtp', settings: smtp({ from: 'a@b\r\nBcc: c@d' }) },
        'notify.setting_invalid',
      ],
      [
        'a password without TLS',
        { type: 'smtp', settings: smtp({ user: 'u', tls: 'none' }), secret: 's' },
        'notify.setting_invalid',
      ],
      [
        'a webhook without a key',
        { type: 'webhook', settings: { url: 'https://a.example/' } },
        'notify.setting_invalid',
      ],
      [
        'a plain webhook',
        { type: 'webhook', settings: { url: 'http://a.example/' }, secret: 's' },
        'notify.setting_invalid',
      ],
      [
        'a certificate that is none',
        { type: 'syslog', settings: { host: 'a', port: 1, ca: 'x' } },
        'notify.setting_invalid',
      ],
      [
        'settings of another type',
        { type: 'syslog', settings: { url: 'https://a.example/' } },
        'request.invalid',
      ],
      ['a port out of range', { type: 'syslog', settings: { host: 'a', port: 70_000 } }, 'request.invalid'],
    ] as const) {
      it(`refuse a channel with ${what}`, async () => {
        const reply = await create(change);
        expect(reply.json.code, reply.text).to.equal(code);
        expect((await served.ask('reader', '/api/v1/notify-channels')).json.items).to.deep.equal([]);
      });
    }

    it('never give a secret out', async () => {
      const settings = { url: 'https://hook.example/' };
      const { json, text } = await create({ type: 'webhook', settings, secret: 'very-secret-key' });
      expect([json.hasSecret, text.includes('very-secret-key')]).to.deep.equal([true, false]);
      const all = await served.ask('reader', '/api/v1/notify-channels');
      expect(all.text).not.to.contain('very-secret-key');
    });
  });
});

function smtp(change: object) {
  const settings = { host: 'mail.example', port: 25, tls: 'starttls', from: 'desk@bank.example' };
  return { ...settings, recipients: ['ops@bank.example'], ...change };
}
