import { AUDIT_ACTIONS, isAuditAction, proveEntry, writeProof, type EventRow } from '../../../audit/index.ts';
import { AppError, beforeKey, beforeOf, isUuid, LIMITS, toPage } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, isAddress } from '../../platform/http/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import { isVisible, scopeOf, type TrailScope } from '../access.ts';
import * as schemas from '../compliance.schema.ts';
import type { ComplianceDeps } from '../ports.ts';
import { namesIn, presentEvent } from './event.present.ts';
import { searchEvents, type EventFilter } from './event.view.ts';
import { createLeafPlaces, type LeafPlaces } from './leaf-places.ts';
import { assertWords, needsWords, searchByWords } from './word-search.ts';

type SearchQuery = EventFilter & { cursor?: string; limit?: number };
type SearchDeps = Pick<ComplianceDeps, 'trail' | 'accountNames'>;

/** Two permissions open the trail, each with its own scope, so `scopeOf` decides instead of the table. */
const READERS = 'signed-in';

/** Routes that search and read the trail. Each use is an entry of the trail itself. */
export function searchRoutes(deps: SearchDeps): AnyRoute[] {
  const places = createLeafPlaces(deps.trail);
  return [searchRoute(deps, places), detailRoute(deps), actionsRoute()];
}

function searchRoute({ accountNames }: SearchDeps, places: LeafPlaces): AnyRoute {
  return defineRoute<unknown, SearchQuery>({
    method: 'GET',
    path: '/api/v1/audit/events',
    summary:
      'Entries of the audit trail, newest first. The audit administrator sees what administrators did.',
    permission: READERS,
    audit: 'audit.search',
    query: schemas.searchQuery,
    response: schemas.eventPage,
    errors: ['audit.search_personal'],
    async handler(tx, { query }, { permissions }) {
      const scope = scopeOf(permissions);
      const { cursor, limit = LIMITS.pageItemsDefault, ...filter } = query;
      const { rows, ...rest } = await findPage(tx, filter, { cursor, limit, scope });
      const names = await namesIn(accountNames, rows);
      const indexes = await places.indexesOf(tx, rows);
      const items = rows.map((row) => presentEvent(row, { names, index: indexes.get(row.id) ?? null }));
      recordSearch(tx, filter, rows);
      return { ...rest, items };
    },
  });
}

/** One page: by the columns of entries, or by words where the filter asks for what no column holds. */
async function findPage(
  tx: Tx,
  filter: EventFilter,
  { cursor, limit, scope }: { cursor: string | undefined; limit: number; scope: TrailScope },
): Promise<{ rows: EventRow[]; nextCursor?: string; searchedTo?: string }> {
  if (needsWords(filter)) {
    assertWords(filter);
    const { rows, nextCursor, searchedTo } = await searchByWords(tx, filter, { cursor, limit, scope });
    return {
      rows,
      ...(nextCursor === undefined ? {} : { nextCursor }),
      ...(searchedTo === null ? {} : { searchedTo: searchedTo.toISOString() }),
    };
  }
  const found = await searchEvents(tx, filter, { before: beforeOf(cursor), limit: limit + 1, scope });
  const { items: rows, ...rest } = toPage(
    found,
    limit,
    ({ at, id }) => beforeKey(at, id),
    (row) => row,
  );
  return { rows, ...rest };
}

/**
 * Says who searched for what, and which entries were shown. A filter is named with its value only when that is an id
 * or an act: whatever else somebody typed might be a person's.
 */
function recordSearch(tx: Tx, filter: EventFilter, shown: readonly EventRow[]): void {
  const { customer, actor, target, action, ticket, address } = filter;
  const first = shown.at(0);
  const last = shown.at(-1);
  tx.record({
    action: 'audit.search',
    outcome: 'ok',
    ...(customer === undefined ? {} : { customer }),
    details: {
      by: Object.keys(filter),
      ...(isUuid(actor) ? { actor } : {}),
      ...(isUuid(target) ? { target } : {}),
      ...(isUuid(ticket) ? { ticket } : {}),
      ...(address !== undefined && isAddress(address) ? { address } : {}),
      ...(action !== undefined && isAuditAction(action) ? { action } : {}),
      count: shown.length,
      ...(first && last ? { firstId: first.id, lastId: last.id } : {}),
    },
  });
}

function detailRoute({ trail, accountNames }: SearchDeps): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: '/api/v1/audit/events/:id',
    summary: 'One entry with its exact body, its leaf, and the proof that it is in the tree.',
    permission: READERS,
    audit: 'audit.read',
    response: schemas.eventDetail,
    async handler(tx, { params }, { permissions }) {
      const scope = scopeOf(permissions);
      const row = await trail.findEvent(params.id);
      if (row === undefined || !isVisible(scope, row.class)) throw new AppError('request.not_found');
      const proof = await proveEntry(trail, row);
      const names = await namesIn(accountNames, [row]);
      tx.record({ action: 'audit.read', outcome: 'ok', target: { type: 'audit-entry', id: row.id } });
      return {
        ...presentEvent(row, { names, index: proof?.index ?? null }),
        body: row.body,
        leaf: row.leaf.toString('hex'),
        ...(proof === undefined
          ? {}
          : {
              proof: {
                index: proof.index,
                size: proof.size,
                hashes: proof.hashes.map((hash) => hash.toString('hex')),
                root: proof.root.toString('hex'),
                file: writeProof(proof, row.body),
              },
            }),
      };
    },
  });
}

function actionsRoute(): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/audit/actions',
    summary: 'Every act the trail knows, with a label in Chinese and English.',
    permission: READERS,
    audit: { none: 'a fixed table of the program' },
    response: schemas.actionList,
    async handler(_tx, _input, { permissions }) {
      const scope = scopeOf(permissions);
      return Object.entries(AUDIT_ACTIONS)
        .filter(([, definition]) => isVisible(scope, definition.class))
        .map(([action, { class: actionClass, isMandatory, zh, en }]) => ({
          ...{ action, class: actionClass, isMandatory },
          zh: labelOf(zh),
          en: labelOf(en),
        }));
    },
  });
}

/** A sentence without its places: `{actor} 查看客户 {customer}` becomes `查看客户 …`. */
function labelOf(sentence: string): string {
  return sentence
    .replace(/^\{\w+\}\s*/, '')
    .replace(/\{\w+\}/g, '…')
    .trim();
}
