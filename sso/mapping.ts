import { SsoRefusal } from './refusal.ts';
import type { SignPolicy, VerifiedAssertion } from './types.ts';

/** Where a claim is read from: names of attributes, or `NameID`. */
export interface AttributeMap {
  username: string;
  displayName?: string;
  mail?: string;
  department?: string;
  groups?: string;
}

/** One rule: who is in the group gets the role. `*` is everybody. */
export interface RoleRule {
  group: string;
  role: string;
  /** Code of the unit the person works in. */
  unit?: string;
  /** Names of skill groups. */
  skillGroups?: readonly string[];
}

/** Everything an installation says about one identity provider besides its metadata. */
export interface IdpMap {
  attributes: AttributeMap;
  roles: readonly RoleRule[];
  jit: boolean;
  allowCbc: boolean;
  allow3des: boolean;
  requireEncrypted: boolean;
  signPolicy: SignPolicy;
  /** How often metadata is loaded anew from where it is published. */
  refreshHours: number;
  /** Further certificates, PEM or paths of files; the command line reads the files. */
  certificates: readonly string[];
}

/** What is wrong with a map: where, and what. */
export interface MapFault {
  path: string;
  problem: 'unknown' | 'missing' | 'type' | 'value' | 'too-many';
}

const TEXT_MAX = 256;
const RULES_MAX = 500;
const SKILL_GROUPS_MAX = 50;
const KEYS = [
  'attributes',
  'roles',
  'jit',
  'allowCbc',
  'allow3des',
  'requireEncrypted',
  'signPolicy',
  'refreshHours',
  'certificates',
];
const ATTRIBUTE_KEYS = ['username', 'displayName', 'mail', 'department', 'groups'];
const RULE_KEYS = ['group', 'role', 'unit', 'skillGroups'];
/** A day, unless the map says otherwise; a month is the longest. */
const REFRESH_HOURS = { standing: 24, max: 720 } as const;
const POLICIES: readonly string[] = ['both', 'assertion', 'response'];

type Fields = Record<string, unknown>;

/**
 * Reads a map strictly: an unknown key or role is a fault, not a guess. Gives the map, or every fault at once.
 * Standing values: jit false, everything weak false, both parts signed.
 */
export function readMap(
  value: unknown,
  isRole: (name: string) => boolean,
): { ok: true; map: IdpMap } | { ok: false; faults: MapFault[] } {
  const faults: MapFault[] = [];
  const fields = objectAt(value, '', KEYS, faults);
  const attributes = objectAt(fields['attributes'], 'attributes', ATTRIBUTE_KEYS, faults);
  if (attributes['username'] === undefined) faults.push({ path: 'attributes.username', problem: 'missing' });
  for (const key of ATTRIBUTE_KEYS) textAt(attributes[key], `attributes.${key}`, faults);
  const roles = listAt(fields['roles'], 'roles', RULES_MAX, faults);
  const rules = roles.map((rule, index) => readRule(rule, `roles[${index}]`, { isRole, faults }));
  const policy = fields['signPolicy'] ?? 'both';
  if (!POLICIES.includes(policy as string)) faults.push({ path: 'signPolicy', problem: 'value' });
  const { refreshHours = REFRESH_HOURS.standing } = fields as { refreshHours?: number };
  const isHours = Number.isInteger(refreshHours) && refreshHours >= 1 && refreshHours <= REFRESH_HOURS.max;
  if (!isHours) faults.push({ path: 'refreshHours', problem: 'value' });
  const certificates = listAt(fields['certificates'], 'certificates', 4, faults);
  certificates.forEach((entry, index) => {
    if (typeof entry !== 'string') faults.push({ path: `certificates[${index}]`, problem: 'type' });
  });
  const flags = ['jit', 'allowCbc', 'allow3des', 'requireEncrypted'] as const;
  for (const flag of flags) {
    if (typeof (fields[flag] ?? false) !== 'boolean') faults.push({ path: flag, problem: 'type' });
  }
  if (fields['allow3des'] === true && fields['allowCbc'] !== true) {
    faults.push({ path: 'allow3des', problem: 'value' });
  }
  if (faults.length > 0) return { ok: false, faults };
  const [jit, allowCbc, allow3des, requireEncrypted] = flags.map((flag) => fields[flag] === true);
  return {
    ok: true,
    map: {
      attributes: attributes as unknown as AttributeMap,
      roles: rules,
      jit: jit === true,
      allowCbc: allowCbc === true,
      allow3des: allow3des === true,
      requireEncrypted: requireEncrypted === true,
      signPolicy: policy as SignPolicy,
      refreshHours,
      certificates: certificates as string[],
    },
  };
}

function objectAt(value: unknown, path: string, keys: readonly string[], faults: MapFault[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push({ path: path === '' ? 'map' : path, problem: value === undefined ? 'missing' : 'type' });
    return {};
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) faults.push({ path: path === '' ? key : `${path}.${key}`, problem: 'unknown' });
  }
  return value as Fields;
}

function listAt(value: unknown, path: string, max: number, faults: MapFault[]): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    faults.push({ path, problem: 'type' });
    return [];
  }
  if (value.length > max) faults.push({ path, problem: 'too-many' });
  return value.slice(0, max);
}

function textAt(value: unknown, path: string, faults: MapFault[]): void {
  if (value === undefined) return;
  if (typeof value !== 'string') faults.push({ path, problem: 'type' });
  else if (value.trim() === '' || value.length > TEXT_MAX) faults.push({ path, problem: 'value' });
}

function readRule(
  value: unknown,
  path: string,
  { isRole, faults }: { isRole(name: string): boolean; faults: MapFault[] },
): RoleRule {
  const rule = objectAt(value, path, RULE_KEYS, faults);
  for (const key of ['group', 'role'] as const) {
    if (rule[key] === undefined) faults.push({ path: `${path}.${key}`, problem: 'missing' });
  }
  for (const key of ['group', 'role', 'unit'] as const) textAt(rule[key], `${path}.${key}`, faults);
  const { role } = rule;
  if (typeof role === 'string' && !isRole(role)) faults.push({ path: `${path}.role`, problem: 'unknown' });
  const names = listAt(rule['skillGroups'], `${path}.skillGroups`, SKILL_GROUPS_MAX, faults);
  names.forEach((name, index) => textAt(name, `${path}.skillGroups[${index}]`, faults));
  return rule as unknown as RoleRule;
}

/** What a person is here, by the map. */
export interface MappedPerson {
  username: string;
  displayName: string;
  mail: string | undefined;
  department: string | undefined;
  groups: readonly string[];
  /** Sorted; empty when no rule fits, and then nobody is let in. */
  roles: readonly string[];
  /** Code of the unit of the first rule that names one. */
  unit: string | undefined;
  skillGroups: readonly string[];
}

const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$/;
const DISPLAY_NAME = /^(?=.*\S)[^\p{Cc}]{1,100}$/u;
/** Directories that cut the list of groups name a link to the rest; a part of the groups is not the groups. */
const OVERAGE = [
  'http://schemas.microsoft.com/claims/groups.link',
  'http://schemas.microsoft.com/identity/claims/groups.link',
];

/** Applies a map to a verified assertion. Throws `sso.attributes`; no role is not refused here. */
export function applyMap(
  map: Pick<IdpMap, 'attributes' | 'roles'>,
  assertion: Pick<VerifiedAssertion, 'nameId' | 'attributes'>,
): MappedPerson {
  const valuesOf = (source: string | undefined): readonly string[] => {
    if (source === undefined) return [];
    return source === 'NameID' ? [assertion.nameId] : (assertion.attributes.get(source) ?? []);
  };
  const one = (source: string | undefined) => valuesOf(source).find((value) => value !== '');
  const isCut = OVERAGE.some((name) => assertion.attributes.has(name));
  if (isCut) throw new SsoRefusal('sso.attributes', 'group-overage');
  const usernames = valuesOf(map.attributes.username);
  const username = usernames[0] ?? '';
  if (usernames.length !== 1 || !USERNAME.test(username)) throw new SsoRefusal('sso.attributes', 'username');
  const displayName = one(map.attributes.displayName) ?? username;
  if (!DISPLAY_NAME.test(displayName)) throw new SsoRefusal('sso.attributes', 'display-name');
  const groups = valuesOf(map.attributes.groups);
  const rules = map.roles.filter(({ group }) => group === '*' || groups.includes(group));
  return {
    ...{ username, displayName, groups },
    mail: one(map.attributes.mail),
    department: one(map.attributes.department),
    roles: [...new Set(rules.map(({ role }) => role))].sort(),
    unit: rules.find(({ unit }) => unit !== undefined)?.unit,
    skillGroups: [...new Set(rules.flatMap(({ skillGroups }) => skillGroups ?? []))].sort(),
  };
}
