/** A run of a text; marked runs are evidence. */
export interface TextRun {
  text: string;
  isMarked: boolean;
}

/** Cuts a text at the borders of its evidence. Overlapping and touching parts become one; parts outside are cut off. */
export function markText(text: string, spans: readonly { start: number; end: number }[]): TextRun[] {
  const sorted = spans
    .map(({ start, end }) => ({ start: Math.max(0, start), end: Math.min(text.length, end) }))
    .filter(({ start, end }) => start < end)
    .sort((a, b) => a.start - b.start);
  const runs: TextRun[] = [];
  let at = 0;
  for (const { start, end } of sorted) {
    if (end <= at) continue;
    const last = runs[runs.length - 1];
    if (start <= at && last?.isMarked) last.text += text.slice(at, end);
    else {
      if (start > at) runs.push({ text: text.slice(at, start), isMarked: false });
      runs.push({ text: text.slice(start, end), isMarked: true });
    }
    at = end;
  }
  if (at < text.length) runs.push({ text: text.slice(at), isMarked: false });
  return runs;
}
