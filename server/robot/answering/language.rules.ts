import type { Locale } from '../../knowledge/index.ts';

const HAN = /\p{Script=Han}/gu;
const LATIN_WORD = /\p{Script=Latin}+/gu;

/**
 * The language a question is asked in: Han characters against Latin words, so that "怎么绑定 Apple Pay" is Chinese.
 * A question with neither (digits, emoji) or with as many of both is in the `preferred` language.
 */
export function localeOfText(text: string, preferred: Locale): Locale {
  const han = text.match(HAN)?.length ?? 0;
  const latin = text.match(LATIN_WORD)?.length ?? 0;
  if (han === latin) return preferred;
  return han > latin ? 'zh-CN' : 'en';
}
