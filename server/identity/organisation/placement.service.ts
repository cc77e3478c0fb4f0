import { AppError, type ScopeKind } from '../../kernel/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { findAccount, placeAccount, type Account, type Placement } from '../account.repo.ts';
import type { ApprovalLine } from '../approvals/approval.entity.ts';
import type { Approvals } from '../approvals/approval.service.ts';
import { removeSessions } from '../session.repo.ts';
import type { SessionService } from '../session.service.ts';
import { findUnits, liesUnder } from './unit.repo.ts';
import type { UnitService } from './unit.service.ts';

/** Where an account is to work, and what its roles are to reach. */
export interface PlacementInput extends Placement {
  reason: string;
}

type Params = { accountId: string; version: number; unitId: string; scopes: Placement['scopes'][number][] };

/** What placing needs. */
export interface PlacementDeps {
  approvals: Approvals;
  sessions: SessionService;
  units: UnitService;
}

const KIND = 'account.place';
const WIDTH: Record<ScopeKind, number> = { own: 0, unit: 1, subtree: 2 };

/** Unit and data scope of accounts. A wider scope is a right like any other, so a second person approves it. */
export class PlacementService {
  readonly #deps: PlacementDeps;

  constructor(deps: PlacementDeps) {
    this.#deps = deps;
    deps.approvals.register<Params>({
      kind: KIND,
      title: { zh: '变更账号的机构与数据范围', en: 'Change unit and data scope of an account' },
      permission: 'account:approve',
      describe: (db, params) => this.#describe(db, params),
      apply: (tx, params) => this.#apply(tx, params),
    });
  }

  /**
   * Asks for a placement. Throws `unit.unknown`, `unit.scopes_apart` when the scopes of the account would not lie within
   * each other, `request.invalid` for a role it does not hold, and what asking for an approval throws.
   */
  async ask(tx: Tx, account: Account, { reason, unitId, scopes }: PlacementInput): Promise<{ id: string }> {
    const params: Params = { accountId: account.id, version: account.version, unitId, scopes: [...scopes] };
    await this.#check(tx, account, params);
    return this.#deps.approvals.ask(tx, KIND, params, { reason, key: account.id });
  }

  async #apply(tx: Tx, params: Params): Promise<void> {
    const account = await this.#current(tx, params);
    const { unitId, scopes } = params;
    // Held until the commit, so that no unit is closed between the check and the placement.
    const held = new Set([unitId, ...scopes.flatMap((scope) => scope.unitId ?? [])]);
    for (const id of [...held].sort()) await this.#deps.units.hold(tx, id);
    await this.#check(tx, account, params);
    if (!(await placeAccount(tx, account, { unitId, scopes }))) throw new AppError('request.version_stale');
    await removeSessions(tx, account.id);
    this.#deps.sessions.forgetAfter(tx, { accountId: account.id });
    tx.record({
      action: 'account.place',
      outcome: 'ok',
      target: { type: 'account', id: account.id },
      details: {
        ...{ from: account.unitId, to: unitId },
        scopes: scopes.map(({ role, kind, unitId: at }) => `${role}:${kind}:${at ?? 'account'}`),
      },
    });
  }

  async #current(db: Db, { accountId, version }: Params): Promise<Account> {
    const account = await findAccount(db, accountId);
    if (account === undefined) throw new AppError('request.not_found');
    if (account.version !== version) throw new AppError('request.version_stale');
    return account;
  }

  async #describe(db: Db, params: Params): Promise<ApprovalLine[]> {
    const account = await this.#current(db, params);
    const ids = [
      account.unitId,
      params.unitId,
      ...params.scopes.map(({ unitId }) => unitId ?? params.unitId),
    ];
    const before = account.grants.map(({ unitId }) => unitId);
    const rows = await findUnits(db, [...ids, ...before]);
    const nameOf = (id: string) => rows.find((row) => row.id === id)?.name ?? id;
    return [
      { label: 'account.username', to: account.username },
      { label: 'account.unit', from: nameOf(account.unitId), to: nameOf(params.unitId) },
      ...params.scopes.map(({ role, kind, unitId }) => {
        const grant = account.grants.find((each) => each.role === role);
        return {
          label: `account.scope.${role}`,
          ...(grant === undefined ? {} : { from: `${grant.kind} · ${nameOf(grant.unitId)}` }),
          to: `${kind} · ${nameOf(unitId ?? params.unitId)}`,
        };
      }),
    ];
  }

  async #check(db: Db, account: Account, { unitId, scopes }: Params): Promise<void> {
    await this.#deps.units.active(db, unitId);
    const reached = account.grants.map((grant) => {
      const change = scopes.find(({ role }) => role === grant.role);
      const own = change === undefined ? grant.ownUnitId : change.unitId;
      return { kind: change?.kind ?? grant.kind, unitId: own ?? unitId };
    });
    const isHeld = ({ role }: { role: string }) => account.grants.some((grant) => grant.role === role);
    if (!scopes.every(isHeld) || new Set(scopes.map(({ role }) => role)).size !== scopes.length) {
      throw new AppError('request.invalid', { details: { in: 'body', at: '/scopes', problem: 'role' } });
    }
    for (const scope of reached) await this.#deps.units.active(db, scope.unitId);
    await assertNested(db, reached);
  }
}

/** Of two scopes of one account one lies within the other; then the widest of any of them is all of them together. */
async function assertNested(db: Db, scopes: readonly { kind: ScopeKind; unitId: string }[]): Promise<void> {
  const ordered = [...scopes].sort((a, b) => WIDTH[b.kind] - WIDTH[a.kind]);
  for (const [index, wide] of ordered.entries()) {
    for (const narrow of ordered.slice(index + 1)) {
      const isWithin = wide.unitId === narrow.unitId || (await holds(db, wide, narrow.unitId));
      const isAround = wide.kind === narrow.kind && (await holds(db, narrow, wide.unitId));
      if (!isWithin && !isAround) throw new AppError('unit.scopes_apart');
    }
  }
}

async function holds(db: Db, scope: { kind: ScopeKind; unitId: string }, unitId: string): Promise<boolean> {
  return scope.kind === 'subtree' && liesUnder(db, unitId, scope.unitId);
}
