import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { DatabaseConflict, type Db, type Tx, type UnitOfWork } from '../persistence/index.ts';
import { canonicalHost } from './address.rules.ts';
import type { EgressRuleRow } from './egress-rule.entity.ts';
import {
  findRule,
  findRuleOfPlace,
  insertRule,
  listApprovedRules,
  listRulesOfOwners,
  removeRule,
  updateRule,
} from './egress-rule.repo.ts';
import type { EgressProtocol, EgressUse } from './ports.ts';
import { opens, type EgressAllowance } from './rule.rules.ts';

/** A rule decided in another process is in force here after this long. */
const CACHE_MS = 5_000;

/** Where a rule stands. */
export type EgressRuleState = 'asked' | 'approved' | 'rejected';

/** What is asked for. */
export interface EgressRuleInput {
  owner: string;
  protocol: EgressProtocol;
  host: string;
  port: number;
  addresses?: string[];
  reason: string;
}

/** Kind of the approval that a rule waits for. */
export const EGRESS_APPROVAL = 'egress.open';

/** What the approval holds: the rule that waits. */
export type EgressApproval = { ruleId: string };

/** Port: asks the second person; identity answers it. */
export interface ApprovalDesk {
  ask(
    tx: Tx,
    kind: string,
    params: EgressApproval,
    why: { reason: string; key: string },
  ): Promise<{ id: string }>;
}

interface RuleDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  approvals: ApprovalDesk;
  configured: readonly EgressAllowance[];
}

/** Finds what is allowed; reads the database at most every five seconds. */
export interface EgressRules {
  find(use: EgressUse, place: { host: string; port: number }): Promise<EgressAllowance | undefined>;
  /** Hears of every reading of the rules, so that connections whose rule is gone are ended. */
  onRead(
    listener: (isOpen: (use: EgressUse, place: { host: string; port: number }) => boolean) => void,
  ): void;
  /** Reads the rules anew; after the commit that changed one, and while connections are open. */
  refresh(): Promise<void>;
}

/** Use cases of rules. What `config.yaml` allows holds beside them and needs no database. */
export class EgressRuleService implements EgressRules {
  readonly #deps: RuleDeps;
  readonly #listeners: Parameters<EgressRules['onRead']>[0][] = [];
  #approved: { rules: readonly EgressAllowance[]; readAtMs: number } | undefined;
  #reading: Promise<readonly EgressAllowance[]> | undefined;

  constructor(deps: RuleDeps) {
    this.#deps = deps;
  }

  /** What `config.yaml` allows. */
  get configured(): readonly EgressAllowance[] {
    return this.#deps.configured;
  }

  onRead(listener: Parameters<EgressRules['onRead']>[0]): void {
    this.#listeners.push(listener);
  }

  async find(use: EgressUse, place: { host: string; port: number }): Promise<EgressAllowance | undefined> {
    const matches = (rule: EgressAllowance) => opens(rule, use, place);
    return this.#deps.configured.find(matches) ?? (await this.#read()).find(matches);
  }

  async #read(): Promise<readonly EgressAllowance[]> {
    const nowMs = this.#deps.clock.now().getTime();
    const known = this.#approved;
    if (known !== undefined && Math.abs(nowMs - known.readAtMs) < CACHE_MS) return known.rules;
    this.#reading ??= this.#deps.uow
      .read(listApprovedRules)
      .then((rows) => {
        const rules = rows.map(toAllowance);
        this.#approved = { rules, readAtMs: nowMs };
        const all = [...this.#deps.configured, ...rules];
        for (const listener of this.#listeners)
          listener((use, place) => all.some((rule) => opens(rule, use, place)));
        return rules;
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  async refresh(): Promise<void> {
    this.#approved = undefined;
    await this.#reading?.catch(() => undefined);
    await this.#read();
  }

  #changed(tx: Tx): void {
    // What fails here is read again with the next call; until then nothing more is allowed than before.
    tx.afterCommit(() => void this.refresh().catch(() => undefined));
  }

  /** Where the places of owners stand; an owner without a rule is absent. At most 500 owners. */
  async statesOf(db: Db, owners: readonly string[]): Promise<Map<string, EgressRuleState>> {
    const states = new Map<string, EgressRuleState>();
    const order: readonly string[] = ['rejected', 'asked', 'approved'];
    for (const { owner, state } of await listRulesOfOwners(db, owners)) {
      const known = states.get(owner);
      if (known === undefined || order.indexOf(state) > order.indexOf(known))
        states.set(owner, state as EgressRuleState);
    }
    return states;
  }

  /**
   * Asks for a rule; a rejected one may be asked for again. Throws `egress.host_invalid`, or `egress.rule_exists`
   * when the place is open or asked for, and what asking the second person throws.
   */
  async ask(tx: Tx, input: EgressRuleInput): Promise<EgressRuleRow> {
    const host = canonicalHost(input.host);
    if (host === undefined) throw new AppError('egress.host_invalid');
    const { owner, protocol, port, reason } = input;
    const known = await findRuleOfPlace(tx, { owner, protocol, host, port });
    if (known !== undefined && known.state !== 'rejected') throw new AppError('egress.rule_exists');
    const row: EgressRuleRow = {
      ...{ id: known?.id ?? this.#deps.ids.next(), owner, protocol, host, port },
      ...{ addresses: input.addresses ?? [], reason, state: 'asked' },
      ...{ askedById: tx.context.actor.id, askedAt: this.#deps.clock.now() },
      ...{ decidedById: null, decidedAt: null, version: (known?.version ?? 0) + 1 },
    };
    try {
      if (known === undefined) await insertRule(tx, row);
      else if (!(await updateRule(tx, row))) throw new AppError('request.version_stale');
    } catch (error) {
      if (error instanceof DatabaseConflict) throw new AppError('egress.rule_exists', { cause: error });
      throw error;
    }
    record(tx, 'egress.rule-ask', row);
    await this.#deps.approvals.ask(tx, EGRESS_APPROVAL, { ruleId: row.id }, { reason, key: row.id });
    return row;
  }

  /** What the second person sees; throws `egress.state_refused` when the request is no more. */
  async describe(db: Db, { ruleId }: EgressApproval): Promise<{ label: string; to: string }[]> {
    const row = await this.#asked(db, ruleId);
    const addresses =
      row.addresses.length === 0 ? [] : [{ label: 'egress.addresses', to: row.addresses.join(' ') }];
    return [
      { label: 'egress.owner', to: row.owner },
      { label: 'egress.place', to: `${row.protocol} ${placeOf(row)}` },
      ...addresses,
    ];
  }

  /** Opens the place, in the unit of work that approves. */
  async approve(tx: Tx, { ruleId }: EgressApproval, who: { approvedById: string }): Promise<void> {
    await this.#decide(tx, await this.#asked(tx, ruleId), { state: 'approved', byId: who.approvedById });
  }

  /** Notes that it will not be opened. A request that was taken back meanwhile needs nothing. */
  async reject(tx: Tx, { ruleId }: EgressApproval): Promise<void> {
    const row = await findRule(tx, ruleId);
    if (row?.state === 'asked') await this.#decide(tx, row, { state: 'rejected', byId: null });
  }

  async #asked(db: Db, id: string): Promise<EgressRuleRow> {
    const row = await findRule(db, id);
    if (row?.state !== 'asked') throw new AppError('egress.state_refused');
    return row;
  }

  async #decide(
    tx: Tx,
    known: EgressRuleRow,
    decision: { state: 'approved' | 'rejected'; byId: string | null },
  ): Promise<void> {
    const { state, byId: decidedById } = decision;
    const decidedAt = this.#deps.clock.now();
    const row: EgressRuleRow = { ...known, state, decidedById, decidedAt, version: known.version + 1 };
    if (!(await updateRule(tx, row))) throw new AppError('request.version_stale');
    record(tx, state === 'approved' ? 'egress.rule-approve' : 'egress.rule-reject', row);
    this.#changed(tx);
  }

  /** Closes a place, or takes a request back. Closing needs no second person. */
  async remove(tx: Tx, id: string): Promise<void> {
    const known = await findRule(tx, id);
    if (known === undefined || !(await removeRule(tx, id))) throw new AppError('request.not_found');
    record(tx, 'egress.rule-remove', known);
    this.#changed(tx);
  }

  /** Closes every place of an owner that goes. */
  async removeOwner(tx: Tx, owner: string): Promise<void> {
    for (const { id } of await listRulesOfOwners(tx, [owner])) await this.remove(tx, id);
  }
}

type RuleAction = 'egress.rule-ask' | 'egress.rule-approve' | 'egress.rule-reject' | 'egress.rule-remove';

function record(tx: Tx, action: RuleAction, row: EgressRuleRow): void {
  const { owner, protocol, host, port, addresses, state } = row;
  const target = { type: 'egress-rule', id: row.id };
  tx.record({ action, outcome: 'ok', target, details: { owner, protocol, host, port, addresses, state } });
}

function placeOf({ host, port }: EgressRuleRow): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function toAllowance(row: EgressRuleRow): EgressAllowance {
  const { owner, host, port, addresses } = row;
  return { owner, protocol: row.protocol as EgressProtocol, host, port, addresses };
}
