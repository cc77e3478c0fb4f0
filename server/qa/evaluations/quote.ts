import { findMaskedSpans } from '../../platform/crypto/index.ts';
import type { Span } from '../judging/matching.ts';

/** A masked text, with the way from positions of the original to positions of what is shown. */
export interface MaskedText {
  text: string;
  /** The same part in the shown text; a part that cuts a masked number grows over all of it. */
  place(span: Span): Span;
}

/** Masks a text and keeps track of what moved, so that evidence still points at its place. */
export function maskWithPlaces(original: string): MaskedText {
  const masks = findMaskedSpans(original);
  let text = '';
  let from = 0;
  const moves = masks.map((mask) => {
    text += original.slice(from, mask.start);
    const start = text.length;
    text += mask.shown;
    from = mask.end;
    return { mask, start, end: text.length };
  });
  text += original.slice(from);

  const shift = (position: number, edge: 'start' | 'end'): number => {
    let moved = 0;
    for (const { mask, start, end } of moves) {
      const isInside =
        edge === 'start'
          ? position >= mask.start && position < mask.end
          : position > mask.start && position <= mask.end;
      if (isInside) return edge === 'start' ? start : end;
      if (position >= mask.end) moved = end - mask.end;
    }
    return position + moved;
  };
  const bounded = (position: number) => Math.min(Math.max(position, 0), original.length);
  return {
    text,
    place: ({ start, end }) => ({ start: shift(bounded(start), 'start'), end: shift(bounded(end), 'end') }),
  };
}
