import type { Db } from '../../platform/persistence/index.ts';
import { looksLikeFormula } from '../../platform/documents/index.ts';
import type { Account } from '../account.repo.ts';
import { normaliseUsername } from '../account.rules.ts';
import { DISPLAY_NAME_PATTERN, USERNAME_PATTERN } from '../identity.schema.ts';
import { findUnitsByCode } from '../organisation/unit.repo.ts';
import type { UnitRow } from '../organisation/unit.entity.ts';
import { ADMINISTRATOR_ROLES, isRole } from '../permissions.ts';
import type { CustomRoleRow } from '../roles/role.entity.ts';
import { findCustomRoles } from '../roles/role.repo.ts';
import { isCustomRoleId, ROLE_RULES, rolesNeedOtp } from '../roles/role.rules.ts';
import { findAccountsByUsername } from './import.repo.ts';
import {
  IMPORT_LOCALES,
  type ImportColumn,
  type ImportFault,
  type ImportLine,
  type ImportOutcome,
  type ImportRow,
} from './import.rules.ts';

const USERNAME = new RegExp(USERNAME_PATTERN);
const DISPLAY_NAME = new RegExp(DISPLAY_NAME_PATTERN, 'u');

/** What is known of accounts, units, and roles that rows name. */
interface Known {
  accounts: Map<string, Account>;
  units: Map<string, UnitRow>;
  composed: CustomRoleRow[];
}

/** Rows as things stand now. */
export interface Checked {
  /** Rows without faults. */
  lines: ImportLine[];
  faults: ImportFault[];
  /** Accounts that exist, by user name. */
  accounts: Map<string, Account>;
  /** Active units, by code. */
  units: Map<string, UnitRow>;
}

/** Checks rows against each other and the database; three queries whatever their number. */
export async function checkRows(db: Db, rows: readonly ImportRow[]): Promise<Checked> {
  const known = await look(db, rows);
  const seen = new Set<string>();
  const checked = rows.map((row) => {
    const username = normaliseUsername(row.username);
    const faults = [...ownFaults(row, known), ...accountFaults(row, known)];
    if (seen.has(username)) faults.push(at(row, 'username', 'username_repeated'));
    seen.add(username);
    const outcome = outcomeOf(row, known.accounts.get(username));
    return { line: { ...row, username, displayName: row.displayName.trim(), outcome }, faults };
  });
  const { accounts, units } = known;
  return {
    ...{ accounts, units },
    lines: checked.filter(({ faults }) => faults.length === 0).map(({ line }) => line),
    faults: checked.flatMap(({ faults }) => faults),
  };
}

async function look(db: Db, rows: readonly ImportRow[]): Promise<Known> {
  const accounts = await findAccountsByUsername(
    db,
    rows.map(({ username }) => normaliseUsername(username)).filter((name) => USERNAME.test(name)),
  );
  const units = await findUnitsByCode(
    db,
    rows.map(({ unit }) => unit).filter((code) => code !== ''),
  );
  const customIds = rows.flatMap(({ roles }) => roles).filter(isCustomRoleId);
  return {
    accounts: new Map(accounts.map((account) => [account.username, account])),
    units: new Map(units.filter(({ state }) => state === 'active').map((unit) => [unit.code, unit])),
    composed: await findCustomRoles(db, customIds),
  };
}

function at(row: ImportRow, column: ImportColumn, code: ImportFault['code']): ImportFault {
  return { line: row.line, column, code };
}

/** Faults of what a row says. */
function ownFaults(row: ImportRow, known: Known): ImportFault[] {
  const faults: ImportFault[] = [];
  const { username, displayName, unit, locale } = row;
  if (!USERNAME.test(username)) faults.push(at(row, 'username', 'username_invalid'));
  if (!DISPLAY_NAME.test(displayName)) faults.push(at(row, 'displayName', 'display_name_invalid'));
  else if (looksLikeFormula(displayName)) faults.push(at(row, 'displayName', 'display_name_formula'));
  const roleFault = roleFaultOf(row.roles, known);
  if (roleFault !== undefined) faults.push(at(row, 'roles', roleFault));
  if (!known.units.has(unit)) faults.push(at(row, 'unit', 'unit_unknown'));
  if (!IMPORT_LOCALES.includes(locale)) faults.push(at(row, 'locale', 'locale_unknown'));
  return faults;
}

/** Administrators are made one by one, each with the secret of its codes, so no file makes one. */
function roleFaultOf(roles: readonly string[], { composed }: Known): ImportFault['code'] | undefined {
  if (roles.length === 0) return 'roles_missing';
  if (roles.length > ROLE_RULES.rolesPerAccountMax) return 'roles_too_many';
  if (roles.some((role) => isRole(role) && ADMINISTRATOR_ROLES.has(role))) return 'role_administrator';
  if (!roles.every((role) => isRole(role) || composed.some(({ id }) => id === role))) return 'role_unknown';
  return rolesNeedOtp(roles, composed) ? 'role_administrator' : undefined;
}

/** Faults of a row whose account exists: an import changes roles, nothing else. */
function accountFaults(row: ImportRow, { accounts, units }: Known): ImportFault[] {
  const account = accounts.get(normaliseUsername(row.username));
  if (account === undefined) return [];
  if (rolesNeedOtp(account.roles, account.composed)) return [at(row, 'username', 'account_administrator')];
  if (account.state !== 'active' || account.pendingRoles !== null)
    return [at(row, 'username', 'account_state')];
  const faults: ImportFault[] = [];
  if (account.displayName !== row.displayName.trim()) faults.push(at(row, 'displayName', 'account_differs'));
  const unit = units.get(row.unit);
  if (unit !== undefined && unit.id !== account.unitId) faults.push(at(row, 'unit', 'account_differs'));
  return faults;
}

function outcomeOf({ roles }: ImportRow, account: Account | undefined): ImportOutcome {
  if (account === undefined) return 'new';
  const isSame = roles.length === account.roles.length && roles.every((role) => account.roles.includes(role));
  return isSame ? 'unchanged' : 'changed';
}
