import {
  applyPatch,
  fits,
  parseFilter,
  ScimFault,
  sorted,
  type Filter,
  type PatchOperation,
  type Sort,
} from '../../../sso/index.ts';
import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import { DatabaseConflict, type Db, type Tx } from '../../platform/persistence/index.ts';
import { findAccount, findAccountByUsername, findAccounts, type Account } from '../account.repo.ts';
import { NO_PASSWORD, normaliseUsername } from '../account.rules.ts';
import type { AccountService } from '../account.service.ts';
import type { LeaverService } from '../leavers/leaver.service.ts';
import { setDisplayName } from '../sso/sso.repo.ts';
import type { ScimUserRow } from './scim.entity.ts';
import {
  countScimUsers,
  findByExternalId,
  findScimUser,
  firstScimUsers,
  groupsOf,
  holdScimUser,
  insertScimUser,
  removeScimUser,
  SCIM_LIMITS,
  setUsername,
  updateScimUser,
} from './scim.repo.ts';
import {
  isVersionMeant,
  presentUser,
  readUser,
  versionOf,
  type LocationOf,
  type UserFields,
} from './scim.shape.ts';

/** What keeping people needs. */
export interface ScimUserDeps {
  clock: Clock;
  ids: Ids;
  accounts: AccountService;
  leavers: LeaverService;
}

/** Who asks: the identity provider in the address, and where its resources stand. */
export interface ScimCaller {
  idpId: string;
  locationOf: LocationOf;
}

/** Which part of a list is asked for; `startIndex` counts from 1. */
export interface ScimPage {
  filter?: string;
  sort?: Sort;
  startIndex: number;
  count: number;
}

/** A part of a list, and how many there are in all. */
export interface ScimList {
  total: number;
  items: Record<string, unknown>[];
}

type Resource = Record<string, unknown>;
const WHO = { requestedById: SYSTEM_ACTOR.id, approvedById: SYSTEM_ACTOR.id };
const IN_LIST_MAX = 500;

/** People that an identity provider keeps here. A local account with a password is never one of them. */
export class ScimUsers {
  readonly #deps: ScimUserDeps;

  constructor(deps: ScimUserDeps) {
    this.#deps = deps;
  }

  /** One page, or what fits a filter. Throws `ScimFault`. */
  async list(db: Db, caller: ScimCaller, page: ScimPage): Promise<ScimList> {
    const filter = page.filter === undefined ? undefined : parseFilter(page.filter);
    const single = filter && (await this.#byName(db, caller.idpId, filter));
    if (single !== undefined) return pageOf(await this.#present(db, caller, single), page);
    const lastPosition = page.startIndex - 1 + page.count;
    if (filter === undefined && page.sort === undefined) {
      if (lastPosition > SCIM_LIMITS.positionsMax) throw tooMany();
      const rows = await firstScimUsers(db, caller.idpId, lastPosition);
      const items = await this.#present(db, caller, rows.slice(page.startIndex - 1));
      return { total: await countScimUsers(db, caller.idpId), items };
    }
    const rows = await firstScimUsers(db, caller.idpId, SCIM_LIMITS.scannedMax + 1);
    if (rows.length > SCIM_LIMITS.scannedMax) throw tooMany();
    const all = await this.#present(db, caller, rows);
    return pageOf(
      all.filter((user) => filter === undefined || fits(filter, user)),
      page,
    );
  }

  /** Holds a person for a change, if it still has the version asked for. Throws `request.version_stale`. */
  async hold(tx: Tx, caller: ScimCaller, { id, ifMatch }: Hold): Promise<void> {
    await holdScimUser(tx, id);
    assertVersion(await this.get(tx, caller, id), ifMatch);
  }

  /** The two filters that every client asks by are found by an index. */
  async #byName(db: Db, idpId: string, filter: Filter): Promise<ScimUserRow[] | undefined> {
    if (filter.type !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string')
      return undefined;
    const name = filter.path.toLowerCase();
    if (name === 'externalid') {
      const row = await findByExternalId(db, idpId, filter.value);
      return row === undefined ? [] : [row];
    }
    if (name !== 'username') return undefined;
    const account = await findAccountByUsername(db, normaliseUsername(filter.value));
    const row = account && (await findScimUser(db, account.id));
    return row?.idpId === idpId ? [row] : [];
  }

  async #present(db: Db, caller: ScimCaller, rows: readonly ScimUserRow[]): Promise<Resource[]> {
    const users: Resource[] = [];
    for (let start = 0; start < rows.length; start += IN_LIST_MAX) {
      const part = rows.slice(start, start + IN_LIST_MAX);
      const accountIds = part.map(({ accountId }) => accountId);
      const accounts = new Map((await findAccounts(db, accountIds)).map((account) => [account.id, account]));
      const groups = await groupsOf(db, accountIds);
      for (const row of part) {
        const account = accounts.get(row.accountId);
        if (account === undefined) continue;
        const own = groups.filter(({ accountId }) => accountId === row.accountId);
        users.push(presentUser(row, account, { groups: own, locationOf: caller.locationOf }));
      }
    }
    return users;
  }

  /** One person. Throws `request.not_found`, also for people of others. */
  async get(db: Db, caller: ScimCaller, id: string): Promise<Resource> {
    const { row } = await this.#find(db, caller, id);
    return (await this.#present(db, caller, [row]))[0] as Resource;
  }

  async #find(db: Db, { idpId }: ScimCaller, id: string): Promise<{ row: ScimUserRow; account: Account }> {
    const row = await findScimUser(db, id);
    const account = row?.idpId === idpId ? await findAccount(db, id) : undefined;
    if (row === undefined || account === undefined) throw new AppError('request.not_found');
    return { row, account };
  }

  /** Makes an account without password and roles, or takes one over that nobody else keeps. Throws `ScimFault`. */
  async create(tx: Tx, caller: ScimCaller, resource: Resource): Promise<Resource> {
    const fields = readUser(resource);
    const accountId = (await this.#adopt(tx, fields)) ?? (await this.#make(tx, fields));
    const now = this.#deps.clock.now();
    const externalId = fields.externalId ?? accountId;
    await orTaken(() =>
      insertScimUser(tx, { accountId, idpId: caller.idpId, externalId, createdAt: now, changedAt: now }),
    );
    await this.#setActive(tx, accountId, fields.active);
    return this.get(tx, caller, accountId);
  }

  /** An account that came by a file or by signing in is the same person; one with a password never is. */
  async #adopt(tx: Tx, { userName, displayName }: UserFields): Promise<string | undefined> {
    const account = await findAccountByUsername(tx, normaliseUsername(userName));
    if (account === undefined) return undefined;
    const isFree = account.passwordHash === NO_PASSWORD && (await findScimUser(tx, account.id)) === undefined;
    if (!isFree) throw new ScimFault(409, 'uniqueness', 'The user name is taken.');
    if (account.displayName !== displayName) await setDisplayName(tx, account.id, displayName);
    return account.id;
  }

  async #make(tx: Tx, { userName, displayName }: UserFields): Promise<string> {
    const id = this.#deps.ids.next();
    const input = { id, username: userName, displayName, roles: [], locale: 'zh-CN' };
    await this.#deps.accounts.createApproved(tx, [input], WHO);
    return id;
  }

  /** Replaces what is kept of a person. */
  replace(
    tx: Tx,
    caller: ScimCaller,
    { id, resource }: { id: string; resource: Resource },
  ): Promise<Resource> {
    return this.#change(tx, caller, { id, fields: () => readUser(resource) });
  }

  /** Changes parts of it. */
  patch(
    tx: Tx,
    caller: ScimCaller,
    { id, operations }: { id: string; operations: readonly PatchOperation[] },
  ): Promise<Resource> {
    const fields = (before: Resource) => readUser(named(applyPatch(before, operations), before));
    return this.#change(tx, caller, { id, fields });
  }

  async #change(
    tx: Tx,
    caller: ScimCaller,
    { id, fields: read }: { id: string; fields(before: Resource): UserFields },
  ): Promise<Resource> {
    const { row, account } = await this.#find(tx, caller, id);
    const fields = read(await this.get(tx, caller, id));
    const username = normaliseUsername(fields.userName);
    const changed: string[] = [];
    if (username !== account.username) {
      await orTaken(() => setUsername(tx, id, username));
      changed.push('username');
    }
    if (fields.displayName !== account.displayName) {
      await setDisplayName(tx, id, fields.displayName);
      changed.push('displayName');
    }
    const externalId = fields.externalId ?? id;
    await orTaken(() => updateScimUser(tx, { ...row, externalId, changedAt: this.#deps.clock.now() }));
    if (changed.length > 0) {
      tx.record({
        action: 'account.update',
        outcome: 'ok',
        target: { type: 'account', id },
        fields: changed,
      });
    }
    await this.#setActive(tx, id, fields.active);
    return this.get(tx, caller, id);
  }

  /** Off: sessions end at once on every process, work goes back to the queues; who it is stays known. */
  async #setActive(tx: Tx, id: string, isActive: boolean): Promise<void> {
    const account = await findAccount(tx, id);
    if (account === undefined || (account.state === 'active') === isActive) return;
    if (isActive) await this.#deps.accounts.enable(tx, account);
    else await this.#deps.leavers.disable(tx, account, { queue: true });
  }

  /** Turns the account off and keeps it no longer; account, trail, and name at the identity provider stay. */
  async remove(tx: Tx, caller: ScimCaller, id: string): Promise<void> {
    await this.#find(tx, caller, id);
    await this.#setActive(tx, id, false);
    await removeScimUser(tx, id);
  }
}

/** A patch of `name.formatted` alone changes the shown name as well; two spellings of it would part otherwise. */
function named(after: Resource, before: Resource): Resource {
  const formatted = (after['name'] as Resource | undefined)?.['formatted'];
  const was = (before['name'] as Resource | undefined)?.['formatted'];
  const isByName = formatted !== was && after['displayName'] === before['displayName'];
  return isByName ? { ...after, displayName: formatted } : after;
}

/** One page of what is in memory. */
export function pageOf(items: readonly Resource[], { startIndex, count, sort }: ScimPage): ScimList {
  const ordered = sort === undefined ? items : sorted(items, sort);
  return { total: items.length, items: ordered.slice(startIndex - 1, startIndex - 1 + count) };
}

/** A resource to hold, and the version its client read; absent: any. */
export interface Hold {
  id: string;
  ifMatch: string | undefined;
}

/** Throws `request.version_stale` when a resource is not the one its client read. */
export function assertVersion(resource: Resource, ifMatch: string | undefined): void {
  if (!isVersionMeant(ifMatch, versionOf(resource))) throw new AppError('request.version_stale');
}

/** A filter or page beyond the limits. */
export function tooMany(): ScimFault {
  return new ScimFault(400, 'tooMany', 'Too many resources; ask by userName or externalId.');
}

/** A name or external id that another resource has. */
export async function orTaken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DatabaseConflict) throw new ScimFault(409, 'uniqueness', 'A name or id is taken.');
    throw error;
  }
}
