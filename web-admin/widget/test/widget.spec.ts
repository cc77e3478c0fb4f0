import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { findAccessibilityFaults } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { Peer } from './peer.ts';

type Build = { buildWidget(options: { outDir: string }): Promise<{ sizes: Record<string, number> }> };

const HOST_CSP = (desk: string) =>
  `default-src 'none'; script-src ${desk}; frame-src ${desk}; style-src 'none'; ` +
  `require-trusted-types-for 'script'; trusted-types 'none'; report-uri ${desk}/csp-report`;

describe('chat widget in a browser', function () {
  this.timeout(120_000);
  const webDir = mkdtempSync(join(tmpdir(), 'vaultdesk-widget-'));
  const temporary = process.env.TMPDIR;
  let browser: Browser;
  let peer: Peer;
  let url: string;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];
  let sizes: Record<string, number>;

  before(async () => {
    const { buildWidget } = (await import(
      new URL('../../build/build-widget.mjs', import.meta.url).href
    )) as Build;
    ({ sizes } = await buildWidget({ outDir: webDir }));
    browser = await launchBrowser((folder) => {
      process.env.TMPDIR = folder;
    });
  });
  after(async () => {
    await browser?.close();
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
    rmSync(webDir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    faults = [];
    peer = new Peer({ webDir });
    url = await peer.listen();
    await openContext({});
  });
  afterEach(async () => {
    await context.close();
    await peer.close();
    expect(peer.cspReports).to.deep.equal([]);
    expect(faults).to.deep.equal([]);
  });

  async function openContext(options: Parameters<Browser['newContext']>[0]) {
    await context?.close();
    context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'zh-CN',
      ...options,
    });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML/i.test(message.text())) faults.push(message.text());
    });
  }

  const chat = (): FrameLocator => page.frameLocator('iframe.panel');
  const input = () => chat().getByRole('textbox', { name: /问题|question/ });
  const log = () => chat().getByRole('log');

  async function openChat(path = '/demo') {
    await page.goto(url + path);
    await page.getByRole('button', { name: /打开在线客服|Open chat/ }).click();
    await input().waitFor();
  }
  async function say(text: string) {
    await input().fill(text);
    await input().press('Enter');
  }

  it('is within its size and makes nothing but the launcher before it is opened', async () => {
    expect(sizes.total).to.be.lessThan(40 * 1024);
    await page.goto(`${url}/demo`);
    await page.getByRole('button', { name: '打开在线客服' }).waitFor();
    expect(await page.locator('iframe').count()).to.equal(0);
    expect(peer.conversations.size).to.equal(0);
  });

  it('asks, gets a labelled answer, and goes on with the conversation after a reload', async () => {
    await openChat();
    await say('怎么开户？');
    await log().getByText('请按以下步骤办理').waitFor();
    await log().getByText('内容由 AI 生成').waitFor();
    expect(peer.last.log.map(({ from }) => from)).to.deep.equal(['requester', 'robot']);
    await page.reload();
    await page.getByRole('button', { name: '打开在线客服' }).click();
    await log().getByText('请按以下步骤办理').waitFor();
    expect(peer.conversations.size).to.equal(1);
    expect(await log().getByText('怎么开户？', { exact: true }).count()).to.equal(1);
  });

  it('draws what people write as text', async () => {
    await openChat();
    const hostile = '<img src=x onerror=alert(1)><b>粗</b>';
    await say(hostile);
    await log().getByText(hostile, { exact: true }).waitFor();
    expect(await log().locator('img, b').count()).to.equal(0);
  });

  it('offers the robot’s choices, none of them, and a person', async () => {
    await openChat();
    await say('卡');
    const choices = chat().getByRole('group', { name: '您是不是想问' });
    await choices.waitFor();
    expect(await choices.getByRole('button').count()).to.equal(5);
    await choices.getByRole('button', { name: '如何申请银行卡？' }).click();
    await log().getByText('请按以下步骤办理').waitFor();
    expect(peer.last.log.some(({ text }) => text === 'Q a1')).to.equal(true);
    expect(await choices.count()).to.equal(0);
  });

  it('hands over, shows the place in the queue, the agent, and that the agent writes', async () => {
    await openChat();
    await say('你好');
    await log().getByText('请按以下步骤办理').waitFor();
    await chat().getByRole('button', { name: '转人工' }).click();
    await chat().getByText('您排在第 2 位').waitFor();
    peer.last.moveTo('assigned');
    await chat().getByText('人工客服为您服务').waitFor();
    peer.last.push({ t: 'typing', from: 'agent' });
    await chat().getByText('客服正在输入').waitFor();
    peer.last.commit({ from: 'agent', kind: 'text', text: '您好，我是小李。', agentName: '小李' });
    await log().getByText('您好，我是小李。').waitFor();
    expect(await chat().getByText('客服正在输入').count()).to.equal(0);
  });

  it('delivers once what was said while the server was away', async () => {
    await openChat();
    await say('第一句');
    await log().getByText('“第一句”').waitFor();
    peer.isDown = true;
    peer.dropSockets();
    await chat().getByText('正在重新连接').waitFor();
    await say('第二句');
    await say('第三句');
    await chat().getByText('发送中').first().waitFor();
    peer.isDown = false;
    await log().getByText('“第三句”').waitFor();
    const said = peer.last.log.filter(({ from }) => from === 'requester').map(({ text }) => text);
    expect(said).to.deep.equal(['第一句', '第二句', '第三句']);
  });

  it('keeps an unacknowledged message over a reload', async () => {
    await openChat();
    await say('在吗');
    await log().getByText('“在吗”').waitFor();
    peer.last.refusals.push({ code: 'storage.full', retryMs: 60_000 });
    await say('不能丢');
    await chat().getByText('发送中').waitFor();
    await page.reload();
    await page.getByRole('button', { name: '打开在线客服' }).click();
    await log().getByText('“不能丢”').waitFor();
  });

  it('works by long polling where sockets are not allowed', async () => {
    peer.allowsSockets = false;
    await openChat();
    await say('轮询');
    await log().getByText('“轮询”').waitFor();
    peer.last.commit({ from: 'agent', kind: 'text', text: '推送' });
    await log().getByText('推送').waitFor();
  });

  it('asks for a rating at the end, once, and begins a new conversation', async () => {
    await openChat();
    await say('谢谢');
    await log().getByText('“谢谢”').waitFor();
    const first = peer.last;
    first.moveTo('closed');
    await chat().getByText('非常满意').click();
    await chat().getByRole('textbox', { name: '补充说明' }).fill('很好');
    await chat().getByRole('button', { name: '提交评价' }).click();
    await chat().getByText('感谢您的评价').waitFor();
    expect(first.csat).to.deep.equal({ score: 5, comment: '很好' });
    await chat().getByRole('button', { name: '开始新会话' }).click();
    await say('又来了');
    await log().getByText('“又来了”').waitFor();
    expect(peer.last).to.not.equal(first);
  });

  it('shows unread messages on the launcher while it is closed', async () => {
    await openChat();
    await say('你好');
    await log().getByText('“你好”').waitFor();
    await input().press('Escape');
    await page.getByRole('button', { name: '打开在线客服', exact: true }).waitFor();
    peer.last.commit({ from: 'agent', kind: 'text', text: '在的' });
    await page.getByRole('button', { name: '打开在线客服 (1 条未读消息)' }).click();
    await log().getByText('在的').waitFor();
    await page.getByRole('button', { name: '收起在线客服' }).click();
    await page.getByRole('button', { name: '打开在线客服', exact: true }).waitFor();
  });

  it('hears nobody but its own frame', async () => {
    await openChat();
    await page.evaluate(() => window.postMessage({ vaultdesk: 'unread', count: 7 }, '*'));
    await page.evaluate(() => window.postMessage({ vaultdesk: 'minimise' }, '*'));
    await say('还在');
    await log().getByText('“还在”').waitFor();
    expect(await page.locator('.badge').isVisible()).to.equal(false);
  });

  it('runs on a foreign page with a strict policy of its own, and passes the signed identity on', async () => {
    const html = `<!doctype html><html lang="en"><title>Host</title><body><p>Host page</p>
      <script src="${url}/widget.js" data-site="demo" data-identity="h.p.s" async></script></body></html>`;
    const host = new Peer({ pages: { '/': { policy: HOST_CSP(url), html } } });
    const hostUrl = await host.listen();
    await page.goto(hostUrl);
    await page.getByRole('button', { name: 'Open chat' }).click();
    await say('Hello');
    await log().getByText('“Hello”').waitFor();
    expect(peer.identities).to.deep.equal(['h.p.s']);
    expect(await chat().getByRole('button', { name: 'Talk to a person' }).count()).to.equal(1);
    await page.goto('about:blank');
    await host.close();
    expect(host.cspReports).to.deep.equal([]);
  });

  it('keeps the text within its limit', async () => {
    await openChat();
    await input().fill('长'.repeat(8_001));
    await chat().getByText('还可输入 -1 字').waitFor();
    await input().press('Enter');
    expect(peer.conversations.size).to.equal(0);
    await say('长'.repeat(8_000));
    await log().getByText('请按以下步骤办理').waitFor();
    expect(peer.last.log[0]?.text).to.have.length(8_000);
  });

  it('says so when the site does not exist', async () => {
    peer.site.id = 'other';
    await openChat();
    await say('你好');
    await chat().getByText('该网站未启用在线客服').waitFor();
  });

  it('fills a phone’s screen and can be left by its own button', async () => {
    await openContext({ viewport: { width: 390, height: 844 }, locale: 'en-GB', hasTouch: true });
    await openChat('/demo?lang=en');
    const box = await page.locator('iframe.panel').boundingBox();
    expect(box).to.deep.equal({ x: 0, y: 0, width: 390, height: 844 });
    await chat().getByRole('button', { name: 'Minimise' }).click();
    await page.getByRole('button', { name: 'Open chat' }).waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has no accessibility faults that axe finds, in ${colorScheme}`, async () => {
      await openContext({ bypassCSP: true, colorScheme });
      await openChat();
      await say('卡');
      await chat().getByRole('group', { name: '您是不是想问' }).waitFor();
      expect(await findAccessibilityFaults(page)).to.deep.equal([]);
      peer.last.moveTo('closed');
      await chat().getByRole('button', { name: '提交评价' }).waitFor();
      expect(await findAccessibilityFaults(page)).to.deep.equal([]);
    });
  }
});
