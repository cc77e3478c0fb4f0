import type { Locale } from '../../i18n/index.ts';
import { parseMarkdown, textOf, type Block } from './markdown.ts';

/** One guide in one language. */
export interface Guide {
  /** Name of its file: `agent`. */
  name: string;
  title: string;
  blocks: Block[];
}

/** A block that holds the words looked for. */
export interface Hit {
  guide: string;
  title: string;
  text: string;
}

const HITS_MAX = 50;
const HAN = /\p{Script=Han}/u;
/** A guide holds both languages below headings of their own; a guide without them is shown as it is. */
export function makeGuide(name: string, text: string, locale: Locale): Guide {
  const all = parseMarkdown(text);
  const languageOf = (block: Block) =>
    block.kind === 'heading' && block.level === 2 ? (HAN.test(textOf(block)) ? 'zh-CN' : 'en') : undefined;
  const title = all.find((block) => block.kind === 'heading' && block.level === 1);
  const names = (title ? textOf(title) : name).split(' · ');
  const own: Block[] = [];
  let current: string | undefined;
  const hasBoth = new Set(all.map(languageOf)).size > 2;
  for (const block of all) {
    const language = languageOf(block);
    if (block === title) continue;
    if (hasBoth && language !== undefined && isLanguageHeading(block)) current = language;
    else if (!hasBoth || current === locale) own.push(block);
  }
  return { name, title: (locale === 'zh-CN' ? names[0] : names.at(-1)) ?? name, blocks: own };
}

function isLanguageHeading(block: Block): boolean {
  return /^(中文|English)$/.test(textOf(block).trim());
}

/** Blocks that hold every word, in any case; Chinese needs no blanks between words. At most 50. */
export function searchGuides(guides: readonly Guide[], query: string): Hit[] {
  const words = query.toLowerCase().normalize('NFKC').split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const hits = guides.flatMap(({ name, title, blocks }) =>
    blocks.flatMap((block) => {
      const text = textOf(block);
      const folded = text.toLowerCase().normalize('NFKC');
      return words.every((word) => folded.includes(word)) ? [{ guide: name, title, text }] : [];
    }),
  );
  return hits.slice(0, HITS_MAX);
}
