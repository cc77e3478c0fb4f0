import { insert, remove, select, update, type Db, type Tx } from '../persistence/index.ts';
import { egressRuleEntity, type EgressRuleRow } from './egress-rule.entity.ts';

/** Rules there may be; all approved ones are held in memory. */
export const RULES_MAX = 1_000;

const RULE_INSERT = insert(egressRuleEntity);
const RULE_BY_ID = select(egressRuleEntity, { name: 'egress_rule.by_id', where: ['id'] });
const RULE_BY_PLACE = select(egressRuleEntity, {
  name: 'egress_rule.by_place',
  where: ['owner', 'protocol', 'host', 'port'],
});
const RULES_OF_OWNERS = select(egressRuleEntity, {
  name: 'egress_rule.of_owners',
  whereIn: 'owner',
  orderBy: [['id', 'asc']],
  limit: true,
});
const RULES_APPROVED = select(egressRuleEntity, {
  name: 'egress_rule.approved',
  and: "state = 'approved'",
  orderBy: [['id', 'asc']],
  limit: true,
});
const RULES_PAGE = select(egressRuleEntity, {
  name: 'egress_rule.page',
  orderBy: [
    ['askedAt', 'desc'],
    ['id', 'desc'],
  ],
  keyset: true,
  limit: true,
});
const RULE_UPDATE = update(egressRuleEntity, {
  name: 'egress_rule.update',
  set: ['addresses', 'reason', 'state', 'askedById', 'askedAt', 'decidedById', 'decidedAt', 'version'],
  where: ['id', 'version'],
});
const RULE_REMOVE = remove(egressRuleEntity, { name: 'egress_rule.remove', where: ['id'] });

/** A rule by id. */
export function findRule(db: Db, id: string): Promise<EgressRuleRow | undefined> {
  return db.one(RULE_BY_ID, { id });
}

/** The one rule of a place, whatever its state. */
export function findRuleOfPlace(
  db: Db,
  place: Pick<EgressRuleRow, 'owner' | 'protocol' | 'host' | 'port'>,
): Promise<EgressRuleRow | undefined> {
  const { owner, protocol, host, port } = place;
  return db.one(RULE_BY_PLACE, { owner, protocol, host, port });
}

/** The rules of some owners, at most 500. */
export function listRulesOfOwners(db: Db, owners: readonly string[]): Promise<EgressRuleRow[]> {
  return owners.length === 0
    ? Promise.resolve([])
    : db.all(RULES_OF_OWNERS, { ownerList: [...owners], limit: RULES_MAX });
}

/** Every approved rule. */
export function listApprovedRules(db: Db): Promise<EgressRuleRow[]> {
  return db.all(RULES_APPROVED, { limit: RULES_MAX });
}

/** One page of rules, the last asked for first. */
export function listRules(
  db: Db,
  page: { limit: number; after?: readonly unknown[] | undefined },
): Promise<EgressRuleRow[]> {
  return db.all(RULES_PAGE, page);
}

/** Keeps a rule; throws DatabaseConflict when the place has one. */
export async function insertRule(tx: Tx, row: EgressRuleRow): Promise<void> {
  await tx.run(RULE_INSERT, row);
}

/** Changes a rule that still has the version before; false when somebody was faster. */
export async function updateRule(tx: Tx, row: EgressRuleRow): Promise<boolean> {
  const { id, owner: _owner, protocol: _protocol, host: _host, port: _port, ...set } = row;
  return (await tx.run(RULE_UPDATE, { ...set, whereId: id, whereVersion: row.version - 1 })) === 1;
}

/** Removes a rule. */
export async function removeRule(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run(RULE_REMOVE, { id })) === 1;
}
