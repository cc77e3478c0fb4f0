import { calibrate } from './calibrator.ts';
import { EVIDENCE_NAMES, computeEvidence, nearestQuestion, type Evidence } from './evidence.ts';
import { extractFeatures } from './features.ts';
import { scoreMembers, type Scored } from './members.ts';
import { hashExact, type Model } from './model.ts';
import { normaliseText } from './normalise.ts';
import { findMandatoryRule } from './rules.ts';
import type { MandatoryRule, Outcome, Reason, Understanding } from './types.ts';

// A high-risk article (fees, rates, fraud) is answered at once only with this much more confidence.
const HIGH_RISK_EXTRA = 0.1;
const ANSWER_THRESHOLD_MAX = 0.98;
// Articles about the same emergency answer together when they hold this share of the mixed models.
const EMERGENCY_SHARE_MIN = 0.75;

/**
 * Reads one question: exact match, mandatory hand-over rules, models, calibrated confidence, decision. Pure and deterministic;
 * reads at most 2,048 characters of the text; well below 5 ms. Never throws for any string.
 */
export function understand(model: Model, text: string): Understanding {
  const normalised = normaliseText(text);
  const hashed = extractFeatures(text, model.lang);
  const rule = findMandatoryRule(normalised, model.lang);
  const mandatory: Reason | undefined = rule && `mandatory:${rule.rule}`;
  if (hashed.hashes.length === 0) return handOver(mandatory ?? 'empty');
  const exactHash = hashExact(text, model.lang);
  const exactLabel = exactHash === undefined ? -1 : (model.exact.get(exactHash) ?? -1);
  const scored = scoreMembers(model.members, hashed);
  if (exactLabel < 0 && scored.neighbours.length === 0) return handOver(mandatory ?? 'unknown_language');
  const evidence = computeEvidence(scored, model.mix);
  const isExact = exactLabel >= 0;
  if (isExact) moveToFront(evidence, scored, exactLabel);
  const confidence = isExact ? 1 : calibrate(model.calibrator, evidence.values);
  const first = scored.classes[evidence.order[0]!]!;
  const isJoint =
    rule !== undefined && sharesOnRule(model, scored, { evidence, rule: rule.rule }) >= EMERGENCY_SHARE_MIN;
  const decision = decide(model, confidence, { isExact, isJoint, label: first });
  const handsOver = rule && (rule.strength === 'always' || decision.outcome !== 'answer');
  const nearest = nearestQuestion(model.members, scored);
  return {
    outcome: handsOver ? 'handoff' : decision.outcome,
    confidence,
    candidates: evidence.order.map((at) => ({
      id: model.ids[scored.classes[at]!]!,
      score: evidence.shares[at]!,
    })),
    reason: handsOver ? mandatory! : decision.reason,
    ...(nearest && {
      nearest: { question: model.questions[nearest.question]!, similarity: nearest.similarity },
    }),
    features: Object.fromEntries(EVIDENCE_NAMES.map((name, e) => [name, evidence.values[e]!])),
  };
}

function handOver(reason: Reason): Understanding {
  return { outcome: 'handoff', confidence: 0, candidates: [], reason, features: {} };
}

interface Decision {
  outcome: Outcome;
  reason: Reason;
}

/**
 * Share of the candidates whose standard question is about the same lost card, when the first of them is. Which card it
 * is matters less than the number to call, and each of these articles has it; for other rules nothing is shared.
 */
function sharesOnRule(
  model: Model,
  scored: Scored,
  about: { evidence: Evidence; rule: MandatoryRule },
): number {
  if (about.rule !== 'lost_card') return 0;
  const isAbout = (at: number) => {
    const question = model.questions[model.members.labels.indexOf(scored.classes[at]!)] ?? '';
    return findMandatoryRule(question, model.lang)?.rule === about.rule;
  };
  const [first, ...others] = about.evidence.order;
  if (first === undefined || !isAbout(first)) return 0;
  return [first, ...others].filter(isAbout).reduce((sum, at) => sum + about.evidence.shares[at]!, 0);
}

function decide(
  model: Model,
  confidence: number,
  first: { isExact: boolean; isJoint: boolean; label: number },
): Decision {
  if (first.isExact) return { outcome: 'answer', reason: 'exact' };
  const { answer, clarify } = model.thresholds;
  const extra = model.risks[first.label] === 1 ? HIGH_RISK_EXTRA : 0;
  if (confidence >= Math.min(Math.max(answer, ANSWER_THRESHOLD_MAX), answer + extra))
    return { outcome: 'answer', reason: 'confident' };
  if (confidence >= clarify && first.isJoint) return { outcome: 'answer', reason: 'confident' };
  if (confidence >= clarify) return { outcome: 'clarify', reason: 'ambiguous' };
  return { outcome: 'handoff', reason: 'unsure' };
}

/** An exact match is certain: its article leads, and its share is one. */
function moveToFront(evidence: Evidence, scored: Scored, label: number): void {
  const at = scored.classes.indexOf(label);
  if (at < 0) return;
  evidence.order = [at, ...evidence.order.filter((other) => other !== at)].slice(0, 10);
  evidence.shares = evidence.shares.map((share, place) => (place === at ? 1 : share / 1000));
}
