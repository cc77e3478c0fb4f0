import type { Locale } from '../../knowledge/index.ts';

/** A customer's own matter that another system answers, by the name of its operation. */
export type LookupWish = 'order.list' | 'appointment.list';

/** Words that ask about one's own order or appointment; a question about the rules of orders names no own one. */
const WISHES: readonly [LookupWish, RegExp][] = [
  [
    'order.list',
    /(我的|我).{0,4}(订单|包裹|快递|货).{0,8}(在?哪|到哪|到了|状态|进度|没到|没收到|什么时候|多久|查)/u,
  ],
  ['order.list', /(查|查询|看看|查看)(一?下)?我的(订单|包裹|快递|物流)/u],
  ['order.list', /\bwhere(?:'s| is| are)\b.{0,20}\bmy\b.{0,20}\b(order|orders|parcel|package|delivery)\b/i],
  [
    'order.list',
    /\b(track|status of|check)\b.{0,12}\bmy\b.{0,20}\b(order|orders|parcel|package|delivery)\b/i,
  ],
  [
    'appointment.list',
    /(查|查询|看看|查看)(一?下)?我的(预约|挂号)|我的(预约|挂号).{0,6}(什么时候|几点|哪天|在哪)/u,
  ],
  ['appointment.list', /\b(when|what time|where)\b.{0,12}\bis\b.{0,12}\bmy\b.{0,12}\bappointment\b/i],
];

/** What a message asks another system for; undefined for everything that knowledge answers. */
export function lookupWish(text: string): LookupWish | undefined {
  return WISHES.find(([, pattern]) => pattern.test(text.slice(0, WISH_CHARACTERS_MAX)))?.[0];
}

const WISH_CHARACTERS_MAX = 200;
/** Records one reply names; the newest first, as the system sends them. */
export const RECORDS_SAID_MAX = 3;

/** What another system said about a customer. */
export type Looked =
  | {
      kind: 'records';
      rows: readonly { title: { zh: string; en: string }; value: string }[][];
      isStale: boolean;
    }
  | { kind: 'unknown-customer' }
  | { kind: 'unavailable' };

/** Port: one lookup for the robot, by the name of its operation; never throws for what the other system does. */
export type LookUp = (
  who: { requesterId: string; conversationId: string },
  operation: string,
) => Promise<Looked | undefined>;

/** The reply in words: what was found, or plainly why not and what to do. */
export function sayLookup(looked: Looked, locale: Locale): string {
  const isChinese = locale === 'zh-CN';
  if (looked.kind === 'unknown-customer') {
    return isChinese
      ? '为保护您的信息，请先登录后再查询。需要人工服务请回复“人工”。'
      : 'To protect your data, please sign in first. For a person, answer “agent”.';
  }
  if (looked.kind === 'unavailable') {
    return isChinese
      ? '暂时查不到您的记录，请稍后再试，或回复“人工”由客服为您查询。'
      : 'Your records cannot be reached right now. Try again later, or answer “agent” for a person.';
  }
  if (looked.rows.length === 0) {
    return isChinese ? '没有查到您的记录。' : 'There are no records for you.';
  }
  const lines = looked.rows.map((fields) =>
    fields
      .map(({ title, value }) => `${isChinese ? title.zh : title.en}${isChinese ? '：' : ': '}${value}`)
      .join(isChinese ? '，' : ', '),
  );
  const intro = isChinese ? '为您查到：' : 'Here is what I found:';
  const age = isChinese
    ? '（对方系统暂时不可用，以上为较早的结果）'
    : '(The other system is away; this is an earlier answer.)';
  return [intro, ...lines, ...(looked.isStale ? [age] : [])].join('\n');
}
