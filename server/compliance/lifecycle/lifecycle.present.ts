import type { RecordClass } from '../../kernel/index.ts';
import type { AccountNames } from '../ports.ts';
import type { LegalHoldRow, RetentionRuleRow, SweepChunkRow, SweepRunRow } from './lifecycle.entity.ts';
import { dueOf } from './hold.rules.ts';
import { CLASS_TERMS } from './period.rules.ts';
import type { CurrentRule } from './rule.repo.ts';

/** A person as the console shows one. */
export interface PersonName {
  id: string;
  name: string;
}

/** Names people by their account; whose account is gone by its id. */
export async function peopleIn(
  accountNames: AccountNames,
  ids: readonly (string | null)[],
): Promise<(id: string) => PersonName> {
  const wanted = [...new Set(ids)].filter((id): id is string => id !== null);
  const names = wanted.length === 0 ? new Map<string, string>() : await accountNames(wanted.slice(0, 500));
  return (id) => ({ id, name: names.get(id) ?? id });
}

/** A run as officers see it. */
export function presentRun(row: SweepRunRow) {
  const { id, kind, state, clockState, chunkCount, rowsRemoved, errorCode, report } = row;
  return {
    ...{ id, kind, state, clockState, chunkCount, rowsRemoved, errorCode, report },
    startedAt: row.startedAt.toISOString(),
    asOf: row.asOf.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

/** A chunk as officers see it. */
export function presentChunk(row: SweepChunkRow) {
  const { chunkNo, recordClass, recordCount, rowCount, archiveFile } = row;
  return {
    ...{ chunkNo, recordClass, recordCount, rowCount, archiveFile },
    oldestAt: row.oldestAt.toISOString(),
    newestAt: row.newestAt.toISOString(),
    idsSha256: row.idsHash.toString('hex'),
    archiveSha256: row.archiveHash?.toString('hex') ?? null,
  };
}

/** The rule of a class with its floor and default. */
export function presentRule(rule: CurrentRule) {
  const { floorMonths, canArchive, months: defaultMonths } = CLASS_TERMS[rule.recordClass];
  const { recordClass, months, action, version, changedAt } = rule;
  return {
    ...{ recordClass, months, action, version, floorMonths, canArchive, defaultMonths },
    changedAt: changedAt?.toISOString() ?? null,
  };
}

/** A version of a rule. */
export function presentVersion(row: RetentionRuleRow, person: (id: string) => PersonName) {
  return {
    recordClass: row.recordClass as RecordClass,
    months: row.months,
    action: row.action,
    version: row.version,
    changedAt: row.changedAt.toISOString(),
    changedBy: person(row.changedBy),
    approvedBy: row.approvedBy === null ? null : person(row.approvedBy),
  };
}

/** A hold without its sealed words, and what it waits for at an instant. */
export function presentHold(row: LegalHoldRow, person: (id: string) => PersonName, now: Date) {
  const { id, requesterId, accountId, ticketId, recordClass, isActive, version } = row;
  const orNull = (accountIdOf: string | null) => (accountIdOf === null ? null : person(accountIdOf));
  return {
    ...{ id, requesterId, accountId, ticketId, recordClass, isActive, version },
    fromAt: row.fromAt?.toISOString() ?? null,
    toAt: row.toAt?.toISOString() ?? null,
    placedBy: person(row.placedBy),
    placedAt: row.placedAt.toISOString(),
    endsAt: row.endsAt?.toISOString() ?? null,
    confirmedBy: orNull(row.confirmedBy),
    confirmedAt: row.confirmedAt?.toISOString() ?? null,
    due: (isActive ? dueOf(row, now) : undefined) ?? null,
    ending: row.ending,
    releasedBy: orNull(row.releasedBy),
    approvedBy: orNull(row.approvedBy),
    releasedAt: row.releasedAt?.toISOString() ?? null,
  };
}
