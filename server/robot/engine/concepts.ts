import type { Lang } from './types.ts';

/**
 * Words of customer service that mean the same, one group a line. They give the models a common feature on the first day,
 * when an article has no similar questions yet. Written for this product; an installation's own synonyms come as similar questions.
 */
const GROUPS_ZH = `
怎么 如何 咋 怎样 咋样 怎麽 怎么样 怎么弄 咋弄 怎么办理 怎么操作 在哪里 哪里 在哪 方法 步骤 流程
为什么 为啥 为何 干嘛 咋回事 怎么回事 什么原因 啥原因 原因 什么情况 凭什么 怎么会
什么时候 啥时候 何时 多久 多长时间 几时 多少时间 几天 多会 时间 几点 要多久 多少天 哪天 多长 几号
多少 几多 最多 最高 上限 多大
可以 能 能不能 可不可以 能否 可否 是否可以 行不行 可行 支持 允许
不能 不可以 不可 无法 没法 没办法 不让 不了 不给 不行 不支持 不到 不上 不成 没能
失败 不成功 不通过 没通过 未通过 没有通过 未成功 没成功 没有成功 出错 报错 错误 异常 被拒 拒绝 过不了 不过 通不过 打不开
什么 啥 哪些 哪个 哪种
如果 假如 要是 万一
没有 没 未 木有 还没 还没有
突然 忽然 一下子
开通 申请 办理 申办 激活 启用 开启
开户 注册 开立 新开 开个户
注销 销户 关闭 取消 停用 退订 解除 撤销 撤消 不想要 不要了 不用了 删除 停掉 作废 退出
借款 贷款 借钱 借贷 放款 取款 借到 下款 借 贷
还款 还钱 归还 还清 结清 偿还 还上 还贷 还
提前 提早 预先
逾期 过期 拖欠 晚还 迟还 没按时还 晚 延误 超过 忘记还 忘了还 没还
延期 延后 推迟 延迟 宽限 缓几天 延长 缓 晚几天 迟几天 展期
利息 利率 费率 日息 年化 年利率 日利率 月息 收费 费用 手续费
罚息 违约金 滞纳金 罚款
额度 限额 可借金额 可用金额 借款额度 授信
提升 提高 提额 增加 调高 涨 升 加 增 上调
降低 减少 下调 降额 调低 少了 变少 降 下降 变低 变小
更换 换 修改 变更 改 更改 更新 改成 换成 调整 换一张
手机号 手机号码 电话号码 手机 号码 预留手机 预留号码 联系方式 预留电话
银行卡 卡 储蓄卡 借记卡 卡号 卡片 信用卡
绑定 绑卡 绑 添加 关联
支持的银行 哪些银行 什么银行 哪家银行 哪几家 哪个银行
到账 到帐 入账 收到钱 打款 到款 收款 钱到
验证码 短信 校验码 动态码 信息 短信验证码
收不到 没收到 没有收到 未收到 接收不到 收到不 没来 没接到 没有接到 未接到 接不到
输入 填写 填
密码 口令
登录 登陆 登入 进入 进不去 登不上 上不去
电话 来电 打电话 致电 回电 回访 去电 电话确认 电话审核
客服电话 热线 服务热线 客服热线 联系电话 客服号码
人工 人工客服 人工服务 真人 客服 在线客服 人工坐席
审核 审批 评估 审查 核实 综合评估 综合评定 评审 批
身份 身份证 证件 实名 身份信息 个人信息
信用 征信 信誉 信用记录 个人征信 央行征信
入口 位置 图标 界面 页面 菜单 地方
消失 不见 没了 不见了 找不到 看不到 不显示 没有显示 看不见 没显示 找不着
期限 期数 分期 几期 多少期 最长 最短 期
每月 每个月 月供 一个月 月
单笔 一次 每次 每笔 一笔 单次
多笔 几笔 两笔 分次 多次
部分 一部分 一些 一半 少还
自动 自动扣款 扣款 代扣 划扣 扣钱 扣除 扣
账单 帐单 明细 记录 流水 查账 对账单
查询 查看 查 看看 在哪看 怎么看 了解 查下
证明 结清证明 开具 凭证 发票 单据 盖章
再次 重新 再借 再 重复 又 还能 继续 第二次 二次
提现 取现 取出来 套现 转出 取出 现金
零钱 余额 钱包
转账 转帐 汇款 汇 打钱
余额不足 钱不够 不够
冻结 锁定 限制 封 止付 锁住
挂失 丢失 丢了 遗失 掉了 被盗 盗刷 被偷
投诉 举报 不满 差评
邀请 受邀 白名单 被邀请 资格 邀约 开放 名单
条件 要求 标准 门槛 依据 规定
成功 通过 完成 好了
你好 您好 在吗 有人吗 在不在 嗨
你是谁 你叫什么 名字 叫啥 姓名 称呼
介绍 功能 业务 能做什么 会什么 服务
公司 单位 机构 企业 腾讯 银行
不需要 不想 不要 别发 不用 别再 拒收 勿扰
存款 定期 活期 储蓄 存钱
理财 基金 产品 收益 投资
网点 营业厅 柜台 支行 分行 营业网点
社保 医保 公积金 养老金 社会保险
`;

const GROUPS_EN = `
how how_do way steps procedure
why reason cause
when long soon
can could able possible allowed may
cannot not no never unable
fail failed failing failure declined decline rejected reject refused denied unsuccessful error unsuccessfully
pending processing waiting delayed still progress
stop cancel close delete terminate end revoke undo deactivate
open create start apply get obtain order request
top topup reload load recharge refill
transfer send wire remittance transferred transferring transfers sent
cash money funds withdraw withdrawal withdrew atm
fee charge fees charged charges cost costs price expense
card cards
lost missing misplaced lose
stolen stole theft thief robbed
refund reimbursement reimburse refunded
rate rates exchange conversion
currency currencies
pin passcode password code
identity id verify verification identification proof
limit limits maximum cap
phone mobile cell
change update modify edit switch
arrive arrived come delivery deliver shipped mail
country countries abroad overseas international
virtual disposable
balance account
wrong incorrect mistake error
twice double duplicate
activate activation enable
broken damaged faulty
work working works
`;

/** Concept number of every listed word; words in several groups keep the first. */
export type ConceptTable = { readonly concepts: ReadonlyMap<string, number>; readonly longest: number };

function buildTable(groups: string): ConceptTable {
  const concepts = new Map<string, number>();
  let longest = 0;
  for (const [number, line] of groups.trim().split('\n').entries()) {
    for (const word of line.split(' ')) {
      if (!concepts.has(word)) concepts.set(word, number);
      longest = Math.max(longest, word.length);
    }
  }
  return { concepts, longest };
}

const TABLES: Record<Lang, ConceptTable> = { zh: buildTable(GROUPS_ZH), en: buildTable(GROUPS_EN) };

/** The words of a Chinese text that are in the table, longest first from left to right, as concept numbers in order. */
export function findConceptsZh(text: string): number[] {
  const { concepts, longest } = TABLES.zh;
  const found: number[] = [];
  for (let at = 0; at < text.length;) {
    let length = Math.min(longest, text.length - at);
    while (length > 0 && !concepts.has(text.slice(at, at + length))) length--;
    if (length > 0) found.push(concepts.get(text.slice(at, at + length))!);
    at += Math.max(1, length);
  }
  return found;
}

/** Concept number of an English word, or undefined. */
export function findConceptEn(word: string): number | undefined {
  return TABLES.en.concepts.get(word);
}
