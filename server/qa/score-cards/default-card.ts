import type { Criterion } from './score-card.rules.ts';

/** Name of the card every installation starts with. */
export const DEFAULT_CARD_NAME = '通用服务质检表';

/**
 * The card every installation starts with, for a Chinese service desk of a bank: greeting, closing, manners, promises
 * that nobody may make, asking for secrets,
 * answer times, how the requester left, and one line that only a person can judge.
 */
export const DEFAULT_CRITERIA: readonly Criterion[] = [
  {
    id: 'greeting',
    kind: 'required',
    title: '开场问候',
    weight: 10,
    isFatal: false,
    config: {
      phrases: ['您好', '你好', '早上好', '上午好', '下午好', '晚上好', '很高兴为您服务', 'hello', 'hi'],
      place: 'start',
      messages: 2,
    },
  },
  {
    id: 'response-time',
    kind: 'response-time',
    title: '60 秒内响应',
    weight: 20,
    isFatal: false,
    config: { secondsMax: 60 },
  },
  {
    id: 'manners',
    kind: 'forbidden',
    title: '服务忌语',
    weight: 20,
    isFatal: false,
    config: {
      by: 'agent',
      words: [
        '不知道',
        '不归我管',
        '不关我的事',
        '关我什么事',
        '爱投诉就投诉',
        '随便你',
        '你自己看',
        '没空',
        '闭嘴',
        '烦死了',
        '听不懂吗',
        '说过了',
      ],
      patterns: ['(你|您).{0,4}(有病|有毛病|脑子)'],
    },
  },
  {
    id: 'promises',
    kind: 'forbidden',
    title: '违规承诺',
    weight: 20,
    isFatal: true,
    config: {
      by: 'service',
      words: ['稳赚不赔', '保本保息', '绝对没有风险', '零风险高收益', '内部渠道', '百分之百通过'],
      patterns: ['(保证|承诺).{0,6}(收益|盈利|赚钱|批贷|下款)'],
    },
  },
  {
    id: 'secrets',
    kind: 'forbidden',
    title: '索要密码或验证码',
    weight: 20,
    isFatal: true,
    config: {
      by: 'agent',
      words: [],
      patterns: [
        '(请您?|麻烦您?|需要您)(把|将)?(提供|告诉|告知|发送|发给|发一下|说一下).{0,8}(密码|验证码|校验码|CVV)',
      ],
    },
  },
  {
    id: 'mood-at-end',
    kind: 'sentiment',
    title: '客户结束时情绪',
    weight: 15,
    isFatal: false,
    config: { messages: 3, polarityMin: -0.3 },
  },
  {
    id: 'closing',
    kind: 'required',
    title: '结束语',
    weight: 5,
    isFatal: false,
    config: {
      phrases: ['还有什么可以帮您', '还有其他问题', '感谢您', '祝您', '再见', 'thank you', 'goodbye'],
      place: 'end',
      messages: 2,
    },
  },
  { id: 'solution', kind: 'manual', title: '问题解决与专业度', weight: 20, isFatal: false, config: {} },
];
