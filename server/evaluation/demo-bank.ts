import type { SiteInput } from '../channels/web-widget/index.ts';

/** The demonstration bank's site. */
export const DEMO_SITE: SiteInput & { id: string } = {
  id: 'demo',
  name: '示范银行 Demonstration Bank',
  origins: [],
  locale: 'zh-CN',
  texts: {
    title: '示范银行在线客服',
    welcome: '您好，我是示范银行的智能客服。您可以直接提问，随时输入“转人工”找人工客服。',
    offline: '网络已断开，正在重新连接，您的消息不会丢失。',
  },
  isActive: true,
};

/** Units of the demonstration bank under its head office; `parent` is the code of one that stands before. */
export const DEMO_UNITS: readonly {
  code: string;
  parent?: string;
  kind: 'branch' | 'department';
  name: string;
}[] = [
  { code: 'BJ', kind: 'branch', name: '北京分行 Beijing Branch' },
  { code: 'SH', kind: 'branch', name: '上海分行 Shanghai Branch' },
  { code: 'SH-CC', parent: 'SH', kind: 'department', name: '客户服务部 Customer Service' },
];

/** Replies agents of the demonstration bank keep at hand. */
export const DEMO_CANNED_RESPONSES = [
  { title: '开场', category: '通用', text: '您好，我是人工客服，很高兴为您服务，请问有什么可以帮您？' },
  { title: '请稍候', category: '通用', text: '请稍候，我正在为您查询。' },
  { title: '已建工单', category: '通用', text: '我已为您登记工单，处理结果会在一个工作日内回复您。' },
  {
    title: '核实身份',
    category: '安全',
    text: '为保障您的账户安全，需要先核实您的身份。请勿在聊天中发送密码或验证码。',
  },
  { title: '结束', category: '通用', text: '感谢您的咨询，祝您生活愉快，再见。' },
  {
    title: 'Greeting',
    category: 'English',
    text: 'Hello, this is a person speaking. How can I help you today?',
  },
];
