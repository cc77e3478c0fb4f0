import { hostname } from 'node:os';
import {
  createAuditLane,
  epochStartDrafts,
  type AuditDraft,
  type AuditLane,
  type SequencedEntry,
} from '../../../audit/index.ts';
import { SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import { auditEpochEntity, auditEventEntity, toAuditRow } from './audit.entity.ts';
import { createAuditStorage } from './audit-storage.ts';
import type { Database } from './data-source.ts';
import { DatabaseConflict } from './dialect/dialect.ts';
import { FreshLeaves } from './fresh-leaves.ts';
import type { Session } from './session.ts';
import { insert, portable } from './statements.ts';
import type { UnitContext } from './unit.ts';

/** Lane of units of work; batch lanes are numbered from 1. */
export const UNIT_LANE = 0;

export const AUDIT_INSERT = insert(auditEventEntity);
const EPOCH_INSERT = insert(auditEpochEntity);
const EPOCH_LAST = portable<{ node: string }, { epoch: number }>(
  'audit_epoch.last',
  'SELECT MAX(epoch) AS epoch FROM audit_epoch WHERE node = :node',
  { params: { node: 'text' }, result: { epoch: 'int' } },
);
export const NUMBER_EXISTS = portable<
  { node: string; epoch: number; lane: number; n: number },
  { n: number }
>(
  'audit_event.number',
  'SELECT n FROM audit_event WHERE node = :node AND epoch = :epoch AND lane = :lane AND n = :n',
  { params: { node: 'text', epoch: 'int', lane: 'int', n: 'int' }, result: { n: 'int' } },
);

const EPOCH_ATTEMPTS_MAX = 8;

/** Numbers the audit entries of this process: one epoch per start, one lane for units, one per batch lane. */
export interface Trail {
  readonly node: string;
  readonly epoch: number;
  readonly unitLane: AuditLane;
  /** Milliseconds since this process began, and what the time service says of the clock: for the stamp of an entry. */
  clockNow(): { mono: number; ntp?: string };
  /** What the batch lanes have just committed, for the sealer. */
  readonly leaves: FreshLeaves;
  /** The chained lane of a batch writer's lane, counted from 0. */
  batchLane(index: number): AuditLane;
  /** Numbers one entry of a unit of work. */
  draw(draft: AuditDraft, context: UnitContext): SequencedEntry;
  /** Numbers an entry that waited in the spool: its id and instant are of the act, not of now. */
  drawLate(draft: AuditDraft, context: UnitContext, act: { id: string; at: Date }): SequencedEntry;
  /** Says that drawn numbers were rolled back, or may have been when the commit's outcome is unknown. */
  abandon(entries: readonly SequencedEntry[], isOutcomeKnown: boolean): void;
  /** Void entries for numbers that were rolled back; to be written with the next unit. */
  takeVoids(session: Session): Promise<SequencedEntry[]>;
  /** Writes the entry that states the last number of every lane; nothing can be added to the epoch unnoticed after it. */
  close(): Promise<void>;
}

/** Starts a new epoch: takes its number, and writes the entry that closes the lanes of the last one. */
export async function openTrail(deps: {
  database: Database;
  clock: Clock;
  ids: Ids;
  node: string;
  installationId: string;
  /** Lanes of the batch writer, for the record of the epoch. */
  batchLanes: number;
  /** What the time service says of the clock, for each entry. */
  timeState?: () => string;
}): Promise<Trail> {
  const { database, clock, ids, node } = deps;
  const previous = await database.read((session) => session.one(EPOCH_LAST, { node }));
  const epoch = await takeEpoch(deps, previous?.epoch ?? 0);
  const unitLane = createAuditLane({ node, epoch, lane: UNIT_LANE, chained: false });
  const batchLanes = new Map<number, AuditLane>();
  const uncertain: SequencedEntry[] = [];
  const { timeState } = deps;
  const clockNow = () => ({
    mono: Math.round(performance.now()),
    ...(timeState ? { ntp: timeState() } : {}),
  });
  const stamp = (context: UnitContext) => ({
    id: ids.next(),
    at: clock.now(),
    installation: deps.installationId,
    actor: context.actor,
    clock: clockNow(),
    ...(context.requestId ? { request: { id: context.requestId, route: context.route ?? '' } } : {}),
  });
  const trail: Trail = {
    node,
    epoch,
    unitLane,
    clockNow,
    leaves: new FreshLeaves({ node, epoch }),
    batchLane(index) {
      const known = batchLanes.get(index);
      if (known) return known;
      const lane = createAuditLane({ node, epoch, lane: index + 1, chained: true });
      batchLanes.set(index, lane);
      return lane;
    },
    draw: (draft, context) => unitLane.draw(draft, stamp(context)),
    drawLate(draft, context, act) {
      const late = Math.max(0, clock.now().getTime() - act.at.getTime());
      return unitLane.draw(draft, { ...stamp(context), ...act, clock: { ...clockNow(), late } });
    },
    abandon(entries, isOutcomeKnown) {
      if (isOutcomeKnown) for (const entry of entries) unitLane.abandon(entry);
      else uncertain.push(...entries);
    },
    async takeVoids(session) {
      await settleUncertain(uncertain, unitLane, async (n) => {
        return (await session.one(NUMBER_EXISTS, { node, epoch, lane: UNIT_LANE, n })) !== undefined;
      });
      const voids = unitLane.takeVoids(stamp({ actor: SYSTEM_ACTOR }));
      return voids ? [voids] : [];
    },
    close: () => database.read((session) => closeEpoch(session, trail, [...batchLanes.values()])),
  };
  for (const draft of await epochStartDrafts(createAuditStorage(database), node, epoch)) {
    const row = toAuditRow(trail.draw(draft, { actor: SYSTEM_ACTOR }));
    await database.read((session) => session.run(AUDIT_INSERT, row));
  }
  return trail;
}

/**
 * Finds out which entries of unknown outcome were stored, and abandons the others. Each is taken out before it is
 * asked about: units that run at once must not settle one entry twice and forget the next.
 */
async function settleUncertain(
  uncertain: SequencedEntry[],
  lane: AuditLane,
  isStored: (n: number) => Promise<boolean>,
): Promise<void> {
  for (let entry = uncertain.shift(); entry !== undefined; entry = uncertain.shift()) {
    try {
      if (!(await isStored(entry.n))) lane.abandon(entry);
    } catch (error) {
      uncertain.push(entry);
      throw error;
    }
  }
}

/** States the last number of every lane, the entry's own lane included. */
async function closeEpoch(session: Session, trail: Trail, batchLanes: AuditLane[]): Promise<void> {
  for (const entry of await trail.takeVoids(session)) await session.run(AUDIT_INSERT, toAuditRow(entry));
  const { node, epoch, unitLane } = trail;
  const used = batchLanes.filter(({ lastN }) => lastN > 0).map(({ lane, lastN }) => `${lane}/${lastN}`);
  const closed = [`${UNIT_LANE}/${unitLane.lastN + 1}`, ...used].map((place) => `${node}/${epoch}/${place}`);
  const details = { closed, missing: [], part: 0, partCount: 1 };
  const entry = trail.draw({ action: 'audit.epoch-close', outcome: 'ok', details }, { actor: SYSTEM_ACTOR });
  await session.run(AUDIT_INSERT, toAuditRow(entry));
}

async function takeEpoch(
  deps: { database: Database; clock: Clock; node: string; batchLanes: number },
  lastEpoch: number,
): Promise<number> {
  for (let attempt = 1; attempt <= EPOCH_ATTEMPTS_MAX; attempt += 1) {
    const epoch = lastEpoch + attempt;
    const row = {
      node: deps.node,
      epoch,
      host: hostname().slice(0, 100),
      laneCount: deps.batchLanes + 1,
      startedAt: deps.clock.now(),
    };
    try {
      await deps.database.read((session) => session.run(EPOCH_INSERT, row));
      return epoch;
    } catch (error) {
      if (!(error instanceof DatabaseConflict)) throw error;
    }
  }
  throw new Error(`Node ${deps.node} could not take an audit epoch.`);
}
