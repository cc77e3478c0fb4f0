import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { Instance } from '../../server/test/support/instance.ts';
import { chatOf, picture, say, signIn, Stage, type Person } from './support/stage.ts';

const KNOWN_QUESTION = '怎么注销银行卡账户？';
const VAGUE_QUESTION = '额度';
const REPLY = '您好，我已看到您的问题，马上为您核实。';
const NOTE = '客户情绪稳定，已核对来电号码。';
const FOLLOW_UP = '好的，麻烦您了';
const TICKET_SUBJECT = '销户资料核实';

describe('the tour: from a question to the proof', function () {
  this.timeout(120_000);
  this.bail(true);
  const instance = new Instance();
  let stage: Stage;
  let visitor: Person;
  let agent: Person;
  let conversationPath: string;

  before(async () => {
    await instance.start();
    stage = await Stage.open(instance.url);
  });
  after(async () => {
    await stage?.close();
    await instance.dispose();
  });
  afterEach(() => {
    expect(stage.faults).to.deep.equal([]);
  });

  const messages = (page: Page) => page.getByLabel('消息记录');

  it('shows a visitor of the bank the launcher, and nothing else before it is opened', async () => {
    visitor = await stage.enter('visitor', '/demo');
    await visitor.page.getByRole('button', { name: '打开在线客服' }).waitFor();
    const host = visitor.page.locator('[data-vaultdesk="demo"]');
    expect(await host.evaluate((element) => element.shadowRoot !== null)).to.equal(true);
    expect(await visitor.page.locator('iframe').count()).to.equal(0);
    await visitor.page.getByRole('button', { name: '打开在线客服' }).click();
    await chatOf(visitor).input.waitFor();
  });

  it('answers a question of the bank from approved knowledge, marked as written by a machine', async () => {
    const { log } = chatOf(visitor);
    await say(visitor, KNOWN_QUESTION);
    await log.getByText('内容由 AI 生成').waitFor();
    const answer = await log.locator('.row.robot .bubble').innerText();
    expect(answer).to.contain('本人带身份证和银行卡');
  });

  it('asks back when it is unsure, and answers the choice', async () => {
    const { frame, log } = chatOf(visitor);
    await say(visitor, VAGUE_QUESTION);
    const choices = frame.getByRole('group', { name: '您是不是想问' });
    const first = choices.getByRole('button').first();
    const question = await first.innerText();
    expect(question).to.contain('额度');
    await picture(visitor, 'widget-clarify');
    await first.click();
    await log.getByText(question, { exact: true }).waitFor();
    await choices.waitFor({ state: 'detached' });
    await log.locator('.row.robot').nth(2).waitFor();
  });

  it('brings the conversation live to an agent when the visitor asks for a person', async () => {
    agent = await stage.enter('agent', '/');
    await signIn(agent, instance.account('agent'));
    await agent.page.getByText('目前没有分配给您的会话').waitFor();
    const { frame, log } = chatOf(visitor);
    await frame.getByRole('button', { name: '转人工' }).click();
    await log.getByText('正在为您转接人工客服').waitFor();
    await agent.page.locator('.conversation-row').first().waitFor();
    await frame.getByText('人工客服为您服务').waitFor();
  });

  it('shows the agent what was said so far, and why the robot gave it away', async () => {
    const { page } = agent;
    await page.locator('.conversation-row').first().click();
    await messages(page).getByText(KNOWN_QUESTION).waitFor();
    await messages(page).getByText(VAGUE_QUESTION, { exact: true }).waitFor();
    await page.getByText('转人工原因：客户要求转人工').first().waitFor();
    conversationPath = new URL(page.url()).pathname;
  });

  it('carries replies both ways', async () => {
    const { page } = agent;
    await page.getByRole('textbox', { name: '回复客户' }).fill(REPLY);
    await page.getByRole('textbox', { name: '回复客户' }).press('Enter');
    await chatOf(visitor).log.getByText(REPLY).waitFor();
    await say(visitor, FOLLOW_UP);
    await messages(page).getByText(FOLLOW_UP).waitFor();
  });

  it('keeps an internal note from the visitor', async () => {
    const { page } = agent;
    await page.getByText('内部备注', { exact: true }).click();
    await page.getByRole('textbox', { name: '内部备注' }).fill(NOTE);
    await page.getByRole('button', { name: '保存备注' }).click();
    await messages(page).getByText(NOTE).waitFor();
    await picture(agent, 'console-inbox');
    // A message after the note: once it is there, the note would be too.
    await page.getByText('回复客户', { exact: true }).click();
    await page.getByRole('textbox', { name: '回复客户' }).fill('核实需要一分钟。');
    await page.getByRole('textbox', { name: '回复客户' }).press('Enter');
    const { log } = chatOf(visitor);
    await log.getByText('核实需要一分钟。').waitFor();
    expect(await log.getByText(NOTE).count()).to.equal(0);
    await picture(visitor, 'widget-agent');
  });

  it('makes a ticket from the conversation and solves it', async () => {
    const { page } = agent;
    await page.getByRole('button', { name: '新建工单' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('主题').fill(TICKET_SUBJECT);
    await dialog.getByLabel('描述').fill('客户要求注销账户，资料待核实。');
    await dialog.getByRole('button', { name: /新\s?建/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: new RegExp(TICKET_SUBJECT) }).click();
    await page.getByRole('heading', { name: new RegExp(TICKET_SUBJECT) }).waitFor();
    await page.getByRole('button', { name: '变更为：已解决' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('资料已核实，账户已注销。');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /确\s?定|OK/ })
      .click();
    await page.getByText('资料已核实，账户已注销。').waitFor();
    await picture(agent, 'ticket');
    await page.getByRole('link', { name: '查看会话' }).click();
    await page.waitForURL((url) => url.pathname === conversationPath);
  });

  it('closes the conversation, and the visitor rates it', async () => {
    const { page } = agent;
    await page.getByRole('button', { name: /结束会话/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /结束会话/ })
      .click();
    const { frame } = chatOf(visitor);
    await frame.getByText('本次会话已结束').first().waitFor();
    await frame.getByText('非常满意').click();
    await frame.getByRole('textbox', { name: '补充说明（选填）' }).fill('很快');
    await frame.getByRole('button', { name: '提交评价' }).click();
    await frame.getByText('感谢您的评价').waitFor();
    await page.reload();
    await page.getByText('满意度 5 / 5').waitFor();
  });
});
