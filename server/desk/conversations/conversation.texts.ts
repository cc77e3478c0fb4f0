/** Sentences the system writes into a conversation, in the site's language. */
const TEXTS = {
  'zh-CN': {
    queued: '正在为您转接人工客服，请稍候。',
    assigned: '人工客服已接入，请问有什么可以帮您？',
    handedOver: '已为您转接另一位客服。',
    closed: '本次会话已结束，感谢您的咨询。',
    fallback: '抱歉，这个问题我还不能准确回答。您可以换个说法，或者选择“转人工”。',
    clarify: '您想了解的是下面哪一个问题？',
    fileReceived: '文件已收到。机器人不查看文件内容，需要人工处理时请选择“转人工”。',
  },
  en: {
    queued: 'We are connecting you to a person; one moment please.',
    assigned: 'A person has joined the conversation. How can we help?',
    handedOver: 'Another colleague is taking over from here.',
    closed: 'This conversation has ended. Thank you for contacting us.',
    fallback: 'Sorry, I cannot answer this reliably yet. Please rephrase it, or choose “Talk to a person”.',
    clarify: 'Which of these did you mean?',
    fileReceived:
      'Your file has arrived. The robot does not look into files; choose “Talk to a person” if someone should.',
  },
} as const;

/** Name of a system sentence. */
export type SystemText = keyof (typeof TEXTS)['en'];

/** Gives a system sentence in a site's language. */
export type SystemTexts = (name: SystemText, locale: string) => string;

/** The sentences as the product comes; English for any language we do not have. */
export function systemText(name: SystemText, locale: string): string {
  return locale === 'zh-CN' ? TEXTS['zh-CN'][name] : TEXTS.en[name];
}
