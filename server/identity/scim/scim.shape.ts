import { ScimFault } from '../../../sso/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { DISPLAY_NAME_PATTERN, USERNAME_PATTERN } from '../identity.schema.ts';
import type { ScimGroupRow, ScimUserRow } from './scim.entity.ts';

/** Names of schemas and messages (RFC 7643 §8.7, RFC 7644). */
export const SCHEMAS = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  config: 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
  resourceType: 'urn:ietf:params:scim:schemas:core:2.0:ResourceType',
} as const;

type Resource = Record<string, unknown>;

/** What a request may say of a person; what we do not keep is passed over, as the standard allows. */
export interface UserFields {
  userName: string;
  displayName: string;
  externalId: string | undefined;
  active: boolean;
}

/** What a request may say of a group. */
export interface GroupFields {
  displayName: string;
  externalId: string | undefined;
  memberIds: string[];
}

const USERNAME = new RegExp(USERNAME_PATTERN);
const DISPLAY_NAME = new RegExp(DISPLAY_NAME_PATTERN, 'u');
const ACTIVE_WORDS = new Map([
  ['true', true],
  ['false', false],
]);
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const EXTERNAL_CHARACTERS_MAX = 255;
const GROUP_CHARACTERS_MAX = 256;

/** An attribute by its name without regard to case. */
function attribute(resource: Resource, name: string): unknown {
  const key = Object.keys(resource).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : resource[key];
}

function invalid(name: string): ScimFault {
  return new ScimFault(400, 'invalidValue', `${name} is missing or not of its form.`);
}

function externalIdOf(resource: Resource): string | undefined {
  const value = attribute(resource, 'externalId');
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length > EXTERNAL_CHARACTERS_MAX) throw invalid('externalId');
  return value;
}

/** Reads a person. Some clients send `active` as a text. Throws `ScimFault` `invalidValue`. */
export function readUser(resource: Resource): UserFields {
  const userName = attribute(resource, 'userName');
  if (typeof userName !== 'string' || !USERNAME.test(userName)) throw invalid('userName');
  const name = attribute(resource, 'name');
  const formatted =
    typeof name === 'object' && name !== null ? attribute(name as Resource, 'formatted') : undefined;
  const displayName = attribute(resource, 'displayName') ?? formatted ?? userName;
  if (typeof displayName !== 'string' || !DISPLAY_NAME.test(displayName)) throw invalid('displayName');
  const active = attribute(resource, 'active') ?? true;
  const isActive = ACTIVE_WORDS.get(String(active).toLowerCase());
  if (isActive === undefined) throw invalid('active');
  return { userName, displayName, externalId: externalIdOf(resource), active: isActive };
}

/** Reads a group. Throws `ScimFault` `invalidValue`. */
export function readGroup(resource: Resource, membersMax: number): GroupFields {
  const displayName = attribute(resource, 'displayName');
  const isName =
    typeof displayName === 'string' &&
    displayName.trim() !== '' &&
    displayName.length <= GROUP_CHARACTERS_MAX;
  if (!isName) throw invalid('displayName');
  const members = attribute(resource, 'members') ?? [];
  if (!Array.isArray(members) || members.length > membersMax) throw invalid('members');
  const memberIds = members.map((member) => {
    const value: unknown =
      typeof member === 'object' && member !== null ? (member as Resource)['value'] : undefined;
    if (typeof value !== 'string' || !UUID.test(value)) throw invalid('members');
    return value;
  });
  return { displayName, externalId: externalIdOf(resource), memberIds: [...new Set(memberIds)] };
}

/** Where resources stand. */
export type LocationOf = (kind: 'Users' | 'Groups', id: string) => string;

/** A person as it is answered. */
export function presentUser(
  row: ScimUserRow,
  account: { username: string; displayName: string; state: string },
  { groups, locationOf }: { groups: readonly { id: string; name: string }[]; locationOf: LocationOf },
): Resource {
  return versioned({
    schemas: [SCHEMAS.user],
    id: row.accountId,
    ...(row.externalId === row.accountId ? {} : { externalId: row.externalId }),
    userName: account.username,
    displayName: account.displayName,
    name: { formatted: account.displayName },
    active: account.state === 'active',
    groups: groups.map(({ id, name }) => ({ value: id, display: name })),
    meta: metaOf('User', row, locationOf('Users', row.accountId)),
  });
}

/** A group as it is answered. */
export function presentGroup(
  row: ScimGroupRow,
  members: readonly { accountId: string; name: string }[],
  locationOf: LocationOf,
): Resource {
  return versioned({
    schemas: [SCHEMAS.group],
    id: row.id,
    ...(row.externalId === row.id ? {} : { externalId: row.externalId }),
    displayName: row.displayName,
    members: members.map(({ accountId, name }) => ({ value: accountId, display: name, type: 'User' })),
    meta: metaOf('Group', row, locationOf('Groups', row.id)),
  });
}

/** Hexadecimal digits of a version; enough that two states of one resource never share one. */
const VERSION_DIGITS = 32;

/** Adds the version: a hash of all that is shown, so that whatever changes the resource changes it (RFC 7644 §3.14). */
function versioned(resource: Resource & { meta: Resource }): Resource {
  const hash = sha256(JSON.stringify(resource)).toString('hex').slice(0, VERSION_DIGITS);
  return { ...resource, meta: { ...resource.meta, version: `W/"${hash}"` } };
}

/** The version of a resource as it is answered. */
export function versionOf(resource: Resource): string {
  return String((resource['meta'] as Resource)['version']);
}

/** Whether an If-Match names a version; without one, or for any, everything does. Weak and strong spelling are one. */
export function isVersionMeant(ifMatch: string | undefined, version: string): boolean {
  const plain = (tag: string) => tag.trim().replace(/^W\//, '');
  const tags = ifMatch?.split(',').map(plain);
  return tags === undefined || tags.includes('*') || tags.includes(plain(version));
}

function metaOf(resourceType: string, row: { createdAt: Date; changedAt: Date }, location: string): Resource {
  return {
    ...{ resourceType, location },
    ...{ created: row.createdAt.toISOString(), lastModified: row.changedAt.toISOString() },
  };
}

/** What this server can do (RFC 7643 §5). */
export function serviceProviderConfig(location: string, pageMax: number): Resource {
  return {
    schemas: [SCHEMAS.config],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: pageMax },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        ...{ type: 'oauthbearertoken', name: 'Bearer token', primary: true },
        description: 'A token of Vaultdesk with the scope scim:write.',
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location },
  };
}

/** Kinds of resources (RFC 7643 §6). */
export function resourceTypes(base: string): Resource[] {
  return [
    ['User', 'Users', SCHEMAS.user],
    ['Group', 'Groups', SCHEMAS.group],
  ].map(([name, path, schema]) => ({
    ...{ schemas: [SCHEMAS.resourceType], id: name, name, endpoint: `/${path}`, schema },
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  }));
}
