import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import process from 'node:process';
import type { Browser, BrowserContextOptions, FrameLocator, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../widget/test/browser.ts';

/** A person of the tour: a browser profile of its own with one page. */
export interface Person {
  name: string;
  page: Page;
  close(): Promise<void>;
}

const DESK_SCREEN = { width: 1440, height: 900 };
/** Generous: a shared machine may be busy; nothing waits this long when all is well. */
const STEP_MS = 40_000;
const DESCRIBE_MS = 5_000;

/**
 * Browsers of several people before one server. Whatever a page complains about (a broken content security policy, an
 * uncaught error, an error in its console, a failed answer of the server) is collected as a fault.
 */
export class Stage {
  readonly faults: string[] = [];
  private readonly pages = new Map<string, Page>();
  /** Set while the server is stopped on purpose: then refused connections are what a page should see. */
  isServerDown = false;
  /** Set while a session ends on purpose: then refused requests are what a page should see. */
  isSessionEnding = false;
  /** Set while somebody enters what is refused on purpose: then a refused request is what a page should see. */
  isRefusalExpected = false;
  private readonly browser: Browser;
  private readonly url: string;

  private constructor(browser: Browser, url: string) {
    this.browser = browser;
    this.url = url;
  }

  static async open(url: string): Promise<Stage> {
    const temporary = process.env.TMPDIR;
    const browser = await launchBrowser((folder) => {
      process.env.TMPDIR = folder;
    });
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
    return new Stage(browser, url);
  }

  /** A person with an empty profile on the page `path`. */
  async enter(name: string, path: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await this.browser.newContext({
      baseURL: this.url,
      // The certificate is the server's own, made at its first start.
      ignoreHTTPSErrors: true,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      viewport: DESK_SCREEN,
      // A click that falls into a dialog's opening animation on a busy machine may miss its button.
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(STEP_MS);
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        // eslint-disable-next-line no-console -- the page's console is how this reaches the test
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
      });
    });
    const page = await context.newPage();
    this.watch(name, page);
    this.pages.set(name, page);
    await page.goto(path);
    return { name, page, close: () => context.close() };
  }

  /** What every open page shows in words, for the report of a step that failed. */
  async describe(): Promise<string> {
    const open = [...this.pages].filter(([, page]) => !page.isClosed());
    const texts = open.map(async ([name, page]) => {
      const shown = await page.locator('body').innerText({ timeout: DESCRIBE_MS }).catch(String);
      return `--- ${name} at ${page.url()}\n${shown}`;
    });
    return [...(await Promise.all(texts)), ...this.faults].join('\n');
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  private watch(name: string, page: Page): void {
    page.on('pageerror', (error) => this.faults.push(`${name}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url } = message.location();
      // Before the sign-in the console asks who is signed in; the browser writes the refusal down as an error.
      if (url.endsWith('/api/v1/session') && message.text().includes('401')) return;
      if (this.isServerDown && /ERR_CONNECTION_|WebSocket/.test(message.text())) return;
      if (this.isSessionEnding && /401|WebSocket/.test(message.text())) return;
      if (this.isRefusalExpected && /status of 4\d\d/.test(message.text())) return;
      this.faults.push(`${name}: ${message.text()} ${url}`);
    });
  }
}

/** The visitor's chat: an iframe that the launcher makes. */
export function chatOf({ page }: Person): { frame: FrameLocator; log: Locator; input: Locator } {
  const frame = page.frameLocator('iframe.panel');
  return {
    frame,
    log: frame.getByRole('log'),
    input: frame.getByRole('textbox', { name: /请输入您的问题|Type your question/ }),
  };
}

/** The visitor writes and sends. */
export async function say(person: Person, text: string): Promise<void> {
  const { input } = chatOf(person);
  await input.fill(text);
  await input.press('Enter');
}

/** Signs in on the console's page and waits until it is open. */
export async function signIn(
  { page }: Person,
  { username, password }: { username: string; password: string },
): Promise<void> {
  await page.getByLabel('用户名').fill(username);
  await page.getByLabel('密码').fill(password);
  await page.getByLabel('密码').press('Enter');
  await page.getByRole('navigation').first().waitFor();
}

/** Signs somebody in through the identity provider: out to its page and back to where the person was. */
export async function signInThroughIdp(
  { page }: Person,
  { username, password }: { username: string; password: string },
): Promise<void> {
  await page.getByRole('link', { name: '使用企业账号登录' }).click();
  await page.getByLabel('用户名 · User name').fill(username);
  await page.getByLabel('密码 · Password').fill(password);
  await page.getByLabel('密码 · Password').press('Enter');
  await page.getByRole('navigation').first().waitFor();
}

/** Keeps a picture of the page in the folder `VAULTDESK_SCREENSHOTS`; without it, nothing. */
export async function picture({ page }: Person, name: string): Promise<void> {
  const folder = process.env.VAULTDESK_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
