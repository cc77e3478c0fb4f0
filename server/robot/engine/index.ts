export { KnowledgeError, trainModel } from './train.ts';
export { understand } from './understand.ts';
export { clusterTexts, CLUSTERED_TEXTS_MAX, type Cluster } from './clusters.ts';
export { measureChange, type Change, type ProposedWording } from './change.ts';
export { loadModel, serializeModel } from './model-file.ts';
export { readPolarity, sentiment } from './sentiment.ts';
export {
  parsePolarity,
  presentPolarity,
  trainPolarity,
  type JudgedText,
  type PolarityModel,
} from './polarity.ts';
export { computeFigures, computeShare, type Figures, type JudgedReading, type Share } from './figures.ts';
export {
  findDocument,
  indexDocuments,
  type DocumentIndex,
  type FoundDocument,
  type SourceDocument,
} from './documents.ts';
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
