import type { ChatFile, ChatMessage } from './frames.ts';

/** Messages in order of `seq` without gaps, and those that came before an earlier one did. */
export interface Timeline {
  messages: readonly ChatMessage[];
  /** Sorted by `seq`; each is above `lastSeq + 1`. Bounded by `EARLY_MAX`. */
  early: readonly ChatMessage[];
}

/** More early messages than this are dropped: the resume that fills the gap brings them again. */
export const EARLY_MAX = 256;

/** An empty conversation. */
export const EMPTY_TIMELINE: Timeline = { messages: [], early: [] };

/** The highest `seq` up to which nothing is missing; 0 when there is nothing. */
export function lastSeq(timeline: Timeline): number {
  const { messages } = timeline;
  return messages[messages.length - 1]?.seq ?? 0;
}

/** Puts one message into its place. A message that is there already changes nothing: the first one stays. */
export function place(timeline: Timeline, message: ChatMessage): Timeline {
  const last = lastSeq(timeline);
  if (message.seq <= last) return timeline;
  if (message.seq > last + 1) return hold(timeline, message);
  const messages = [...timeline.messages, message];
  const early = [...timeline.early];
  while (early[0] && early[0].seq <= messages[messages.length - 1]!.seq + 1) {
    const next = early.shift()!;
    if (next.seq === messages[messages.length - 1]!.seq + 1) messages.push(next);
  }
  return { messages, early };
}

function hold(timeline: Timeline, message: ChatMessage): Timeline {
  if (timeline.early.some((held) => held.seq === message.seq)) return timeline;
  const early = [...timeline.early, message].sort((a, b) => a.seq - b.seq).slice(0, EARLY_MAX);
  return { messages: timeline.messages, early };
}

/** What became of a file, in every message that carries it. */
export function changeFile(
  timeline: Timeline,
  told: Pick<ChatFile, 'id' | 'state' | 'hasThumbnail'>,
): Timeline {
  const { id, state, hasThumbnail } = told;
  const apply = (message: ChatMessage): ChatMessage =>
    message.file?.id === id ? { ...message, file: { ...message.file, state, hasThumbnail } } : message;
  return { messages: timeline.messages.map(apply), early: timeline.early.map(apply) };
}

/** Applies an edit or a recall to a message that is known; one that is not known yet comes changed anyway. */
export function change(
  timeline: Timeline,
  edit: { seq: number; text?: string; recalled?: boolean },
): Timeline {
  const apply = (message: ChatMessage): ChatMessage => {
    if (message.seq !== edit.seq) return message;
    if (edit.recalled) return { ...message, text: '', isRecalled: true };
    return edit.text === undefined ? message : { ...message, text: edit.text };
  };
  return { messages: timeline.messages.map(apply), early: timeline.early.map(apply) };
}
