import type {
  Criterion,
  ForbiddenConfig,
  RequiredConfig,
  ResponseTimeConfig,
  SentimentConfig,
} from '../score-cards/score-card.rules.ts';
import { compilePattern, findWord, type Span } from './matching.ts';
import { responsesOf } from './response-times.ts';

/** A message as the rules read it. */
export interface Utterance {
  seq: number;
  from: 'requester' | 'agent' | 'robot' | 'system';
  text: string;
  at: Date;
  /** For system messages: the state the conversation came to. */
  state?: string;
}

/** Where something was found: a message and a part of its text in UTF-16 units. Never the text itself. */
export interface Evidence extends Span {
  seq: number;
}

/** What one criterion came to. `points` is null while nothing can be said: not applicable, or left to a person. */
export interface Judgement {
  criterionId: string;
  points: number | null;
  isMet: boolean | null;
  evidence: Evidence[];
}

/** What a whole card came to. `score` is 0 to 100, null when no criterion applied. */
export interface Score {
  score: number | null;
  isFatal: boolean;
  /** Criteria that were judged and not met. */
  findingsCount: number;
}

/** Judges a conversation by a card; made once per card version because patterns are compiled. */
export type Judge = (conversation: readonly Utterance[]) => Judgement[];

/** Port: mood of a requester's message, -1 (very negative) to 1. */
export type SentimentOf = (text: string) => { polarity: number; urgency: number };

type Find = (text: string) => Span[];
type Verdict = { share: number | null; evidence: Evidence[] };
type Rule = (conversation: readonly Utterance[]) => Verdict;

/** Evidence kept of one criterion. */
const EVIDENCE_MAX = 50;
/** Units of a message that evidence about the whole message points at. */
const WHOLE_MESSAGE_MAX = 200;
const NOT_APPLICABLE: Verdict = { share: null, evidence: [] };

/** Compiles a card's criteria into one judge. Throws when a pattern cannot be used; cards are checked before. */
export function createJudge(criteria: readonly Criterion[], sentimentOf: SentimentOf): Judge {
  const rules = criteria.map((criterion) => ({ criterion, rule: ruleOf(criterion, sentimentOf) }));
  return (conversation) =>
    rules.map(({ criterion, rule }) => {
      const { share, evidence } = rule(conversation);
      return judgementOf(criterion, share, evidence.slice(0, EVIDENCE_MAX));
    });
}

function judgementOf(criterion: Criterion, share: number | null, evidence: Evidence[]): Judgement {
  if (share === null) return { criterionId: criterion.id, points: null, isMet: null, evidence };
  const isMet = share === 1;
  // A part-way share never rounds up to all points: full points mean that the criterion is met.
  const part = Math.min(Math.round(criterion.weight * share), criterion.weight - 1);
  const points = isMet ? criterion.weight : criterion.isFatal ? 0 : part;
  return { criterionId: criterion.id, points, isMet, evidence };
}

function ruleOf(criterion: Criterion, sentimentOf: SentimentOf): Rule {
  switch (criterion.kind) {
    case 'forbidden':
      return forbiddenRule(criterion.config);
    case 'required':
      return requiredRule(criterion.config);
    case 'response-time':
      return responseTimeRule(criterion.config);
    case 'sentiment':
      return sentimentRule(criterion.config, sentimentOf);
    case 'manual':
      return () => NOT_APPLICABLE;
  }
}

function evidenceIn(message: Utterance, find: Find): Evidence[] {
  return find(message.text).map(({ start, end }) => ({ seq: message.seq, start, end }));
}

function wholeOf(message: Utterance): Evidence {
  return { seq: message.seq, start: 0, end: Math.min(message.text.length, WHOLE_MESSAGE_MAX) };
}

/** Any hit in a message of the speaker fails it. Not applicable when the speaker said nothing. */
function forbiddenRule({ by, words, patterns }: ForbiddenConfig): Rule {
  const finds: Find[] = words.map((word) => (text) => findWord(text, word));
  for (const pattern of patterns) {
    const compiled = compilePattern(pattern);
    if (!compiled.ok)
      throw new Error(`A pattern of a stored score card cannot be used: ${compiled.problem}.`);
    finds.push(compiled.find);
  }
  return (conversation) => {
    const spoken = conversation.filter(
      ({ from }) => from === 'agent' || (by === 'service' && from === 'robot'),
    );
    if (spoken.length === 0) return NOT_APPLICABLE;
    const evidence = spoken.flatMap((message) => finds.flatMap((find) => evidenceIn(message, find)));
    return { share: evidence.length === 0 ? 1 : 0, evidence };
  };
}

/** Met when a phrase stands in the agent's first or last messages; the evidence shows it, or where it was looked for. */
function requiredRule({ phrases, place, messages }: RequiredConfig): Rule {
  return (conversation) => {
    const spoken = conversation.filter(({ from }) => from === 'agent');
    if (spoken.length === 0) return NOT_APPLICABLE;
    const searched = place === 'start' ? spoken.slice(0, messages) : spoken.slice(-messages);
    const found = searched.flatMap((message) =>
      phrases.flatMap((phrase) => evidenceIn(message, (text) => findWord(text, phrase))),
    );
    if (found.length > 0) return { share: 1, evidence: found.slice(0, 1) };
    return { share: 0, evidence: searched.map(wholeOf) };
  };
}

/** The share of answers in time; the evidence shows the late ones. Not applicable when no agent was in it. */
function responseTimeRule({ secondsMax }: ResponseTimeConfig): Rule {
  return (conversation) => {
    const responses = responsesOf(conversation);
    if (responses.length === 0) return NOT_APPLICABLE;
    const late = responses.filter(({ seconds }) => seconds > secondsMax);
    const bySeq = new Map(conversation.map((message) => [message.seq, message]));
    const evidence = late.flatMap(({ replySeq }) => {
      const reply = bySeq.get(replySeq);
      return reply === undefined ? [] : [wholeOf(reply)];
    });
    return { share: 1 - late.length / responses.length, evidence };
  };
}

/** Met when the requester's last messages are not too negative on the whole; the evidence shows the negative ones. */
function sentimentRule({ messages, polarityMin }: SentimentConfig, sentimentOf: SentimentOf): Rule {
  return (conversation) => {
    const last = conversation
      .filter(({ from, text }) => from === 'requester' && text !== '')
      .slice(-messages);
    if (last.length === 0) return NOT_APPLICABLE;
    const moods = last.map((message) => ({ message, polarity: sentimentOf(message.text).polarity }));
    const mean = moods.reduce((sum, { polarity }) => sum + polarity, 0) / moods.length;
    if (mean >= polarityMin) return { share: 1, evidence: [] };
    const negative = moods.filter(({ polarity }) => polarity < polarityMin);
    return { share: 0, evidence: negative.map(({ message }) => wholeOf(message)) };
  };
}

/**
 * Adds a card up: points of the criteria that applied, of their weights, in percent. The weight of the others is left
 * out. A fatal criterion that is not met makes it 0.
 */
export function computeScore(
  criteria: readonly Criterion[],
  judgements: readonly Pick<Judgement, 'criterionId' | 'points' | 'isMet'>[],
): Score {
  const byId = new Map(judgements.map((judgement) => [judgement.criterionId, judgement]));
  let points = 0;
  let weight = 0;
  let isFatal = false;
  let findingsCount = 0;
  for (const criterion of criteria) {
    const judgement = byId.get(criterion.id);
    if (judgement === undefined || judgement.points === null) continue;
    points += judgement.points;
    weight += criterion.weight;
    if (judgement.isMet === true) continue;
    findingsCount += 1;
    isFatal ||= criterion.isFatal;
  }
  if (weight === 0) return { score: null, isFatal, findingsCount };
  return { score: isFatal ? 0 : Math.round((100 * points) / weight), isFatal, findingsCount };
}

/** Whether a person may give these points: whole, within the weight, and all or nothing where the criterion is fatal. */
export function arePointsAllowed(criterion: Criterion, points: number): boolean {
  if (!Number.isInteger(points) || points < 0 || points > criterion.weight) return false;
  return !criterion.isFatal || points === 0 || points === criterion.weight;
}
