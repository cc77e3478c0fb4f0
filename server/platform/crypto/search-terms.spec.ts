import { expect } from 'chai';
import fc from 'fast-check';
import { buildCrypto, type BuiltCrypto } from '../../test/support/build-crypto.ts';
import { TOKENS_KEPT } from './blind-index.ts';
import { matchesSearch, normaliseSearchText, SEARCH_TERMS_MAX, searchTerms } from './search-terms.ts';

/** A block of characters that no normal form changes. */
const FIRST_HANGUL = 0xac00;
const HANGUL = 11_000;

describe('search terms', () => {
  for (const [text, terms] of [
    ['', []],
    ['，。！ \n', []],
    ['银行卡', ['银行', '行卡']],
    ['银行银行', ['银行', '行银']],
    ['卡', ['卡']],
    ['A股 卡', ['a', '股', '卡']],
    ['我的iPhone14丢了', ['我的', 'iphone14', '丢了']],
    ['Payment FAILED, payment', ['payment', 'failed']],
    ['ＡＢＣ１２３', ['abc123']],
    ['𠮷野家', ['𠮷野', '野家']],
    ['naïve café', ['naïve', 'café']],
    ['トウキョウ', ['トウ', 'ウキ', 'キョ', 'ョウ']],
    ['銀行帳戶', ['银行', '行账', '账户']],
  ] as const) {
    it(`of ${JSON.stringify(text)} are ${terms.join(' ') || 'none'}`, () => {
      expect(searchTerms(text)).to.deep.equal(terms);
    });
  }

  it('are distinct and at most the limit', () => {
    const text = Array.from({ length: SEARCH_TERMS_MAX + 100 }, (_, i) => `w${i}`).join(' ');
    const terms = searchTerms(text);
    expect(terms.length).to.equal(SEARCH_TERMS_MAX);
    expect(new Set(terms).size).to.equal(terms.length);
  });

  it('of a part of two characters or more are among the terms of the whole', () => {
    const han = fc.string({ unit: fc.constantFrom(...'银行卡丢了怎么办我的'), minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(han, fc.nat(), fc.nat(), (text, a, b) => {
        const characters = [...text];
        const start = a % (characters.length - 1);
        const part = characters.slice(start, start + 2 + (b % characters.length)).join('');
        const whole = new Set(searchTerms(text));
        expect(searchTerms(part).every((term) => whole.has(term))).to.equal(true);
        expect(matchesSearch(text, part)).to.equal(true);
      }),
    );
  });
});

describe('the re-check after decryption', () => {
  it('drops texts that only share the pairs', () => {
    const text = '行卡在银行';
    expect(searchTerms('银行卡').every((term) => searchTerms(text).includes(term))).to.equal(true);
    expect(matchesSearch(text, '银行卡')).to.equal(false);
  });

  it('wants every piece, whatever its width, case, and script', () => {
    expect(matchesSearch('我的銀行卡 ＶＩＳＡ 丢了', '银行 visa')).to.equal(true);
    expect(matchesSearch('我的银行卡', '银行 visa')).to.equal(false);
    expect(matchesSearch('我的银行卡', ' ')).to.equal(false);
  });

  it('has a normal form that stays what it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'銀行帳戶Ａａ１①é 卡') }), (text) => {
        const once = normaliseSearchText(text);
        expect(normaliseSearchText(once)).to.equal(once);
      }),
    );
  });
});

describe('keyed indexes', () => {
  let built: BuiltCrypto;
  beforeEach(async () => {
    built = await buildCrypto();
  });
  afterEach(() => built.dispose());

  it('have 8 bytes, or 2 for last-four indexes', () => {
    expect(built.crypto.blindIndex('requester.phone', '13812345678').length).to.equal(8);
    expect(built.crypto.blindIndex('requester.phone_last4', '5678').length).to.equal(2);
  });

  it('are equal for equal values of one index, and differ between indexes and installations', async () => {
    const of = (index: string, value: string) => built.crypto.blindIndex(index, value).toString('hex');
    expect(of('requester.phone', '1')).to.equal(of('requester.phone', '1'));
    expect(of('requester.phone', '1')).to.not.equal(of('requester.phone', '2'));
    expect(of('requester.phone', '1')).to.not.equal(of('requester.card', '1'));
    const other = await buildCrypto();
    expect(other.crypto.blindIndex('requester.phone', '1').toString('hex')).to.not.equal(
      of('requester.phone', '1'),
    );
    await other.dispose();
  });

  it('give one signed 64-bit token for each term', () => {
    const text = Array.from({ length: 500 }, (_, i) => `word${i}`).join(' ');
    const tokens = built.crypto.wordTokens('message.words', text);
    expect(new Set(tokens).size).to.equal(500);
    expect(tokens.every((token) => BigInt.asIntN(64, token) === token)).to.equal(true);
    expect(tokens.some((token) => token < 0n) && tokens.some((token) => token > 0n)).to.equal(true);
  });

  it('find the tokens of a query among those of the text', () => {
    const tokens = new Set(built.crypto.wordTokens('message.words', '我的銀行卡丢了，请帮我挂失'));
    const query = built.crypto.wordTokens('message.words', '银行卡');
    expect(query.length).to.equal(2);
    expect(query.every((token) => tokens.has(token))).to.equal(true);
    expect(built.crypto.wordTokens('ticket.words', '银行卡').some((token) => tokens.has(token))).to.equal(
      false,
    );
  });

  it('stay the same and apart when more terms were met than are kept at hand', () => {
    const tokensOf = (text: string) => built.crypto.wordTokens('message.words', text);
    const before = tokensOf('银行卡 hello');
    const met = new Set<bigint>();
    const pairCount = 3 * TOKENS_KEPT;
    for (let from = 0; from < pairCount; from += 4_096) {
      const pair = (_: unknown, i: number) =>
        String.fromCodePoint(
          FIRST_HANGUL + ((from + i) % HANGUL),
          FIRST_HANGUL + Math.floor((from + i) / HANGUL),
        );
      for (const token of tokensOf(Array.from({ length: 4_096 }, pair).join(' '))) met.add(token);
    }
    expect(met.size).to.equal(pairCount);
    expect(tokensOf('银行卡 hello')).to.deep.equal(before);
  });

  it('refuse an index without a name', () => {
    expect(() => built.crypto.blindIndex('', 'x')).to.throw(RangeError);
  });
});
