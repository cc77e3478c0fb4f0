import type { Calibrator } from './calibrator.ts';
import type { Members } from './members.ts';
import { exactKey, maskNumbers, normaliseText } from './normalise.ts';
import type { Thresholds } from './thresholds.ts';
import type { CurvePoint, KnowledgeEntry, Lang } from './types.ts';

/** A trained engine. Plain data apart from the scratch memory of the searcher; not shared between threads. */
export interface Model {
  lang: Lang;
  ids: string[];
  /** 1 for a high-risk article. */
  risks: Uint8Array;
  /** Masked known questions, in the order of `members.labels`. */
  questions: string[];
  /** Hash of the exact form of each known question → article number, or -1 where two articles claim it. */
  exact: Map<number, number>;
  members: Members;
  mix: Float64Array;
  calibrator: Calibrator;
  thresholds: Thresholds;
  /** Empty when there were too few questions to cross-validate. */
  curve: CurvePoint[];
}

/** 53-bit hash of the exact form: collisions are out of the question below a billion questions, and no number is stored. */
export function hashExact(text: string, lang: Lang): number | undefined {
  const key = exactKey(normaliseText(text), lang);
  if (key === '') return undefined;
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0);
}

/** Parts of a model that training produced. */
export interface ModelParts {
  lang: Lang;
  entries: KnowledgeEntry[];
  texts: string[];
  members: Members;
  mix: Float64Array;
  calibrator: Calibrator;
  thresholds: Thresholds;
  curve: CurvePoint[];
}

/** Puts the parts together; known questions are kept masked only. */
export function buildModel(parts: ModelParts): Model {
  const { lang, entries, texts, members } = parts;
  const exact = new Map<number, number>();
  for (const [i, text] of texts.entries()) {
    const hash = hashExact(text, lang);
    if (hash === undefined) continue;
    const label = members.labels[i]!;
    const known = exact.get(hash);
    exact.set(hash, known === undefined || known === label ? label : -1);
  }
  return {
    lang,
    ids: entries.map((entry) => entry.id),
    risks: Uint8Array.from(entries, (entry) => (entry.riskLevel === 'high' ? 1 : 0)),
    questions: texts.map((text) => maskNumbers(normaliseText(text))),
    exact,
    members,
    mix: parts.mix,
    calibrator: parts.calibrator,
    thresholds: parts.thresholds,
    curve: parts.curve,
  };
}
