import { maskIdNumber, maskPhone } from '../../platform/crypto/index.ts';
import { findAmounts, findNumbers } from './slots/amount.rules.ts';
import { findBranches, findChoices } from './slots/choice.rules.ts';
import { findDates, findMonths, findTimes } from './slots/date.rules.ts';
import { addDays, compareDays, parseDay } from './slots/day.ts';
import { withoutOverlaps, type Found, type SlotContext } from './slots/found.ts';
import { findCardTails, findIdNumbers, findPhones } from './slots/identity.rules.ts';
import { FLOW_LIMITS, type SlotSpec, type SlotValues } from './flow.types.ts';

/** What a text says for one slot, in the order of the text, with what is out of the slot's bounds marked. */
export function findForSlot(
  slot: SlotSpec,
  text: string,
  context: SlotContext & { isAsked: boolean },
): Found[] {
  const found = withoutOverlaps(rawFindings(slot, text, context));
  return cueFirst(slot, text, found).map((one) => withinBounds(slot, one, context));
}

function rawFindings(slot: SlotSpec, text: string, context: SlotContext & { isAsked: boolean }): Found[] {
  switch (slot.type) {
    case 'amount':
      return findAmounts(text);
    case 'number':
      return findNumbers(text);
    case 'date':
      return findDates(text, context, slot.direction);
    case 'month':
      return findMonths(text, context);
    case 'time':
      return findTimes(text);
    case 'card-tail':
      return findCardTails(text);
    case 'phone':
      return findPhones(text);
    case 'id-number':
      return findIdNumbers(text);
    case 'branch':
      return findBranches(text, slot.choices);
    case 'choice':
      return findChoices(text, slot.choices ?? [], context.isAsked);
    case 'text':
      return context.isAsked ? freeText(text) : [];
  }
}

const FREE_TEXT_CHARACTERS_MIN = 2;

function freeText(text: string): Found[] {
  const tidy = text.trim();
  if ([...tidy].length < FREE_TEXT_CHARACTERS_MIN) return [];
  const value = [...tidy].slice(0, FLOW_LIMITS.textCharacters).join('');
  return [{ value, text: value, start: 0, end: text.length, isPlain: false }];
}

/** Of several values of one type, the one behind a cue of the slot comes first, and counts as plainly said. */
function cueFirst(slot: SlotSpec, text: string, found: Found[]): Found[] {
  const cues = slot.cues ?? [];
  if (cues.length === 0) return found;
  const isCued = ({ start }: Found) => {
    const before = text.slice(Math.max(0, start - 10), start).toLowerCase();
    return cues.some((cue) => before.includes(cue.toLowerCase()));
  };
  const cued = found.filter(isCued).map((one) => ({ ...one, isPlain: true }));
  return [...cued, ...found.filter((one) => !isCued(one))];
}

function withinBounds(slot: SlotSpec, one: Found, { today }: SlotContext): Found {
  if (one.fault !== undefined) return one;
  const { min = -Infinity, max = Infinity } = slot;
  if (typeof one.value === 'number')
    return one.value < min || one.value > max ? { ...one, fault: 'range' } : one;
  if (slot.type !== 'date') return one;
  const day = parseDay(one.value);
  const isEarly = Number.isFinite(min) && compareDays(day, addDays(parseDay(today), min)) < 0;
  const isLate = Number.isFinite(max) && compareDays(day, addDays(parseDay(today), max)) > 0;
  return isEarly || isLate ? { ...one, fault: 'range' } : one;
}

/** Whether a slot has to be asked for now: it has a question, no value yet, and what it depends on fits. */
export function isOpen(slot: SlotSpec, values: SlotValues): boolean {
  if (slot.ask === undefined || slot.name in values) return false;
  return isRelevant(slot, values);
}

/** Whether the slot belongs to the flow as it stands. */
export function isRelevant({ when }: SlotSpec, values: SlotValues): boolean {
  return when === undefined || when.is.includes(String(values[when.slot] ?? ''));
}

/** A value as it is read back to the customer: choices by their title, identity numbers and telephones masked. */
export function presentValue(slot: SlotSpec, value: string | number | null): string {
  if (value === null) return '—';
  if (slot.type === 'choice' || slot.type === 'branch') {
    return slot.choices?.find((choice) => choice.value === value)?.title ?? String(value);
  }
  if (slot.type === 'amount') return Number(value).toLocaleString('en-US', { maximumFractionDigits: 2 });
  if (slot.type === 'phone') return maskPhone(String(value));
  if (slot.type === 'id-number') return maskIdNumber(String(value));
  return String(value);
}

/** Fills {slot} in a sentence with the values as they are read back; others stay as they are given. */
export function fillTemplate(
  template: string,
  slots: readonly SlotSpec[],
  values: SlotValues,
  others: Record<string, string> = {},
): string {
  return template.replace(/\{([\w-]+)\}/g, (whole, name: string) => {
    const slot = slots.find((one) => one.name === name);
    if (slot) return presentValue(slot, values[name] ?? null);
    return others[name] ?? whole;
  });
}
