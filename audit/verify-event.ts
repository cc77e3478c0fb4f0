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
  /** The whole of it. */
  json: EventJson;
}

/** A body, parsed; any of it may be missing or of another kind. */
export interface EventJson {
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
  const { seq, actor } = json;
  const isNamed = isText(json.id) && isText(json.at) && isText(json.action) && isText(json.class);
  const isActed = isText(actor?.type) && isText(actor.id) && isText(json.outcome);
  if (!isNamed || !isActed || !isText(seq?.node) || !isInteger(seq.epoch)) return 'form';
  if (!isInteger(seq.lane) || !isInteger(seq.n)) return 'form';
  return {
    node: seq.node,
    epoch: seq.epoch,
    lane: seq.lane,
    n: seq.n,
    id: json.id as string,
    at: json.at as string,
    action: json.action as string,
    clockBackMs: typeof json.clock?.back === 'number' ? json.clock.back : 0,
    isLate: typeof json.clock?.late === 'number',
    prev: isText(json.prev) ? json.prev : undefined,
    details: json.details,
    json,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Tells whether the search columns of a row say what its body says. */
export function hasSameColumns(row: EventRow, { json }: ParsedEvent): boolean {
  const stated = [
    ...[json.id, json.at, json.actor?.type, json.actor?.id, json.action, json.class],
    ...[textOrNull(json.target?.type), textOrNull(json.target?.id), textOrNull(json.customer), json.outcome],
  ];
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
  return columns.every((value, i) => value === stated[i]);
}
