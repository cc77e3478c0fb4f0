import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from './pages.ts';
import { serveApp, type Serving } from './test/serve.ts';

const PAGE: Page = {
  path: '/widget/:site',
  view: ({ site }) =>
    Promise.resolve(
      site === 'demo'
        ? { html: '<!doctype html>', frameAncestors: ['https://bank.example', "'self'", 'x; script-src *'] }
        : undefined,
    ),
};

describe('static files and pages', () => {
  let folder: string;
  let serving: Serving;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'static-'));
    const site = join(folder, 'site');
    mkdirSync(join(site, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    symlinkSync(join(folder, 'secret.txt'), join(site, 'link.txt'));
    writeFileSync(join(site, 'index.html'), '<!doctype html><title>console</title>');
    writeFileSync(join(site, 'assets/index-Ab3x9QzK.js'), 'plain');
    writeFileSync(join(site, 'assets/index-Ab3x9QzK.js.br'), 'brotli');
    writeFileSync(join(site, 'assets/index-Ab3x9QzK.js.gz'), 'gzip');
    const widget = join(folder, 'widget');
    mkdirSync(widget);
    writeFileSync(join(widget, 'loader.js'), 'loader');
    serving = await serveApp([], {
      pages: [PAGE],
      staticSites: [
        { prefix: '/', folder: site, fallbackFile: 'index.html' },
        {
          prefix: '/widget-files',
          folder: widget,
          aliases: { '/widget.js': 'loader.js' },
          isEmbeddable: true,
        },
      ],
    });
  });
  after(async () => {
    await serving.stop();
    rmSync(folder, { recursive: true });
  });

  it('serves the best variant, for ever when the name is hashed', async () => {
    const ask = (coding: string) =>
      serving.ask('/assets/index-Ab3x9QzK.js', { headers: { 'Accept-Encoding': coding } });
    const brotli = await ask('gzip, br');
    expect([brotli.text, brotli.headers['content-encoding']]).to.deep.equal(['brotli', 'br']);
    expect((await ask('gzip')).text).to.equal('gzip');
    const plain = await ask('identity');
    expect([plain.text, plain.headers['content-encoding']]).to.deep.equal(['plain', undefined]);
    expect(plain.headers['cache-control']).to.equal('public, max-age=31536000, immutable');
    expect(plain.headers['content-type']).to.equal('text/javascript; charset=utf-8');
  });

  it('answers 304 to the tag it gave', async () => {
    const { headers } = await serving.ask('/widget.js');
    const again = await serving.ask('/widget.js', { headers: { 'If-None-Match': headers.etag ?? '' } });
    expect([again.status, again.text]).to.deep.equal([304, '']);
  });

  it('lets other origins load the loader and nothing else', async () => {
    expect((await serving.ask('/widget.js')).headers['cross-origin-resource-policy']).to.equal(
      'cross-origin',
    );
    expect((await serving.ask('/index.html')).headers['cross-origin-resource-policy']).to.equal(
      'same-origin',
    );
  });

  it('answers page addresses with the console, uncached, and the rest with 404', async () => {
    const headers = { Accept: 'text/html' };
    for (const path of ['/', '/inbox', '/tickets/7']) {
      const reply = await serving.ask(path, { headers });
      expect([reply.status, reply.headers['cache-control']], path).to.deep.equal([200, 'no-store']);
    }
    for (const path of ['/api/v1/nothing', '/ws/agent', '/missing.js', '/assets/']) {
      expect((await serving.ask(path, { headers: { Accept: 'application/json' } })).status, path).to.equal(
        404,
      );
    }
    expect((await serving.ask('/inbox', { method: 'POST' })).status).to.equal(404);
  });

  it('never leaves its folder', async () => {
    for (const path of [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/..\\secret.txt',
      '/link.txt',
      '//secret.txt',
    ]) {
      const reply = await serving.ask(path);
      expect(reply.text, path).not.to.include('secret"');
      expect(reply.text, path).not.to.equal('secret');
    }
  });

  it('lets only the origins of a site frame its page, and no other directive in', async () => {
    const { headers, status } = await serving.ask('/widget/demo');
    expect(status).to.equal(200);
    expect(headers['content-security-policy']).to.include(
      "frame-ancestors https://bank.example 'self';base-uri",
    );
    expect(headers['x-frame-options']).to.equal(undefined);
    expect(headers['cross-origin-resource-policy']).to.equal('cross-origin');
    expect((await serving.ask('/widget/none', { headers: { Accept: 'application/json' } })).status).to.equal(
      404,
    );
  });
});
