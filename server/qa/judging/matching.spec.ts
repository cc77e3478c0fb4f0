import { expect } from 'chai';
import fc from 'fast-check';
import { compilePattern, findWord, fold } from './matching.ts';

const found = (text: string, word: string) =>
  findWord(text, word).map(({ start, end }) => text.slice(start, end));
const patternProblem = (pattern: string) => {
  const compiled = compilePattern(pattern);
  return compiled.ok ? 'none' : compiled.problem;
};
const matched = (text: string, pattern: string) => {
  const compiled = compilePattern(pattern);
  return compiled.ok ? compiled.find(text).map(({ start, end }) => text.slice(start, end)) : [];
};

describe('finding words', () => {
  it('finds a Chinese word anywhere, every time it stands there', () => {
    expect(findWord('我不知道，真不知道', '不知道')).to.deep.equal([
      { start: 1, end: 4 },
      { start: 6, end: 9 },
    ]);
  });
  it('finds a Latin word only as a whole word', () => {
    expect(found('Please assist, this is hi-tech history', 'hi')).to.deep.equal(['hi']);
    expect(found('assist class pass', 'ass')).to.deep.equal([]);
    expect(found('ass', 'ass')).to.deep.equal(['ass']);
  });
  it('sees through case and width, and gives positions of the original', () => {
    expect(found('说Ｈｅｌｌｏ了', 'hello')).to.deep.equal(['Ｈｅｌｌｏ']);
    expect(found('ＨＥＬＬＯ　WORLD', 'hello world')).to.deep.equal(['ＨＥＬＬＯ　WORLD']);
  });
  it('lets Latin and Chinese touch', () => {
    expect(found('请联系VIP客户', 'vip')).to.deep.equal(['VIP']);
  });
  it('finds nothing for an empty word, in an empty text, or for a longer word', () => {
    expect(findWord('abc', ' ')).to.deep.equal([]);
    expect(findWord('', 'a')).to.deep.equal([]);
    expect(findWord('ab', 'abc')).to.deep.equal([]);
  });
  it('gives a bounded number of places', () => {
    expect(findWord('啊'.repeat(8_000), '啊')).to.have.length(20);
  });
  it('folds without moving any position', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fold(text).length === text.length));
    expect(fold('İ')).to.equal('İ');
  });
});

describe('patterns', () => {
  it('match whatever the case and width, with positions of the original', () => {
    expect(matched('我ABC１２３', 'abc[0-9]+')).to.deep.equal(['ABC１２３']);
    expect(matched('请您提供一下密码', '请您?提供.{0,4}密码')).to.deep.equal(['请您提供一下密码']);
  });
  it('count positions in UTF-16 units, also behind a pair', () => {
    expect(matched('😀😀密码', '密码')).to.deep.equal(['密码']);
  });
  const refused: [string, string][] = [
    ['(', 'pattern-malformed'],
    ['a{2,1}', 'pattern-malformed'],
    ['(?=a)b', 'pattern-malformed'],
    ['(a)\\1', 'pattern-malformed'],
    ['a'.repeat(201), 'pattern-too-long'],
    ['(a{30}){30}', 'pattern-too-large'],
    ['((a{100}){100}){100}', 'pattern-malformed'],
    ['a*', 'pattern-empty'],
    ['', 'pattern-empty'],
    ['x|', 'pattern-empty'],
    ['^', 'pattern-empty'],
  ];
  for (const [pattern, problem] of refused) {
    it(`are refused when they cannot be used: ${pattern.slice(0, 24) || 'the empty one'}`, () => {
      expect(patternProblem(pattern)).to.equal(problem);
    });
  }
  it('take linear time where backtracking would never end', () => {
    const started = performance.now();
    expect(matched(`${'a'.repeat(8_000)}!`, '(a+)+$')).to.deep.equal([]);
    expect(performance.now() - started).to.be.below(1_500);
  });
  it('give a bounded number of places and never an empty one', () => {
    expect(matched('ab'.repeat(500), '[ab]')).to.have.length(20);
    expect(matched('a b', '\\b')).to.deep.equal([]);
  });
});
