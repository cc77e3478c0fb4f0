import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { chromium as playwright, type Browser } from 'playwright-core';

/** Flags of the packaged browser that would switch off what these tests look at. */
const REFUSED_FLAGS = ['--single-process', '--disable-web-security', '--allow-running-insecure-content'];

/**
 * Starts the Chromium of the npm package. It unpacks into the temporary folder and reuses what it finds there, even
 * of another version, so `pointTo` must point the program's temporary folder at the one it is given.
 */
export async function launchBrowser(pointTo: (folder: string) => void): Promise<Browser> {
  const folder = join(tmpdir(), `vaultdesk-chromium-147-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true });
  pointTo(folder);
  const { default: chromium } = await import('@sparticuz/chromium');
  const args = chromium.args.filter((arg) => !REFUSED_FLAGS.some((flag) => arg.startsWith(flag)));
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...args, '--no-sandbox'],
    headless: true,
    timeout: 90_000,
  });
}
