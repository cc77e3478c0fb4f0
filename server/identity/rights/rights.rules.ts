import { reaches, type DataScope, type ScopeKind } from '../../kernel/index.ts';
import type { Account } from '../account.repo.ts';
import { isLocked, mustChangePassword } from '../account.rules.ts';
import type { Permission } from '../permissions.ts';
import { permissionsOfRoles } from '../roles/role.rules.ts';

/** One step of an answer, as a code the console has a sentence for; ids and names of roles and units only. */
export interface RightReason {
  code:
    | 'account-pending'
    | 'account-disabled'
    | 'account-locked'
    | 'password-expired'
    | 'permission-absent'
    | 'granted'
    | 'record-unknown'
    | 'scope-reaches'
    | 'scope-misses'
    | 'desk-allows'
    | 'desk-refuses';
  isFor: boolean;
  role?: string;
  scope?: ScopeKind;
  unitId?: string;
  rule?: string;
}

/** A record somebody asks about, as the desk sees it. */
export interface RecordPlace {
  unitId: string;
  ownerId: string | null;
  isSeen: boolean;
  rule: string;
  /** The units its unit lies under, itself included. */
  ancestorIds: readonly string[];
}

/** Permissions of an account, each with the roles that give it, by name. */
export function permissionSources(account: Account): { permission: Permission; roles: string[] }[] {
  const sources = new Map<Permission, string[]>();
  for (const role of account.roles) {
    for (const permission of permissionsOfRoles([role], account.composed))
      sources.set(permission, [...(sources.get(permission) ?? []), role]);
  }
  return [...sources]
    .map(([permission, roles]) => ({ permission, roles }))
    .sort((a, b) => (a.permission < b.permission ? -1 : 1));
}

/** What of the account itself stands in the way of everything. */
function obstacles(account: Account, now: Date): RightReason[] {
  const found: RightReason[] = [];
  if (account.state === 'pending') found.push({ code: 'account-pending', isFor: false });
  if (account.state === 'disabled') found.push({ code: 'account-disabled', isFor: false });
  if (account.state === 'active' && isLocked(account, now))
    found.push({ code: 'account-locked', isFor: false });
  if (account.state === 'active' && mustChangePassword(account, now))
    found.push({ code: 'password-expired', isFor: false });
  return found;
}

/**
 * Whether an account may do something, to one record where one is named, with every reason for and against. `record`
 * is null when the record does not exist, undefined when none was named.
 */
export function explainRight(
  account: Account,
  question: { permission: string; record: RecordPlace | null | undefined; now: Date },
): { answer: boolean; reasons: RightReason[] } {
  const { permission, record, now } = question;
  const reasons = obstacles(account, now);
  const giving = account.grants.filter(({ role }) =>
    (permissionsOfRoles([role], account.composed) as ReadonlySet<string>).has(permission),
  );
  if (giving.length === 0) reasons.push({ code: 'permission-absent', isFor: false });
  for (const { role, kind, unitId } of giving)
    reasons.push({ code: 'granted', isFor: true, role, scope: kind, unitId });
  if (record === null) reasons.push({ code: 'record-unknown', isFor: false });
  if (record === null || record === undefined) return conclude(reasons);
  const reaching = giving.filter(({ kind, unitId }) => {
    const scope: DataScope = { kind, unitId, accountId: account.id };
    return reaches(scope, record, record.ancestorIds);
  });
  for (const { role, kind, unitId } of reaching)
    reasons.push({ code: 'scope-reaches', isFor: true, role, scope: kind, unitId });
  if (reaching.length === 0) reasons.push({ code: 'scope-misses', isFor: false, unitId: record.unitId });
  reasons.push({
    code: record.isSeen ? 'desk-allows' : 'desk-refuses',
    isFor: record.isSeen,
    rule: record.rule,
  });
  return conclude(reasons);
}

function conclude(reasons: RightReason[]): { answer: boolean; reasons: RightReason[] } {
  return { answer: reasons.every(({ isFor }) => isFor), reasons };
}
