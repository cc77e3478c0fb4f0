import type { Found } from './slots/found.ts';
import type { SlotType } from './flow.types.ts';

/** Sentences that every flow says, in its language. {title} is the flow's or the slot's. */
const TEXTS = {
  'zh-CN': {
    again: '抱歉，我没有听明白。',
    cancelled: '好的，“{title}”已取消，没有提交任何内容。',
    unclear: '抱歉，我没能问清楚，现在为您转接人工客服，您已提供的信息会一并交给客服。',
    human: '好的，现在为您转接人工客服，您已提供的信息会一并交给客服。',
    failed: '暂时查不到所需的信息，现在为您转接人工客服。',
    change: '请告诉我要修改哪一项以及正确的内容，例如“{title}改成……”。要放弃请说“取消”。',
    confirm: '请回复“对”确认，或告诉我要修改的内容。',
    corrected: '好的，{title}改为{value}。',
    resumed: '我们接着办理“{title}”。',
    choices: '可以选择：{list}。',
    goOn: '好的，我们继续。',
    skip: '没有可以回复“跳过”。',
  },
  en: {
    again: 'Sorry, I did not get that.',
    cancelled: 'All right, “{title}” is cancelled. Nothing was sent.',
    unclear: 'Sorry, I could not make this out. A person takes over now and gets what you have told me.',
    human: 'All right, a person takes over now and gets what you have told me.',
    failed: 'I cannot reach the information right now, so a person takes over.',
    change:
      'Tell me what to change and the right value, for instance “{title} should be …”. To stop, say “cancel”.',
    confirm: 'Answer “yes” to confirm, or tell me what to change.',
    corrected: 'All right, {title} is now {value}.',
    resumed: 'Back to “{title}”.',
    choices: 'You can choose: {list}.',
    goOn: 'All right, we go on.',
    skip: 'If there is none, say “skip”.',
  },
} as const;

/** Gives a sentence of flows with its parts filled in. */
export function flowText(
  locale: 'zh-CN' | 'en',
  name: keyof (typeof TEXTS)['en'],
  parts: { title?: string; value?: string; list?: string } = {},
): string {
  return TEXTS[locale][name].replace(/\{(title|value|list)\}/g, (_whole, key: 'title') => parts[key] ?? '');
}

type Fault = NonNullable<Found['fault']>;

const FAULTS: Record<'zh-CN' | 'en', Partial<Record<Fault, string>>> = {
  'zh-CN': {
    checksum: '这个号码的校验位不对，请核对后再发一次。',
    form: '这个号码的位数不对，请核对后再发一次。',
    no_such_date: '没有这一天，请换一个日期。',
    range: '这个值不在可办理的范围内。',
  },
  en: {
    checksum: 'The check digit of this number is wrong; please look again.',
    form: 'This number has the wrong length; please look again.',
    no_such_date: 'There is no such day; please give another.',
    range: 'This is outside what can be done here.',
  },
};

/** Why a value was not taken. */
export function faultText(locale: 'zh-CN' | 'en', fault: Fault, type: SlotType): string {
  const isDigits = type === 'card-tail' && fault === 'checksum';
  if (isDigits)
    return locale === 'en'
      ? 'This is no valid card number; its last four digits are enough.'
      : '这不是有效的卡号，告诉我卡号后四位即可。';
  return FAULTS[locale][fault] ?? flowText(locale, 'again');
}
