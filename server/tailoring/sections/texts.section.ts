import { AppError } from '../../kernel/index.ts';
import { defineSection } from '../../platform/settings/index.ts';
import { localised, textIn, type Localised } from './localised.ts';

/** A text of the product that an installation may word itself. */
interface TextPlace {
  /** Names allowed in braces. */
  placeholders: readonly string[];
  /** It tells people that a machine wrote something: a second person looks, and it can't stop saying so. */
  isLabel?: boolean;
}

const BRAND_ONLY = ['brand'];

/** Every text that can be worded anew, by its permanent key. */
export const TEXT_PLACES = {
  'conversation.queued': { placeholders: BRAND_ONLY },
  'conversation.assigned': { placeholders: BRAND_ONLY },
  'conversation.handedOver': { placeholders: BRAND_ONLY },
  'conversation.closed': { placeholders: BRAND_ONLY },
  'robot.fallback': { placeholders: BRAND_ONLY },
  'robot.clarify': { placeholders: BRAND_ONLY },
  'robot.fileReceived': { placeholders: BRAND_ONLY },
  'widget.machineLabel': { placeholders: [], isLabel: true },
  'widget.disclaimer': { placeholders: BRAND_ONLY },
} as const satisfies Record<string, TextPlace>;

/** Key of a text. */
export type TextKey = keyof typeof TEXT_PLACES;
/** The texts worded anew; an absent one is as the product comes. */
export type Texts = Partial<Record<TextKey, Localised>>;

const TEXT_CHARACTERS_MAX = 500;
const KEYS = Object.keys(TEXT_PLACES) as TextKey[];
const PLACEHOLDER = /\{([^{}]*)\}/g;
/** One of these must be in the label, or it no longer says what it has to. */
const LABEL_WORDS = {
  zh: /AI|人工智能|机器|智能|自动/i,
  en: /\b(AI|robot|bot|machine|automatic|automatically|automated)\b/i,
};

/** Section `texts`. */
export const TEXTS = defineSection<Texts>({
  name: 'texts',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(KEYS.map((key) => [key, localised(TEXT_CHARACTERS_MAX)])),
  },
  defaults: {},
  assert(texts) {
    for (const key of KEYS) {
      const text = texts[key];
      if (text === undefined) continue;
      for (const lang of ['zh', 'en'] as const) assertText(key, lang, text[lang]);
    }
  },
  isDangerous: (before, after) =>
    KEYS.some((key) => isLabel(key) && JSON.stringify(before[key]) !== JSON.stringify(after[key])),
});

function isLabel(key: TextKey): boolean {
  return (TEXT_PLACES[key] as TextPlace).isLabel === true;
}

function assertText(key: TextKey, lang: 'zh' | 'en', text: string): void {
  const known: readonly string[] = TEXT_PLACES[key].placeholders;
  const at = `/${key}/${lang}`;
  for (const [, name = ''] of text.matchAll(PLACEHOLDER)) {
    if (!known.includes(name))
      throw new AppError('text.placeholder_unknown', { details: { at, known: [...known] } });
  }
  if (isLabel(key) && !LABEL_WORDS[lang].test(text))
    throw new AppError('text.label_required', { details: { at } });
}

/** A text worded anew, with its places filled; undefined where the product's own holds. */
export function wordedText(
  texts: Texts,
  key: TextKey,
  fill: { locale: string; brand: string },
): string | undefined {
  const text = texts[key];
  return text && textIn(text, fill.locale).replaceAll('{brand}', () => fill.brand);
}
