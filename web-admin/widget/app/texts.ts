const ZH_CN = {
  title: '在线客服',
  welcome: '您好，请问有什么可以帮您？',
  minimise: '收起',
  log: '对话内容',
  you: '我',
  robot: '智能客服',
  agent: '客服',
  system: '系统',
  machine: '内容由 AI 生成',
  recalled: '消息已撤回',
  typing: '正在输入',
  input: '请输入您的问题',
  send: '发送',
  keys: '按 Enter 发送，Shift+Enter 换行',
  charactersLeft: '还可输入 {n} 字',
  sending: '发送中',
  failed: '未发送',
  retry: '重试',
  discard: '删除',
  person: '转人工',
  askPerson: '请求转人工客服',
  options: '您是不是想问：',
  none: '以上都不是',
  queued: '正在排队等待人工客服',
  queuedAt: '正在排队等待人工客服，您排在第 {n} 位',
  assigned: '人工客服为您服务',
  connecting: '正在连接…',
  reconnecting: '连接已断开，正在重新连接。未发出的消息会自动补发。',
  offline: '网络已断开。未发出的消息会在恢复后自动发送。',
  unavailable: '暂时无法连接客服，正在重试。',
  newMessages: '有新消息',
  closed: '本次会话已结束',
  rate: '请评价本次服务',
  score1: '很不满意',
  score2: '不满意',
  score3: '一般',
  score4: '满意',
  score5: '非常满意',
  comment: '补充说明（选填）',
  submit: '提交评价',
  thanks: '感谢您的评价',
  rateFailed: '评价未能提交，请重试。',
  restart: '开始新会话',
  'code.site.unknown': '该网站未启用在线客服。',
  'code.request.origin_refused': '当前页面不允许使用在线客服。',
  'code.site.identity_invalid': '身份信息无效，请重新登录后再试。',
  'code.conversation.closed': '会话已结束',
  'code.message.text_invalid': '消息含有无法发送的字符',
  'code.message.text_too_long': '消息过长',
  'code.message.id_reused': '该消息与已发送的消息冲突',
  'code.message.blocked': '服务器暂未接收，请重试',
  'code.other': '服务器未接收该消息',
};

/** A key of the catalogue. */
export type TextKey = keyof typeof ZH_CN;

const EN: Record<TextKey, string> = {
  title: 'Customer service',
  welcome: 'Hello, how can we help you?',
  minimise: 'Minimise',
  log: 'Conversation',
  you: 'You',
  robot: 'Assistant',
  agent: 'Agent',
  system: 'System',
  machine: 'AI-generated',
  recalled: 'Message recalled',
  typing: 'is typing',
  input: 'Type your question',
  send: 'Send',
  keys: 'Enter sends, Shift+Enter starts a new line',
  charactersLeft: '{n} characters left',
  sending: 'Sending',
  failed: 'Not sent',
  retry: 'Try again',
  discard: 'Delete',
  person: 'Talk to a person',
  askPerson: 'Ask for a person',
  options: 'Did you mean:',
  none: 'None of these',
  queued: 'Waiting for an agent',
  queuedAt: 'Waiting for an agent, you are number {n} in the queue',
  assigned: 'You are talking to an agent',
  connecting: 'Connecting…',
  reconnecting: 'Connection lost, reconnecting. Unsent messages will be sent by themselves.',
  offline: 'You are offline. Unsent messages will be sent when the network is back.',
  unavailable: 'Customer service cannot be reached now, trying again.',
  newMessages: 'New messages',
  closed: 'This conversation has ended',
  rate: 'How was our service?',
  score1: 'Very bad',
  score2: 'Bad',
  score3: 'Fair',
  score4: 'Good',
  score5: 'Very good',
  comment: 'Anything to add? (optional)',
  submit: 'Send rating',
  thanks: 'Thank you for your rating',
  rateFailed: 'The rating could not be sent, please try again.',
  restart: 'New conversation',
  'code.site.unknown': 'Chat is not set up for this site.',
  'code.request.origin_refused': 'Chat is not allowed on this page.',
  'code.site.identity_invalid': 'Your identity could not be checked; sign in again.',
  'code.conversation.closed': 'the conversation has ended',
  'code.message.text_invalid': 'the message has characters that cannot be sent',
  'code.message.text_too_long': 'the message is too long',
  'code.message.id_reused': 'the message conflicts with one already sent',
  'code.message.blocked': 'the server did not take it yet, please try again',
  'code.other': 'the server did not take it',
};

/** The languages of the widget; any `zh…` means the first. */
export type Language = 'zh-CN' | 'en';

/** Both catalogues, complete by type. */
export const TEXTS: Record<Language, Record<TextKey, string>> = { 'zh-CN': ZH_CN, en: EN };

/** Looks texts up in one language; `{n}` in the text becomes `n`. */
export type Translate = (key: TextKey, n?: number) => string;

/** Makes the look-up of one language; `worded` holds texts the installation words itself. */
export function createTranslate(
  language: Language,
  worded: Partial<Record<TextKey, string>> = {},
): Translate {
  return (key, n) => (worded[key] ?? TEXTS[language][key]).replace('{n}', String(n));
}

/** The text for an error code of the server, or a general one. */
export function translateCode(t: Translate, code: string | undefined): string {
  const key = `code.${code}`;
  return t(key in ZH_CN ? (key as TextKey) : 'code.other');
}

/** The language that a tag such as `zh-Hans-CN` or `en-GB` asks for. */
export function pickLanguage(tag: string | null | undefined): Language {
  return /^zh/i.test(tag ?? '') ? 'zh-CN' : 'en';
}
