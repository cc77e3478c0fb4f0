import type { Message, PendingMessage } from '../../realtime/index.ts';
import type { Note } from './inbox-data.ts';

/** One line of the conversation as the agent reads it. */
export type TimelineItem =
  | { kind: 'message'; key: string; at: string; message: Message }
  | { kind: 'note'; key: string; at: string; note: Note }
  | { kind: 'pending'; key: string; at: string; pending: PendingMessage }
  | { kind: 'day'; key: string; at: string };

/**
 * Puts messages and notes into one line by time, messages never leaving their seq order, with a divider before each
 * day and what is still being sent at the end. `dayOf` names the day of an instant in the user's zone.
 */
export function buildTimeline(parts: {
  messages: readonly Message[];
  notes: readonly Note[];
  pending: readonly PendingMessage[];
  dayOf(at: string): string;
}): TimelineItem[] {
  const notes = [...parts.notes].sort((a, b) => a.at.localeCompare(b.at));
  const items: TimelineItem[] = [];
  let nextNote = 0;
  let day = '';
  const add = (item: Exclude<TimelineItem, { kind: 'day' }>) => {
    const itemDay = parts.dayOf(item.at);
    if (itemDay !== day) items.push({ kind: 'day', key: `day-${item.key}`, at: item.at });
    day = itemDay;
    items.push(item);
  };
  const addNotesUntil = (at: string | undefined) => {
    for (let note = notes[nextNote]; note && (at === undefined || note.at < at); note = notes[++nextNote]) {
      add({ kind: 'note', key: `note-${note.id}`, at: note.at, note });
    }
  };
  for (const message of parts.messages) {
    addNotesUntil(message.at);
    add({ kind: 'message', key: `seq-${message.seq}`, at: message.at, message });
  }
  addNotesUntil(undefined);
  for (const pending of parts.pending) {
    add({ kind: 'pending', key: `pending-${pending.id}`, at: pending.at, pending });
  }
  return items;
}

/** Seq of the requester's last message; 0 when there is none. */
export function lastRequesterSeq(messages: readonly Message[]): number {
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (message?.from === 'requester') return message.seq;
  }
  return 0;
}
