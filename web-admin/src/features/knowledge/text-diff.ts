/** A run of text that both versions have, or only one of them. */
export interface DiffPart {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

/** Above this many cells of the comparison table two texts are shown as replaced as a whole (about 50 ms of work). */
const CELLS_MAX = 4_000_000;

/** Han characters one by one, words, numbers, spaces, and signs: what people see as one thing. */
const TOKEN = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}])+|\s+|[^\p{L}\p{M}\p{N}\s]/gu;

function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

/** Lengths of the longest common subsequence of every pair of tails; row by row, one more row and column of zeros. */
function commonTails(before: readonly string[], after: readonly string[]): Uint16Array {
  const width = after.length + 1;
  const table = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const at = i * width + j;
      table[at] =
        before[i] === after[j]
          ? (table[at + width + 1] ?? 0) + 1
          : Math.max(table[at + width] ?? 0, table[at + 1] ?? 0);
    }
  }
  return table;
}

/** A space that stayed between two changed words belongs to the change; alone it would only scatter it. */
function isBridge(parts: readonly DiffPart[], index: number): boolean {
  const before = parts[index - 1];
  const after = parts[index + 1];
  const isBetween = before && after && before.kind !== 'same' && after.kind !== 'same';
  return parts[index]?.kind === 'same' && isBetween === true && parts[index]?.text.trim() === '';
}

/** Joins neighbours of one kind; removals come before the additions that replace them. */
function joinParts(parts: readonly DiffPart[]): DiffPart[] {
  const joined: DiffPart[] = [];
  let removed = '';
  let added = '';
  const flush = () => {
    if (removed) joined.push({ kind: 'removed', text: removed });
    if (added) joined.push({ kind: 'added', text: added });
    removed = '';
    added = '';
  };
  for (const [index, part] of parts.entries()) {
    const isInBoth = isBridge(parts, index);
    if (part.kind === 'removed' || isInBoth) removed += part.text;
    if (part.kind === 'added' || isInBoth) added += part.text;
    if (part.kind === 'same' && !isInBoth) {
      flush();
      const last = joined[joined.length - 1];
      if (last?.kind === 'same') last.text += part.text;
      else joined.push({ ...part });
    }
  }
  flush();
  return joined;
}

function diffTokens(before: readonly string[], after: readonly string[]): DiffPart[] {
  const isTooLarge = (before.length + 1) * (after.length + 1) > CELLS_MAX;
  if (isTooLarge) {
    return [
      { kind: 'removed', text: before.join('') },
      { kind: 'added', text: after.join('') },
    ];
  }
  const table = commonTails(before, after);
  const width = after.length + 1;
  const parts: DiffPart[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const fresh = after[j];
    if (old !== undefined && old === fresh) {
      parts.push({ kind: 'same', text: old });
      i++;
      j++;
    } else if (
      old !== undefined &&
      (fresh === undefined || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))
    ) {
      parts.push({ kind: 'removed', text: old });
      i++;
    } else {
      parts.push({ kind: 'added', text: fresh ?? '' });
      j++;
    }
  }
  return parts;
}

/**
 * Differences of two texts by word, and by character in Chinese. Joining `same` and `removed` gives the old text,
 * `same` and `added` the new one. Equal beginnings and ends are set aside first, so small edits of long texts are cheap.
 */
export function diffText(before: string, after: string): DiffPart[] {
  const a = tokensOf(before);
  const b = tokensOf(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++;
  const same = (tokens: string[]): DiffPart[] => tokens.map((text) => ({ kind: 'same', text }));
  return joinParts([
    ...same(a.slice(0, start)),
    ...diffTokens(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(a.slice(a.length - end)),
  ]);
}

/** Lines only one of two lists has; order does not count. */
export function diffList(
  before: readonly string[],
  after: readonly string[],
): { removed: string[]; added: string[] } {
  const old = new Set(before);
  const fresh = new Set(after);
  return {
    removed: before.filter((line) => !fresh.has(line)),
    added: after.filter((line) => !old.has(line)),
  };
}
