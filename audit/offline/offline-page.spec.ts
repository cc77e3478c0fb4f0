import { expect } from 'chai';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { readAnchors } from '../anchors.ts';
import { writeExport } from '../export.ts';
import { buildHtml, HTML_PATH } from './build-html.mjs';
import { buildLedger, type Ledger } from '../test/ledger.ts';
import { verifyExportFolder } from '../verify-export.ts';
import { parseKeyFile } from '../keys.ts';
import { launchBrowser } from '../test/browser.ts';

/** What the page says of a folder: its state, and the first finding as `kind index`. */
async function judge(page: Page, folder: string): Promise<{ status: string; text: string }> {
  await page.setInputFiles('#folder', folder);
  await page.locator('#progress').waitFor({ state: 'hidden' });
  const result = page.locator('#result');
  await result.waitFor();
  return { status: (await result.getAttribute('class')) ?? '', text: await result.innerText() };
}

describe('the offline verifier in a browser', function () {
  this.timeout(240_000);
  let ledger: Ledger;
  let browser: Browser;
  const faults: string[] = [];
  let page: Page;
  let original: string;

  before(async () => {
    ledger = await buildLedger(11);
    original = join(ledger.folder, 'original');
    const { store, keyFile, anchors } = ledger;
    await writeExport(original, { source: store, keyFile, anchors: readAnchors(anchors) });
    const temporary = process.env.TMPDIR;
    browser = await launchBrowser((folder) => (process.env.TMPDIR = folder));
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
    const context = await browser.newContext({ locale: 'en-GB', offline: true, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|blob):/.test(request.url())) faults.push(request.url());
    });
    await page.goto(pathToFileURL(HTML_PATH).href);
  });
  after(async () => {
    await browser.close();
    await ledger.remove();
  });

  it('is built from the verifier as it stands', async () => {
    expect(await readFile(HTML_PATH, 'utf8')).to.equal(buildHtml());
  });

  it('finds a whole export whole, in both languages', async () => {
    const { status, text } = await judge(page, original);
    expect(status, text).to.equal('whole');
    expect(text).to.contain('Whole: nothing was changed').and.contain(String(ledger.store.events.length));
    expect(text).to.contain(parseKeyFile(ledger.keyFile).keys[0]!.fingerprint.replaceAll(':', ''));
    await page.locator('#language').click();
    expect(await page.locator('#result').innerText()).to.contain('完整：未发现任何改动');
    await page.locator('#language').click();
  });

  const edits: [name: string, file: string, edit: (text: string) => string][] = [
    ['an entry', 'events.jsonl', (text) => text.replace('"outcome":"ok"', '"outcome":"no"')],
    ['a line', 'events.jsonl', (text) => text.slice(text.indexOf('\n') + 1)],
    [
      'a signature',
      'seals.jsonl',
      (text) => text.replace(/(\u2014 \S+ \S{20})(.)/, (_, a, b) => a + (b === 'A' ? 'B' : 'A')),
    ],
    ['an anchor', 'anchors/heads-2026-03-02.txt', (text) => text.replace(/\n\d+\n/, '\n999999\n')],
    ['a count', 'manifest.json', (text) => text.replace(/"events":\d+/, '"events":1')],
    ['a stored hash', 'consistency.json', (text) => text.replace(/[0-9a-f]{64}/, '0'.repeat(64))],
  ];
  for (const [name, file, edit] of edits) {
    it(`finds what the library finds when somebody changed ${name}`, async () => {
      const folder = join(ledger.folder, 'edited');
      await rm(folder, { recursive: true, force: true });
      await cp(original, folder, { recursive: true });
      await writeFile(join(folder, file), edit(await readFile(join(folder, file), 'utf8')));
      const { firstBad } = await verifyExportFolder(folder, { keys: parseKeyFile(ledger.keyFile) });
      const { status, text } = await judge(page, folder);
      expect(status, text).to.equal('tampered');
      expect(text).to.contain(
        `(${firstBad!.kind})${firstBad!.index === null ? '' : ` · index ${firstBad!.index}`}`,
      );
    });
  }

  for (const kind of ['p256', 'sm2'] as const) {
    it(`takes heads signed with ${kind} that hold, and no others`, async () => {
      const other = await buildLedger(29, 12, kind);
      try {
        const folder = join(other.folder, 'export');
        const { store, keyFile, anchors } = other;
        await writeExport(folder, { source: store, keyFile, anchors: readAnchors(anchors) });
        const whole = await judge(page, folder);
        expect(whole.status, whole.text).to.equal('whole');
        const seals = await readFile(join(folder, 'seals.jsonl'), 'utf8');
        const flipped = seals.replace(/(\u2014 \S+ \S{20})(.)/, (_, a, b) => a + (b === 'A' ? 'B' : 'A'));
        await writeFile(join(folder, 'seals.jsonl'), flipped);
        const { status, text } = await judge(page, folder);
        expect(status, text).to.equal('tampered');
        expect(text).to.contain('(signature) · index 0');
      } finally {
        await other.remove();
      }
    });
  }

  it('says what is missing', async () => {
    const folder = join(ledger.folder, 'short');
    await cp(original, folder, { recursive: true });
    await rm(join(folder, 'seals.jsonl'));
    const { status, text } = await judge(page, folder);
    expect(status).to.equal('not-provable');
    expect(text).to.contain('seals.jsonl is missing');
  });

  it('asked nothing of any network and broke no policy', () => expect(faults).to.deep.equal([]));
});
