import type { RecordClass, RecordSubject } from '../../kernel/index.ts';
import { LIST_ITEMS_MAX, type Db, type RecordStore } from '../../platform/persistence/index.ts';
import type { HeldSubject, Hold } from './hold.rules.ts';
import type { Candidate } from './sweep.rules.ts';

/** Keepers one look takes in; a page of records with more is looked at in halves. */
export const KEEPERS_MAX = 5_000;

/** A record that was found, and the store it came from. */
export interface Node extends Candidate {
  store: RecordStore;
  subject: HeldSubject;
  keepers: Node[];
}

/** Records with everything that keeps them; `isCut` when there was more than one look takes in. */
export interface Gathered {
  candidates: Node[];
  isCut: boolean;
}

/**
 * Looks up what keeps these records alive, and, when a hold names accounts, which of those had a part in them. The
 * records are of one store; a query a store and level, never one a record.
 */
export async function gather(
  db: Db,
  stores: readonly RecordStore[],
  from: { store: RecordStore; records: readonly RecordSubject[] },
  holds: readonly Hold[],
): Promise<Gathered> {
  const roots = from.records.map((record) => toNode(from.store, record, null));
  const all: Node[] = [...roots];
  const isCut = await addKeepers(db, stores, roots, all);
  for (const node of [...all].reverse()) addTickets(node);
  await addInvolved(db, all, accountsOf(holds));
  return { candidates: roots, isCut };
}

function toNode(store: RecordStore, record: RecordSubject, kept: Node | null): Node {
  // What is attached to a record is about the same person.
  const requesterId =
    record.requesterId ?? (store.attachedTo === undefined ? null : (kept?.subject.requesterId ?? null));
  const ticketIds = record.ticketId === null ? [] : [record.ticketId];
  return { store, subject: { ...record, requesterId, ticketIds }, keepers: [] };
}

async function addKeepers(
  db: Db,
  stores: readonly RecordStore[],
  nodes: readonly Node[],
  all: Node[],
): Promise<boolean> {
  let isCut = false;
  for (const [recordClass, ofClass] of byClass(nodes)) {
    for (const store of stores) {
      if (store.keeping === undefined) continue;
      const found: Node[] = [];
      for (const page of pagesOf([...ofClass.keys()])) {
        const rows = await store.keeping(db, { recordClass, ids: page, limit: KEEPERS_MAX });
        isCut ||= rows.length >= KEEPERS_MAX;
        for (const { keptId, record } of rows) {
          for (const kept of ofClass.get(keptId) ?? []) {
            const keeper = toNode(store, record, kept);
            kept.keepers.push(keeper);
            found.push(keeper);
          }
        }
      }
      all.push(...found);
      if (found.length > 0 && (await addKeepers(db, stores, found, all))) isCut = true;
    }
  }
  return isCut;
}

function byClass(nodes: readonly Node[]): Map<RecordClass, Map<string, Node[]>> {
  const groups = new Map<RecordClass, Map<string, Node[]>>();
  for (const node of nodes) {
    const group = groups.get(node.subject.recordClass) ?? new Map<string, Node[]>();
    groups.set(node.subject.recordClass, group);
    group.set(node.subject.id, [...(group.get(node.subject.id) ?? []), node]);
  }
  return groups;
}

/** A hold on a ticket covers what the ticket keeps, and what is attached to that. */
function addTickets(node: Node): void {
  const tickets = node.keepers.filter(({ subject }) => subject.recordClass === 'ticket');
  // A profile is kept by all tickets of a person, and belongs to none of them.
  if (node.subject.recordClass === 'profile') return;
  const ticketIds = [...node.subject.ticketIds, ...tickets.map(({ subject }) => subject.id)];
  node.subject = { ...node.subject, ticketIds };
  for (const keeper of node.keepers) {
    if (keeper.store.attachedTo === undefined) continue;
    keeper.subject = { ...keeper.subject, ticketIds };
  }
}

function accountsOf(holds: readonly Hold[]): string[] {
  return [...new Set(holds.flatMap(({ accountId }) => (accountId === null ? [] : [accountId])))];
}

async function addInvolved(db: Db, nodes: readonly Node[], accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  const byStore = new Map<RecordStore, Map<string, Node[]>>();
  for (const node of nodes) {
    if (node.store.involved === undefined) continue;
    const group = byStore.get(node.store) ?? new Map<string, Node[]>();
    byStore.set(node.store, group);
    group.set(node.subject.id, [...(group.get(node.subject.id) ?? []), node]);
  }
  for (const [store, group] of byStore) {
    for (const ids of pagesOf([...group.keys()])) {
      for (const accounts of pagesOf(accountIds)) {
        for (const { id, accountId } of (await store.involved?.(db, ids, accounts)) ?? []) {
          for (const node of group.get(id) ?? []) {
            node.subject = { ...node.subject, accountIds: [...node.subject.accountIds, accountId] };
          }
        }
      }
    }
  }
}

/** Lists of at most 500, as statements take them. */
export function pagesOf<T>(items: readonly T[]): T[][] {
  const pages: T[][] = [];
  for (let start = 0; start < items.length; start += LIST_ITEMS_MAX) {
    pages.push(items.slice(start, start + LIST_ITEMS_MAX));
  }
  return pages;
}
