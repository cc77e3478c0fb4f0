import { AppError } from '../../kernel/index.ts';
import { compilePattern } from '../judging/matching.ts';

/** How a criterion is judged. All but `manual` are judged by rules when a conversation closes. */
export type CriterionKind = 'forbidden' | 'required' | 'response-time' | 'sentiment' | 'manual';

/** Whose messages a criterion reads: those of agents, or those of agents and the robot alike. */
export type Speaker = 'agent' | 'service';

/** Words and patterns nobody may write. Patterns are regular expressions in RE2 syntax, matched in linear time. */
export interface ForbiddenConfig {
  by: Speaker;
  words: string[];
  patterns: string[];
}

/** One of the phrases stands in the agent's first (or last) `messages` messages. */
export interface RequiredConfig {
  phrases: string[];
  place: 'start' | 'end';
  messages: number;
}

/** Agents answer within `secondsMax` of the requester's message, or of the wait for a person. */
export interface ResponseTimeConfig {
  secondsMax: number;
}

/** The mean polarity (-1 to 1) of the requester's last `messages` messages is at least `polarityMin`. */
export interface SentimentConfig {
  messages: number;
  polarityMin: number;
}

interface CriterionBase {
  /** Stable within the card: lower-case letters, digits, dashes. */
  id: string;
  title: string;
  /** Points the criterion is worth, 1 to 100. */
  weight: number;
  /** Missing it makes the whole score 0; such a criterion gives all its points or none. */
  isFatal: boolean;
}

/** One weighted line of a score card. */
export type Criterion = CriterionBase &
  (
    | { kind: 'forbidden'; config: ForbiddenConfig }
    | { kind: 'required'; config: RequiredConfig }
    | { kind: 'response-time'; config: ResponseTimeConfig }
    | { kind: 'sentiment'; config: SentimentConfig }
    | { kind: 'manual'; config: Record<string, never> }
  );

/** What a score card may hold. Every closed conversation is judged by all of it, so each part is bounded. */
export const CARD_LIMITS = {
  criteria: 40,
  weight: 100,
  words: 500,
  wordCharacters: 60,
  patterns: 20,
  patternCharacters: 200,
  titleCharacters: 120,
  messages: 50,
  secondsMax: 7 * 24 * 3_600,
} as const;

/**
 * Refuses a card that could not be judged: `score_card.invalid`, with the criterion and what is wrong with it. The
 * form (types, lengths) was checked by the route's schema.
 */
export function assertCriteria(criteria: readonly Criterion[]): void {
  if (criteria.length === 0) throw invalid('', 'empty');
  const seen = new Set<string>();
  for (const criterion of criteria) {
    if (seen.has(criterion.id)) throw invalid(criterion.id, 'duplicate-id');
    seen.add(criterion.id);
    const problem = problemOf(criterion);
    if (problem !== undefined) throw invalid(criterion.id, problem);
  }
}

function invalid(criterion: string, problem: string): AppError {
  return new AppError('score_card.invalid', { details: { criterion, problem } });
}

function problemOf(criterion: Criterion): string | undefined {
  if (criterion.title.trim() === '') return 'title-empty';
  switch (criterion.kind) {
    case 'forbidden': {
      const { words, patterns } = criterion.config;
      if (words.length + patterns.length === 0) return 'nothing-to-find';
      if (words.some((word) => word.trim() === '')) return 'word-empty';
      return patterns.map(patternProblem).find((problem) => problem !== undefined);
    }
    case 'required': {
      const { phrases } = criterion.config;
      if (phrases.length === 0) return 'nothing-to-find';
      return phrases.some((phrase) => phrase.trim() === '') ? 'word-empty' : undefined;
    }
    default:
      return undefined;
  }
}

function patternProblem(pattern: string): string | undefined {
  const compiled = compilePattern(pattern);
  return compiled.ok ? undefined : compiled.problem;
}
