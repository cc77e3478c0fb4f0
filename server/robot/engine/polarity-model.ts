import { readFileSync } from 'node:fs';
import { parsePolarity, type PolarityModel } from './polarity.ts';
import type { Lang } from './types.ts';

/** Models that come with the product; how they were made stands in docs/robot-evaluation.md. */
const FILES: Partial<Record<Lang, URL>> = { zh: new URL('./polarity.zh.json', import.meta.url) };

const models = new Map<Lang, PolarityModel | undefined>();

/** The model of a language, read once; undefined for a language without one. Throws when its file is damaged. */
export function shippedPolarity(lang: Lang): PolarityModel | undefined {
  if (!models.has(lang)) {
    const file = FILES[lang];
    const model = file && parsePolarity(readFileSync(file, 'utf8'));
    if (file && !model) throw new Error(`The model of praise and blame of ${lang} is damaged.`);
    models.set(lang, model);
  }
  return models.get(lang);
}
