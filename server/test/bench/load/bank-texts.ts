import type { Crypto } from '../../../platform/crypto/index.ts';

const WHATS = ['信用卡', '储蓄卡', '网银', '手机银行', '贷款', '理财', '转账', '账单', '利率', '开户'];
const FAULTS = [
  ...['年费争议', '额度调整', '密码重置', '短信延迟', '扣款失败', '地址变更', '证件过期', '积分兑换'],
  ...['提前还款', '分期手续费', '重复入账', '柜台排队'],
];
const ASKS = [
  ...[
    '请问什么时候能处理好',
    '我已经等了三天了',
    '麻烦帮我查一下',
    '这个月的账单和上个月不一样',
    '上次的坐席答应回电',
  ],
  ...['需要我提供哪些材料', '能不能减免', '短信一直没有收到', '换了手机以后登录不了', '请转人工'],
];
const ANSWERS = [
  ...[
    '您好，已经为您登记',
    '请您稍等，正在查询',
    '系统显示款项已退回',
    '请携带有效证件到网点办理',
    '预计三个工作日内答复',
  ],
  ...['为了您的资金安全，请不要告诉任何人验证码', '已经为您提交申请', '还有什么可以帮您'],
];
/** One text in this many has it: a word that few of many rows hold. */
const RARE_EVERY = 5_000;
const RARE = '遗产';

/** Words that many of the tickets hold, and one that few do; each of two characters. */
export const TWO_CHARACTERS = { frequent: ['年费', '额度', '扣款', '证件'], rare: [RARE] } as const;

/** A number from 0 to 1 that is the same in every run: what is measured must not depend on luck. */
export function spread(i: number, salt: number): number {
  let x = Math.imul(i ^ (salt * 0x9e3779b9), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

function pick<T>(list: readonly T[], i: number, salt: number): T {
  return list[Math.floor(spread(i, salt) * list.length)] as T;
}

/** The pieces of a ticket's subject; a blank between them, so that no term reaches over two. */
export function subjectPieces(i: number): string[] {
  const fault = i % RARE_EVERY === 0 ? `${RARE}继承` : pick(FAULTS, i, 6);
  return [`${pick(WHATS, i, 5)}${fault}`, String(i)];
}

/** The pieces of a ticket's description. */
export function descriptionPieces(i: number): string[] {
  return [pick(ASKS, i, 7), `${pick(WHATS, i, 8)}尾号${1_000 + (i % 9_000)}`, pick(ASKS, i, 9)];
}

/** The pieces of a message: the customer's and the bank's take turns. */
export function messagePieces(i: number, seq: number): string[] {
  const [list, key] = [seq % 2 === 1 ? ASKS : ANSWERS, i * 16 + seq];
  return [pick(list, key, 10), `${pick(WHATS, key, 11)}${pick(FAULTS, key, 12)}`];
}

/** Pieces as people write them. */
export function textOf(pieces: readonly string[]): string {
  return pieces.join(' ');
}

/**
 * Tokens of texts made of the same pieces again and again, each made once. Pieces have blanks between them, so the tokens of a
 * text are those of its pieces; `crypto.wordTokens` of the whole text gives the same.
 */
export function createTokenCache(crypto: Crypto, index: string): (pieces: readonly string[]) => bigint[] {
  const known = new Map<string, bigint[]>();
  const ofPiece = (piece: string) => {
    // Running numbers occur once and are not kept.
    if (/^\d+$/.test(piece)) return crypto.wordTokens(index, piece);
    const found = known.get(piece) ?? crypto.wordTokens(index, piece);
    known.set(piece, found);
    return found;
  };
  return (pieces) => [...new Set(pieces.flatMap(ofPiece))];
}
