import { applyMap, decodeBase64, decodeUtf8, readPastedAssertion, SsoRefusal } from '../../../sso/index.ts';
import { AppError } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { IDP_ID_PATTERN, type IdpInput, type IdpService, type KnownIdp } from './idp.service.ts';
import type { SsoLogoutService } from './sso-logout.service.ts';

/** What the routes of administrators need. */
export interface IdpRouteDeps {
  idps: IdpService;
  logouts: SsoLogoutService;
}

interface ById {
  id: string;
}

const object = (properties: Record<string, Schema>): Schema => ({
  ...{ type: 'object', additionalProperties: false, properties, required: Object.keys(properties) },
});
const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
const params = object({ id: { type: 'string', pattern: IDP_ID_PATTERN, maxLength: 40 } });
const shown: Schema = { type: 'object' };
/** The map is judged by its own strict reader; here it only has to be a bounded object. */
const mapSchema: Schema = { type: 'object', additionalProperties: {}, maxProperties: 20 };
const METADATA_CHARACTERS_MAX = 400_000;

/** Identity providers: asked for by one administrator, approved by another, then tested. */
export function idpRoutes(deps: IdpRouteDeps): AnyRoute[] {
  return [listRoute(deps), putRoute(deps), approveRoute(deps), removeRoute(deps), tryRoute(deps)];
}

/** An identity provider as administrators see it: everything but its metadata as text. */
export function presentIdp({ idp, map, certificates }: KnownIdp): Record<string, unknown> {
  const { certificates: _pems, ...rest } = map;
  return {
    id: idp.id,
    entityId: idp.entityId,
    state: idp.state,
    ssoUrl: idp.ssoUrl,
    sloUrl: idp.sloUrl,
    map: rest,
    certificates: certificates.map(({ fingerprint, notBefore, notAfter }) => ({
      ...{ fingerprint, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() },
    })),
    changedAt: idp.changedAt.toISOString(),
    version: idp.version,
  };
}

function listRoute({ idps }: IdpRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/idps',
    summary: 'Identity providers with their maps and certificates.',
    permission: 'idp:read',
    audit: { none: 'Addresses, public certificates, and rules; no person in it.' },
    response: { type: 'object', properties: { items: { type: 'array', items: shown } }, required: ['items'] },
    handler: async () => ({ items: (await idps.list()).map(presentIdp) }),
  });
}

function putRoute({ idps }: IdpRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, Omit<IdpInput, 'id'>>({
    method: 'PUT',
    path: '/api/v1/idps/:id',
    summary: 'Makes or replaces an identity provider; it waits for another administrator and a test.',
    permission: 'idp:write',
    audit: 'idp.update',
    params,
    body: object({ metadata: text(METADATA_CHARACTERS_MAX), map: mapSchema }),
    response: shown,
    errors: ['idp.invalid', 'idp.entity_taken', 'idp.limit'],
    async handler(tx, { params: { id }, body }) {
      const { state, version } = await idps.put(tx, { id, ...body });
      return { id, state, version };
    },
  });
}

function approveRoute({ idps }: IdpRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'POST',
    path: '/api/v1/idps/:id/approve',
    summary: 'Approves an identity provider that somebody else asked for.',
    permission: 'idp:approve',
    audit: 'idp.approve',
    params,
    response: shown,
    ifMatch: true,
    errors: ['approval.second_person', 'idp.state_refused'],
    async handler(tx, { params: { id }, version }) {
      const row = await idps.approve(tx, id, version);
      return { id, state: row.state, version: row.version };
    },
  });
}

function removeRoute({ idps, logouts }: IdpRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'DELETE',
    path: '/api/v1/idps/:id',
    summary: 'Removes an identity provider and ends the sessions it opened.',
    permission: 'idp:write',
    audit: 'idp.remove',
    params,
    response: { type: 'null' },
    status: 204,
    async handler(tx, { params: { id } }) {
      await idps.remove(tx, id);
      await logouts.endAll(tx, id);
    },
  });
}

function tryRoute({ idps }: IdpRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { assertion: string }>({
    method: 'POST',
    path: '/api/v1/idps/:id/try',
    summary: 'Applies the map to a pasted assertion, unsigned or not, and shows what would come of it.',
    permission: 'idp:read',
    audit: 'idp.try',
    params,
    body: object({ assertion: text(400_000) }),
    response: shown,
    errors: ['idp.invalid'],
    async handler(_tx, { params: { id }, body }) {
      const known = await idps.find(id);
      if (known === undefined) throw new AppError('request.not_found');
      return tryMap(known, body.assertion);
    },
  });
}

/** Nobody is signed in by it, so signatures and times are left out: people paste what their log kept. */
function tryMap(known: KnownIdp, pasted: string): Record<string, unknown> {
  try {
    const isXml = pasted.trimStart().startsWith('<');
    const assertion = readPastedAssertion(isXml ? pasted : decodeUtf8(decodeBase64(pasted)));
    const { username, displayName, roles, unit, skillGroups, groups } = applyMap(known.map, assertion);
    const attributes = [...assertion.attributes.keys()].sort();
    return { nameId: assertion.nameId, username, displayName, groups, roles, unit, skillGroups, attributes };
  } catch (error) {
    if (!(error instanceof SsoRefusal)) throw error;
    throw new AppError('idp.invalid', { details: { part: 'assertion', faults: error.why }, cause: error });
  }
}
