import { clausesOf, hasTakenBack, isCorrection, isQuestion } from './dialogue.rules.ts';
import { findForSlot, isRelevant } from './slot-values.rules.ts';
import type { FlowDefinition, Frame, SlotSpec, SlotValues } from './flow.types.ts';
import type { Found, SlotContext } from './slots/found.ts';

/** What a text gave a flow. */
export interface Filling {
  values: SlotValues;
  /** Slots that got a value, in the order of the flow. */
  filled: string[];
  /** What was said for the asked slot but cannot be meant. */
  fault: { slot: SlotSpec; fault: NonNullable<Found['fault']> } | undefined;
  /** A clause that asks something else, when the rest of the text gave values. */
  question: string | undefined;
}

interface Taken {
  slot: SlotSpec;
  found: Found;
}

/**
 * Takes values from a text: for the asked slot whatever fits, for the others only what is said plainly. One piece of text
 * is taken once; a slot that has a value keeps it.
 */
export function fill(definition: FlowDefinition, frame: Frame, text: string, context: SlotContext): Filling {
  const relevant = definition.slots.filter((slot) => isRelevant(slot, frame.slots));
  const asked = relevant.find(({ name }) => name === frame.asked);
  const open = relevant.filter(({ name }) => name !== frame.asked && !(name in frame.slots));
  const taken: Taken[] = [];
  const askedFound =
    asked && asked.type !== 'text' ? findForSlot(asked, text, { ...context, isAsked: true }) : [];
  if (asked) takeAsked(taken, asked, { text, context });
  takePlain(taken, open, { text, context });
  takePlain(taken, nowRelevant(definition, frame, taken), { text, context });
  const free =
    asked &&
    !taken.some(({ slot }) => slot === asked) &&
    askedFound.find((found) => isFree(taken, found) && !found.fault);
  if (asked && free) taken.push({ slot: asked, found: free });
  const fault =
    asked && !taken.some(({ slot }) => slot === asked)
      ? askedFound.find(({ fault: one }) => one !== undefined)
      : undefined;
  const values = { ...frame.slots };
  for (const { slot, found } of taken) values[slot.name] = found.value;
  return {
    values,
    filled: definition.slots.filter((slot) => taken.some((one) => one.slot === slot)).map(({ name }) => name),
    fault: asked && fault?.fault !== undefined ? { slot: asked, fault: fault.fault } : undefined,
    question: taken.length > 0 ? openQuestion(text, taken) : undefined,
  };
}

/** What is said plainly for the asked slot; when the text takes itself back ("信用卡，不对，是借记卡"), what is said last. */
function takeAsked(
  taken: Taken[],
  slot: SlotSpec,
  { text, context }: { text: string; context: SlotContext },
): void {
  const right = findForSlot(slot, text, { ...context, isAsked: false }).filter(
    (one) => one.isPlain && one.fault === undefined,
  );
  const found = hasTakenBack(text) ? right.at(-1) : right[0];
  if (found) taken.push({ slot, found });
}

/** Slots that belong to the flow because of what was just said. */
function nowRelevant(definition: FlowDefinition, frame: Frame, taken: readonly Taken[]): SlotSpec[] {
  const values = { ...frame.slots };
  for (const { slot, found } of taken) values[slot.name] = found.value;
  return definition.slots.filter((slot) => slot.when && !(slot.name in values) && isRelevant(slot, values));
}

function takePlain(
  taken: Taken[],
  slots: readonly SlotSpec[],
  { text, context }: { text: string; context: SlotContext },
): void {
  for (const slot of slots) {
    const found = findForSlot(slot, text, { ...context, isAsked: false }).find(
      (one) => one.isPlain && one.fault === undefined && isFree(taken, one),
    );
    if (found) taken.push({ slot, found });
  }
}

function isFree(taken: readonly Taken[], found: Found): boolean {
  return !taken.some(({ found: other }) => found.start < other.end && other.start < found.end);
}

/** "3000，手续费多少？": the clause that asks, when no value was taken from it. */
function openQuestion(text: string, taken: readonly Taken[]): string | undefined {
  return clausesOf(text).find(
    (clause) =>
      isQuestion(clause.text) &&
      !taken.some(({ found }) => found.start < clause.end && clause.start < found.end),
  )?.text;
}

/** A value that replaces an earlier one. */
export interface Correction {
  slot: SlotSpec;
  value: string | number;
  fault?: NonNullable<Found['fault']>;
}

/**
 * Which known value a text puts right: one whose slot it names ("金额改成5000"), else the one filled last, else any other.
 * What is said last counts ("不是3000，是5000"). Without a word of correction only plain values count, and at a
 * confirmation (`isConfirming`) any value of a type that just one slot has.
 */
export function findCorrection(
  definition: FlowDefinition,
  frame: Frame,
  said: { text: string; context: SlotContext; isConfirming: boolean },
): Correction | undefined {
  const { text, context, isConfirming } = said;
  const isMarked = isCorrection(text);
  if (!isMarked && !isConfirming) return undefined;
  for (const slot of correctionOrder(definition, frame, said)) {
    const all = findForSlot(slot, text, { ...context, isAsked: slot.type !== 'text' });
    const isNamed = namesSlot(slot, text);
    const usable = all.filter(
      (found) => found.isPlain || isMarked || isNamed || isOnlyOfType(definition, slot),
    );
    const right = usable.filter(({ fault }) => fault === undefined).at(-1);
    if (right && right.value !== frame.slots[slot.name]) return { slot, value: right.value };
    const wrong = right ? undefined : usable.at(-1);
    if (wrong?.fault !== undefined && slot.type !== 'choice')
      return { slot, value: wrong.value, fault: wrong.fault };
  }
  return undefined;
}

/** Named slots first; then the one filled last, unless everything was just read back: then round numbers are money. */
function correctionOrder(
  definition: FlowDefinition,
  frame: Frame,
  { text, isConfirming }: { text: string; isConfirming: boolean },
): SlotSpec[] {
  const known = definition.slots.filter((slot) => slot.name in frame.slots && slot.type !== 'text');
  const isRound = ROUND.test(text);
  const rank = (slot: SlotSpec) => {
    if (namesSlot(slot, text)) return 0;
    if (isConfirming && slot.type === 'card-tail') return isRound ? 3 : 1;
    return !isConfirming && slot.name === frame.last ? 1 : 2;
  };
  return [...known].sort((a, b) => rank(a) - rank(b));
}

const ROUND = /\d00(?!\d)/;

const isOnlyOfType = (definition: FlowDefinition, { type }: SlotSpec) =>
  definition.slots.filter((slot) => slot.type === type).length === 1;

/** Whether a text says the slot by its title or another word for it. */
export function namesSlot({ title, cues }: SlotSpec, text: string): boolean {
  const flat = text.toLowerCase();
  return [title, ...(cues ?? [])].some((name) => flat.includes(name.toLowerCase()));
}
