import { ROBOT_MISSES_MAX, type MessageMeta } from '../../desk/index.ts';
import type { LiveAnswer } from '../../knowledge/index.ts';
import type { Reading } from './reader.ts';

/** Choices offered when the robot asks back; more than three nobody reads. */
export const OPTIONS_MAX = 3;
/** After this many rounds of asking back in a row the robot admits that it does not understand. */
export const CLARIFY_ROUNDS_MAX = 2;
/** The same answer this often in a row did not help: a person takes over. */
export const SAME_ANSWER_MAX = 2;
/** Category of greetings and the like: answered, but never offered as a choice. */
const SMALL_TALK = 'smalltalk';

/** An article to choose from. */
export interface Option {
  article: LiveAnswer;
  score: number;
}

/** What the robot does about one message. `reason` is a code for the trail and for the agent who takes over. */
export type Reply =
  | { outcome: 'answer'; reason: string; article: LiveAnswer }
  | { outcome: 'clarify'; reason: string; options: Option[] }
  | { outcome: 'fallback'; reason: string }
  | { outcome: 'handoff'; reason: string };

/**
 * A message this negative, or two in a row this much, and a person takes over. Of 1,296 Chinese and 1,296 English wordings of a
 * bank's questions two are as negative as the first, both about complaints, and 65 as the second.
 */
export const UPSET_POLARITY = { once: -0.7, twice: -0.5 } as const;

/** What went before in the conversation. */
export interface Before {
  /** How often in a row the robot was unsure. */
  misses: number;
  /** The robot's messages before this question, oldest first. */
  robotSaid: readonly MessageMeta[];
  /** Polarity of the requester's messages, oldest first, this one last; -1 to 1. */
  moods: readonly number[];
}

/** The article a requester chose among the offered ones. */
export function replyToChoice(article: LiveAnswer): Reply {
  return { outcome: 'answer', reason: 'chosen', article };
}

/**
 * Decides by the reading and what went before. Mandatory rules and the wish for a person win over everything; an
 * article that is not live any more is neither quoted nor offered.
 */
export function decideReply(reading: Reading, before: Before): Reply {
  const { understanding, live } = reading;
  if (understanding.reason.startsWith('mandatory:')) {
    return { outcome: 'handoff', reason: understanding.reason.slice('mandatory:'.length) };
  }
  if (understanding.reason !== 'exact' && isUpset(before.moods))
    return { outcome: 'handoff', reason: 'upset' };
  const first = live[0];
  const isFirstLive = first !== undefined && first.id === understanding.candidates[0]?.id;
  if (understanding.outcome === 'answer' && isFirstLive) {
    const isRepeated = first.category !== SMALL_TALK && sameAnswers(before, first.id) >= SAME_ANSWER_MAX;
    if (isRepeated) return { outcome: 'handoff', reason: 'repeated' };
    return { outcome: 'answer', reason: understanding.reason, article: first };
  }
  if (understanding.outcome !== 'handoff' && clarifyRounds(before) < CLARIFY_ROUNDS_MAX) {
    const options = optionsOf(reading);
    if (options.length > 0) return { outcome: 'clarify', reason: understanding.reason, options };
  }
  return unsure(before, understanding.reason === 'empty' ? 'empty' : 'unsure');
}

/** Upset now, or twice in a row: asking back or quoting articles would make it worse. */
function isUpset(moods: readonly number[]): boolean {
  const now = moods.at(-1) ?? 0;
  const before = moods.at(-2) ?? 0;
  return now <= UPSET_POLARITY.once || Math.max(now, before) <= UPSET_POLARITY.twice;
}

function unsure(before: Before, reason: string): Reply {
  if (before.misses + 1 >= ROBOT_MISSES_MAX) return { outcome: 'handoff', reason: 'unsure' };
  return { outcome: 'fallback', reason };
}

/** At most three live candidates, best first, small talk left out. */
export function optionsOf({ understanding, live }: Reading): Option[] {
  const scores = new Map(understanding.candidates.map(({ id, score }) => [id, score]));
  return live
    .filter(({ category }) => category !== SMALL_TALK)
    .slice(0, OPTIONS_MAX)
    .map((article) => ({ article, score: scores.get(article.id) ?? 0 }));
}

function sameAnswers({ robotSaid }: Before, articleId: string): number {
  return trailing(robotSaid, (meta) => meta.outcome === 'answer' && meta.articleId === articleId);
}

function clarifyRounds({ robotSaid }: Before): number {
  return trailing(robotSaid, (meta) => meta.outcome === 'clarify');
}

/** How many of the last messages in a row meet the condition. */
function trailing(said: readonly MessageMeta[], meets: (meta: MessageMeta) => boolean): number {
  let count = 0;
  while (count < said.length && meets(said[said.length - 1 - count] as MessageMeta)) count += 1;
  return count;
}
