import { expect } from 'chai';
import { deflateSync, crc32 } from 'node:zlib';
import { Settings } from '../platform/settings/index.ts';
import { approvalRoutes, ApprovalService } from '../identity/index.ts';
import type { AnyRoute } from '../platform/http/index.ts';
import { buildCore, type Core } from '../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../test/support/serve-routes.ts';
import { contrastOf } from './sections/brand.rules.ts';
import { BRAND } from './sections/brand.section.ts';
import { menuFor } from './sections/menus.section.ts';
import { moduleOf } from './sections/modules.section.ts';
import { createTailoring, TAILORING_SECTIONS, type Tailoring } from './tailoring.ts';

const ID = '01900000-0000-7000-8000-00000000000';
const CALLERS = {
  admin: {
    actor: { type: 'account' as const, id: `${ID}1`, roles: ['system-admin'] },
    permissions: ['settings:read', 'settings:write'],
  },
  security: {
    actor: { type: 'account' as const, id: `${ID}2`, roles: ['security-admin'] },
    permissions: ['settings:read', 'settings:approve'],
  },
  agent: {
    actor: { type: 'account' as const, id: `${ID}3`, roles: ['agent'] },
    permissions: ['ticket:work'],
  },
};
const REASON = '更换行标';
const TICKETS: AnyRoute = {
  method: 'GET',
  path: '/api/v1/tickets',
  summary: 'Stands for a part of the product.',
  permission: 'ticket:work',
  audit: { none: 'a route of this test' },
  response: { type: 'object' },
  handler: async () => ({ items: [] }),
};

/** A PNG of one colour, with whatever else is wanted in it. */
function png(size: { width: number; height: number }, extra: Buffer[] = []): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size.width, 0);
  header.writeUInt32BE(size.height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc((size.width * 3 + 1) * size.height));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...extra.map((text) => chunk('tEXt', text)),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('tailoring over HTTP', () => {
  let core: Core;
  let settings: Settings;
  let tailoring: Tailoring;
  let served: ServedRoutes<keyof typeof CALLERS>;
  before(async () => {
    core = await buildCore();
  });
  beforeEach(async () => {
    const approvals = new ApprovalService({ clock: core.clock, ids: core.ids });
    settings = new Settings({
      uow: core.uow,
      clock: core.clock,
      sections: TAILORING_SECTIONS,
      approvals,
      onFault: (error) => {
        throw error;
      },
    });
    await settings.refresh();
    const accountNames = async () => new Map([[`${ID}1`, '管理员']]);
    tailoring = createTailoring({ settings, sections: TAILORING_SECTIONS, approvals, accountNames });
    const routes = [...tailoring.routes, ...approvalRoutes({ clock: core.clock, approvals }), TICKETS];
    served = await serveRoutes(core, routes, CALLERS, { isOff: tailoring.isOff });
  });
  afterEach(() => served.stop());
  after(() => core.close());

  const read = async (section: string) => (await served.ask('admin', `/api/v1/settings/${section}`)).json;
  const put = async (section: string, change: object, who: keyof typeof CALLERS = 'admin') => {
    const { version, value } = await read(section);
    return served.ask(who, `/api/v1/settings/${section}`, {
      method: 'PUT',
      headers: { 'If-Match': String(version) },
      body: { value: { ...value, ...change }, reason: REASON },
    });
  };

  it('is closed to nobody, to agents, and to those who only look', async () => {
    const path = '/api/v1/settings/brand';
    expect((await served.ask(undefined, path)).status).to.equal(401);
    expect((await served.ask('agent', path)).status).to.equal(403);
    expect((await served.ask('security', path)).status).to.equal(200);
    expect((await put('brand', { primary: '#0b5c3a' }, 'security')).status).to.equal(403);
    const unmatched = await served.ask('admin', path, { method: 'PUT', body: { value: {}, reason: REASON } });
    expect(unmatched.json.code).to.equal('request.if_match_required');
    expect((await served.ask('admin', '/api/v1/settings/nothing')).status).to.equal(404);
  });

  it('changes the brand, which anybody sees, and nobody reads twice', async () => {
    const logo = png({ width: 40, height: 20 }, [Buffer.from('<script>alert(1)</script>')]);
    const name = { zh: '示范银行客服', en: 'Demo Bank 😀' };
    const reply = await put('brand', { name, primary: '#0b5c3a', logo: logo.toString('base64') });
    expect(reply.json).to.deep.include({ state: 'applied' });
    const shown = await served.ask(undefined, '/api/v1/appearance');
    expect(shown.json).to.deep.include({ name, primary: '#0b5c3a' });
    const kept = Buffer.from(shown.json.logo as string, 'base64');
    expect(kept.includes('script'), 'remarks in the picture are gone').to.equal(false);
    expect(kept.subarray(12, 16).toString()).to.equal('IHDR');
    const tag = shown.headers.etag as string;
    const again = await served.ask(undefined, '/api/v1/appearance', { headers: { 'If-None-Match': tag } });
    expect(again).to.include({ status: 304, text: '' });
    await put('brand', { primary: '#0958d9' });
    const changed = await served.ask(undefined, '/api/v1/appearance', { headers: { 'If-None-Match': tag } });
    expect(changed.status).to.equal(200);
  });

  const trailing = Buffer.concat([png({ width: 4, height: 4 }), Buffer.from('<script>')]);
  const spoilt = png({ width: 4, height: 4 });
  spoilt[40] = (spoilt[40] ?? 0) ^ 1;
  for (const [name, bytes] of [
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['a script with the beginning of a PNG', Buffer.from('\x89PNG\r\n\x1a\n<script>', 'latin1')],
    ['a PNG with a script behind its end', trailing],
    ['a PNG with a wrong checksum', spoilt],
    ['a PNG cut off', png({ width: 4, height: 4 }).subarray(0, 50)],
    ['a PNG that is too wide', png({ width: 513, height: 1 })],
    ['a GIF', Buffer.from('GIF89a', 'latin1')],
  ] as const) {
    it(`refuses ${name} as the logo`, async () => {
      const reply = await put('brand', { logo: bytes.toString('base64') });
      expect(reply.json).to.deep.include({
        status: 422,
        code: 'brand.logo_refused',
        details: { at: '/logo' },
      });
    });
  }

  it('refuses colours that do not stand out, with what they reach and what they need', async () => {
    const reply = await put('brand', { primary: '#7fb0ff' });
    expect(reply.json.code).to.equal('brand.contrast');
    expect(reply.json.details).to.deep.equal({ at: '/primary', contrast: 2.01, required: 4.5 });
    const widget = await put('brand', { widget: { primary: '#ffffff' } });
    expect(widget.json.details.at).to.equal('/widget/primary');
    expect((await put('brand', { primary: 'red' })).json.code).to.equal('settings.invalid');
    expect((await put('brand', { name: { zh: '', en: 'x' } })).json.code).to.equal('settings.invalid');
    expect((await put('brand', { name: { zh: ' ', en: 'x' } })).json.code).to.equal('settings.invalid');
    expect((await put('brand', { css: '*{}' })).json.details).to.include({ at: '/css' });
  });

  it('asks a second person before a part is switched off; then it is not there, and its data stay', async () => {
    expect((await served.ask('agent', '/api/v1/tickets')).status).to.equal(200);
    const waiting = await put('modules', { tickets: false });
    expect(waiting.json.state).to.equal('waiting');
    expect((await served.ask('agent', '/api/v1/tickets')).status).to.equal(200);
    expect((await put('modules', { qa: false })).json.code, 'one at a time').to.equal('approval.exists');
    const path = `/api/v1/approvals/${waiting.json.approvalId}`;
    const asked = (await served.ask('security', path)).json;
    expect(asked.lines).to.deep.equal([{ label: 'modules/tickets', from: 'true', to: 'false' }]);
    const approve = (who: 'admin' | 'security') =>
      served.ask(who, `${path}/approve`, {
        method: 'POST',
        headers: { 'If-Match': String(asked.version) },
        body: {},
      });
    expect((await approve('admin')).json.code).to.equal('approval.second_person');
    expect((await approve('security')).status).to.equal(200);
    const off = await served.ask('agent', '/api/v1/tickets');
    expect(off.json).to.include({ status: 404, code: 'module.off' });
    expect((await served.ask('agent', '/api/v1/tailoring')).json.modulesOff).to.deep.equal(['tickets']);
    const history = (await served.ask('admin', '/api/v1/settings/modules/versions')).json.items[0];
    expect(history.changedBy.displayName).to.equal('管理员');
    expect(history.approvedBy.id).to.equal(`${ID}2`);
    expect((await put('modules', { tickets: true })).json.state, 'on again needs nobody').to.equal('applied');
    expect((await served.ask('agent', '/api/v1/tickets')).status).to.equal(200);
  });

  it('words texts anew, checks their places, and keeps the label saying what it must', async () => {
    const worded = { 'conversation.queued': { zh: '{brand}：请稍候', en: '{brand}: please wait' } };
    expect((await put('texts', worded)).json.state).to.equal('applied');
    const brand = settings.get(BRAND).name.zh;
    expect(tailoring.textOf('conversation.queued', 'zh-CN')).to.equal(`${brand}：请稍候`);
    expect(tailoring.textOf('conversation.closed', 'zh-CN')).to.equal(undefined);
    const unknown = await put('texts', { 'robot.fallback': { zh: '{customer}', en: 'x' } });
    expect(unknown.json).to.deep.include({
      code: 'text.placeholder_unknown',
      details: { at: '/robot.fallback/zh', known: ['brand'] },
    });
    for (const zh of ['。', '客服回答', '\u200b ']) {
      const label = await put('texts', { 'widget.machineLabel': { zh, en: 'Written by a machine' } });
      expect(label.json.code).to.equal('text.label_required');
    }
    expect((await put('texts', { 'widget.machineLabel': { zh: '', en: '' } })).json.code).to.equal(
      'settings.invalid',
    );
    const honest = { zh: '由机器人回答', en: 'Answered by a robot' };
    expect((await put('texts', { 'widget.machineLabel': honest })).json.state).to.equal('waiting');
    expect((await put('texts', { nowhere: honest })).json.details).to.include({ at: '/nowhere' });
  });

  it('shows each account the menu of its roles, and hides no way back', async () => {
    const menu = { agent: { order: ['/tickets', '/inbox'], hidden: ['/knowledge'] } };
    expect((await put('menus', menu)).json.state).to.equal('applied');
    expect((await served.ask('agent', '/api/v1/tailoring')).json.menu).to.deep.equal(menu.agent);
    const locked = await put('menus', { 'system-admin': { order: [], hidden: ['/settings'] } });
    expect(locked.json.details).to.deep.equal({ at: '/system-admin/hidden', problem: 'locked' });
    const script = await put('menus', { agent: { order: ['javascript:alert(1)'], hidden: [] } });
    expect(script.json.code).to.equal('settings.invalid');
  });

  it('draws the widget by colour, label, and switches, in both languages', async () => {
    await put('brand', { widget: { primary: '#7a1f5c' }, name: { zh: '银行', en: 'Bank' } });
    await put('texts', {
      'widget.disclaimer': { zh: '{brand}不会索要密码', en: '{brand} never asks for passwords' },
    });
    const { look, tag } = tailoring.widgetLook();
    expect(look).to.deep.equal({
      primary: '#7a1f5c',
      isRatingOn: true,
      disclaimer: { zh: '银行不会索要密码', en: 'Bank never asks for passwords' },
    });
    await put('brand', { widget: { primary: '#0958d9' } });
    expect(tailoring.widgetLook().tag).to.not.equal(tag);
  });

  it('compares and restores versions over their routes', async () => {
    await put('region', { timeZone: 'Asia/Urumqi' });
    const { version } = await read('region');
    const diff = await served.ask('admin', `/api/v1/settings/region/diff?from=0&to=${version}`);
    expect(diff.json.lines).to.deep.equal([{ path: 'timeZone', to: 'Asia/Urumqi' }]);
    const restored = await served.ask('admin', '/api/v1/settings/region/restore', {
      method: 'POST',
      headers: { 'If-Match': String(version) },
      body: { to: 0, reason: REASON },
    });
    expect(restored.json).to.deep.equal({ state: 'applied', version: (version as number) + 1 });
    expect((await put('region', { timeZone: '+08:00' })).json.details).to.include({ at: '/timeZone' });
    expect((await put('region', { timeZone: 'Mars/Olympus' })).json.code).to.equal('settings.invalid');
    const page = await served.ask('admin', '/api/v1/settings/region/versions?limit=1');
    expect(page.json.items).to.have.length(1);
    const next = await served.ask('admin', `/api/v1/settings/region/versions?cursor=${page.json.nextCursor}`);
    expect(next.json.items.map((item: { version: number }) => item.version)).to.deep.equal([1]);
  });
});

describe('the rules of tailoring', () => {
  it('measure contrast as WCAG does', () => {
    expect(contrastOf('#000000', '#ffffff')).to.equal(21);
    expect(contrastOf('#777777', '#ffffff')).to.be.closeTo(4.48, 0.01);
    expect(contrastOf('#ffffff', '#767676')).to.be.closeTo(4.54, 0.01);
  });

  it('find the part of a path and of what stands below it, and of nothing else', () => {
    expect(moduleOf('/api/v1/tickets')).to.equal('tickets');
    expect(moduleOf('/api/v1/tickets/:id/comments')).to.equal('tickets');
    expect(moduleOf('/api/v1/ticketsale')).to.equal(undefined);
    expect(moduleOf('/api/v1/session')).to.equal(undefined);
  });

  it('hide from somebody with two roles only what both hide', () => {
    const menus = {
      agent: { order: ['/b', '/a'], hidden: ['/x', '/y'] },
      editor: { order: ['/c', '/a'], hidden: ['/y'] },
    };
    expect(menuFor(menus, ['agent', 'editor'])).to.deep.equal({ order: ['/b', '/a', '/c'], hidden: ['/y'] });
    expect(menuFor(menus, ['agent', 'officer']).hidden).to.deep.equal([]);
    expect(menuFor({}, [])).to.deep.equal({ order: [], hidden: [] });
  });
});
