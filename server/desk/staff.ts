/** A person of the house as the desk shows them. */
export interface StaffName {
  id: string;
  displayName: string;
}

/** An agent with the skill groups whose conversations they may take. */
export interface StaffAgent extends StaffName {
  skillGroupIds: readonly string[];
}

/** Port: what the desk asks identity about people and their groups; compose wires it. */
export interface Staff {
  /** Names of accounts, disabled ones included; unknown ids are absent. At most 500 ids. */
  list(ids: readonly string[]): Promise<readonly StaffName[]>;
  /** Active accounts that may work conversations; of a unit, those whose scope covers it. */
  agents(unitId?: string): Promise<readonly StaffAgent[]>;
  /** Skill groups the account belongs to. */
  skillGroupsOf(accountId: string): Promise<readonly string[]>;
  /** Names of units of the organisation, closed ones included; unknown ids are absent. At most 500 ids. */
  units(ids: readonly string[]): Promise<readonly { id: string; name: string }[]>;
  /** Names of skill groups; unknown ids are absent. At most 500 ids. */
  skillGroups(ids: readonly string[]): Promise<readonly { id: string; name: string }[]>;
}

/** Looks names up once for a whole screen: `displayName` by account id. */
export async function namesOf(
  staff: Staff,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = distinct(ids);
  if (wanted.length === 0) return new Map();
  return new Map((await staff.list(wanted)).map(({ id, displayName }) => [id, displayName]));
}

/** As `namesOf`, for skill groups. */
export async function groupNamesOf(
  staff: Staff,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = distinct(ids);
  if (wanted.length === 0) return new Map();
  return new Map((await staff.skillGroups(wanted)).map(({ id, name }) => [id, name]));
}

/** As `namesOf`, for units of the organisation. */
export async function unitNamesOf(
  staff: Staff,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = distinct(ids);
  if (wanted.length === 0) return new Map();
  return new Map((await staff.units(wanted)).map(({ id, name }) => [id, name]));
}

function distinct(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.filter((id) => id !== null))];
}

/** An account with its name; an account that is gone keeps its id, without a name. */
export function presentPerson(
  id: string | null,
  names: ReadonlyMap<string, string>,
): { id: string; displayName: string } | null {
  return id === null ? null : { id, displayName: names.get(id) ?? '' };
}
