import { expect } from 'chai';
import fc from 'fast-check';
import { maskText } from '../../platform/crypto/index.ts';
import { maskWithPlaces } from './quote.ts';

function quote(text: string, part: string): string {
  const start = text.indexOf(part);
  const masked = maskWithPlaces(text);
  const place = masked.place({ start, end: start + part.length });
  return masked.text.slice(place.start, place.end);
}

describe('quotes', () => {
  it('point at their place behind a masked number of another length', () => {
    expect(quote('写信到 zhangwei.long@example.com，我不知道', '不知道')).to.equal('不知道');
    expect(quote('电话13812345678，我不知道', '不知道')).to.equal('不知道');
  });
  it('never show a part of a masked number', () => {
    const text = '请打13812345678找我';
    expect(quote(text, '2345')).to.equal('138****5678');
    expect(quote(text, '打138')).to.equal('打138****5678');
    expect(quote(text, '678找')).to.equal('138****5678找');
  });
  it('give the whole text when the whole is asked', () => {
    const text = '我13812345678';
    expect(quote(text, text)).to.equal(maskText(text));
  });
  it('stay inside the text for places that are not in it', () => {
    const masked = maskWithPlaces('短');
    expect(masked.place({ start: -3, end: 900 })).to.deep.equal({ start: 0, end: 1 });
    expect(maskWithPlaces('').place({ start: 0, end: 5 })).to.deep.equal({ start: 0, end: 0 });
  });
  it('agree with the masking of the whole text, and keep places in order', () => {
    const word = fc.constantFrom('13812345678', 'a.b@c.cn', '你好', ' ', 'x', '6222021234567890128');
    fc.assert(
      fc.property(fc.array(word), fc.nat(60), fc.nat(60), (words, one, two) => {
        const text = words.join('');
        const masked = maskWithPlaces(text);
        const { start, end } = masked.place({ start: Math.min(one, two), end: Math.max(one, two) });
        return masked.text === maskText(text) && start >= 0 && start <= end && end <= masked.text.length;
      }),
    );
  });
});
