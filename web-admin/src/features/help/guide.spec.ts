import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { helpPath } from '../../shell/help-path.ts';
import { makeGuide, searchGuides } from './guide.ts';
import { parseInlines, parseMarkdown, textOf } from './markdown.ts';

const GUIDES = fileURLToPath(new URL('../../../../docs/guides/', import.meta.url));
const files = readdirSync(GUIDES).filter((name) => name.endsWith('.md'));
const guides = (locale: 'zh-CN' | 'en') =>
  files.map((file) => makeGuide(file.replace('.md', ''), readFileSync(`${GUIDES}${file}`, 'utf8'), locale));

describe('help', () => {
  it('reads headings, lists that go on, tables, code, and pieces of lines', () => {
    const blocks = parseMarkdown(
      '# A\n\none\ntwo\n\n1. first\n   goes on\n2. second\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx\n```',
    );
    expect(blocks.map(({ kind }) => kind)).to.deep.equal(['heading', 'paragraph', 'list', 'table', 'code']);
    expect(blocks.map(textOf)).to.deep.equal(['A', 'one two', 'first goes on\nsecond', 'a b\n1 2', 'x']);
    expect(parseInlines('see **b** and `c` [d](e.md)')).to.deep.equal([
      { kind: 'text', text: 'see ' },
      { kind: 'strong', text: 'b' },
      { kind: 'text', text: ' and ' },
      { kind: 'code', text: 'c' },
      { kind: 'text', text: ' ' },
      { kind: 'link', text: 'd', target: 'e.md' },
    ]);
  });

  it('takes markup for text, never for elements', () => {
    const [block] = parseMarkdown('<img src=x onerror=alert(1)>');
    expect(block).to.deep.equal({
      kind: 'paragraph',
      inlines: [{ kind: 'text', text: '<img src=x onerror=alert(1)>' }],
    });
  });

  it('has every guide in both languages, each in its own script', () => {
    for (const guide of guides('zh-CN')) {
      const text = guide.blocks.map(textOf).join('\n');
      expect(text.match(/\p{Script=Han}/gu)?.length ?? 0, guide.name).to.be.greaterThan(100);
    }
    for (const guide of guides('en')) {
      const text = guide.blocks.map(textOf).join('\n');
      expect(text.length, guide.name).to.be.greaterThan(300);
      expect(text.match(/\p{Script=Han}{8,}/gu) ?? [], guide.name).to.deep.equal([]);
    }
  });

  it('finds words in any order and case, and Chinese without blanks', () => {
    expect(searchGuides(guides('zh-CN'), '令牌').length).to.be.greaterThan(0);
    expect(searchGuides(guides('en'), 'KEY public').map(({ guide }) => guide)).to.include('administrator');
    expect(searchGuides(guides('en'), '  ')).to.deep.equal([]);
    expect(searchGuides(guides('en'), 'nosuchwordanywhere')).to.deep.equal([]);
  });

  it('leads from each page to a guide there is', () => {
    const names = new Set(guides('en').map(({ name }) => name));
    for (const path of ['/inbox/1', '/tickets', '/knowledge/new', '/robot', '/audit', '/settings/brand', '/'])
      expect(names.has(helpPath(path).replace('/help/', '')), path).to.equal(true);
  });
});
