/** A piece of a line. */
export type Inline =
  { kind: 'text' | 'code' | 'strong'; text: string } | { kind: 'link'; text: string; target: string };

/** A block of a guide. */
export type Block =
  | { kind: 'heading'; level: number; inlines: Inline[] }
  | { kind: 'paragraph'; inlines: Inline[] }
  | { kind: 'list'; isOrdered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'code'; text: string };

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
const ITEM = /^(?:[-*]|(\d+)\.)\s+(.*)$/;

/** Code, bold, and links of a line; everything else is text. */
export function parseInlines(line: string): Inline[] {
  const inlines: Inline[] = [];
  let from = 0;
  for (const match of line.matchAll(INLINE)) {
    if (match.index > from) inlines.push({ kind: 'text', text: line.slice(from, match.index) });
    const [, code, strong, text, target] = match;
    if (code !== undefined) inlines.push({ kind: 'code', text: code });
    else if (strong !== undefined) inlines.push({ kind: 'strong', text: strong });
    else inlines.push({ kind: 'link', text: text ?? '', target: target ?? '' });
    from = match.index + match[0].length;
  }
  if (from < line.length) inlines.push({ kind: 'text', text: line.slice(from) });
  return inlines;
}

function cellsOf(line: string): Inline[][] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => parseInlines(cell.trim()));
}

/** Lines from `at` on that belong to one block, and where the next begins. */
function takeBlock(lines: readonly string[], at: number): { block: Block | undefined; next: number } {
  const line = lines[at] ?? '';
  const until = (stops: (line: string) => boolean) => {
    let end = at + 1;
    while (end < lines.length && !stops(lines[end] ?? '')) end += 1;
    return end;
  };
  const isBreak = (text: string) => text.trim() === '' || /^(#|```|\|)/.test(text) || ITEM.test(text);
  if (line.trim() === '') return { block: undefined, next: at + 1 };
  if (line.startsWith('```')) {
    const end = until((text) => text.startsWith('```'));
    return { block: { kind: 'code', text: lines.slice(at + 1, end).join('\n') }, next: end + 1 };
  }
  const heading = /^(#+)\s+(.*)$/.exec(line);
  if (heading)
    return {
      block: { kind: 'heading', level: heading[1]!.length, inlines: parseInlines(heading[2]!) },
      next: at + 1,
    };
  if (line.startsWith('|')) {
    const end = until((text) => !text.startsWith('|'));
    const [head = [], ...rows] = lines
      .slice(at, end)
      .filter((row) => !/^\|[\s|:-]+$/.test(row))
      .map(cellsOf);
    return { block: { kind: 'table', head, rows }, next: end };
  }
  const item = ITEM.exec(line);
  if (item) {
    const end = until((text) => text.trim() === '' || /^(#|```|\|)/.test(text));
    const items: string[] = [];
    for (const each of lines.slice(at, end)) {
      const start = ITEM.exec(each);
      // A line without a mark goes on with the item before it.
      if (start) items.push(start[2]!);
      else items.push(`${items.pop() ?? ''} ${each.trim()}`);
    }
    return {
      block: { kind: 'list', isOrdered: item[1] !== undefined, items: items.map(parseInlines) },
      next: end,
    };
  }
  const end = until(isBreak);
  return { block: { kind: 'paragraph', inlines: parseInlines(lines.slice(at, end).join(' ')) }, next: end };
}

/** The blocks of a guide. What the guides do not use (pictures, HTML, quotes) comes out as text. */
export function parseMarkdown(text: string): Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const { block, next } = takeBlock(lines, at);
    if (block) blocks.push(block);
    at = next;
  }
  return blocks;
}

/** The words of a block, for the search. */
export function textOf(block: Block): string {
  const words = (inlines: readonly Inline[]) => inlines.map(({ text }) => text).join('');
  switch (block.kind) {
    case 'code':
      return block.text;
    case 'list':
      return block.items.map(words).join('\n');
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(words).join(' ')).join('\n');
    default:
      return words(block.inlines);
  }
}
