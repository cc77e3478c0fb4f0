import { createContext } from 'preact';
import { createTranslate, type Language } from './texts.ts';

/** The language of everything drawn below. */
export const LanguageContext = createContext<{ language: Language; t: ReturnType<typeof createTranslate> }>({
  language: 'zh-CN',
  t: createTranslate('zh-CN'),
});
