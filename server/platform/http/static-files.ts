import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, posix } from 'node:path';
import type { Request, Response } from 'express';
import { exchangeOf, type Step } from './exchange.ts';
import { endWith } from './streamed.ts';

/** A folder of built files, read at start; a file that was not there then is not served. */
export interface StaticSite {
  /** URL path under which the files stand: `/` or `/widget`. */
  prefix: string;
  folder: string;
  /** File answered to page addresses below the prefix that are no files: a single-page application. */
  fallbackFile?: string;
  /** Further URL paths of single files: `{ '/widget.js': 'loader.js' }`. */
  aliases?: Readonly<Record<string, string>>;
  /** Other origins may load these files (the widget's loader stands on the bank's own pages). */
  isEmbeddable?: boolean;
}

interface StaticFile {
  path: string;
  type: string;
  etag: string;
  isHashed: boolean;
  isEmbeddable: boolean;
  /** Content by content coding; `identity` always. */
  variants: Map<string, Buffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const CODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
/** A bundler's content hash before the extension: `index-Ab3_x9Qz.js`. */
const HASHED_NAME = /[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
const TOTAL_BYTES_MAX = 64 * 1024 * 1024;
/** Paths that belong to programs; a page address never starts with them. */
const PROGRAM_PATH = /^\/(?:api|ws|sso|scim|docs)(?:\/|$)/i;
/** Addresses of the console's pages: names and ids. Dots, codes, and empty parts are somebody else's ideas. */
const PAGE_PATH = /^(?:\/[\w~-]+)*\/?$/;

/**
 * Serves built files out of memory. The request path is only ever looked up in the table made at start, so no path
 * can lead outside the folder.
 */
export function serveStatic(sites: readonly StaticSite[]): Step {
  const files = new Map<string, StaticFile>();
  let totalBytes = 0;
  for (const site of sites) {
    for (const file of loadSite(site)) {
      files.set(file.path, file);
      for (const content of file.variants.values()) totalBytes += content.length;
    }
  }
  if (totalBytes > TOTAL_BYTES_MAX)
    throw new Error(`Static files of ${totalBytes} bytes are over the limit.`);

  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const file = files.get(request.path) ?? findFallback(sites, files, request);
    if (file === undefined) return next();
    sendFile(file, request, response);
  };
}

function loadSite(site: StaticSite): StaticFile[] {
  const prefix = site.prefix === '/' ? '' : site.prefix;
  const names = readdirSync(site.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(site.folder.length).replaceAll('\\', '/'), entry.name))
    .map((name) => name.replace(/^\//, ''));
  const known = new Set(names);
  const load = (name: string, path: string) => loadFile(site, { name, path, known });
  const files = names
    .filter((name) => TYPES[extname(name)] !== undefined)
    .map((name) => load(name, `${prefix}/${name}`));
  for (const [path, name] of Object.entries(site.aliases ?? {})) files.push(load(name, path));
  return files;
}

function loadFile(site: StaticSite, file: { name: string; path: string; known: Set<string> }): StaticFile {
  const full = join(site.folder, file.name);
  const variants = new Map([['identity', readFileSync(full)]]);
  for (const [coding, suffix] of CODINGS) {
    if (file.known.has(`${file.name}${suffix}`)) variants.set(coding, readFileSync(`${full}${suffix}`));
  }
  const { size, mtimeMs } = statSync(full);
  return {
    path: file.path,
    type: TYPES[extname(file.name)] ?? 'application/octet-stream',
    etag: `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`,
    isHashed: file.name.includes('assets/') && HASHED_NAME.test(file.name),
    isEmbeddable: site.isEmbeddable === true,
    variants,
  };
}

/** Whether a browser asks for a page at an address of people: no file, and nothing of programs. */
export function isPageAddress(request: Request): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return (
    isRead &&
    PAGE_PATH.test(request.path) &&
    !PROGRAM_PATH.test(request.path) &&
    request.accepts('html') !== false
  );
}

function findFallback(
  sites: readonly StaticSite[],
  files: Map<string, StaticFile>,
  request: Request,
): StaticFile | undefined {
  const { path } = request;
  if (!isPageAddress(request)) return undefined;
  const site = sites.find(
    ({ prefix, fallbackFile }) => fallbackFile !== undefined && path.startsWith(prefix),
  );
  if (site === undefined) return undefined;
  return files.get(posix.join(site.prefix, site.fallbackFile ?? ''));
}

function sendFile(file: StaticFile, request: Request, response: Response): void {
  exchangeOf(response).route = 'static';
  const isPage = file.type.startsWith('text/html');
  if (file.isHashed) response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  // Files without a person's data may be kept if asked for again; pages stay out of every cache.
  else if (!isPage) response.setHeader('Cache-Control', 'no-cache');
  if (file.isEmbeddable) response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  response.setHeader('Content-Type', file.type);
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader('ETag', file.etag);
  if (!isPage && request.headers['if-none-match'] === file.etag) {
    response.status(304).end();
    return;
  }
  const coding = CODINGS.find(([name]) => file.variants.has(name) && request.acceptsEncodings(name))?.[0];
  const content = file.variants.get(coding ?? 'identity') as Buffer;
  if (coding !== undefined) response.setHeader('Content-Encoding', coding);
  response.setHeader('Content-Length', content.length);
  response.status(200);
  if (request.method === 'HEAD') response.end();
  else endWith(response, content);
}
