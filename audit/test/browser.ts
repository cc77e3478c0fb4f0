import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { chromium as playwright, type Browser } from 'playwright-core';

/**
 * Starts the Chromium of the npm package. It unpacks into the temporary folder, so `pointTo` must point the program's
 * temporary folder at the one it is given.
 */
export async function launchBrowser(pointTo: (folder: string) => void): Promise<Browser> {
  const folder = join(tmpdir(), `vaultdesk-chromium-147-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true });
  pointTo(folder);
  const { default: chromium } = await import('@sparticuz/chromium');
  const args = chromium.args.filter((arg) => !/^--(single-process|disable-web-security)/.test(arg));
  const executablePath = await chromium.executablePath();
  return playwright.launch({ executablePath, args: [...args, '--no-sandbox'], timeout: 90_000 });
}
