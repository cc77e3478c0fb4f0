import { SsoRefusal, type MappedPerson } from '../../../sso/index.ts';
import { AppError, ROOT_UNIT_ID, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { findAccount, findAccountByUsername, placeAccount, type Account } from '../account.repo.ts';
import { NO_PASSWORD, normaliseUsername } from '../account.rules.ts';
import { assertRoles, type AccountService } from '../account.service.ts';
import { findUnitsByCode } from '../organisation/unit.repo.ts';
import { setSkillGroupsOf } from '../skill-group.repo.ts';
import type { KnownIdp } from './idp.service.ts';
import type { SsoIdentityRow } from './sso.entity.ts';
import { countIdentities, findIdentity, insertIdentity, setDisplayName } from './sso.repo.ts';

/** What putting people in their places needs. */
export interface SsoPeopleDeps {
  clock: Clock;
  ids: Ids;
  accounts: AccountService;
}

/** Somebody whom an identity provider named. */
export interface NamedPerson {
  known: KnownIdp;
  person: MappedPerson;
  nameId: string;
  /** Id that a new account will have. */
  accountId: string;
  /** Of the browser; a new account's console speaks it. */
  lang: 'zh-CN' | 'en';
  found: FoundPerson;
}

/** Whom a name is here, as this unit of work has read it. */
export interface FoundPerson {
  identity: SsoIdentityRow | undefined;
  account: Account | undefined;
}

/** Roles from an identity provider are decided by its map, which two people agreed on. */
const WHO = { requestedById: SYSTEM_ACTOR.id, approvedById: SYSTEM_ACTOR.id };

/** Finds or makes the account of a named person and makes it what the map says, at every sign-in. */
export class SsoPeople {
  readonly #deps: SsoPeopleDeps;

  constructor(deps: SsoPeopleDeps) {
    this.#deps = deps;
  }

  /** Whom a name is, asked for together with the account that it was a moment ago. */
  async lookUp(
    db: Db,
    { idpId, nameId, accountId }: { idpId: string; nameId: string; accountId: string },
  ): Promise<FoundPerson> {
    const [identity, account] = await Promise.all([
      findIdentity(db, idpId, nameId),
      findAccount(db, accountId),
    ]);
    if (identity === undefined || identity.accountId === accountId) return { identity, account };
    return { identity, account: await findAccount(db, identity.accountId) };
  }

  /**
   * The account, active and with the roles of today. A role that is gone at the identity provider is gone here, and the
   * sessions with it, even when the sign-in is refused for that. Throws `SsoRefusal`; what it wrote until then stays.
   */
  async apply(tx: Tx, named: NamedPerson): Promise<Account> {
    const account = (await this.#find(tx, named)) ?? (await this.#create(tx, named));
    if (account.state !== 'active') throw new SsoRefusal('sso.disabled', `account-${account.state}`);
    const granted = await this.#applyRoles(tx, account, named.person.roles);
    if (named.person.roles.length === 0) throw new SsoRefusal('sso.no_role', 'no-rule-fits');
    const isPlaced = await this.#applyPlace(tx, granted, named);
    return isPlaced ? this.#again(tx, account.id) : granted;
  }

  async #again(tx: Tx, accountId: string): Promise<Account> {
    const account = await findAccount(tx, accountId);
    if (account === undefined) throw new Error('The account is gone within its unit of work.');
    return account;
  }

  /** By the name at the identity provider; else an account without a password that nobody has claimed yet. */
  async #find(tx: Tx, { known, person, nameId, found }: NamedPerson): Promise<Account | undefined> {
    if (found.identity !== undefined) return found.account;
    const account = await findAccountByUsername(tx, normaliseUsername(person.username));
    if (account === undefined) return undefined;
    // A local account is never linked by a name that somebody else chooses.
    const isClaimable = account.passwordHash === NO_PASSWORD && (await countIdentities(tx, account.id)) === 0;
    if (!isClaimable) throw new SsoRefusal('sso.no_account', 'name-taken');
    await this.#link(tx, { known, nameId, accountId: account.id });
    return account;
  }

  async #create(tx: Tx, { known, person, nameId, accountId, lang }: NamedPerson): Promise<Account> {
    if (!known.map.jit) throw new SsoRefusal('sso.no_account', 'not-made-here');
    if (person.roles.length === 0) throw new SsoRefusal('sso.no_role', 'no-rule-fits');
    const { username, displayName, roles } = person;
    const unitId = await this.#unitOf(tx, person);
    const input = { id: accountId, username, displayName, roles, unitId, locale: lang };
    await this.#orRefuse(() => assertRoles(tx, roles));
    await this.#deps.accounts.createApproved(tx, [input], WHO);
    await this.#link(tx, { known, nameId, accountId });
    return this.#again(tx, accountId);
  }

  async #link(tx: Tx, link: { known: KnownIdp; nameId: string; accountId: string }): Promise<void> {
    const { known, nameId, accountId } = link;
    const createdAt = this.#deps.clock.now();
    await insertIdentity(tx, {
      id: this.#deps.ids.next(),
      idpId: known.idp.id,
      nameId,
      accountId,
      createdAt,
    });
    const target = { type: 'account', id: accountId };
    tx.record({ action: 'account.link', outcome: 'ok', target, details: { idp: known.idp.id } });
  }

  /** Gives the account as it is then. */
  async #applyRoles(tx: Tx, account: Account, roles: readonly string[]): Promise<Account> {
    const isSame =
      roles.length === account.roles.length && roles.every((role) => account.roles.includes(role));
    if (isSame) return account;
    await this.#orRefuse(() => this.#deps.accounts.grantApproved(tx, account, { roles, who: WHO }));
    return this.#again(tx, account.id);
  }

  /** Combinations that the rules of duties forbid let nobody in; they are mended in the map. */
  async #orRefuse(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const isRoles = error.code === 'account.roles_exclusive' || error.code === 'role.unknown';
      if (isRoles) throw new SsoRefusal('sso.no_role', error.code, error);
      throw error;
    }
  }

  /** Tells whether name or unit changed. */
  async #applyPlace(tx: Tx, account: Account, { known, person }: NamedPerson): Promise<boolean> {
    const isRenamed = account.displayName !== person.displayName;
    if (isRenamed) await setDisplayName(tx, account.id, person.displayName);
    const unitId = await this.#unitOf(tx, person);
    const isMoved = person.unit !== undefined && unitId !== account.unitId;
    if (isMoved) await placeAccount(tx, account, { unitId, scopes: [] });
    const isGrouped = known.map.roles.some(({ skillGroups }) => skillGroups !== undefined);
    if (isGrouped) await setSkillGroupsOf(tx, account.id, person.skillGroups);
    return isRenamed || isMoved;
  }

  /** The unit of the code; the head office for a code nobody has, where the supervisor of the unit finds nobody. */
  async #unitOf(tx: Tx, { unit }: MappedPerson): Promise<string> {
    if (unit === undefined) return ROOT_UNIT_ID;
    return (await findUnitsByCode(tx, [unit]))[0]?.id ?? ROOT_UNIT_ID;
  }
}
