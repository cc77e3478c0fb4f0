import { findMandatoryRule, normaliseText } from '../engine/index.ts';
import { isCancel, isGoOn, isNo, isQuestion, isSkip, isYes } from './dialogue.rules.ts';
import { fill, findCorrection, namesSlot, type Correction, type Filling } from './fill.rules.ts';
import { faultText, flowText } from './flow.texts.ts';
import {
  FLOW_LIMITS,
  type EndKind,
  type Ended,
  type FlowState,
  type FlowStep,
  type Frame,
  type LiveFlow,
} from './flow.types.ts';
import { fillTemplate, findForSlot, isOpen, presentValue } from './slot-values.rules.ts';
import { findTriggered } from './trigger.rules.ts';

/** What a turn is decided on. */
export interface Turn {
  text: string;
  /** Today where the customer is, YYYY-MM-DD. */
  today: string;
  /** The published flows; a message may be in another language than the site. */
  flows: readonly LiveFlow[];
}

/** A conversation without a flow. */
export const NO_FLOW: FlowState = { frames: [] };

/**
 * The next step of a conversation's flows for one message. Pure; never throws for any text. Rules that hand over whatever
 * happens (a person is asked for, fraud, danger) end a running flow with what it knows.
 */
export function stepFlow(state: FlowState, turn: Turn): FlowStep {
  const text = tidy(turn.text);
  const frame = state.frames.at(-1);
  const flow = frame && flowOf(turn.flows, frame);
  if (!frame || !flow) return begin({ frames: [] }, { ...turn, text });
  const rule = findMandatoryRule(normaliseText(text), flow.definition.locale === 'en' ? 'en' : 'zh');
  const handsOver = rule?.strength === 'always' && rule.rule !== flow.definition.helpsWith;
  if (handsOver) return end(state, turn, { flow, end: 'handoff', reason: 'human' });
  return continueFlow(state, { ...turn, text }, flow);
}

/** Starts this flow whatever the text says of it, taking what it says of the slots. */
export function startFlow(state: FlowState, turn: Turn, flow: LiveFlow): FlowStep {
  const text = tidy(turn.text);
  const frame: Frame = {
    ...{ flow: flow.definition.key, locale: flow.definition.locale, version: flow.version },
    ...{ slots: {}, asked: null, last: null, stage: 'fill', misses: 0 },
  };
  const filling = fill(flow.definition, frame, text, turn);
  const frames = [...state.frames.slice(-(FLOW_LIMITS.frames - 1)), withFilling(frame, filling)];
  return askNext({ frames }, { ...turn, text }, { flow, said: [] });
}

/** Goes on with the answer of the other system: its records in words, or why there are none. */
export function resumeLookup(
  state: FlowState,
  turn: Turn,
  answer: { isFound: boolean; text: string },
): FlowStep {
  const frame = state.frames.at(-1);
  const flow = frame && flowOf(turn.flows, frame);
  if (!frame || !flow || frame.stage !== 'lookup') return { kind: 'none' };
  if (!answer.isFound && flow.definition.lookup?.onFailure === 'handoff') {
    return end(state, turn, { flow, end: 'handoff', reason: 'lookup_failed' });
  }
  return end(state, turn, { flow, end: 'completed', reason: 'confirmed', records: answer.text });
}

function tidy(text: string): string {
  return text.slice(0, 2_048).normalize('NFKC').replace(/\s+/g, ' ').trim();
}

function flowOf(flows: readonly LiveFlow[], frame: Frame): LiveFlow | undefined {
  return flows.find(
    ({ definition, version }) =>
      definition.key === frame.flow && definition.locale === frame.locale && version === frame.version,
  );
}

function begin(state: FlowState, turn: Turn): FlowStep {
  const flow = findTriggered(turn.text, turn.flows);
  return flow ? startFlow(state, turn, flow) : { kind: 'none' };
}

function continueFlow(state: FlowState, turn: Turn, flow: LiveFlow): FlowStep {
  const frame = state.frames.at(-1) as Frame;
  const { locale } = flow.definition;
  const asked = flow.definition.slots.find(({ name }) => name === frame.asked);
  const isAnswer =
    asked?.type === 'choice' &&
    findForSlot(asked, turn.text, { ...turn, isAsked: true }).some(({ text }) => text === turn.text);
  if (!isAnswer && isCancel(turn.text))
    return end(state, turn, { flow, end: 'cancelled', reason: 'cancelled' });
  if (isGoOn(turn.text)) return say(state, `${flowText(locale, 'goOn')}${promptOf(flow, frame)}`);
  if (frame.stage === 'confirm') return confirm(state, turn, flow);
  if (frame.stage === 'change') return change(state, turn, flow);
  return takeAnswer(state, turn, flow);
}

/** The answer to a question about a slot. */
function takeAnswer(state: FlowState, turn: Turn, flow: LiveFlow): FlowStep {
  const { definition } = flow;
  const frame = state.frames.at(-1) as Frame;
  const asked = definition.slots.find(({ name }) => name === frame.asked);
  const filling = fill(definition, frame, turn.text, turn);
  const hasAnswer = frame.asked !== null && filling.filled.includes(frame.asked);
  const correction = findCorrection(definition, frame, {
    text: turn.text,
    context: turn,
    isConfirming: false,
  });
  if (correction && (!hasAnswer || namesSlot(correction.slot, turn.text)))
    return correct(state, turn, { flow, correction });
  if (filling.filled.length > 0) return takeFilling(state, turn, { flow, filling });
  if (asked?.optional && isSkip(turn.text)) {
    const skipped = { ...frame, slots: { ...frame.slots, [asked.name]: null }, misses: 0 };
    return askNext(replaced(state, skipped), turn, { flow, said: [] });
  }
  if (filling.fault) {
    const why =
      filling.fault.slot.wrong ?? faultText(definition.locale, filling.fault.fault, filling.fault.slot.type);
    return miss(state, turn, { flow, why: fillTemplate(why, definition.slots, frame.slots) });
  }
  const other = findTriggered(turn.text, turn.flows);
  const isOther =
    other && other.definition.key !== definition.key && state.frames.length < FLOW_LIMITS.frames;
  if (isOther) return startFlow(state, turn, other);
  return digress(state, turn, {
    flow,
    otherwise: freeText(state, turn, flow) ?? miss(state, turn, { flow }),
  });
}

/** Words for a slot that takes any: unless they ask something that knowledge answers. */
function freeText(state: FlowState, turn: Turn, flow: LiveFlow): FlowStep | undefined {
  const frame = state.frames.at(-1) as Frame;
  const asked = flow.definition.slots.find(({ name }) => name === frame.asked);
  const [found] = asked?.type === 'text' ? findForSlot(asked, turn.text, { ...turn, isAsked: true }) : [];
  if (!asked || !found) return undefined;
  const filled = {
    ...frame,
    slots: { ...frame.slots, [asked.name]: found.value },
    last: asked.name,
    misses: 0,
  };
  return askNext(replaced(state, filled), turn, { flow, said: [] });
}

function digress(
  state: FlowState,
  turn: Turn,
  { flow, otherwise }: { flow: LiveFlow; otherwise: FlowStep },
): FlowStep {
  const frame = state.frames.at(-1) as Frame;
  const asked = flow.definition.slots.find(({ name }) => name === frame.asked);
  if (asked?.type === 'text' && !isQuestion(turn.text)) return otherwise;
  return { kind: 'digress', state, question: turn.text, prompt: promptOf(flow, frame), otherwise };
}

function takeFilling(
  state: FlowState,
  turn: Turn,
  { flow, filling }: { flow: LiveFlow; filling: Filling },
): FlowStep {
  const frame = withFilling(state.frames.at(-1) as Frame, filling);
  const next = askNext(replaced(state, frame), turn, { flow, said: [] });
  if (filling.question === undefined || next.kind !== 'say') return next;
  return {
    kind: 'digress',
    state: next.state,
    question: filling.question,
    prompt: next.text,
    otherwise: next,
  };
}

function withFilling(frame: Frame, { values, filled }: Filling): Frame {
  return {
    ...frame,
    slots: values,
    last: filled.at(-1) ?? frame.last,
    misses: filled.length > 0 ? 0 : frame.misses,
  };
}

function correct(
  state: FlowState,
  turn: Turn,
  { flow, correction }: { flow: LiveFlow; correction: Correction },
): FlowStep {
  const { slot, value, fault } = correction;
  const frame = state.frames.at(-1) as Frame;
  const { locale } = flow.definition;
  if (fault !== undefined)
    return miss(state, turn, { flow, why: slot.wrong ?? faultText(locale, fault, slot.type) });
  const said = flowText(locale, 'corrected', { title: slot.title, value: presentValue(slot, value) });
  const changed: Frame = {
    ...frame,
    slots: { ...frame.slots, [slot.name]: value },
    last: slot.name,
    misses: 0,
    stage: 'fill',
  };
  return askNext(replaced(state, changed), turn, { flow, said: [said] });
}

function confirm(state: FlowState, turn: Turn, flow: LiveFlow): FlowStep {
  const frame = state.frames.at(-1) as Frame;
  const correction = findCorrection(flow.definition, frame, {
    text: turn.text,
    context: turn,
    isConfirming: true,
  });
  if (correction) return correct(state, turn, { flow, correction });
  if (isNo(turn.text)) return beginChange(state, turn, flow);
  if (isYes(turn.text)) return finish(state, turn, flow);
  const named = namedSlot(flow, turn.text);
  if (named !== undefined) return reopen(state, turn, { flow, name: named });
  return digress(state, turn, { flow, otherwise: miss(state, turn, { flow }) });
}

/** The customer said that something is wrong, not yet what. */
function beginChange(state: FlowState, turn: Turn, flow: LiveFlow): FlowStep {
  const frame = state.frames.at(-1) as Frame;
  const named = namedSlot(flow, turn.text);
  if (named !== undefined) return reopen(state, turn, { flow, name: named });
  return say(
    replaced(state, { ...frame, stage: 'change', asked: null }),
    promptOf(flow, { ...frame, stage: 'change' }),
  );
}

function change(state: FlowState, turn: Turn, flow: LiveFlow): FlowStep {
  const frame = state.frames.at(-1) as Frame;
  const correction = findCorrection(flow.definition, frame, {
    text: turn.text,
    context: turn,
    isConfirming: true,
  });
  if (correction) return correct(state, turn, { flow, correction });
  const named = namedSlot(flow, turn.text);
  if (named !== undefined) return reopen(state, turn, { flow, name: named });
  return digress(state, turn, { flow, otherwise: miss(state, turn, { flow }) });
}

function namedSlot(flow: LiveFlow, text: string): string | undefined {
  return flow.definition.slots.find((slot) => slot.ask !== undefined && namesSlot(slot, text))?.name;
}

function reopen(state: FlowState, turn: Turn, { flow, name }: { flow: LiveFlow; name: string }): FlowStep {
  const frame = state.frames.at(-1) as Frame;
  const { [name]: _left, ...slots } = frame.slots;
  return askNext(replaced(state, { ...frame, slots, stage: 'fill', misses: 0 }), turn, {
    flow,
    said: [],
    first: name,
  });
}

/** Asks for the next thing that is missing; then for the confirmation; then ends. */
function askNext(
  state: FlowState,
  turn: Turn,
  { flow, said, first }: { flow: LiveFlow; said: string[]; first?: string },
): FlowStep {
  const frame = state.frames.at(-1) as Frame;
  const { definition } = flow;
  const open =
    definition.slots.find(({ name }) => name === first) ??
    definition.slots.find((slot) => isOpen(slot, frame.slots));
  if (open) {
    const asking: Frame = { ...frame, asked: open.name, stage: 'fill' };
    return say(replaced(state, asking), [...said, promptOf(flow, asking)].join(''));
  }
  if (definition.confirm === undefined) return finish(replaced(state, { ...frame, asked: null }), turn, flow);
  const confirming: Frame = { ...frame, asked: null, stage: 'confirm' };
  return say(replaced(state, confirming), [...said, promptOf(flow, confirming)].join(''));
}

function finish(state: FlowState, turn: Turn, flow: LiveFlow): FlowStep {
  const frame = state.frames.at(-1) as Frame;
  const { lookup } = flow.definition;
  if (lookup)
    return {
      kind: 'lookup',
      state: replaced(state, { ...frame, stage: 'lookup' }),
      operation: lookup.operation,
    };
  return end(state, turn, {
    flow,
    end: flow.definition.end.act === 'handoff' ? 'handoff' : 'completed',
    reason: 'confirmed',
  });
}

/** Not understood: asked again at most twice, then a person takes over with what is known. */
function miss(state: FlowState, turn: Turn, { flow, why }: { flow: LiveFlow; why?: string }): FlowStep {
  const frame = state.frames.at(-1) as Frame;
  if (frame.misses >= FLOW_LIMITS.reasks)
    return end(state, turn, { flow, end: 'handoff', reason: 'unclear' });
  const again = why ?? flowText(flow.definition.locale, 'again');
  const missed = { ...frame, misses: frame.misses + 1 };
  return say(replaced(state, missed), `${again}${promptOf(flow, missed)}`);
}

/** What the flow is waiting for, as a question. */
export function promptOf(flow: LiveFlow, frame: Frame): string {
  const { locale, slots, title, confirm: question = '' } = flow.definition;
  if (frame.stage === 'change')
    return flowText(locale, 'change', { title: slots.find(({ ask }) => ask !== undefined)?.title ?? title });
  if (frame.stage === 'confirm') {
    const help = frame.misses > 0 ? flowText(locale, 'confirm') : '';
    return `${fillTemplate(question, slots, frame.slots)}${help}`;
  }
  const slot = slots.find(({ name }) => name === frame.asked);
  if (!slot) return '';
  const ask = fillTemplate(slot.ask ?? '', slots, frame.slots);
  const list = (slot.choices ?? [])
    .map((choice, at) => `${at + 1}. ${choice.title}`)
    .join(locale === 'en' ? ', ' : '，');
  const choices = frame.misses > 0 && list !== '' ? flowText(locale, 'choices', { list }) : '';
  return `${ask}${choices}${frame.misses > 0 && slot.optional ? flowText(locale, 'skip') : ''}`;
}

function say(state: FlowState, text: string): FlowStep {
  return { kind: 'say', state, text };
}

function replaced({ frames }: FlowState, frame: Frame): FlowState {
  return { frames: [...frames.slice(0, -1), frame] };
}

const END_TEXT = {
  cancelled: 'cancelled',
  unclear: 'unclear',
  human: 'human',
  lookup_failed: 'failed',
} as const;

/** Ends the running flow; one that it interrupted goes on. After a hand-over nothing does. */
function end(
  state: FlowState,
  turn: Turn,
  over: { flow: LiveFlow; end: EndKind; reason: Ended['reason']; records?: string },
): FlowStep {
  const { flow, reason } = over;
  const frame = state.frames.at(-1) as Frame;
  const { definition } = flow;
  const ended: Ended = { flow, end: over.end, slots: frame.slots, reason };
  const others = { records: over.records ?? '' };
  const text =
    reason === 'confirmed'
      ? fillTemplate(definition.end.text, definition.slots, frame.slots, others)
      : flowText(definition.locale, END_TEXT[reason], { title: definition.title });
  const rest = over.end === 'handoff' ? [] : state.frames.slice(0, -1);
  const before = rest.at(-1);
  const waiting = before && flowOf(turn.flows, before);
  if (!before || !waiting) return { kind: 'end', state: NO_FLOW, ended, text };
  const resumed = flowText(definition.locale, 'resumed', { title: waiting.definition.title });
  return {
    kind: 'end',
    state: { frames: rest },
    ended,
    text: `${text}${resumed}${promptOf(waiting, before)}`,
  };
}
