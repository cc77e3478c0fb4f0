import { readSort, ScimFault, type PatchOperation } from '../../../sso/index.ts';
import { AppError } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type RequestContext, type Schema } from '../../platform/http/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import { IDP_ID_PATTERN } from '../sso/idp.service.ts';
import type { IdpService } from '../sso/idp.service.ts';
import { SCIM_LIMITS } from './scim.repo.ts';
import type { ScimGroups } from './scim-groups.service.ts';
import { resourceTypes, SCHEMAS, serviceProviderConfig, versionOf } from './scim.shape.ts';
import type { Hold, ScimCaller, ScimList, ScimPage, ScimUsers } from './scim-users.service.ts';

/** What the routes of SCIM need. */
export interface ScimRouteDeps {
  idps: IdpService;
  users: ScimUsers;
  groups: ScimGroups;
  publicBaseUrl: string;
}

interface ByIdp {
  idp: string;
}

type ById = ByIdp & { id: string };
type Resource = Record<string, unknown>;

const text = (maxLength: number): Schema => ({ type: 'string', maxLength });
const closed = (properties: Record<string, Schema>, required: readonly string[] = []): Schema => ({
  ...{ type: 'object', additionalProperties: false, properties, required },
});
const idp: Schema = { type: 'string', pattern: IDP_ID_PATTERN, maxLength: 40 };
const byIdp = closed({ idp }, ['idp']);
const byId = closed({ idp, id: { type: 'string', format: 'uuid' } }, ['idp', 'id']);
/** Resources carry whatever a client knows of a person; the shapes read what we keep. */
const resource: Schema = { type: 'object', additionalProperties: {}, maxProperties: 200 };
const shown: Schema = { type: 'object' };
const query = closed({
  filter: text(2_000),
  startIndex: { type: 'string', pattern: '^-?[0-9]{1,9}$' },
  count: { type: 'string', pattern: '^-?[0-9]{1,9}$' },
  attributes: text(2_000),
  excludedAttributes: text(2_000),
  sortBy: text(200),
  sortOrder: text(20),
});
const operation = closed({ op: text(20), path: text(2_000), value: {} }, ['op']);
const patchBody = closed(
  {
    schemas: { type: 'array', items: text(200), maxItems: 10 },
    Operations: { type: 'array', items: operation, minItems: 1, maxItems: 1_000 },
  },
  ['Operations'],
);

/** Errors of RFC 7644 §3.12, with our code and the request id beside. */
const FORM = {
  mediaType: 'application/scim+json',
  presentError(error: AppError, requestId: string): Resource {
    const scimType = error.details?.['scimType'];
    return {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(error.status),
      ...(typeof scimType === 'string' ? { scimType } : {}),
      detail: error.details?.['reason'] ?? error.message,
      code: error.code,
      requestId,
    };
  },
};
const COMMON = { permission: 'scim:write', answerForm: FORM, isInternal: true } as const;

/** SCIM 2.0 (RFC 7643, RFC 7644): an identity provider keeps people and groups here with a token of its own. */
export function scimRoutes(deps: ScimRouteDeps): AnyRoute[] {
  const caller = callerOf(deps);
  return [
    ...descriptionRoutes(deps),
    ...resourceRoutes({ kind: 'Users', caller, service: deps.users }),
    ...resourceRoutes({ kind: 'Groups', caller, service: deps.groups }),
  ];
}

/** The identity provider of the address, which has to exist; in whatever state, so that people can be made before. */
function callerOf({ idps, publicBaseUrl }: ScimRouteDeps) {
  return async (id: string): Promise<ScimCaller> => {
    if ((await idps.find(id)) === undefined) throw new AppError('request.not_found');
    const base = `${publicBaseUrl}/scim/${id}/v2`;
    return { idpId: id, locationOf: (kind, resourceId) => `${base}/${kind}/${resourceId}` };
  };
}

function descriptionRoutes({ publicBaseUrl }: ScimRouteDeps): AnyRoute[] {
  const base = (id: string) => `${publicBaseUrl}/scim/${id}/v2`;
  const none = { none: 'What the server can do; nobody in it.' };
  return [
    defineRoute<ByIdp>({
      ...{ ...COMMON, method: 'GET', path: '/scim/:idp/v2/ServiceProviderConfig', params: byIdp },
      ...{ summary: 'What of SCIM this server can do.', audit: none, response: shown },
      handler: async (_tx, { params }) =>
        serviceProviderConfig(`${base(params.idp)}/ServiceProviderConfig`, SCIM_LIMITS.pageMax),
    }),
    defineRoute<ByIdp>({
      ...{ ...COMMON, method: 'GET', path: '/scim/:idp/v2/ResourceTypes', params: byIdp },
      ...{ summary: 'Kinds of resources of SCIM.', audit: none, response: shown },
      handler: async (_tx, { params }) => {
        const items = resourceTypes(base(params.idp));
        return listOf({ total: items.length, items }, { startIndex: 1, count: items.length });
      },
    }),
  ];
}

interface Service {
  list(tx: Tx, caller: ScimCaller, page: ScimPage): Promise<ScimList>;
  get(tx: Tx, caller: ScimCaller, id: string): Promise<Resource>;
  create(tx: Tx, caller: ScimCaller, body: Resource): Promise<Resource>;
  replace(tx: Tx, caller: ScimCaller, change: { id: string; resource: Resource }): Promise<Resource>;
  patch(
    tx: Tx,
    caller: ScimCaller,
    change: { id: string; operations: readonly PatchOperation[] },
  ): Promise<Resource>;
  remove(tx: Tx, caller: ScimCaller, id: string): Promise<void>;
  hold(tx: Tx, caller: ScimCaller, hold: Hold): Promise<void>;
}

interface Kind {
  kind: 'Users' | 'Groups';
  caller(idp: string): Promise<ScimCaller>;
  service: Service;
}

function resourceRoutes(parts: Kind): AnyRoute[] {
  return [...readRoutes(parts), ...writeRoutes(parts)];
}

function readRoutes({ kind, caller, service }: Kind): AnyRoute[] {
  return [
    defineRoute<ByIdp, Record<string, string>>({
      ...{ ...COMMON, method: 'GET', path: `/scim/:idp/v2/${kind}`, params: byIdp, query },
      ...{ summary: `${kind} of SCIM: a page, or what fits a filter.`, audit: 'scim.read', response: shown },
      errors: ['scim.invalid'],
      handler: (tx, { params, query: asked }) =>
        orFault(async () => {
          const page = readPage(asked);
          return listOf(await service.list(tx, await caller(params.idp), page), page);
        }),
    }),
    defineRoute<ById>({
      ...{ ...COMMON, method: 'GET', path: `/scim/:idp/v2/${kind}/:id`, params: byId },
      ...{ summary: `One of the ${kind} of SCIM.`, audit: 'scim.read', response: shown },
      handler: async (tx, { params }, context) =>
        tagged(context, await service.get(tx, await caller(params.idp), params.id)),
    }),
  ];
}

function writeRoutes({ kind, caller, service }: Kind): AnyRoute[] {
  const change = { ...COMMON, params: byId, response: shown, audit: 'scim.write' } as const;
  const errors = ['scim.invalid', 'scim.taken', 'request.version_stale'] as const;
  const path = `/scim/:idp/v2/${kind}/:id`;
  return [
    defineRoute<ByIdp, unknown, Resource>({
      ...{ ...COMMON, method: 'POST', path: `/scim/:idp/v2/${kind}`, params: byIdp, body: resource },
      ...{
        summary: `Makes one of the ${kind} of SCIM.`,
        audit: 'scim.write',
        response: shown,
        status: 201,
        errors,
      },
      handler: (tx, { params, body }, context) =>
        orFault(async () => {
          const made = await service.create(tx, await caller(params.idp), body);
          note(tx, { kind, id: String(made['id']) });
          setLocation(context, made);
          return tagged(context, made);
        }),
    }),
    defineRoute<ById, unknown, Resource>({
      ...{
        ...change,
        method: 'PUT',
        path,
        summary: `Replaces one of the ${kind} of SCIM.`,
        body: resource,
        errors,
      },
      handler: (tx, { params: { idp: idpId, id }, body }, context) =>
        orFault(async () => {
          const who = await caller(idpId);
          await service.hold(tx, who, { id, ifMatch: context.header('if-match') });
          note(tx, { kind, id });
          return tagged(context, await service.replace(tx, who, { id, resource: body }));
        }),
    }),
    defineRoute<ById, unknown, { Operations: PatchOperation[] }>({
      ...{
        ...change,
        method: 'PATCH',
        path,
        summary: `Changes one of the ${kind} of SCIM.`,
        body: patchBody,
        errors,
      },
      handler: (tx, { params: { idp: idpId, id }, body }, context) =>
        orFault(async () => {
          const who = await caller(idpId);
          await service.hold(tx, who, { id, ifMatch: context.header('if-match') });
          note(tx, { kind, id });
          return tagged(context, await service.patch(tx, who, { id, operations: body.Operations }));
        }),
    }),
    removeRoute({ kind, caller, service }),
  ];
}

function removeRoute({ kind, caller, service }: Kind): AnyRoute {
  return defineRoute<ById>({
    ...{
      ...{ ...COMMON, params: byId, audit: 'scim.write' },
      ...{ method: 'DELETE', path: `/scim/:idp/v2/${kind}/:id`, status: 204 },
      summary: `Keeps one of the ${kind} of SCIM no longer.`,
    },
    errors: ['request.version_stale'],
    response: { type: 'null' },
    async handler(tx, { params: { idp: idpId, id } }, context) {
      const who = await caller(idpId);
      await service.hold(tx, who, { id, ifMatch: context.header('if-match') });
      await service.remove(tx, who, id);
      note(tx, { kind, id });
    },
  });
}

function note(tx: Tx, { kind, id }: { kind: 'Users' | 'Groups'; id: string }): void {
  const type = kind === 'Users' ? 'account' : 'scim-group';
  tx.record({ action: 'scim.write', outcome: 'ok', target: { type, id } });
}

/** Names the version in a header as well. */
function tagged(context: RequestContext, resource: Resource): Resource {
  context.setHeader('ETag', versionOf(resource));
  return resource;
}

function setLocation(context: RequestContext, made: Resource): void {
  context.setHeader('Location', String((made['meta'] as Resource)['location']));
}

/** Counts from 1; what is less counts as 1, and a count beyond ours is cut (RFC 7644 §3.4.2.4). */
function readPage({ filter, sortBy, sortOrder, startIndex, count }: Record<string, string>): ScimPage {
  const sort = readSort(sortBy, sortOrder);
  return {
    ...(sort === undefined ? {} : { sort }),
    ...(filter === undefined ? {} : { filter }),
    startIndex: Math.max(1, Number(startIndex ?? 1)),
    count: Math.min(SCIM_LIMITS.pageMax, Math.max(0, Number(count ?? SCIM_LIMITS.pageMax))),
  };
}

function listOf({ total, items }: ScimList, { startIndex }: ScimPage): Resource {
  return {
    ...{ schemas: [SCHEMAS.list], totalResults: total, startIndex, itemsPerPage: items.length },
    Resources: items,
  };
}

/** Faults of the protocol leave as errors of ours, so that the unit of work is undone. */
async function orFault<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ScimFault)) throw error;
    const details = { scimType: error.scimType, reason: error.message };
    throw new AppError(error.status === 409 ? 'scim.taken' : 'scim.invalid', { details, cause: error });
  }
}
