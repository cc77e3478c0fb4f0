import { expect } from 'chai';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from './build-console.mjs';

/**
 * Compressed JavaScript that is fetched before something can be drawn, with the texts of one language: measured 275 kB,
 * before the sign-in 335 kB, each with 5 % to spare, and before the frame behind it at most 420 kB. More means that something
 * slipped in; a new page brings some hundred bytes of texts.
 */
const GZIP_BYTES_MAX: Record<string, number> = {
  'index.html': 289_000,
  'auth/sign-in-page.tsx': 352_000,
  'shell/index.ts': 420_000,
};

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));

interface ManifestChunk {
  file: string;
  imports?: string[];
}

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

  const manifest = () =>
    JSON.parse(readFileSync(join(outDir, '.vite/manifest.json'), 'utf8')) as Record<string, ManifestChunk>;

  /** Files of all that these chunks need. */
  function filesOf(names: readonly string[]): Set<string> {
    const chunks = manifest();
    const files = new Set<string>();
    const walk = (name: string) => {
      const { file, imports = [] } = chunks[name] as ManifestChunk;
      if (files.has(file)) return;
      files.add(file);
      imports.forEach(walk);
    };
    names.forEach(walk);
    return files;
  }
  const gzipBytes = (file: string) => {
    const path = join(outDir, file);
    return statSync(existsSync(`${path}.gz`) ? `${path}.gz` : path).size;
  };

  for (const [name, bytesMax] of Object.entries(GZIP_BYTES_MAX)) {
    for (const texts of ['i18n/zh.ts', 'i18n/en.ts']) {
      it(`keeps the scripts of ${name} with ${texts} within ${bytesMax / 1000} kB`, () => {
        const files = filesOf(['index.html', texts, name]);
        const bytes = [...files].reduce((sum, file) => sum + gzipBytes(file), 0);
        expect(bytes).to.be.greaterThan(100_000).and.lessThan(bytesMax);
      });
    }
  }

  it('fetches the texts of one language, and no text with the first scripts', () => {
    const read = (files: Iterable<string>) =>
      [...files].map((file) => readFileSync(join(outDir, file), 'utf8')).join('\n');
    const entry = read(filesOf(['index.html']));
    const zh = read(filesOf(['i18n/zh.ts']));
    const en = read(filesOf(['i18n/en.ts']));
    for (const key of ['error.request.invalid', 'job.kind']) {
      expect(entry).to.not.include(key);
      expect(zh).to.include(key);
      expect(en).to.include(key);
    }
    const chinese = '填写的内容不符合要求';
    expect(zh.includes(chinese) && !en.includes(chinese) && !entry.includes(chinese)).to.equal(true);
  });

  it('carries every style sheet of the sources: one that only an index asks for would be left out', () => {
    const built = assets().filter((name) => name.endsWith('.css'));
    const all = built.map((name) => readFileSync(join(outDir, 'assets', name), 'utf8')).join('\n');
    const sheets = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.css'),
    );
    expect(sheets).to.not.deep.equal([]);
    const missing = sheets.filter((path) => {
      const text = readFileSync(join(SOURCE, path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
      const first = /\.[a-z][\w-]+(?=[^;]*\{)/.exec(text)?.[0] ?? '';
      return !all.includes(first);
    });
    expect(missing).to.deep.equal([]);
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
