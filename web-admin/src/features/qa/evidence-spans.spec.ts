import { expect } from 'chai';
import { markText } from './evidence-spans.ts';

const shown = (text: string, spans: [number, number][]) =>
  markText(
    text,
    spans.map(([start, end]) => ({ start, end })),
  )
    .map((run) => (run.isMarked ? `[${run.text}]` : run.text))
    .join('');

describe('evidence in a message', () => {
  it('is marked where it stands', () => {
    expect(shown('您好，我不知道。', [[4, 7]])).to.equal('您好，我[不知道]。');
    expect(shown('abc', [[0, 3]])).to.equal('[abc]');
    expect(shown('abc', [])).to.equal('abc');
  });

  it('that overlaps, touches, or repeats is marked once', () => {
    expect(
      shown('abcdef', [
        [1, 3],
        [2, 4],
        [4, 5],
        [1, 2],
      ]),
    ).to.equal('a[bcde]f');
  });

  it('out of order and in several places is marked in each', () => {
    expect(
      shown('abcdef', [
        [4, 5],
        [0, 1],
      ]),
    ).to.equal('[a]bcd[e]f');
  });

  it('outside of the text is cut off, and an empty part marks nothing', () => {
    expect(
      shown('abc', [
        [2, 9],
        [-3, 1],
        [1, 1],
        [7, 9],
      ]),
    ).to.equal('[a]b[c]');
    expect(markText('', [{ start: 0, end: 3 }])).to.deep.equal([]);
  });
});
