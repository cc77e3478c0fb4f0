import { expect } from 'chai';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildConsole } from './build-console.mjs';

/** JavaScript of the first page, compressed: measured 283 kB with the whole shell; more means that something slipped in. */
const ENTRY_GZIP_BYTES_MAX = 420 * 1024;

describe('build of the console', function () {
  this.timeout(60_000);
  let outDir: string;

  before(async () => {
    outDir = mkdtempSync(join(tmpdir(), 'vaultdesk-console-'));
    await buildConsole({ outDir, logLevel: 'error' });
  });

  after(() => rmSync(outDir, { recursive: true, force: true }));

  const page = () => readFileSync(join(outDir, 'index.html'), 'utf8');
  const assets = () => readdirSync(join(outDir, 'assets'));

  it('has no inline script, style, or handler, so the policy needs no exception', () => {
    expect(page()).to.not.match(/<script(?![^>]*\ssrc=)[^>]*>/);
    expect(page()).to.not.match(/<style|\sstyle=|\son\w+=/);
  });

  it('checks the browser with a plain script before any module', () => {
    const check = page().search(/<script[^>]*src="\/assets\/browser-check-[0-9a-f]{8}\.js"/);
    const module = page().indexOf('type="module"');
    expect(check).to.be.greaterThan(0).and.lessThan(module);
  });

  it('names nothing outside of its own origin', () => {
    expect(page()).to.not.match(/(src|href)="(https?:)?\/\//);
  });

  it('puts a brotli and a gzip copy beside every script and style sheet of some size', () => {
    const plain = assets().filter((name) => /\.(js|css)$/.test(name));
    const large = plain.filter((name) => statSync(join(outDir, 'assets', name)).size >= 1024);
    expect(large).to.not.deep.equal([]);
    for (const name of large) expect(assets()).to.include.members([`${name}.br`, `${name}.gz`]);
  });

  it('keeps the scripts of the first page within their budget', () => {
    const names = [...page().matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(
      (match) => match[1] ?? '',
    );
    const bytes = names
      .map((name) => [join(outDir, `${name}.gz`), join(outDir, name)])
      .map((paths) => paths.find((path) => statSync(path, { throwIfNoEntry: false })))
      .reduce((sum, path) => sum + (path ? statSync(path).size : 0), 0);
    expect(bytes).to.be.greaterThan(50_000).and.lessThan(ENTRY_GZIP_BYTES_MAX);
  });

  it('holds the replacement of style elements exactly once, or its copies would unpublish each other', () => {
    const scripts = assets().filter((name) => name.endsWith('.js'));
    const counts = scripts.map(
      (name) => readFileSync(join(outDir, 'assets', name), 'utf8').split('new CSSStyleSheet').length - 1,
    );
    // One more stands in browser-check.js.
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(2);
  });

  it('leaves no code that writes style elements', () => {
    const scripts = assets().filter((name) => name.endsWith('.js'));
    for (const name of scripts) {
      expect(readFileSync(join(outDir, 'assets', name), 'utf8'), name).to.not.include('data-rc-order');
    }
  });
});
