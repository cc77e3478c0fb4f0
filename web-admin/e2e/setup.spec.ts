import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { Instance } from '../../server/test/support/instance.ts';
import { codeOf } from './support/authenticator.ts';
import { picture, Stage, type Person } from './support/stage.ts';

/** Three people, each with a name and a password that the others do not know. */
const PEOPLE = [
  { role: '系统管理员', username: 'wang.xi', name: '王希', password: 'Kx7#vault-harbour' },
  { role: '安全管理员', username: 'an.ning', name: '安宁', password: 'Qm3!desk-lantern' },
  { role: '审计管理员', username: 'shen.ji', name: '沈纪', password: 'Zp9$trail-meadow' },
] as const;
type Administrator = (typeof PEOPLE)[number];

describe('the first three administrators', function () {
  this.timeout(180_000);
  this.bail(true);
  const instance = new Instance();
  const secrets = new Map<string, string>();
  let stage: Stage;
  let screen: Person;
  let setupCode = '';

  before(async () => {
    await instance.startUntil(async () => {
      while ((await instance.call('/readyz').catch(() => undefined))?.status !== 200) {
        await new Promise((resume) => setTimeout(resume, 200));
      }
    });
    // What an installation has before anybody is somebody: no role is held.
    await instance.sql('DELETE FROM account_role');
    stage = await Stage.open(instance.url);
  });
  after(async () => {
    await stage?.close();
    await instance.dispose();
  });
  afterEach(async function () {
    // eslint-disable-next-line no-console -- a step that failed on another machine can only be understood by this
    if (this.currentTest?.isFailed()) console.log(await stage.describe());
    expect(stage.faults).to.deep.equal([]);
  });

  async function enter(page: Page, person: Administrator, code?: string): Promise<void> {
    const secret = await page.locator('code.secret').innerText();
    secrets.set(person.username, secret);
    await page.getByText(person.role, { exact: true }).last().click();
    await page.getByLabel('用户名').fill(person.username);
    await page.getByLabel('姓名').fill(person.name);
    await page.getByLabel('密码', { exact: true }).fill(person.password);
    await page.getByLabel('再次输入密码').fill(person.password);
    await page.getByLabel('动态码').fill(code ?? codeOf(secret));
    await page.getByRole('button', { name: '保存我的凭据' }).click();
  }

  it('are let in by the code of the server’s command line alone', async () => {
    const made = await instance.vaultdesk('admin', 'setup', '--json');
    expect(made.code, made.stderr).to.equal(0);
    ({ code: setupCode } = JSON.parse(made.stdout) as { code: string });
    screen = await stage.enter('screen', '/setup');
    stage.isRefusalExpected = true;
    await screen.page.getByLabel('初始化码').fill('A'.repeat(setupCode.length));
    await screen.page.getByRole('button', { name: /开\s?始/ }).click();
    await screen.page.getByText('初始化码不正确或已过期').waitFor();
    stage.isRefusalExpected = false;
    await screen.page.getByLabel('初始化码').fill(setupCode);
    await screen.page.getByRole('button', { name: /开\s?始/ }).click();
    await screen.page.getByText('已完成 0 / 3').waitFor();
  });

  it('each prove an authenticator, and nothing of one is left on the screen for the next', async () => {
    const { page } = screen;
    stage.isRefusalExpected = true;
    await enter(page, PEOPLE[0], '000000');
    await page.getByText('六位验证码与密钥不符').waitFor();
    stage.isRefusalExpected = false;
    await picture(screen, 'setup');
    for (const [index, person] of PEOPLE.slice(0, 2).entries()) {
      await enter(page, person);
      await page.getByText(`已完成 ${index + 1} / 3`).waitFor();
      await page.getByText(`已创建：${person.username}`).waitFor();
      for (const label of ['用户名', '姓名', '再次输入密码', '动态码']) {
        expect(await page.getByLabel(label).inputValue(), label).to.equal('');
      }
      expect(await page.locator('code.secret').innerText()).not.to.equal(secrets.get(person.username));
    }
  });

  it('open nothing before the third is made, and everything of theirs after it', async () => {
    const [first, , third] = PEOPLE;
    const signIn = (person: Administrator) =>
      instance.call('/api/v1/session', {
        method: 'POST',
        body: {
          ...{ username: person.username, password: person.password },
          // The step of the ceremony's own code is used up.
          otp: codeOf(secrets.get(person.username) ?? '', 1),
        },
      });
    expect((await signIn(first)).status).to.equal(401);
    await enter(screen.page, third);
    await screen.page.getByText('三名管理员均已启用').waitFor();
    const reply = await signIn(first);
    expect([reply.status, reply.json.roles]).to.deep.equal([200, ['system-admin']]);
    await screen.page.getByRole('button', { name: '前往登录' }).click();
    await screen.page.getByLabel('用户名').waitFor();
  });

  it('leave neither code nor command behind', async () => {
    const body = { code: setupCode };
    const reply = await instance.call('/api/v1/setup', { method: 'POST', body });
    expect(reply.json.code).to.equal('setup.done');
    const again = await instance.vaultdesk('admin', 'setup');
    expect([again.code, again.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes('setup.done'),
    );
  });
});
