import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { DatabaseConflict, type Tx, type UnitOfWork } from '../persistence/index.ts';
import { canonicalHost } from './address.rules.ts';
import type { EgressRuleRow } from './egress-rule.entity.ts';
import {
  findRule,
  findRuleOfPlace,
  insertRule,
  listApprovedRules,
  listRulesOfOwner,
  removeRule,
  updateRule,
} from './egress-rule.repo.ts';
import type { EgressProtocol, EgressUse } from './ports.ts';
import { opens, type EgressAllowance } from './rule.rules.ts';

/** A rule decided in another process is in force here after this long. */
const CACHE_MS = 5_000;

/** What is asked for. */
export interface EgressRuleInput {
  owner: string;
  protocol: EgressProtocol;
  host: string;
  port: number;
  addresses?: string[];
  reason: string;
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
  readonly #deps: { uow: UnitOfWork; clock: Clock; ids: Ids; configured: readonly EgressAllowance[] };
  readonly #listeners: Parameters<EgressRules['onRead']>[0][] = [];
  #approved: { rules: readonly EgressAllowance[]; readAtMs: number } | undefined;
  #reading: Promise<readonly EgressAllowance[]> | undefined;

  constructor(deps: { uow: UnitOfWork; clock: Clock; ids: Ids; configured: readonly EgressAllowance[] }) {
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

  /** Whether one of the rules of an owner is in force; what a part shows before it is first used. */
  async stateOf(tx: Tx, owner: string): Promise<'none' | 'asked' | 'approved' | 'rejected'> {
    const states = (await listRulesOfOwner(tx, owner)).map(({ state }) => state);
    return (['approved', 'asked', 'rejected'] as const).find((state) => states.includes(state)) ?? 'none';
  }

  /**
   * Asks for a rule; a rejected one may be asked for again. Throws `egress.host_invalid`, or `egress.rule_exists`
   * when the place is open or asked for.
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
    return row;
  }

  /** Approves or rejects what another person asked for; throws `account.second_person`, `egress.state_refused`. */
  async decide(
    tx: Tx,
    id: string,
    decision: { version: number; isApproved: boolean },
  ): Promise<EgressRuleRow> {
    const known = await findRule(tx, id);
    if (known === undefined) throw new AppError('request.not_found');
    if (known.version !== decision.version) throw new AppError('request.version_stale');
    if (known.state !== 'asked') throw new AppError('egress.state_refused');
    if (known.askedById === tx.context.actor.id) throw new AppError('account.second_person');
    const row: EgressRuleRow = {
      ...known,
      state: decision.isApproved ? 'approved' : 'rejected',
      decidedById: tx.context.actor.id,
      decidedAt: this.#deps.clock.now(),
      version: known.version + 1,
    };
    if (!(await updateRule(tx, row))) throw new AppError('request.version_stale');
    record(tx, decision.isApproved ? 'egress.rule-approve' : 'egress.rule-reject', row);
    this.#changed(tx);
    return row;
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
    for (const { id } of await listRulesOfOwner(tx, owner)) await this.remove(tx, id);
  }
}

type RuleAction = 'egress.rule-ask' | 'egress.rule-approve' | 'egress.rule-reject' | 'egress.rule-remove';

function record(tx: Tx, action: RuleAction, row: EgressRuleRow): void {
  const { owner, protocol, host, port, addresses, state } = row;
  const target = { type: 'egress-rule', id: row.id };
  tx.record({ action, outcome: 'ok', target, details: { owner, protocol, host, port, addresses, state } });
}

function toAllowance(row: EgressRuleRow): EgressAllowance {
  const { owner, host, port, addresses } = row;
  return { owner, protocol: row.protocol as EgressProtocol, host, port, addresses };
}
