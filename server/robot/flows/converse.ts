import { findMandatoryRule, normaliseText } from '../engine/index.ts';
import { NO_FLOW, resumeLookup, stepFlow, type Turn } from './flow-engine.rules.ts';
import { flowText } from './flow.texts.ts';
import type { EndKind, Ended, FlowState, FlowStep, LiveFlow, SlotValues } from './flow.types.ts';

/** An answer of knowledge to a question beside a flow, if it has one. */
export type AnswerOf = (question: string) => string | undefined;

/** One step of a dialogue that is played outside conversations. */
export interface Played {
  text: string;
  /** Empty where no flow is concerned and knowledge has nothing. */
  reply: string;
  /** What the flow waits for afterwards; `end` when it is over, `none` when there is none. */
  stage: string;
  asked?: string;
  misses?: number;
  slots: SlotValues;
  state: FlowState;
  ended?: Ended;
}

const SCRIPT_DAY = '2026-05-13';

/** Takes a dialogue one message further. Another system that would be asked has records. */
export function playTurn(state: FlowState, turn: Turn, answerOf: AnswerOf = () => undefined): Played {
  const step = settle(stepFlow(state, turn), turn, answerOf);
  const { text } = turn;
  if (step.kind === 'none') return { text, reply: answerOf(text) ?? '', stage: 'none', slots: {}, state };
  const frame = step.state.frames.at(-1);
  if (step.kind === 'end') {
    const { ended } = step;
    return { text, reply: step.text, stage: 'end', slots: ended.slots, state: step.state, ended };
  }
  const { stage = 'none', asked = null, misses = 0, slots = {} } = frame ?? {};
  return {
    text,
    reply: step.text,
    stage,
    ...(asked === null ? {} : { asked }),
    misses,
    slots,
    state: step.state,
  };
}

type Settled = Exclude<FlowStep, { kind: 'digress' | 'lookup' }>;

/** Follows questions beside the flow and questions to other systems to what is said. */
function settle(step: FlowStep, turn: Turn, answerOf: AnswerOf): Settled {
  if (step.kind === 'digress') {
    const answer = answerOf(step.question);
    if (answer === undefined) return settle(step.otherwise, turn, answerOf);
    return { kind: 'say', state: step.state, text: `${answer}\n${step.prompt}` };
  }
  if (step.kind === 'lookup')
    return settle(resumeLookup(step.state, turn, { isFound: true, text: '…' }), turn, answerOf);
  return step;
}

/** Plays a whole dialogue; `end` is how the last flow ended, `unfinished`, or `not_started`. */
export function converse(
  flows: readonly LiveFlow[],
  turns: readonly string[],
  today = SCRIPT_DAY,
): { end: string; slots: SlotValues; turns: Omit<Played, 'state' | 'ended'>[] } {
  let state = NO_FLOW;
  let end = 'not_started';
  let slots: SlotValues = {};
  const played = turns.map((text) => {
    const { state: next, ended, ...shown } = playTurn(state, { text, today, flows });
    state = next;
    if (ended) [end, slots] = [ended.end, ended.slots];
    else if (shown.stage !== 'none') [end, slots] = ['unfinished', shown.slots];
    return shown;
  });
  return { end, slots, turns: played };
}

/** What the robot says to one message of a dialogue played outside conversations. */
export interface Said {
  reply: string;
  slots: SlotValues;
  state: FlowState;
  /** Given when a flow is over with this message, or a person takes over. */
  end?: EndKind;
  flow?: string;
}

/** The same with what conversations do around flows: rules that hand over, and a sentence where nothing is known. */
export function playMessage(state: FlowState, turn: Turn, answerOf?: AnswerOf): Said {
  const first = turn.flows[0]?.definition.locale ?? 'zh-CN';
  const played = playTurn(state, turn, answerOf);
  const { reply, slots, ended } = played;
  if (ended) return { reply, slots, state: played.state, end: ended.end, flow: ended.flow.definition.key };
  const running = played.state.frames.at(-1);
  if (running) return { reply, slots, state: played.state, flow: running.flow };
  const rule = findMandatoryRule(normaliseText(turn.text), first === 'en' ? 'en' : 'zh');
  if (rule?.strength === 'always')
    return { reply: flowText(first, 'human'), slots: {}, state, end: 'handoff' };
  return { reply: reply === '' ? flowText(first, 'again') : reply, slots: {}, state };
}
