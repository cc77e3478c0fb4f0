import type { RecordSubject } from '../../kernel/index.ts';
import { ownedRows, portable, type RecordStore } from '../../platform/persistence/index.ts';
import { FIELD_ROWS } from '../fields/field.records.ts';
import { requesterEntity } from '../requesters/requester.entity.ts';
import { NAME_TOKEN_ROWS } from '../requesters/requester.hashes.ts';
import { dueParams } from './conversation.records.ts';

interface RequesterFacts {
  id: string;
  createdAt: Date;
  updatedAt: Date;
}

const RESULT = { id: 'uuid', createdAt: 'instant', updatedAt: 'instant' } as const;

/**
 * Profiles nobody changed for the period, of people whose conversations and tickets are over as well. What a hold
 * keeps of those is seen later: here only dates count.
 */
const PROFILES_DUE = portable<
  {
    before: Date;
    afterAt: Date;
    afterId: string;
    limit: number;
    chatBefore: Date;
    ticketBefore: Date;
  },
  RequesterFacts
>(
  'requester.due',
  `SELECT r.id, r.created_at, r.updated_at FROM requester r
    WHERE r.updated_at < :before AND r.updated_at >= :afterAt AND (r.updated_at > :afterAt OR r.id > :afterId)
      AND NOT EXISTS (SELECT c.id FROM conversation c WHERE c.requester_id = r.id AND
        (c.state IN ('queued', 'assigned') OR c.closed_at >= :chatBefore OR
          (c.state = 'robot' AND c.last_at >= :chatBefore)))
      AND NOT EXISTS (SELECT t.id FROM ticket t WHERE t.requester_id = r.id AND
        (t.state NOT IN ('solved', 'closed') OR t.updated_at >= :ticketBefore))
    ORDER BY r.updated_at, r.id FETCH FIRST :limit ROWS ONLY`,
  {
    params: {
      before: 'instant',
      afterAt: 'instant',
      afterId: 'uuid',
      limit: 'int',
      chatBefore: 'instant',
      ticketBefore: 'instant',
    },
    result: RESULT,
  },
);
const LOCK = portable<{ ids: readonly string[]; before: Date }, { id: string }>(
  'requester.lock_due',
  `SELECT r.id FROM requester r WHERE r.id IN (:ids...) AND r.updated_at < :before FOR UPDATE`,
  { params: { ids: 'uuid', before: 'instant' }, result: { id: 'uuid' } },
);
/** Asked for behind the lock: who opens a conversation or ticket of a requester locks the requester first. */
const STILL_NEEDED = portable<{ ids: readonly string[] }, { requesterId: string }>(
  'requester.still_needed',
  `SELECT c.requester_id FROM conversation c WHERE c.requester_id IN (:ids...)
    UNION SELECT t.requester_id FROM ticket t WHERE t.requester_id IN (:ids...)`,
  { params: { ids: 'uuid' }, result: { requesterId: 'uuid' } },
);
const BY_ID = portable<{ id: string }, RequesterFacts>(
  'requester.subject',
  'SELECT r.id, r.created_at, r.updated_at FROM requester r WHERE r.id = :id',
  { params: { id: 'uuid' }, result: RESULT },
);

const ROWS = [...FIELD_ROWS.requester, NAME_TOKEN_ROWS, ownedRows(requesterEntity, { key: 'id' })];

function toSubject(row: RequesterFacts): RecordSubject {
  return {
    recordClass: 'profile',
    id: row.id,
    requesterId: row.id,
    ticketId: null,
    accountIds: [],
    startedAt: row.createdAt,
    endedAt: row.updatedAt,
    rowCount: 1,
  };
}

/** Profiles: kept as long as anything of their requester. The life cycle ends the data keys of those that go. */
export function requesterRecords(): RecordStore {
  return {
    name: 'desk.requester',
    recordClass: 'profile',
    rows: ROWS,
    async due(db, query) {
      const { profile, chat: chatBefore, ticket: ticketBefore } = query.thresholds;
      const rows = await db.all(PROFILES_DUE, { ...dueParams(profile, query), chatBefore, ticketBefore });
      return rows.map((row) => ({ record: toSubject(row), cursor: { at: row.updatedAt, id: row.id } }));
    },
    async lock(tx, ids, thresholds) {
      const locked = await tx.all(LOCK, { ids, before: thresholds.profile });
      const needed = new Set((await tx.all(STILL_NEEDED, { ids })).map(({ requesterId }) => requesterId));
      return locked.map(({ id }) => id).filter((id) => !needed.has(id));
    },
    async find(db, id) {
      const row = await db.one(BY_ID, { id });
      return row && toSubject(row);
    },
  };
}
