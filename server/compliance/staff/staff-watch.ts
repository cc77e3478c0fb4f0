import { LIST_ITEMS_MAX, portable, type Db } from '../../platform/persistence/index.ts';
import type { StaffMatching } from './ports.ts';
import { walkTokens } from './staff.repo.ts';
import { STAFF_KINDS } from './staff.rules.ts';

/** Customers of one page of hashes; a number with more of them is no number of one person. */
const REQUESTERS_MAX = 5_000;
/** Looks of different accounts at one page of customers. */
const LOOKS_MAX = 5_000;
/** Colleagues that an alert names. */
export const SUBJECTS_MAX = 20;

/** That somebody looked at the own customer record, or at colleagues'. */
export interface StaffFinding {
  rule: 'own-record' | 'colleague-record';
  actorId: string;
  /** Whose records they are. */
  subjectIds: string[];
  entryCount: number;
  firstAt: Date;
  lastAt: Date;
}

interface Looks {
  actorId: string;
  customerRef: string;
  entryCount: number;
  firstAt: Date;
  lastAt: Date;
}
const LOOKS = portable<{ requesterIds: readonly string[]; fromAt: Date; toAt: Date; limit: number }, Looks>(
  'audit_alert.staff_looks',
  `SELECT actor_id, customer_ref, COUNT(*) AS entry_count, MIN(occurred_at) AS first_at, MAX(occurred_at) AS last_at
     FROM audit_event
    WHERE customer_ref IN (:requesterIds...) AND occurred_at >= :fromAt AND occurred_at < :toAt
      AND class = 'personal-data' AND actor_type = 'account' AND outcome = 'ok'
    GROUP BY actor_id, customer_ref ORDER BY actor_id, customer_ref FETCH FIRST :limit ROWS ONLY`,
  {
    params: { requesterIds: 'text', fromAt: 'instant', toAt: 'instant', limit: 'int' },
    result: {
      ...{ actorId: 'text', customerRef: 'text', entryCount: 'int' },
      ...{ firstAt: 'instant', lastAt: 'instant' },
    },
  },
);

/** Who looked at records of the staff within a time: one finding an account and rule. */
export async function findStaffLooks(
  matching: StaffMatching,
  db: Db,
  window: { from: Date; to: Date },
): Promise<StaffFinding[]> {
  const owners = await ownersOf(matching, db);
  const findings = new Map<string, StaffFinding>();
  const requesterIds = [...owners.keys()];
  for (let start = 0; start < requesterIds.length; start += LIST_ITEMS_MAX) {
    const page = requesterIds.slice(start, start + LIST_ITEMS_MAX);
    const params = { requesterIds: page, fromAt: window.from, toAt: window.to, limit: LOOKS_MAX };
    for (const looks of await db.all(LOOKS, params))
      addLooks(findings, looks, owners.get(looks.customerRef) ?? new Set());
  }
  return [...findings.values()];
}

/** Accounts by the customer their owner is. */
async function ownersOf(matching: StaffMatching, db: Db): Promise<Map<string, Set<string>>> {
  const owners = new Map<string, Set<string>>();
  const version = matching.indexVersion;
  for (let after: string | undefined; ;) {
    const page = await walkTokens(db, { after, version, limit: LIST_ITEMS_MAX });
    for (const kind of STAFF_KINDS) {
      const ofKind = page.filter((row) => row.kind === kind);
      if (ofKind.length === 0) continue;
      const tokens = ofKind.map(({ tokenBix }) => tokenBix);
      for (const { token, requesterId } of await matching.requestersOf(db, kind, tokens, REQUESTERS_MAX)) {
        const accounts = owners.get(requesterId) ?? new Set();
        for (const row of ofKind) if (row.tokenBix.equals(token)) accounts.add(row.accountId);
        owners.set(requesterId, accounts);
      }
    }
    if (page.length < LIST_ITEMS_MAX) return owners;
    after = page.at(-1)?.id;
  }
}

/** A record that is the own one and a colleague's as well, by a shared number, is the own one. */
function addLooks(findings: Map<string, StaffFinding>, looks: Looks, accounts: ReadonlySet<string>): void {
  const { actorId, entryCount, firstAt, lastAt } = looks;
  const rule = accounts.has(actorId) ? 'own-record' : 'colleague-record';
  const subjectIds = rule === 'own-record' ? [actorId] : [...accounts];
  const key = `${rule} ${actorId}`;
  const known = findings.get(key);
  if (known === undefined) {
    findings.set(key, {
      rule,
      actorId,
      subjectIds: subjectIds.slice(0, SUBJECTS_MAX),
      entryCount,
      firstAt,
      lastAt,
    });
    return;
  }
  known.entryCount += entryCount;
  known.subjectIds = [...new Set([...known.subjectIds, ...subjectIds])].slice(0, SUBJECTS_MAX);
  if (firstAt < known.firstAt) known.firstAt = firstAt;
  if (lastAt > known.lastAt) known.lastAt = lastAt;
}
