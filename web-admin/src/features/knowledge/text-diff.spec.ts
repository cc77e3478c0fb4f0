import { expect } from 'chai';
import fc from 'fast-check';
import { diffList, diffText, type DiffPart } from './text-diff.ts';

const joined = (parts: DiffPart[], leftOut: DiffPart['kind']) =>
  parts
    .filter((part) => part.kind !== leftOut)
    .map((part) => part.text)
    .join('');

describe('differences of two texts', () => {
  it('names Chinese characters one by one', () => {
    expect(diffText('手续费为每笔5元。', '手续费为每笔8元。')).to.deep.equal([
      { kind: 'same', text: '手续费为每笔' },
      { kind: 'removed', text: '5' },
      { kind: 'added', text: '8' },
      { kind: 'same', text: '元。' },
    ]);
  });

  it('names whole words in English', () => {
    expect(diffText('The fee is five euros', 'The fee is nine euros')).to.deep.equal([
      { kind: 'same', text: 'The fee is ' },
      { kind: 'removed', text: 'five' },
      { kind: 'added', text: 'nine' },
      { kind: 'same', text: ' euros' },
    ]);
  });

  it('keeps changed words together across the space between them', () => {
    expect(diffText('Unfreeze it', 'You can unfreeze it')).to.deep.equal([
      { kind: 'removed', text: 'Unfreeze' },
      { kind: 'added', text: 'You can unfreeze' },
      { kind: 'same', text: ' it' },
    ]);
  });

  it('is empty for two empty texts and one part for equal ones', () => {
    expect(diffText('', '')).to.deep.equal([]);
    expect(diffText('挂失', '挂失')).to.deep.equal([{ kind: 'same', text: '挂失' }]);
    expect(diffText('', 'new')).to.deep.equal([{ kind: 'added', text: 'new' }]);
    expect(diffText('old', '')).to.deep.equal([{ kind: 'removed', text: 'old' }]);
  });

  it('gives both texts back, whatever they are', () => {
    const text = fc.string({
      unit: fc.constantFrom('卡', '丢', '了', 'card ', 'lost', ' ', '。', '1', '\n'),
    });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const parts = diffText(before, after);
        expect(joined(parts, 'added')).to.equal(before);
        expect(joined(parts, 'removed')).to.equal(after);
      }),
    );
  });

  it('shows two long texts without anything in common as replaced, instead of comparing for ever', () => {
    const before = '甲'.repeat(8_000);
    const after = '乙'.repeat(8_000);
    expect(diffText(before, after).map((part) => part.kind)).to.deep.equal(['removed', 'added']);
  });
});

describe('differences of two lists', () => {
  it('names what only one of them has', () => {
    expect(diffList(['a', 'b'], ['b', 'c'])).to.deep.equal({ removed: ['a'], added: ['c'] });
    expect(diffList(['a', 'b'], ['b', 'a'])).to.deep.equal({ removed: [], added: [] });
  });
});
