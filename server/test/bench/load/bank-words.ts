/** Words a bank's customers use, from very frequent to rare by their place in the list (Zipf). */
const FREQUENT = [
  ...['信用', '账单', '还款', '密码', '转账', '手机', '贷款', '利率', '额度', '挂失', '补卡', '积分', '年费'],
  ...['网点', '柜台', '短信', '验证', '登录', '失败', '退款', '商户', '消费', '分期', '提前', '逾期', '征信'],
];
const HAN = 'ABCDEFGHIJ';

/** Texts of about 40 characters and words to search for in them. */
export interface BankWords {
  text(i: number): string;
  queries: Record<'frequent' | 'middle' | 'rare', string[]>;
}

/** Words of two characters of the common block, so that there are many rare ones; always the same. */
function rareWords(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const first = 0x4e00 + ((i * 37) % 2_000);
    const second = 0x5e00 + ((i * 101) % 3_000);
    return String.fromCodePoint(first, second);
  });
}

/** A generator that gives the same texts every time. */
export function presentFixed(): BankWords {
  const words = [...FREQUENT, ...rareWords(20_000)];
  const pick = (seed: number) => {
    // Zipf by inversion: the place grows exponentially with an even number.
    const even = ((Math.imul(seed, 2_654_435_761) >>> 0) % 1_000_003) / 1_000_003;
    return words[Math.min(words.length - 1, Math.floor(words.length ** even) - 1)] as string;
  };
  return {
    text: (i) => `${Array.from({ length: 12 }, (_, n) => pick(i * 12 + n)).join('的')}${HAN[i % 10]}${i}`,
    queries: {
      frequent: FREQUENT.slice(0, 10),
      middle: words.slice(100, 200),
      rare: words.slice(5_000, 5_300),
    },
  };
}
