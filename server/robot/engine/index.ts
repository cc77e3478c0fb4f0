export { KnowledgeError, trainModel } from './train.ts';
export { understand } from './understand.ts';
export { loadModel, serializeModel } from './model-file.ts';
export { sentiment } from './sentiment.ts';
export { normaliseText, maskNumbers, exactKey } from './normalise.ts';
export { findMandatoryRule, type RuleHit } from './rules.ts';
export type { Model } from './model.ts';
export type {
  CurvePoint,
  KnowledgeEntry,
  Lang,
  MandatoryRule,
  Outcome,
  Reason,
  TrainOptions,
  Understanding,
} from './types.ts';
