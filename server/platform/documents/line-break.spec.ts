import { expect } from 'chai';
import fc from 'fast-check';
import { breakLines } from './line-break.ts';

/** Ideographs and full-width marks are two wide, everything else one. */
const widthOf = (codePoint: number) => (codePoint >= 0x2e80 && codePoint < 0x1f000 ? 2 : 1);
const width = (text: string) => Array.from(text).reduce((sum, c) => sum + widthOf(c.codePointAt(0) ?? 0), 0);

const CASES: [text: string, max: number, lines: string[]][] = [
  ['', 10, ['']],
  ['你好吗', 4, ['你好', '吗']],
  ['银行卡丢了。怎么办', 10, ['银行卡丢', '了。怎么办']],
  ['请问（周末）营业吗', 6, ['请问', '（周', '末）营', '业吗']],
  ['他说：“好的”。', 8, ['他说：', '“好的”。']],
  ['等等……再说', 5, ['等', '等……', '再说']],
  ['a long sentence', 8, ['a long', 'sentence']],
  ['supercalifragilistic', 8, ['supercal', 'ifragili', 'stic']],
  ['电话+8613812345678。', 9, ['电话', '+86138123', '45678。']],
  ['手续费50%左右', 8, ['手续费', '50%左右']],
  ['价格￥12元', 6, ['价格', '￥12元']],
  ['first\nsecond\r\n\rthird', 20, ['first', 'second', '', 'third']],
  ['尾部空格    下一行', 8, ['尾部空格', '下一行']],
  ['宽', 1, ['宽']],
  ['e\u0301e\u0301e\u0301', 4, ['e\u0301e\u0301', 'e\u0301']],
];

describe('line breaking', () => {
  for (const [text, max, lines] of CASES) {
    it(`cuts ${JSON.stringify(text)} at ${max}`, () => {
      expect(breakLines(text, max, widthOf)).to.deep.equal(lines);
    });
  }

  const anyText = fc.string({ unit: fc.constantFrom(...'银行卡，。（）“”、ab1 -%😀') });

  it('loses nothing but spaces at cuts, and never grows wider than the line', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 30 }), (text, max) => {
        const lines = breakLines(text, max, widthOf);
        expect(lines.join('').replaceAll(' ', '')).to.equal(text.replaceAll(' ', ''));
        for (const line of lines) expect(width(line), line).to.be.at.most(max);
      }),
    );
  });

  it('begins no line with a closing mark where another cut was possible', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'银行卡丢了，。）') }), (text) => {
        const [first = '', ...rest] = breakLines(text, 40, widthOf);
        for (const [index, line] of rest.entries()) {
          if (!/^[，。）]/.test(line)) continue;
          const before = index === 0 ? first : (rest[index - 1] ?? '');
          expect(before, 'a line of closing marks alone').to.match(/^.?[，。）]*$/u);
        }
      }),
    );
  });

  it('takes time that grows with the text, not with its square', () => {
    const text = '无空格'.repeat(100_000);
    const startedMs = performance.now();
    expect(breakLines(text, 100, widthOf)).to.have.length(6_000);
    expect(performance.now() - startedMs).to.be.below(5_000);
  });
});
