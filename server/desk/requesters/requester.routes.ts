import { LIMITS, scopeOf } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import type { RecordFace } from '../fields/field.routes.ts';
import type { RevealRequest, RevealService } from '../reveals/reveal.service.ts';
import * as schemas from './requester.schema.ts';
import type { ProfileChange, RequesterService } from './requester.service.ts';
import { presentRequester, searchRequesters, type RequesterQuery } from './requester.view.ts';

/** What the routes of requesters need. */
export interface RequesterRouteDeps {
  requesters: RequesterService;
  crypto: Crypto;
  reveals: RevealService;
}

type ById = { id: string };

/** Routes of requesters: everything is masked but what a reveal names. */
export function requesterRoutes(deps: RequesterRouteDeps): AnyRoute[] {
  return [searchRoute(deps), ...oneRoutes(deps), revealRoute(deps)];
}

/** How the routes of own fields come to a requester. */
export function requesterFieldFace({ requesters }: RequesterRouteDeps): RecordFace {
  return {
    type: 'requester',
    path: '/api/v1/requesters',
    readPermission: 'requester:read',
    writePermission: 'conversation:work',
    viewAction: 'requester.view',
    updateAction: 'requester.update',
    async find(db, id, { actor }) {
      const { dekId } = await requesters.get(db, id, scopeOf(actor));
      return { requesterId: id, dekId };
    },
  };
}

function searchRoute({ crypto }: RequesterRouteDeps): AnyRoute {
  return defineRoute<unknown, RequesterQuery & { cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/requesters',
    summary: 'Finds requesters by phone, its last four digits, name, surname, or a part of the name; masked.',
    permission: 'requester:read',
    audit: 'requester.search',
    query: schemas.requesterQuery,
    response: schemas.requesterPage,
    async handler(tx, { query: { cursor, limit = LIMITS.pageItemsDefault, ...query } }, { actor }) {
      const page = await searchRequesters(crypto, tx, { query, scope: scopeOf(actor), cursor, limit });
      // The value searched for is personal data itself, so the entry names the field and whom it found.
      tx.record({
        action: 'requester.search',
        outcome: 'ok',
        fields: Object.keys(query),
        details: { ids: page.items.map(({ id }) => id) },
      });
      return page;
    },
  });
}

function oneRoutes({ requesters, crypto }: RequesterRouteDeps): AnyRoute[] {
  return [
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/requesters/:id',
      summary: 'One requester, masked, with the latest conversations and tickets.',
      permission: 'requester:read',
      audit: 'requester.view',
      response: schemas.requesterDetail,
      async handler(tx, { params: { id } }, { actor }) {
        const scope = scopeOf(actor);
        const row = await requesters.get(tx, id, scope);
        const target = { type: 'requester', id };
        tx.record({ action: 'requester.view', outcome: 'ok', target, customer: id });
        return presentRequester(crypto, tx, { row, scope });
      },
    }),
    defineRoute<ById, unknown, ProfileChange>({
      method: 'PUT',
      path: '/api/v1/requesters/:id',
      summary: 'Changes what is known of a requester; fields that are absent stay.',
      permission: 'conversation:work',
      audit: 'requester.update',
      body: schemas.requesterUpdate,
      response: schemas.requesterDetail,
      ifMatch: true,
      async handler(tx, { params, body, version }, { actor }) {
        const row = await requesters.update(tx, params.id, version, body);
        return presentRequester(crypto, tx, { row, scope: scopeOf(actor) });
      },
    }),
  ];
}

function revealRoute({ reveals }: RequesterRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, RevealRequest>({
    method: 'POST',
    path: '/api/v1/requesters/:id/reveal',
    summary: 'Shows values in clear for a stated purpose and a case of this requester, for a minute.',
    permission: 'requester:reveal',
    audit: 'requester.reveal',
    body: schemas.revealBody,
    response: schemas.revealAnswer,
    errors: ['requester.reveal_purpose', 'requester.reveal_case', 'requester.reveal_limit'],
    async handler(tx, { params, body }, context) {
      context.setHeader('Cache-Control', 'no-store');
      return reveals.reveal(tx, params.id, body);
    },
  });
}
