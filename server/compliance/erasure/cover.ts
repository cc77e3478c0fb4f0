import type { RecordClass } from '../../kernel/index.ts';
import { portable, type Db, type RecordStore } from '../../platform/persistence/index.ts';
import { gather } from '../lifecycle/candidates.ts';
import { listActiveHolds } from '../lifecycle/hold.repo.ts';
import { isCovered } from '../lifecycle/hold.rules.ts';
import { CLASS_TERMS, monthsBefore } from '../lifecycle/period.rules.ts';
import type { Candidate } from '../lifecycle/sweep.rules.ts';
import type { ErasureCover } from './erasure.rules.ts';

const ARCHIVED = portable<{ requesterId: string }, { keys: number }>(
  'erasure.archived',
  `SELECT COUNT(*) AS keys FROM archived_dek a JOIN crypto_dek d ON d.id = a.dek_id
    WHERE d.owner_id = :requesterId AND d.state <> 'destroyed'`,
  { params: { requesterId: 'text' }, result: { keys: 'int' } },
);

/** Holds of one person that are named; more are said by their number alone. */
const HOLDS_NAMED_MAX = 20;

/**
 * What keeps a person from being erased at this instant: holds over anything of theirs, records younger than the
 * shortest period the law lets a bank choose, open ones, and archives that must stay readable. Empty when nothing does;
 * undefined for a person there is not.
 */
export async function coversOf(
  db: Db,
  deps: { stores: readonly RecordStore[]; now: Date },
  requesterId: string,
): Promise<ErasureCover[] | undefined> {
  const store = deps.stores.find(({ recordClass }) => recordClass === 'profile');
  const profile = await store?.find?.(db, requesterId);
  if (store === undefined || profile === undefined) return undefined;
  const holds = (await listActiveHolds(db)).filter(
    (hold) => hold.requesterId === null || hold.requesterId === requesterId,
  );
  const { candidates, isCut } = await gather(db, deps.stores, { store, records: [profile] }, holds);
  if (isCut) return [{ kind: 'too-many' }];
  const subjects = candidates.flatMap(all).map(({ subject }) => subject);
  const covering = holds.filter(
    (hold) => hold.requesterId === requesterId || subjects.some((subject) => isCovered(hold, subject)),
  );
  const archived = (await db.one(ARCHIVED, { requesterId }))?.keys ?? 0;
  return [
    ...covering.slice(0, HOLDS_NAMED_MAX).map(({ id, placedAt }): ErasureCover => {
      return { kind: 'hold', holdId: id, placedAt: placedAt.toISOString() };
    }),
    ...periodsOf(
      subjects.filter(({ recordClass }) => recordClass !== 'profile'),
      deps.now,
    ),
    ...(archived > 0 ? [{ kind: 'archive' as const, count: archived }] : []),
  ];
}

function all(candidate: Candidate): Candidate[] {
  return [candidate, ...candidate.keepers.flatMap(all)];
}

/** One line a class with its latest end; an open record has none yet. */
function periodsOf(
  subjects: readonly { recordClass: RecordClass; endedAt: Date | null }[],
  now: Date,
): ErasureCover[] {
  const lines = new Map<RecordClass, { count: number; until: Date | null }>();
  for (const { recordClass, endedAt } of subjects) {
    const { floorMonths } = CLASS_TERMS[recordClass];
    if (endedAt !== null && endedAt < monthsBefore(now, floorMonths)) continue;
    const until = endedAt === null ? null : monthsBefore(endedAt, -floorMonths);
    const line = lines.get(recordClass);
    const isLater = line === undefined || (line.until !== null && (until === null || until > line.until));
    lines.set(recordClass, { count: (line?.count ?? 0) + 1, until: isLater ? until : (line?.until ?? null) });
  }
  return [...lines].map(([recordClass, { count, until }]) => {
    return { kind: 'period', recordClass, count, until: until?.toISOString() ?? null };
  });
}
