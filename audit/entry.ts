import { AUDIT_ACTIONS, isAuditAction, type AuditClass } from './actions.ts';
import { CanonicalError, writeOrdered, type CanonicalValue } from './canonical.ts';
import type { AuditDetails, AuditDraft, AuditOutcome } from './draft.ts';

/** Who acted, as the trail keeps it. */
export interface AuditActor {
  type: string;
  id: string;
  /** Shown beside the id; left out of the entry when the actor is a requester. */
  name?: string;
  roles?: readonly string[];
  sessionId?: string;
  ip?: string;
  /** `sha256:HEX` of the User-Agent header. */
  userAgentHash?: string;
  idp?: string;
  /** Id of the SAML assertion that opened the session. */
  samlId?: string;
}

/** What the trail adds to a draft: identity, instant, actor, request. */
export interface Stamp {
  /** UUID version 7 of the entry. */
  id: string;
  /** Instant of the act, UTC to the millisecond. */
  at: Date;
  actor: AuditActor;
  request?: { id: string; route?: string; status?: number };
  /** Id of the installation; the trail's tenant. */
  installation: string;
  /**
   * Milliseconds since the process began; what the time service says of the clock; and, for an entry that waited in
   * the spool, how many milliseconds after its instant it was written.
   */
  clock?: { mono?: number; ntp?: string; late?: number };
}

/** Place of an entry: contiguous `n` from 1 in each lane of a node's epoch. An epoch is one run of the node. */
export interface Sequence {
  node: string;
  epoch: number;
  lane: number;
  n: number;
}

/** Values of the body repeated as columns for search. The verifier compares each with the body. */
export interface AuditColumns {
  actorType: string;
  actorId: string;
  action: string;
  class: string;
  targetType: string | null;
  targetId: string | null;
  customerRef: string | null;
  outcome: string;
}

/** Why an entry is refused at the call. */
export type EntryErrorCode =
  | 'action_unknown'
  | 'outcome_missing'
  | 'actor_missing'
  | 'field_invalid'
  | 'text_malformed'
  | 'too_large'
  | 'time_ahead';

/** An entry that cannot stand in the trail. `field` names the part, never its value. */
export class AuditEntryError extends Error {
  readonly code: EntryErrorCode;
  readonly field: string;

  constructor(code: EntryErrorCode, field: string) {
    super(`audit entry refused: ${code} (${field})`);
    this.name = 'AuditEntryError';
    this.code = code;
    this.field = field;
  }
}

/** Limits of an entry. */
export const ENTRY_LIMITS = {
  bodyBytes: 16 * 1024,
  /** A clock further ahead than this is wrong, and its entry would sort before everything until then. */
  aheadMs: 5 * 60 * 1000,
  idCharacters: 100,
  typeCharacters: 40,
} as const;

/** Version of the event format. */
export const EVENT_VERSION = 1;

const NODE_PATTERN = /^[A-Za-z0-9._-]{1,40}$/;
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TYPE_PATTERN = /^[a-z][a-z0-9-]*$/;
const DETAIL_KEY_PATTERN = /^[a-z][A-Za-z0-9]{0,39}$/;
// Column values: no control character, since PostgreSQL text has no NUL and Oracle takes '' for NULL.
const COLUMN_PATTERN = /^[^\u0000-\u001f\u007f]+$/;
const OUTCOMES: readonly AuditOutcome[] = ['ok', 'refused', 'failed'];

/** Tells whether a text may name a node. */
export function isNodeName(text: string): boolean {
  return NODE_PATTERN.test(text);
}

/**
 * Checks a draft and its stamp.
 * @throws AuditEntryError naming the part that is wrong.
 */
export function assertEntry(draft: AuditDraft, stamp: Stamp, now: Date): void {
  if (!isAuditAction(draft.action)) throw new AuditEntryError('action_unknown', 'action');
  if (!OUTCOMES.includes(draft.outcome)) throw new AuditEntryError('outcome_missing', 'outcome');
  assertActor(stamp.actor);
  if (!UUID_PATTERN.test(stamp.id)) throw new AuditEntryError('field_invalid', 'id');
  assertColumn(stamp.installation, 'tenant', ENTRY_LIMITS.idCharacters);
  if (draft.target !== undefined) {
    assertType(draft.target.type, 'target.type');
    assertColumn(draft.target.id, 'target.id', ENTRY_LIMITS.idCharacters);
  }
  if (draft.customer !== undefined) assertColumn(draft.customer, 'customer', ENTRY_LIMITS.idCharacters);
  for (const [key, value] of Object.entries(draft.details ?? {})) {
    if (!DETAIL_KEY_PATTERN.test(key)) throw new AuditEntryError('field_invalid', 'details');
    if (!isDetail(value)) throw new AuditEntryError('field_invalid', `details.${key}`);
  }
  const { clock, request } = stamp;
  for (const number of [clock?.mono, clock?.late, request?.status]) {
    if (number !== undefined && !Number.isFinite(number)) throw new AuditEntryError('field_invalid', 'clock');
  }
  const atMs = stamp.at.getTime();
  if (Number.isNaN(atMs)) throw new AuditEntryError('field_invalid', 'at');
  if (atMs > now.getTime() + ENTRY_LIMITS.aheadMs) throw new AuditEntryError('time_ahead', 'at');
}

function isDetail(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string');
  return typeof value === 'string' || typeof value === 'boolean';
}

function assertActor(actor: AuditActor | undefined): void {
  if (actor === undefined || !actor.type || !actor.id) throw new AuditEntryError('actor_missing', 'actor');
  assertType(actor.type, 'actor.type');
  assertColumn(actor.id, 'actor.id', ENTRY_LIMITS.idCharacters);
}

function assertType(value: string, field: string): void {
  const isType = typeof value === 'string' && TYPE_PATTERN.test(value);
  if (!isType || value.length > ENTRY_LIMITS.typeCharacters)
    throw new AuditEntryError('field_invalid', field);
}

function assertColumn(value: string, field: string, charactersMax: number): void {
  const isColumn = typeof value === 'string' && COLUMN_PATTERN.test(value);
  if (!isColumn || value.length > charactersMax) throw new AuditEntryError('field_invalid', field);
}

/** What only the lane knows of an entry: its place, the chain, and by how much the clock went back. */
export interface Placement {
  seq: Sequence;
  /** Leaf hash of entry n − 1 in a chained lane; all zero before the first. */
  prev?: Buffer;
  clockBackMs?: number;
}

/**
 * The event's canonical JSON, the exact text that is hashed and kept; docs/compliance/audit-format.md §2.
 * @throws AuditEntryError `text_malformed` or `too_large`.
 */
export function buildBody(draft: AuditDraft, stamp: Stamp, placement: Placement): string {
  let body: string;
  try {
    body = writeOrdered(eventOf(draft, stamp, placement));
  } catch (error) {
    if (error instanceof CanonicalError) throw new AuditEntryError('text_malformed', 'body');
    throw error;
  }
  if (Buffer.byteLength(body) > ENTRY_LIMITS.bodyBytes) throw new AuditEntryError('too_large', 'body');
  return body;
}

/** The event with its keys in canonical order, at every level. */
function eventOf(draft: AuditDraft, stamp: Stamp, placement: Placement): CanonicalValue {
  const { seq, prev, clockBackMs } = placement;
  const { clock, request } = stamp;
  const hasClock = clock !== undefined || clockBackMs !== undefined;
  return {
    action: draft.action,
    actor: actorOf(stamp.actor),
    after: draft.after,
    at: stamp.at.toISOString(),
    before: draft.before,
    class: AUDIT_ACTIONS[draft.action].class,
    clock: hasClock
      ? { back: clockBackMs, late: clock?.late, mono: clock?.mono, ntp: clock?.ntp }
      : undefined,
    customer: draft.customer,
    details: draft.details === undefined ? undefined : orderDetails(draft.details),
    fields: draft.fields,
    id: stamp.id,
    outcome: draft.outcome,
    prev: prev?.toString('hex'),
    reason: draft.reason,
    request:
      request === undefined ? undefined : { id: request.id, route: request.route, status: request.status },
    seq: { epoch: seq.epoch, lane: seq.lane, n: seq.n, node: seq.node },
    target: draft.target === undefined ? undefined : { id: draft.target.id, type: draft.target.type },
    tenant: stamp.installation,
    ticket: draft.ticket,
    v: EVENT_VERSION,
  };
}

function orderDetails(details: AuditDetails): CanonicalValue {
  const keys = Object.keys(details);
  if (keys.length < 2) return details;
  return Object.fromEntries(keys.sort().map((key) => [key, details[key]]));
}

function actorOf(actor: AuditActor): CanonicalValue {
  return {
    id: actor.id,
    idp: actor.idp,
    ip: actor.ip,
    name: actor.type === 'requester' ? undefined : actor.name,
    roles: actor.roles,
    saml_id: actor.samlId,
    session: actor.sessionId,
    type: actor.type,
    ua_hash: actor.userAgentHash,
  };
}

/** The search columns of a draft; the class is that of the catalogue. */
export function columnsOf(draft: AuditDraft, actor: AuditActor): AuditColumns {
  const actionClass: AuditClass = AUDIT_ACTIONS[draft.action].class;
  return {
    actorType: actor.type,
    actorId: actor.id,
    action: draft.action,
    class: actionClass,
    targetType: draft.target?.type ?? null,
    targetId: draft.target?.id ?? null,
    customerRef: draft.customer ?? null,
    outcome: draft.outcome,
  };
}
