import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { globSync } from 'tinyglobby';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IGNORED = ['**/node_modules/**', 'dist/**', 'var/**', '.git/**'];

const pages = globSync('**/*.md', { cwd: ROOT, ignore: IGNORED, dot: true });
const texts = new Map(pages.map((page) => [page, readFileSync(join(ROOT, page), 'utf8')]));

/** The text of a page without blocks and spans of code, where brackets mean something else. */
function proseOf(text: string): string {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
}

/** Targets of links and images, with the page they stand on; addresses of the web are left out. */
function linksOf(page: string): { target: string; anchor: string | undefined }[] {
  const found = proseOf(texts.get(page) ?? '').matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g);
  return [...found]
    .map(([, link]) => link as string)
    .filter((link) => !/^[a-z][a-z+.-]*:/i.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
      return { target, anchor };
    });
}

/** Anchors of a page's headings, as the usual renderers make them. */
function anchorsOf(page: string): Set<string> {
  const headings = (texts.get(page) ?? '').matchAll(/^#{1,6}\s+(.+?)\s*$/gm);
  return new Set(
    [...headings].map(([, title]) =>
      (title as string)
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

/** Paths of a folder map: a code block whose entries are indented by two under their folder, words after two blanks. */
function pathsOfMap(block: string): string[] {
  const open: string[] = [];
  return block.split('\n').flatMap((line) => {
    const parts = /^( *)(\S+(?: [\w./-]+\/?)*)(?: {2,}.*)?$/.exec(line);
    if (parts === null) return [];
    const depth = (parts[1] as string).length / 2;
    open.length = Math.min(depth, open.length);
    const names = (parts[2] as string).split(' ');
    const paths = names.map((name) => posix.join(...open, name));
    if (names.length === 1 && names[0]?.endsWith('/')) open[depth] = names[0];
    return paths;
  });
}

function mapsOf(page: string): string[] {
  return [...(texts.get(page) ?? '').matchAll(/^```folders\n([\s\S]*?)^```/gm)].map(
    ([, map]) => map as string,
  );
}

/** Every text file that is part of the project, whether or not git is at hand. */
function sources(): string[] {
  const files = globSync('**/*.{md,ts,tsx,mjs,cjs,js,json,yaml,sql,html,css,sh,svg}', {
    cwd: ROOT,
    ignore: IGNORED,
    dot: true,
  });
  return [...files, '.npmrc', '.ci/run', 'LICENSE'].filter((file) => existsSync(join(ROOT, file)));
}

describe('documentation', () => {
  it('has the pages a reader begins with', () => {
    const first = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/architecture.md'];
    expect(first.filter((page) => !texts.has(page))).to.deep.equal([]);
    expect(existsSync(join(ROOT, 'LICENSE'))).to.equal(true);
  });

  it('links only to files and pictures that exist', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter(({ target }) => target.startsWith('..') || !existsSync(join(ROOT, target)))
        .map(({ target }) => `${page}: ${target}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('links only to headings that exist', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter(({ target, anchor }) => anchor && texts.has(target) && !anchorsOf(target).has(anchor))
        .map(({ target, anchor }) => `${page}: ${target}#${anchor}`),
    );
    expect(broken).to.deep.equal([]);
  });

  for (const page of ['README.md', 'docs/architecture.md']) {
    it(`maps only folders and files that exist in ${page}`, () => {
      const paths = mapsOf(page).flatMap(pathsOfMap);
      expect(paths.length).to.be.greaterThan(8);
      expect(paths.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
    });
  }

  it('lists every decision in the table of decisions', () => {
    const decisions = pages.filter((page) => /^docs\/adr\/\d{4}-/.test(page));
    const listed = new Set(linksOf('docs/adr/README.md').map(({ target }) => target));
    expect(decisions.filter((page) => !listed.has(page))).to.deep.equal([]);
    expect(decisions).to.have.length.greaterThan(0);
  });

  it('names every package of package.json in the list of dependencies', () => {
    const list = texts.get('docs/adr/0001-dependencies.md') ?? '';
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, object>;
    const names = ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}),
    );
    const missing = names
      .filter((name) => !name.startsWith('@types/'))
      .filter((name) => !list.includes(name.replace('linux-arm64', 'linux-x64')));
    expect(missing).to.deep.equal([]);
  });

  it('names no place of the machine it was written on, and no package registry', () => {
    // Put together here, so that this file does not find itself.
    const banned = new RegExp(
      [
        ['/ro', 'ot/'],
        ['/ho', 'me/'],
        ['/wo', 'rk/'],
        ['/tm', 'p/vd'],
        ['registry', '.npm'],
        ['npm', 'mirror'],
      ]
        .map((halves) => halves.join('').replaceAll('.', '\\.'))
        .map((word) => (word.startsWith('/') ? `(?<![\\w.*-])${word}` : word))
        .join('|'),
    );
    const found = sources().filter((file) => banned.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(found).to.deep.equal([]);
  });

  it('reads folder maps as their indentation says', () => {
    const map =
      'server/   the server\n  main.ts compose.ts   wiring\n  desk/\n    tickets/   tickets\naudit/\n';
    expect(pathsOfMap(map)).to.deep.equal([
      'server/',
      'server/main.ts',
      'server/compose.ts',
      'server/desk/',
      'server/desk/tickets/',
      'audit/',
    ]);
  });
});
