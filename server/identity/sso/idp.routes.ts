import { AppError, type Clock } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { grantsAdministrator, type IdpActs } from './idp-approvals.ts';
import type { IdpMetadataService } from './idp-metadata.service.ts';
import { tryMap } from './idp-try.ts';
import type { IdpInput } from './idp.draft.ts';
import { IDP_ID_PATTERN, type IdpService, type KnownIdp } from './idp.service.ts';
import { daysLeft } from './certificate-watch.ts';
import type { SpKeys } from './sp-keys.ts';

/** What the routes of administrators need. */
export interface IdpRouteDeps {
  clock: Clock;
  idps: IdpService;
  acts: IdpActs;
  metadata: IdpMetadataService;
  keys: SpKeys;
}

interface ById {
  id: string;
}

const object = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  ...{ type: 'object', additionalProperties: false, properties },
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
const params = object({ id: { type: 'string', pattern: IDP_ID_PATTERN, maxLength: 40 } });
const shown: Schema = { type: 'object' };
const items: Schema = {
  ...{ type: 'object', properties: { items: { type: 'array', items: shown } }, required: ['items'] },
};
const asked: Schema = object({ approvalId: { type: 'string', format: 'uuid' } });
const reason = text(500);
/** The map is judged by its own strict reader; here it only has to be a bounded object. */
const mapSchema: Schema = { type: 'object', additionalProperties: {}, maxProperties: 20 };
const METADATA_CHARACTERS_MAX = 400_000;
const CERTIFICATE_CHARACTERS_MAX = 10_000;
const APPROVAL_ERRORS = ['approval.exists', 'approval.reason_invalid', 'approval.limit'] as const;

/** Identity providers: asked for by one administrator, approved by another, then tested. */
export function idpRoutes(deps: IdpRouteDeps): AnyRoute[] {
  return [
    ...[listRoute(deps), changeRoute(deps), switchRoute(deps), removeRoute(deps), tryRoute(deps)],
    ...[keysRoute(deps), newKeyRoute(deps)],
  ];
}

/** An identity provider as administrators see it: everything but its metadata as text. */
export function presentIdp({ idp, map, certificates }: KnownIdp, now: Date): Record<string, unknown> {
  const { certificates: _pems, ...rest } = map;
  return {
    id: idp.id,
    entityId: idp.entityId,
    state: idp.state,
    ssoUrl: idp.ssoUrl,
    sloUrl: idp.sloUrl,
    map: rest,
    grantsAdministrator: grantsAdministrator(map),
    certificates: certificates.map(({ fingerprint, notBefore, notAfter }) => ({
      ...{ fingerprint, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() },
      daysLeft: daysLeft(notAfter, now),
      isInForce: notAfter > now,
    })),
    metadataUrl: idp.metadataUrl,
    isMetadataSigned: idp.metadataSigner !== null,
    fetchedAt: idp.fetchedAt?.toISOString() ?? null,
    fetchFault: idp.fetchFault,
    changedAt: idp.changedAt.toISOString(),
    version: idp.version,
  };
}

function listRoute({ idps, clock }: IdpRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/idps',
    summary: 'Identity providers with their maps and certificates.',
    permission: 'idp:read',
    audit: { none: 'Addresses, public certificates, and rules; no person in it.' },
    response: items,
    handler: async () => ({ items: (await idps.list()).map((known) => presentIdp(known, clock.now())) }),
  });
}

type Change = Omit<IdpInput, 'id'> & { reason: string };

function changeRoute({ acts, metadata }: IdpRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, Change, string | undefined>({
    method: 'PUT',
    path: '/api/v1/idps/:id',
    summary:
      'Asks for a new or changed identity provider; what is in force stays so until another person approves.',
    permission: 'idp:write',
    audit: 'idp.ask',
    needsProof: true,
    params,
    body: object(
      {
        metadata: text(METADATA_CHARACTERS_MAX),
        metadataUrl: text(1_000),
        metadataSigner: text(2 * CERTIFICATE_CHARACTERS_MAX),
        map: mapSchema,
        reason,
      },
      ['metadata', 'metadataUrl', 'metadataSigner'],
    ),
    response: asked,
    status: 202,
    errors: ['idp.invalid', 'idp.entity_taken', 'idp.limit', ...APPROVAL_ERRORS],
    async prepare({ params: { id }, body: { metadata: given, metadataUrl } }) {
      if (metadataUrl === undefined || given !== undefined) return given;
      return metadata.load(id, metadataUrl);
    },
    async handler(tx, { params: { id }, body: { reason: why, ...input }, prepared }) {
      const document = prepared === undefined ? {} : { metadata: prepared };
      const approval = await acts.askChange(tx, { ...input, id, ...document }, why);
      tx.record({ action: 'idp.ask', outcome: 'ok', target: { type: 'idp', id } });
      return { approvalId: approval.id };
    },
  });
}

function switchRoute({ acts }: IdpRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { isOn: boolean; reason: string }>({
    method: 'POST',
    path: '/api/v1/idps/:id/switch',
    summary: 'Asks to switch an identity provider off, or on again; off ends the sessions it opened.',
    permission: 'idp:write',
    audit: 'idp.ask',
    needsProof: true,
    params,
    body: object({ isOn: { type: 'boolean' }, reason }),
    response: asked,
    status: 202,
    errors: ['idp.state_refused', ...APPROVAL_ERRORS],
    async handler(tx, { params: { id }, body }) {
      const approval = await acts.askSwitch(tx, { id, isOn: body.isOn }, body.reason);
      tx.record({ action: 'idp.ask', outcome: 'ok', target: { type: 'idp', id } });
      return { approvalId: approval.id };
    },
  });
}

function removeRoute({ acts }: IdpRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { reason: string }>({
    method: 'POST',
    path: '/api/v1/idps/:id/removal',
    summary: 'Asks to remove an identity provider, which ends the sessions it opened.',
    permission: 'idp:write',
    audit: 'idp.ask',
    needsProof: true,
    params,
    body: object({ reason }),
    response: asked,
    status: 202,
    errors: [...APPROVAL_ERRORS],
    async handler(tx, { params: { id }, body }) {
      const approval = await acts.askRemove(tx, id, body.reason);
      tx.record({ action: 'idp.ask', outcome: 'ok', target: { type: 'idp', id } });
      return { approvalId: approval.id };
    },
  });
}

function tryRoute({ idps, clock }: IdpRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { assertion: string }>({
    method: 'POST',
    path: '/api/v1/idps/:id/try',
    summary: 'Judges a pasted assertion and shows what the map would make of it; nobody is signed in by it.',
    permission: 'idp:read',
    audit: 'idp.try',
    params,
    body: object({ assertion: text(400_000) }),
    response: shown,
    errors: ['idp.invalid'],
    async handler(_tx, { params: { id }, body }) {
      const known = await idps.find(id);
      if (known === undefined) throw new AppError('request.not_found');
      return tryMap(known, body.assertion, clock.now());
    },
  });
}

function keysRoute({ keys }: IdpRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/sso-keys',
    summary: 'Our own keys for signing and opening, the newest first.',
    permission: 'idp:read',
    audit: { none: 'Fingerprints of public certificates.' },
    response: items,
    handler: async () => ({ items: await keys.list() }),
  });
}

function newKeyRoute({ keys }: IdpRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, unknown, Awaited<ReturnType<SpKeys['create']>>>({
    method: 'POST',
    path: '/api/v1/sso-keys',
    summary: 'Makes a new key of ours: published at once, signing in seven days; the old ones go on opening.',
    permission: 'idp:write',
    audit: 'sso.key',
    needsProof: true,
    response: { type: 'null' },
    status: 204,
    errors: ['idp.key_waiting'],
    prepare: () => keys.create(),
    async handler(tx, { prepared }) {
      await keys.add(tx, prepared);
    },
  });
}
