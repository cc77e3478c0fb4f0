import type { AlertRuleName } from './compliance/index.ts';
import { registerTemplates } from './platform/notify/index.ts';

/** What people call the rules of the daily review. */
const RULE_WORDS = {
  zh: {
    'own-record': '查看本人的客户资料',
    'colleague-record': '查看同事的客户资料',
    'mass-reveal': '大量查看明文',
    'mass-view': '大量打开或搜索客户',
    'mass-export': '多次导出或下载',
    'large-export': '大批量导出',
    'many-refused': '多次被拒绝',
    'out-of-hours': '夜间访问客户资料',
    'value-unreadable': '加密内容无法读取',
  },
  en: {
    'own-record': 'Looking at the own customer record',
    'colleague-record': "Looking at a colleague's record",
    'mass-reveal': 'Many values revealed',
    'mass-view': 'Many customers opened or searched',
    'mass-export': 'Many exports or downloads',
    'large-export': 'Large export',
    'many-refused': 'Refused many times',
    'out-of-hours': "Customers' data at night",
    'value-unreadable': 'Sealed values that cannot be read',
  },
} satisfies Record<'zh' | 'en', Record<AlertRuleName, string>>;

/** What the server tells people by itself. Kinds are permanent. */
registerTemplates({
  'approval.asked': {
    zh: { title: '有待您审批的事项', body: '“{act}”需要第二人批准，请在“审批”页面处理。' },
    en: {
      title: 'Something waits for your approval',
      body: '“{act}” needs a second person. Decide on the page Approvals.',
    },
  },
  'job.failed': {
    zh: {
      title: '后台任务失败',
      body: '任务 {job} 多次尝试后失败（{code}）。请在“后台任务”页面查看并重试。',
    },
    en: {
      title: 'A background job has failed',
      body: 'Job {job} failed after all its attempts ({code}). Look at it and retry it on the page Jobs.',
    },
  },
  'alarm.witness-refused': {
    zh: {
      title: '见证到互相矛盾的审计树头',
      body: '系统 {origin} 送来的审计树头与此前保存的历史不一致，两者均已留存。请与该系统的合规人员一起查明原因。',
    },
    en: {
      title: 'A head of another trail contradicts the one before',
      body: 'Trail {origin} sent a head of another history than the one kept here. Both are kept; find out with its officers what happened.',
    },
  },
  'alarm.address-blocked': {
    zh: {
      title: '有地址被暂时封禁',
      body: '地址 {address} 因异常访问（{reason}）被封禁 {minutes} 分钟。如属误判，可在“主动防御”页面一键解除。',
    },
    en: {
      title: 'An address was turned away',
      body: 'Address {address} is turned away for {minutes} minutes ({reason}). If it is an honest one, let it in again on the page Active defence.',
    },
  },
  'alarm.file-quarantined': {
    zh: {
      title: '发现有害文件',
      body: '病毒扫描隔离了一个文件（{file}），任何人都不能打开它。请在审计追踪中查看结果。',
    },
    en: {
      title: 'A harmful file was locked away',
      body: 'The virus scanner found something in file {file}; nobody can open it. The finding is in the audit trail.',
    },
  },
  'alarm.scanner-away': {
    zh: {
      title: '病毒扫描没有应答',
      body: '已有 {minutes} 分钟没有扫描结果，收到的文件都在等待。请检查 clamd 服务及其连接。',
    },
    en: {
      title: 'The virus scanner does not answer',
      body: 'No verdict for {minutes} minutes; files that come in wait. Check clamd and the way to it.',
    },
  },
  'alarm.webhook-stopped': {
    zh: {
      title: '事件推送已停止',
      body: '事件推送“{webhook}”已自动停止（{code}），之后的事件不再排队。请联系接收方，再在“事件推送”页面恢复。',
    },
    en: {
      title: 'A webhook has stopped',
      body: 'Webhook {webhook} stopped itself ({code}); later events are not queued. See its receiver, then resume it on Webhooks.',
    },
  },
  'alarm.audit-stopped': {
    zh: {
      title: '审计封存停滞',
      body: '超过 {minutes} 分钟没有新的审计树头。请检查磁盘和数据库，并查看服务日志。',
    },
    en: {
      title: 'The audit trail is not being sealed',
      body: 'No new tree head for more than {minutes} minutes. Check disk and database, then the log of the server.',
    },
  },
  'alarm.clock-set': {
    zh: {
      title: '系统时钟被调整',
      body: '服务器时钟变动了 {seconds} 秒。请检查时间同步；审计按编号排序，不受影响。',
    },
    en: {
      title: 'The clock of the server was set',
      body: 'It changed by {seconds} seconds. Check time synchronisation; the trail keeps its order by numbers.',
    },
  },
  'alarm.anchor-failing': {
    zh: { title: '审计锚点无法送达', body: '锚点 {sink} 连续失败（{code}）。请检查该服务及出站规则。' },
    en: {
      title: 'An anchor of the audit trail cannot be reached',
      body: 'Anchor {sink} failed several times ({code}). Check it and the rule of the way out.',
    },
  },
  'alarm.anchor-single': {
    zh: {
      title: '审计树头只有一个存放处',
      body: '签名的树头只写入本机文件夹，掌握本机的人可以连同它一起改写。请设置第二个锚点（配置 audit.*，见“审计”页面）。',
    },
    en: {
      title: 'Heads of the audit trail go to one place alone',
      body: 'Signed heads stay in a folder of this machine, and whoever holds it can write both anew. Set up a second anchor (audit.* in the configuration).',
    },
  },
  'audit.alert': {
    zh: {
      title: '审计发现异常访问',
      body: '“{rule}”在 {day} 命中 {count} 条记录，请在“审计 > 每日复核”中核查并签字。',
      words: { rule: RULE_WORDS.zh },
    },
    en: {
      title: 'Unusual access in the audit trail',
      body: '“{rule}”: {count} entries on {day}. Look at them and sign off on the page Audit, Daily review.',
      words: { rule: RULE_WORDS.en },
    },
  },
  'audit.alerts-escalated': {
    zh: {
      title: '审计异常无人复核',
      body: '有 {count} 条异常已 {days} 天无人签字，请在“审计 > 每日复核”中处理；再过 27 天将记为“逾期未复核”。',
    },
    en: {
      title: 'Nobody looks at findings in the trail',
      body: '{count} findings have waited {days} days for a signature: Audit, Daily review. In 27 more days they close as “expired, not reviewed”.',
    },
  },
  'audit.alerts-expired': {
    zh: {
      title: '审计异常逾期未复核',
      body: '有 {count} 条异常上报后 {days} 天仍无人签字，已记为“逾期未复核”，可在“审计 > 每日复核”中查看。',
    },
    en: {
      title: 'Findings expired without review',
      body: '{count} findings were escalated {days} days ago and never signed. They are closed as “expired, not reviewed”: Audit, Daily review.',
    },
  },
  'access-review.open': {
    zh: {
      title: '季度权限复核已开始',
      body: '{period}：共 {count} 个账号，请在 30 天内确认您负责的人员的权限。',
    },
    en: {
      title: 'The review of access is open',
      body: '{period}: {count} accounts. Attest within 30 days what the people you answer for may do.',
    },
  },
  'access-review.expired': {
    zh: { title: '权限复核逾期', body: '{period}：有 {count} 个账号无人确认。请核实这些账号的权限。' },
    en: {
      title: 'Accounts were not attested',
      body: '{period}: nobody attested {count} accounts. Look into what they may do.',
    },
  },
  'access-review.revoke': {
    zh: {
      title: '权限复核要求收回权限',
      body: '有账号经复核不应保留权限，请在“审计 > 权限复核”中查看并处理。',
    },
    en: {
      title: 'Rights are to be withdrawn',
      body: 'A review of access says that an account should not keep its rights: see the page Audit, Access review.',
    },
  },
  'case.ready': {
    zh: { title: '调阅材料已生成', body: '材料保留 {days} 天，请在“审计 > 调阅”中下载。' },
    en: {
      title: 'A case file is ready',
      body: 'It is kept for {days} days; fetch it on the page Audit, Case files.',
    },
  },
  'case.failed': {
    zh: { title: '调阅材料未能生成', body: '请在“审计 > 调阅”中查看原因（保留天数 {days}）。' },
    en: {
      title: 'A case file was not made',
      body: 'The page Audit, Case files says why ({days} days were asked for).',
    },
  },
  'audit.report-off': {
    zh: {
      title: '定期审计报告已停止',
      body: '一份定期报告的账号已停用或不再有导出权限，报告已停止。需要时请由其他合规官重新设置。',
    },
    en: {
      title: 'A scheduled audit report has stopped',
      body: 'Its account has left or may no longer export. Whoever needs the report sets it up again.',
    },
  },
  'alarm.audit-forked': {
    zh: { title: '审计分叉', body: '审计链与已发布的树头不一致，封存已停止。请保留现场并联系合规负责人。' },
    en: {
      title: 'The audit trail is forked',
      body: 'The trail contradicts a published tree head, and sealing has stopped. Change nothing; call the officer.',
    },
  },
  'alarm.disk-low': {
    zh: { title: '磁盘空间不足', body: '剩余 {megabytes} MB。低于 64 MB 时系统停止写入。请立即清理或扩容。' },
    en: {
      title: 'The disk is nearly full',
      body: '{megabytes} MB are free. Below 64 MB nothing is written any more. Free or add space now.',
    },
  },
  'alarm.dead-letter': {
    zh: { title: '出现死信', body: '共有 {count} 个事件多次处理失败。请查看“系统状态”页面和服务日志。' },
    en: {
      title: 'Events could not be handled',
      body: '{count} events failed too often and are put aside. Look at the page System and at the log.',
    },
  },
  'alarm.database-back': {
    zh: { title: '数据库已恢复', body: '数据库中断约 {seconds} 秒，现已恢复。请确认中断原因。' },
    en: {
      title: 'The database is back',
      body: 'It did not answer for about {seconds} seconds. Find out why before it happens again.',
    },
  },
  'alarm.account-locked': {
    zh: {
      title: '账号被锁定',
      body: '账号 {account} 因多次登录失败被锁定 15 分钟。若非本人操作，请联系其本人。',
    },
    en: {
      title: 'An account was locked',
      body: 'Account {account} is locked for 15 minutes after failed sign-ins. Ask its owner whether it was them.',
    },
  },
  'alarm.sign-in-burst': {
    zh: {
      title: '登录失败激增',
      body: '{minutes} 分钟内有 {count} 次登录失败。可能有人在猜测密码，请查看审计。',
    },
    en: {
      title: 'Many failed sign-ins',
      body: '{count} sign-ins failed within {minutes} minutes. Somebody may be guessing passwords; see the trail.',
    },
  },
  'alarm.reveal-burst': {
    zh: {
      title: '短时间内大量查看明文',
      body: '账号 {account} 在 {minutes} 分钟内查看了 {count} 位客户的明文。请在审计追踪中核对用途。',
    },
    en: {
      title: 'Many clear values in a short time',
      body: 'Account {account} looked at clear values of {count} customers in {minutes} minutes. See why in the trail.',
    },
  },
  'alarm.reveal-out-of-hours': {
    zh: {
      title: '非工作时间查看明文',
      body: '账号 {account} 在工作时间以外查看了客户明文。请在审计追踪中核对。',
    },
    en: {
      title: 'Clear values outside working hours',
      body: 'Account {account} looked at clear values outside the working hours. See why in the trail.',
    },
  },
  'alarm.value-unreadable': {
    zh: {
      title: '有加密内容无法读取',
      body: '数据表 {table} 中有内容无法解密，可能已损坏或被改动。请在审计追踪中查看是哪一行，并用备份核对。',
    },
    en: {
      title: 'A stored value cannot be read',
      body: 'Something in table {table} does not open any more: it is damaged, or somebody changed it. The trail names the row; compare it with a backup.',
    },
  },
});
