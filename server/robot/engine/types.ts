/** Languages the engine knows; each has its own features, word lists, and rules. */
export type Lang = 'zh' | 'en';

/** One published article as the engine sees it. `similar` may be empty (the cold start). Texts are bounded to 512 characters. */
export interface KnowledgeEntry {
  id: string;
  question: string;
  similar: string[];
  /** A high-risk article (fees, rates, fraud) needs a confidence 0.1 above the threshold to be answered at once. */
  riskLevel?: 'normal' | 'high';
}

/** What the robot should do: answer the first candidate, offer up to three, or hand over to an agent. */
export type Outcome = 'answer' | 'clarify' | 'handoff';

/** Rules that hand over whatever the models say. */
export type MandatoryRule = 'human' | 'complaint' | 'lost_card' | 'fraud' | 'self_harm';

/** Why the outcome was chosen. */
export type Reason =
  | 'exact'
  | 'confident'
  | 'ambiguous'
  | 'unsure'
  | 'empty'
  | 'unknown_language'
  | `mandatory:${MandatoryRule}`;

/** The engine's reading of one question. */
export interface Understanding {
  outcome: Outcome;
  /** Calibrated probability, 0 to 1, that the first candidate is the right article; given on every outcome. */
  confidence: number;
  /** At most ten distinct articles, best first; `score` is the share of the mixed models, 0 to 1. */
  candidates: { id: string; score: number }[];
  reason: Reason;
  /** The known question nearest to this one, masked; `similarity` is a cosine, 0 to 1. Absent when nothing is shared. */
  nearest?: { question: string; similarity: number };
  /** What the calibrator saw, by name, for the explanation in the console. */
  features: Record<string, number>;
}

/** One point of the curve shown at publishing: what a threshold would have meant in cross-validation. */
export interface CurvePoint {
  threshold: number;
  /** Share of in-scope questions answered at once, 0 to 1. */
  coverage: number;
  /** Share of in-scope questions answered with a wrong article, 0 to 1. */
  wrongAnswers: number;
  /** Share of questions about withheld articles that were answered all the same, 0 to 1. */
  falseAnswers: number;
}

/** Settings of one training. */
export interface TrainOptions {
  lang: Lang;
  /** Same seed and same entries give the same bytes. Default 1. */
  seed?: number;
  /** Share of in-scope questions that may be answered wrongly, 0 to 1. Default 0.03. */
  wrongAnswerBudget?: number;
  /** The bank's own unlabelled questions for self-training, used as if every confident proposal were accepted. */
  chats?: string[];
  /** Called with the share done, 0 to 1, and the step. */
  onProgress?: (ratio: number, step: string) => void;
}
