/**
 * What happened, told after the commit. A payload holds ids, numbers and codes only: never text a person wrote.
 * Handlers get events of one `key` in the order of their commit and are idempotent by `id`.
 */
export interface DomainEvent {
  id: string;
  /** Past tense `noun.verbed`, for example `ticket.assigned`. */
  type: string;
  /** Order key: the conversation, ticket, or article the event belongs to. */
  key: string;
  at: Date;
  payload: Record<string, string | number | boolean | null>;
}

/** An event before it has an id and a time; `tx.emit` adds both. */
export type EventDraft = Omit<DomainEvent, 'id' | 'at'>;

/** Turns one type of event into an effect. Throwing makes the relay try again, later a dead letter. */
export interface EventHandler {
  /** Unique name, kept for ever: it names the dead letters. */
  name: string;
  eventTypes: readonly string[];
  handle(event: DomainEvent): Promise<void>;
}
