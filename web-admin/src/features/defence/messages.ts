/** Texts of active defence. */
export const zh = {
  'nav.defence': '主动防御',
  'defence.title': '主动防御',
  'defence.intro':
    '扫描漏洞或猜测密码的地址会被自动封禁一段时间：第一次 15 分钟，一天内再犯时间加倍，最长 24 小时。封禁期间该地址不能打开公开页面，也不能登录；已登录的同事可继续工作。如属误判，请解除封禁。',
  'defence.address': '地址',
  'defence.reason': '原因',
  'defence.reason.bait': '访问诱饵路径',
  'defence.reason.scan': '扫描',
  'defence.reason.guessing': '猜测密码',
  'defence.state': '状态',
  'defence.state.blocked': '封禁中',
  'defence.state.ended': '已到期',
  'defence.state.released': '已解除',
  'defence.blocked_at': '开始时间',
  'defence.ends_at': '结束时间',
  'defence.release': '解除',
  'defence.released': '已解除对 {address} 的封禁',
  'defence.empty': '最近 30 天没有地址被封禁',
} as const;

/** The same in English. */
export const en: Record<keyof typeof zh, string> = {
  'nav.defence': 'Active defence',
  'defence.title': 'Active defence',
  'defence.intro':
    'Addresses that look for holes or guess passwords are turned away for a while: 15 minutes the first time, twice as long each further time within a day, 24 hours at most. Meanwhile they get no public page and cannot sign in; colleagues who are signed in there go on working. If it is an honest address, let it in again.',
  'defence.address': 'Address',
  'defence.reason': 'Reason',
  'defence.reason.bait': 'Took the bait',
  'defence.reason.scan': 'Scanned',
  'defence.reason.guessing': 'Guessed passwords',
  'defence.state': 'State',
  'defence.state.blocked': 'Turned away',
  'defence.state.ended': 'Ended',
  'defence.state.released': 'Let in again',
  'defence.blocked_at': 'Since',
  'defence.ends_at': 'Until',
  'defence.release': 'Let in again',
  'defence.released': '{address} is let in again',
  'defence.empty': 'Nobody was turned away in the last 30 days',
};
