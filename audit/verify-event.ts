import { CanonicalError, parseCanonical } from './canonical.ts';
import { EVENT_VERSION, type Sequence } from './entry.ts';
import type { EventRow } from './storage.ts';
import type { FindingKind } from './verify-result.ts';

/** What verification needs of an event. */
export interface ParsedEvent extends Sequence {
  id: string;
  at: string;
  action: string;
  /** Milliseconds by which the clock went back, 0 mostly. */
  clockBackMs: number;
  /** Whether it waited in the spool before it was written. */
  isLate: boolean;
  /** Hex. */
  prev: string | undefined;
  details: unknown;
  columns: readonly (string | null)[];
}

interface EventJson {
  v?: unknown;
  id?: unknown;
  at?: unknown;
  seq?: { node?: unknown; epoch?: unknown; lane?: unknown; n?: unknown };
  actor?: { type?: unknown; id?: unknown };
  action?: unknown;
  class?: unknown;
  target?: { type?: unknown; id?: unknown };
  customer?: unknown;
  outcome?: unknown;
  clock?: { back?: unknown; late?: unknown };
  prev?: unknown;
  details?: unknown;
}

/** Reads a body; the kind of finding when it is no event. */
export function parseEvent(body: string): ParsedEvent | FindingKind {
  let json: EventJson | null;
  try {
    json = parseCanonical(body) as EventJson | null;
  } catch (error) {
    if (error instanceof CanonicalError) return 'form';
    throw error;
  }
  if (json === null || typeof json !== 'object') return 'form';
  if (json.v !== EVENT_VERSION) return 'version';
  const { seq, actor, target } = json;
  const texts = [json.id, json.at, actor?.type, actor?.id, json.action, json.class, json.outcome, seq?.node];
  const numbers = [seq?.epoch, seq?.lane, seq?.n];
  if (!texts.every((text) => typeof text === 'string') || !numbers.every(Number.isSafeInteger)) return 'form';
  return {
    node: seq?.node as string,
    epoch: seq?.epoch as number,
    lane: seq?.lane as number,
    n: seq?.n as number,
    id: json.id as string,
    at: json.at as string,
    action: json.action as string,
    clockBackMs: typeof json.clock?.back === 'number' ? json.clock.back : 0,
    isLate: typeof json.clock?.late === 'number',
    prev: typeof json.prev === 'string' ? json.prev : undefined,
    details: json.details,
    columns: [
      json.id as string,
      json.at as string,
      actor?.type as string,
      actor?.id as string,
      json.action as string,
      json.class as string,
      textOrNull(target?.type),
      textOrNull(target?.id),
      textOrNull(json.customer),
      json.outcome as string,
    ],
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Tells whether the search columns of a row say what its body says. */
export function hasSameColumns(row: EventRow, event: ParsedEvent): boolean {
  const columns = [
    row.id,
    Number.isNaN(row.at.getTime()) ? '' : row.at.toISOString(),
    row.actorType,
    row.actorId,
    row.action,
    row.class,
    row.targetType,
    row.targetId,
    row.customerRef,
    row.outcome,
  ];
  return columns.every((value, i) => value === event.columns[i]);
}
