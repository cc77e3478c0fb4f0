import type { Lang } from '../engine/index.ts';

/** What customers of a service desk praise or blame. Codes are permanent: they stand in the database. */
export const ASPECTS = [
  'attitude',
  'waiting',
  'solution',
  'explanation',
  'process',
  'app',
  'sign_in',
  'fees',
  'rates',
  'limit',
  'transfer',
  'card',
  'loan',
  'branch',
  'security',
  'disturbance',
  'robot',
  'delivery',
  'quality',
  'price',
] as const;

/** One of the aspects. */
export type Aspect = (typeof ASPECTS)[number];

/** Words that name an aspect, by language, written for this product. Longest match wins, so order does not matter. */
export const ASPECT_WORDS: Record<Lang, Record<Aspect, string>> = {
  zh: {
    attitude:
      '态度 服务态度 客服 服务 坐席 客服人员 工作人员 柜员 柜台人员 经理 客户经理 大堂经理 服务员 前台 小姐姐 小哥 语气 口气 说话 接待',
    waiting: '排队 等待 等候 等 回复 响应 速度 效率 接通 电话接通 占线 回电 处理速度 处理时间 时效 进度',
    solution: '问题 处理 解决 处理结果 结果 投诉处理 售后 答复 跟进 反馈',
    explanation: '解释 说明 讲解 介绍 解答 回答 说法 告知 提示 规则说明 条款 宣传',
    process: '流程 手续 办理 操作 步骤 申请 资料 材料 审核 开户 销户 注销 预约',
    app: 'app 应用 软件 手机银行 网银 网上银行 系统 页面 界面 小程序 公众号 网站 客户端 功能 更新 升级 版本',
    sign_in: '登录 登陆 密码 验证码 短信验证 人脸识别 刷脸 认证 实名 指纹 动态码',
    fees: '手续费 年费 费用 收费 服务费 管理费 工本费 违约金 滞纳金 罚息 扣费 乱收费',
    rates: '利率 利息 收益 收益率 年化 理财 存款利率 贷款利率 汇率 分期利率',
    limit: '额度 限额 提额 降额 授信',
    transfer: '转账 到账 汇款 提现 还款 扣款 支付 付款 入账 退款 打款 充值',
    card: '信用卡 银行卡 储蓄卡 借记卡 卡片 卡 换卡 补卡 寄卡',
    loan: '贷款 房贷 车贷 借款 审批 放款 批贷 征信',
    branch: '网点 支行 分行 营业厅 柜台 大厅 atm 取款机 自助机 停车 环境 叫号机',
    security: '安全 账户安全 盗刷 隐私 个人信息 风控 冻结 信息泄露',
    disturbance: '推销 营销电话 骚扰电话 骚扰 短信轰炸 广告 推广 催收 催款电话',
    robot: '机器人 智能客服 自动回复 人工智能 转人工 语音导航',
    delivery: '物流 快递 配送 送货 发货 外卖 送餐 骑手 快递员 包装 送达',
    quality: '质量 商品 产品 做工 味道 口味 分量 菜品 食材 房间 卫生 早餐 床 隔音 设施',
    price: '价格 性价比 价钱 优惠 活动 积分 礼品 权益 折扣 红包',
  },
  en: {
    attitude:
      'attitude|staff|agent|agents|service|customer service|representative|teller|manager|clerk|adviser|advisor|tone|people',
    waiting: 'wait|waiting|queue|queues|hold|on hold|response|response time|reply|speed|callback|turnaround',
    solution: 'problem|issue|resolution|solution|outcome|result|follow-up|follow up|complaint',
    explanation: 'explanation|answer|answers|information|terms|wording|instructions|guidance|communication',
    process:
      'process|procedure|paperwork|application|steps|form|forms|documents|onboarding|opening an account',
    app: 'app|application|website|site|online banking|mobile banking|system|interface|update|version|page',
    sign_in: 'login|log in|sign in|signing in|password|passcode|code|face id|verification|fingerprint|otp',
    fees: 'fee|fees|charge|charges|commission|penalty|overdraft fee',
    rates: 'rate|rates|interest|interest rate|exchange rate|yield|return|apr',
    limit: 'limit|limits|credit line|credit limit',
    transfer: 'transfer|transfers|payment|payments|refund|deposit|withdrawal|top-up|top up|transaction',
    card: 'card|cards|credit card|debit card|replacement card',
    loan: 'loan|loans|mortgage|approval|credit check|lending',
    branch: 'branch|branches|atm|office|counter|lobby|parking',
    security: 'security|fraud protection|privacy|data|account freeze|freeze',
    disturbance: 'spam|sales calls|marketing calls|advertising|ads|cold calls|collection calls|promotions',
    robot: 'bot|chatbot|robot|assistant|automated reply|phone menu',
    delivery: 'delivery|shipping|courier|parcel|package|packaging|driver|rider',
    quality: 'quality|product|item|food|room|taste|portion|cleanliness|breakfast|bed',
    price: 'price|prices|value|discount|offer|offers|points|rewards|benefits',
  },
};

/** Verdicts that need no aspect beside them, because they are only ever said of one. */
export interface ImpliedVerdict {
  aspect: Aspect;
  polarity: 1 | -1;
  pattern: RegExp;
}

export const IMPLIED: Record<Lang, ImpliedVerdict[]> = {
  zh: [
    {
      aspect: 'waiting',
      polarity: -1,
      pattern:
        /(?:太|很|好|真|这么|那么|超级|巨|特别)慢|慢死|半天(?:没|不)|等了.{0,6}(?:小时|天|久|分钟|半天)|一直占线|没人接|打不通|迟迟/,
    },
    {
      aspect: 'waiting',
      polarity: 1,
      pattern:
        /(?:很|真|非常|挺|特别|超|蛮)快|秒回|及时回复|回复及时|处理及时|响应迅速|马上就(?:处理|解决|回复)/,
    },
    {
      aspect: 'attitude',
      polarity: -1,
      pattern:
        /爱答不理|爱理不理|不耐烦|敷衍|推卸|推诿|踢皮球|互相推|冷漠|傲慢|凶|骂人|挂(?:我|了我)?电话|没礼貌|不理人|没人理|店大欺客|脸色/,
    },
    { aspect: 'attitude', polarity: 1, pattern: /热情|耐心|有礼貌|亲切|贴心|周到|专业|负责任|细心|和气/ },
    {
      aspect: 'solution',
      polarity: -1,
      pattern:
        /(?:没|没有|未|不|还没|一直没|始终没)(?:给我|帮我)?(?:解决|处理)|没人管|没结果|不了了之|答非所问/,
    },
    {
      aspect: 'solution',
      polarity: 1,
      pattern:
        /(?:问题)?(?:已经|都|顺利|圆满|终于|很快就?)(?:帮我)?解决了?|处理得?(?:很|挺|非常)?(?:好|到位|妥当)/,
    },
    {
      aspect: 'app',
      polarity: -1,
      pattern: /闪退|卡顿|卡死|打不开|进不去|黑屏|白屏|崩溃|老是报错|总是报错|不兼容/,
    },
    { aspect: 'price', polarity: -1, pattern: /(?:太|好|真|这么|死|很|偏)贵|不划算|不值/ },
    { aspect: 'price', polarity: 1, pattern: /(?:很|真|挺|非常)?(?:划算|实惠|便宜|超值)/ },
    {
      aspect: 'fees',
      polarity: -1,
      pattern: /乱收费|乱扣(?:费|钱)|多扣|莫名其妙扣|无缘无故扣|收费(?:太|这么|很)?高/,
    },
    {
      aspect: 'disturbance',
      polarity: -1,
      pattern: /天天(?:打|发)|一天(?:打|发).{0,4}(?:次|个|条)|没完没了|别再(?:打|发)|骚扰/,
    },
    {
      aspect: 'explanation',
      polarity: -1,
      pattern: /说不清|不清不楚|前后矛盾|误导|忽悠|听不懂|看不懂|没说清|含糊/,
    },
    {
      aspect: 'process',
      polarity: -1,
      pattern: /(?:太|很|真|这么)(?:麻烦|繁琐|复杂)|跑了.{0,4}(?:趟|次)|来回跑|折腾/,
    },
    { aspect: 'process', polarity: 1, pattern: /(?:很|真|非常|挺)(?:方便|便捷|简单|省事|顺利)/ },
    { aspect: 'security', polarity: -1, pattern: /泄露|不安全|没有安全感/ },
  ],
  en: [
    {
      aspect: 'waiting',
      polarity: -1,
      pattern:
        /\b(?:too|so|very|really) slow\b|\bwait(?:ed|ing) (?:for )?(?:\w+ ){0,3}(?:hours?|days?|weeks?|minutes|ages|forever)\b|\bno ?(?:body|one) (?:picks? up|answers?)\b|\btakes? (?:forever|ages|too long)\b/,
    },
    {
      aspect: 'waiting',
      polarity: 1,
      pattern:
        /\b(?:very|so|really|super) (?:fast|quick|prompt)\b|\bquick(?:ly)? (?:reply|response|resolved|answered)\b/,
    },
    {
      aspect: 'attitude',
      polarity: -1,
      pattern: /\b(?:rude|dismissive|arrogant|hung up on me|impatient|unhelpful|condescending|ignored me)\b/,
    },
    {
      aspect: 'attitude',
      polarity: 1,
      pattern: /\b(?:polite|friendly|patient|courteous|kind|professional|so helpful|very helpful)\b/,
    },
    {
      aspect: 'solution',
      polarity: -1,
      pattern:
        /\b(?:still|never|not)(?: been)? (?:resolved|fixed|solved)\b|\bno (?:solution|resolution)\b|\bnobody helps?\b/,
    },
    {
      aspect: 'solution',
      polarity: 1,
      pattern: /\b(?:resolved|fixed|solved|sorted)(?: it)?(?: quickly| now| at last)?\b/,
    },
    {
      aspect: 'app',
      polarity: -1,
      pattern: /\b(?:keeps? crash(?:ing|es)?|crash(?:es|ed)|freez(?:es|ing)|won'?t (?:open|load)|buggy)\b/,
    },
    {
      aspect: 'price',
      polarity: -1,
      pattern: /\b(?:too|so|very) expensive\b|\boverpriced\b|\brip[- ]?off\b/,
    },
    { aspect: 'price', polarity: 1, pattern: /\b(?:good value|great value|cheap|affordable)\b/ },
    {
      aspect: 'fees',
      polarity: -1,
      pattern:
        /\b(?:hidden|unfair|ridiculous|outrageous) (?:fees?|charges?)\b|\bcharged (?:me )?(?:twice|again)\b|\bovercharged\b/,
    },
    {
      aspect: 'disturbance',
      polarity: -1,
      pattern: /\bstop (?:calling|texting|emailing|spamming)\b|\bkeeps? (?:calling|texting|spamming)\b/,
    },
    {
      aspect: 'explanation',
      polarity: -1,
      pattern: /\b(?:confusing|misleading|unclear|contradictory|makes no sense)\b/,
    },
    {
      aspect: 'process',
      polarity: -1,
      pattern: /\b(?:too|so|very) (?:complicated|bureaucratic)\b|\b(?:a )?hassle\b/,
    },
    {
      aspect: 'process',
      polarity: 1,
      pattern: /\b(?:very|so|really) (?:easy|simple|smooth|straightforward)\b/,
    },
  ],
};
