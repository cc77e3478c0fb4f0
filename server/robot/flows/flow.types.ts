import type { Choice } from './slots/choice.rules.ts';
import type { Direction } from './slots/date.rules.ts';

/** What a slot can hold. */
export const SLOT_TYPES = [
  ...[
    'amount',
    'number',
    'date',
    'month',
    'time',
    'card-tail',
    'phone',
    'id-number',
    'branch',
    'choice',
    'text',
  ],
] as const;
/** The type of a slot. */
export type SlotType =
  | 'amount'
  | 'number'
  | 'date'
  | 'month'
  | 'time'
  | 'card-tail'
  | 'phone'
  | 'id-number'
  | 'branch'
  | 'choice'
  | 'text';

/** One thing a flow has to know. */
export interface SlotSpec {
  name: string;
  type: SlotType;
  /** What people call it: shown in summaries, and understood in corrections. */
  title: string;
  /** The question. Without one the slot is only taken when the customer says it anyway. */
  ask?: string;
  /** Other words for the title; for slots of one type, what stands before the value of this one. */
  cues?: string[];
  /** May be left out by saying so. */
  optional?: boolean;
  choices?: Choice[];
  /** Bounds of an amount or number; for a date, days from today. */
  min?: number;
  max?: number;
  direction?: Direction;
  /** What to say to a value that is out of bounds or wrongly written; a general sentence otherwise. */
  wrong?: string;
  /** Asked only when another slot has one of these values. */
  when?: { slot: string; is: string[] };
}

/** A dialogue that a flow must master before it is published. */
export interface Script {
  title: string;
  /** Default 2026-05-13, a Wednesday. */
  today?: string;
  turns: string[];
  end: EndKind;
  slots?: Record<string, string | number>;
}

/** A flow as it is written, reviewed, and published. */
export interface FlowDefinition {
  key: string;
  locale: 'zh-CN' | 'en';
  title: string;
  triggers: {
    /** Sentences that start it; near ones do as well. */
    phrases: string[];
    /** Groups of words: one of each group in a text starts it, unless the text asks about the matter only. */
    words?: string[][];
    unless?: string[];
  };
  /** A mandatory hand-over whose details the flow collects while the customer waits for a person. */
  helpsWith?: 'lost_card' | 'complaint' | 'fraud';
  slots: SlotSpec[];
  /** Read back before the end, with {slot} for values; absent: nothing to confirm. */
  confirm?: string;
  /** A question to another system once everything is known; {records} in the end's text is its answer. */
  lookup?: { operation: string; onFailure: 'handoff' | 'continue' };
  end: {
    act: 'say' | 'ticket' | 'handoff';
    text: string;
    subject?: string;
    priority?: 'low' | 'normal' | 'high' | 'urgent';
  };
  scripts: Script[];
}

/** A value by its slot; null when the customer chose to leave it out. */
export type SlotValues = Record<string, string | number | null>;

/** How a flow ended. */
export type EndKind = 'completed' | 'cancelled' | 'handoff';

/** One flow in progress. */
export interface Frame {
  flow: string;
  locale: FlowDefinition['locale'];
  version: number;
  slots: SlotValues;
  asked: string | null;
  /** The slot filled last: what "不对，是3000" most likely means. */
  last: string | null;
  stage: 'fill' | 'confirm' | 'change' | 'lookup';
  /** How often in a row the question was not answered. */
  misses: number;
}

/** A conversation's flows, the suspended one first. */
export interface FlowState {
  frames: Frame[];
}

/** A flow with the version it is published under. */
export interface LiveFlow {
  version: number;
  definition: FlowDefinition;
}

/** What the next turn of a dialogue is. */
export type FlowStep =
  /** No flow is concerned. */
  | { kind: 'none' }
  | { kind: 'say'; state: FlowState; text: string }
  /** Something else was asked: when knowledge answers `question`, say that and `prompt`; else do `otherwise`. */
  | { kind: 'digress'; state: FlowState; question: string; prompt: string; otherwise: FlowStep }
  /** Ask the other system, then `resumeLookup`. */
  | { kind: 'lookup'; state: FlowState; operation: string }
  | { kind: 'end'; state: FlowState; ended: Ended; text: string };

/** A flow that is over. */
export interface Ended {
  flow: LiveFlow;
  end: EndKind;
  slots: SlotValues;
  reason: 'confirmed' | 'cancelled' | 'unclear' | 'human' | 'lookup_failed';
}

/** Limits of flows, in counts and characters. */
export const FLOW_LIMITS = {
  slots: 12,
  phrases: 50,
  choices: 200,
  scripts: 50,
  turns: 40,
  /** A question is put at most this often again before a person takes over. */
  reasks: 2,
  /** The running flow and one it interrupted. */
  frames: 2,
  definitionCharacters: 60_000,
  textCharacters: 500,
} as const;
