import { applyPatch, fits, parseFilter, ScimFault, type PatchOperation } from '../../../sso/index.ts';
import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { findAccount } from '../account.repo.ts';
import type { AccountService } from '../account.service.ts';
import { mapOf } from '../sso/sso.entity.ts';
import { findIdp } from '../sso/sso.repo.ts';
import type { ScimGroupRow } from './scim.entity.ts';
import {
  changeMembers,
  countScimGroups,
  findScimGroup,
  firstScimGroups,
  groupsOf,
  holdScimGroup,
  insertScimGroup,
  knownScimUsers,
  membersOf,
  removeScimGroup,
  SCIM_LIMITS,
  updateScimGroup,
} from './scim.repo.ts';
import { presentGroup, readGroup, type GroupFields } from './scim.shape.ts';
import {
  assertVersion,
  orTaken,
  pageOf,
  tooMany,
  type Hold,
  type ScimCaller,
  type ScimList,
  type ScimPage,
} from './scim-users.service.ts';

/** What keeping groups needs. */
export interface ScimGroupDeps {
  clock: Clock;
  ids: Ids;
  accounts: AccountService;
}

type Resource = Record<string, unknown>;
const WHO = { requestedById: SYSTEM_ACTOR.id, approvedById: SYSTEM_ACTOR.id };
const IN_LIST_MAX = 200;

/**
 * Groups that an identity provider keeps here. They give no role by themselves, signing in does; but who leaves a group
 * loses at once what the rules of the map gave for it.
 */
export class ScimGroups {
  readonly #deps: ScimGroupDeps;

  constructor(deps: ScimGroupDeps) {
    this.#deps = deps;
  }

  /** One page, or what fits a filter. Throws `ScimFault`. */
  async list(db: Db, caller: ScimCaller, page: ScimPage): Promise<ScimList> {
    const lastPosition = page.startIndex - 1 + page.count;
    if (page.filter === undefined && page.sort === undefined) {
      const rows = await firstScimGroups(db, caller.idpId, Math.min(lastPosition, SCIM_LIMITS.groupsMax));
      const items = await this.#present(db, caller, rows.slice(page.startIndex - 1));
      return { total: await countScimGroups(db, caller.idpId), items };
    }
    const filter = page.filter === undefined ? undefined : parseFilter(page.filter);
    const rows = await firstScimGroups(db, caller.idpId, SCIM_LIMITS.groupsMax);
    const all = await this.#present(db, caller, rows);
    return pageOf(
      all.filter((group) => filter === undefined || fits(filter, group)),
      page,
    );
  }

  /** Holds a group for a change, if it still has the version asked for. Throws `request.version_stale`. */
  async hold(tx: Tx, caller: ScimCaller, { id, ifMatch }: Hold): Promise<void> {
    await holdScimGroup(tx, id);
    assertVersion(await this.get(tx, caller, id), ifMatch);
  }

  async #present(db: Db, caller: ScimCaller, rows: readonly ScimGroupRow[]): Promise<Resource[]> {
    const groups: Resource[] = [];
    for (let start = 0; start < rows.length; start += IN_LIST_MAX) {
      const part = rows.slice(start, start + IN_LIST_MAX);
      const members = await membersOf(
        db,
        part.map(({ id }) => id),
      );
      for (const row of part) {
        const own = members.filter(({ groupId }) => groupId === row.id);
        groups.push(presentGroup(row, own, caller.locationOf));
      }
    }
    return groups;
  }

  /** One group. Throws `request.not_found`, also for groups of others. */
  async get(db: Db, caller: ScimCaller, id: string): Promise<Resource> {
    return (await this.#present(db, caller, [await this.#find(db, caller, id)]))[0] as Resource;
  }

  async #find(db: Db, { idpId }: ScimCaller, id: string): Promise<ScimGroupRow> {
    const row = await findScimGroup(db, id);
    if (row?.idpId !== idpId) throw new AppError('request.not_found');
    return row;
  }

  /** Makes a group. Throws `ScimFault`. */
  async create(tx: Tx, caller: ScimCaller, resource: Resource): Promise<Resource> {
    const fields = readGroup(resource, SCIM_LIMITS.membersMax);
    if ((await countScimGroups(tx, caller.idpId)) >= SCIM_LIMITS.groupsMax) throw tooMany();
    const { displayName } = fields;
    const now = this.#deps.clock.now();
    const id = this.#deps.ids.next();
    const externalId = fields.externalId ?? id;
    await orTaken(() =>
      insertScimGroup(tx, {
        id,
        idpId: caller.idpId,
        displayName,
        externalId,
        createdAt: now,
        changedAt: now,
      }),
    );
    await this.#assertKnown(tx, caller, fields.memberIds);
    await changeMembers(tx, id, { added: fields.memberIds, gone: [] });
    return this.get(tx, caller, id);
  }

  /** Replaces name and members. */
  replace(
    tx: Tx,
    caller: ScimCaller,
    { id, resource }: { id: string; resource: Resource },
  ): Promise<Resource> {
    return this.#change(tx, caller, { id, fields: () => readGroup(resource, SCIM_LIMITS.membersMax) });
  }

  /** Changes parts of it. */
  patch(
    tx: Tx,
    caller: ScimCaller,
    { id, operations }: { id: string; operations: readonly PatchOperation[] },
  ): Promise<Resource> {
    const fields = (before: Resource) => readGroup(applyPatch(before, operations), SCIM_LIMITS.membersMax);
    return this.#change(tx, caller, { id, fields });
  }

  async #change(
    tx: Tx,
    caller: ScimCaller,
    { id, fields: read }: { id: string; fields(before: Resource): GroupFields },
  ): Promise<Resource> {
    const row = await this.#find(tx, caller, id);
    const fields = read(await this.get(tx, caller, id));
    const before = (await membersOf(tx, [id])).map(({ accountId }) => accountId);
    const added = fields.memberIds.filter((accountId) => !before.includes(accountId));
    const gone = before.filter((accountId) => !fields.memberIds.includes(accountId));
    await this.#assertKnown(tx, caller, added);
    const externalId = fields.externalId ?? id;
    const changed = {
      ...row,
      displayName: fields.displayName,
      externalId,
      changedAt: this.#deps.clock.now(),
    };
    await orTaken(() => updateScimGroup(tx, changed));
    await changeMembers(tx, id, { added, gone });
    // Under another name the rules of the old one hold for nobody any more.
    const isRenamed = fields.displayName !== row.displayName;
    for (const accountId of isRenamed ? before : gone)
      await this.#lose(tx, caller, { accountId, group: row.displayName });
    return this.get(tx, caller, id);
  }

  /** Removes a group; its members lose what it gave them. */
  async remove(tx: Tx, caller: ScimCaller, id: string): Promise<void> {
    const row = await this.#find(tx, caller, id);
    const members = await membersOf(tx, [id]);
    await removeScimGroup(tx, id);
    for (const { accountId } of members) await this.#lose(tx, caller, { accountId, group: row.displayName });
  }

  async #assertKnown(tx: Tx, { idpId }: ScimCaller, accountIds: readonly string[]): Promise<void> {
    const rows = await knownScimUsers(tx, accountIds);
    if (rows.filter((row) => row.idpId === idpId).length < accountIds.length) {
      throw new ScimFault(400, 'invalidValue', 'A member is no user of this identity provider.');
    }
  }

  /** Takes the roles that only the lost group gave; the sessions end with them. */
  async #lose(tx: Tx, { idpId }: ScimCaller, lost: { accountId: string; group: string }): Promise<void> {
    const idp = await findIdp(tx, idpId);
    const account = await findAccount(tx, lost.accountId);
    if (idp === undefined || account === undefined) return;
    const names = (await groupsOf(tx, [lost.accountId])).map(({ name }) => name);
    const { roles: rules } = mapOf(idp);
    const rolesOf = (isMeant: (group: string) => boolean) =>
      new Set(rules.filter(({ group }) => isMeant(group)).map(({ role }) => role));
    const given = rolesOf((group) => group === lost.group);
    const kept = rolesOf((group) => group === '*' || names.includes(group));
    const roles = account.roles.filter((role) => !given.has(role) || kept.has(role));
    if (roles.length === account.roles.length) return;
    await this.#deps.accounts.grantApproved(tx, account, { roles, who: WHO });
  }
}
