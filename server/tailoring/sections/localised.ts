import type { Schema } from '../../platform/http/index.ts';

/** A text in both languages of the product. */
export interface Localised {
  zh: string;
  en: string;
}

/** Schema of a text in both languages, neither of them blank. */
export function localised(maxLength: number): Schema {
  const text = { type: 'string', maxLength, pattern: '\\S' };
  return {
    type: 'object',
    additionalProperties: false,
    required: ['zh', 'en'],
    properties: { zh: text, en: text },
  };
}

/** The text for a language of the product; English for all but Chinese. */
export function textIn(text: Localised, locale: string): string {
  return locale.startsWith('zh') ? text.zh : text.en;
}
