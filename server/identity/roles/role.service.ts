import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { DatabaseConflict, type Db, type Tx } from '../../platform/persistence/index.ts';
import type { ApprovalLine } from '../approvals/approval.entity.ts';
import type { Approvals } from '../approvals/approval.service.ts';
import type { Permission } from '../permissions.ts';
import type { SessionService } from '../session.service.ts';
import type { CustomRoleRow } from './role.entity.ts';
import {
  countHolders,
  findCustomRole,
  insertCustomRole,
  listCustomRoles,
  removeFromHolders,
  signOutHolders,
  updateCustomRole,
} from './role.repo.ts';
import {
  conflictOf,
  customRoleId,
  natureOf,
  ROLE_RULES,
  unknownPermission,
  type RoleNature,
} from './role.rules.ts';

/** What composed roles need. */
export interface RoleDeps {
  clock: Clock;
  ids: Ids;
  sessions: SessionService;
  approvals: Approvals;
}

/** What somebody asks for. */
export interface RoleInput {
  nameZh: string;
  nameEn: string;
  permissions: readonly string[];
}

/** A role as an approval holds it; a type, since interfaces are no JSON. */
type RoleParams = { id: string; nameZh: string; nameEn: string; permissions: string[]; version: number };

const nameKeyOf = (nameZh: string) => nameZh.normalize('NFKC').toLowerCase();
const namesOf = ({ nameZh, nameEn }: RoleInput) => `${nameZh} / ${nameEn}`;
const asValue = (permission: string) => `permission.${permission}`;

/** Checks a composition; throws `role.permission_unknown` and `role.exclusive`, naming what is at fault. */
export function assertComposition(permissions: readonly string[]): RoleNature {
  const unknown = unknownPermission(permissions);
  if (unknown !== undefined)
    throw new AppError('role.permission_unknown', { details: { permission: unknown } });
  const known = permissions as readonly Permission[];
  const nature = natureOf(known);
  if (nature === undefined)
    throw new AppError('role.exclusive', { details: { permissions: conflictOf(known) } });
  return nature;
}

/** Roles the bank composes of permissions: asked for by one administrator, in force when another approves. */
export class RoleService {
  readonly #deps: RoleDeps;

  constructor(deps: RoleDeps) {
    this.#deps = deps;
    const permission = 'account:approve';
    deps.approvals.register<RoleParams>({
      kind: 'role.create',
      title: { zh: '新建角色', en: 'Make a role' },
      permission,
      describe: async (_db, params) => linesOf(undefined, params),
      apply: (tx, params) => this.#create(tx, params),
    });
    deps.approvals.register<RoleParams>({
      kind: 'role.change',
      title: { zh: '修改角色', en: 'Change a role' },
      permission,
      describe: async (db, params) => {
        const row = await current(db, params);
        return [...linesOf(row, params), await holdersLine(db, row.id)];
      },
      apply: (tx, params) => this.#change(tx, params),
    });
    deps.approvals.register<RoleParams>({
      kind: 'role.remove',
      title: { zh: '删除角色', en: 'Remove a role' },
      permission,
      describe: async (db, params) => {
        const row = await current(db, params);
        return [...linesOf(row, undefined), await holdersLine(db, row.id)];
      },
      apply: (tx, params) => this.#remove(tx, params),
    });
  }

  /** Asks for a new role. Throws `role.exclusive`, `role.permission_unknown`, `role.name_taken`, `role.limit`. */
  async requestCreate(tx: Tx, input: RoleInput, reason: string): Promise<{ id: string }> {
    assertComposition(input.permissions);
    await assertRoom(tx, input);
    const params = { ...clean(input), id: customRoleId(this.#deps.ids.next()), version: 0 };
    const key = nameKeyOf(params.nameZh);
    return this.#deps.approvals.ask(tx, 'role.create', params, { reason, key });
  }

  /** Asks for another composition of a role. Throws what making one throws, and `role.nature_fixed`. */
  async requestChange(tx: Tx, row: CustomRoleRow, input: RoleInput, reason: string): Promise<{ id: string }> {
    assertChange(row, input);
    const params = { ...clean(input), id: row.id, version: row.version };
    return this.#deps.approvals.ask(tx, 'role.change', params, { reason, key: row.id });
  }

  /** Asks to remove a role from everybody who holds it. */
  async requestRemoval(tx: Tx, row: CustomRoleRow, reason: string): Promise<{ id: string }> {
    const { id, version, nameZh, nameEn, permissions } = row;
    const params = { id, version, nameZh, nameEn, permissions };
    return this.#deps.approvals.ask(tx, 'role.remove', params, { reason, key: id });
  }

  /** The role of an id and version; throws when it is missing, removed, or stale. */
  async getForChange(db: Db, id: string, version: number): Promise<CustomRoleRow> {
    const row = await findCustomRole(db, id);
    if (row?.state !== 'active') throw new AppError('request.not_found');
    if (row.version !== version) throw new AppError('request.version_stale');
    return row;
  }

  async #create(tx: Tx, params: RoleParams): Promise<void> {
    const nature = assertComposition(params.permissions);
    await assertRoom(tx, params);
    const { id, nameZh, nameEn, permissions } = params;
    await orNameTaken(() =>
      insertCustomRole(tx, {
        ...{ id, nameZh, nameEn, permissions, nature },
        nameKey: nameKeyOf(nameZh),
        takesWork: permissions.includes('conversation:work'),
        state: 'active',
        createdAt: this.#deps.clock.now(),
        version: 1,
      }),
    );
    record(tx, 'role.create', params);
  }

  async #change(tx: Tx, params: RoleParams): Promise<void> {
    const row = await current(tx, params);
    assertChange(row, params);
    const { id, nameZh, nameEn, permissions } = params;
    const takesWork = permissions.includes('conversation:work');
    const change = { nameZh, nameEn, nameKey: nameKeyOf(nameZh), permissions, takesWork };
    if (!(await orNameTaken(() => updateCustomRole(tx, row, change))))
      throw new AppError('request.version_stale');
    // Sockets hold the rights of their sign-in, so whoever loses one signs in again; gaining needs no more than a look.
    const isLoss = row.permissions.some((permission) => !permissions.includes(permission));
    if (isLoss) await signOutHolders(tx, id);
    this.#forget(tx, id);
    record(tx, 'role.change', params);
  }

  async #remove(tx: Tx, params: RoleParams): Promise<void> {
    const row = await current(tx, params);
    const change = { state: 'removed', nameKey: row.id, takesWork: false };
    if (!(await updateCustomRole(tx, row, change))) throw new AppError('request.version_stale');
    await signOutHolders(tx, row.id);
    await removeFromHolders(tx, row.id);
    this.#forget(tx, row.id);
    record(tx, 'role.remove', params);
  }

  #forget(tx: Tx, role: string): void {
    this.#deps.sessions.forgetAfter(tx, { role });
  }
}

function clean({ nameZh, nameEn, permissions }: RoleInput) {
  return { nameZh: nameZh.trim(), nameEn: nameEn.trim(), permissions: [...new Set(permissions)].sort() };
}

function assertChange(row: CustomRoleRow, input: RoleInput): void {
  if (assertComposition(input.permissions) !== row.nature) throw new AppError('role.nature_fixed');
}

/** The role as it was when somebody asked; anything else makes what was asked for void. */
async function current(db: Db, { id, version }: RoleParams): Promise<CustomRoleRow> {
  const row = await findCustomRole(db, id);
  if (row?.state !== 'active') throw new AppError('role.unknown');
  if (row.version !== version) throw new AppError('request.version_stale');
  return row;
}

async function assertRoom(db: Db, { nameZh }: RoleInput): Promise<void> {
  const roles = await listCustomRoles(db);
  if (roles.length >= ROLE_RULES.customRolesMax) throw new AppError('role.limit');
  const nameKey = nameKeyOf(nameZh.trim());
  if (roles.some((role) => role.nameKey === nameKey)) throw new AppError('role.name_taken');
}

async function orNameTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseConflict && error.constraint === 'ux_custom_role_name')
      throw new AppError('role.name_taken', { cause: error });
    throw error;
  }
}

function linesOf(before: RoleInput | undefined, after: RoleInput | undefined): ApprovalLine[] {
  const lines: ApprovalLine[] = [];
  const from = before && namesOf(before);
  const to = after && namesOf(after);
  lines.push({
    label: 'role.line.name',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
  const had = before?.permissions ?? [];
  const has = after?.permissions ?? [];
  for (const permission of has.filter((each) => !had.includes(each)))
    lines.push({ label: 'role.line.gains', to: asValue(permission) });
  for (const permission of had.filter((each) => !has.includes(each)))
    lines.push({ label: 'role.line.loses', from: asValue(permission) });
  return lines;
}

async function holdersLine(db: Db, role: string): Promise<ApprovalLine> {
  return { label: 'role.line.holders', to: String(await countHolders(db, role)) };
}

function record(tx: Tx, action: 'role.create' | 'role.change' | 'role.remove', params: RoleParams): void {
  const details = { permissions: params.permissions };
  tx.record({ action, outcome: 'ok', target: { type: 'role', id: params.id }, details });
}
