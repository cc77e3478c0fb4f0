import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { LIST_ITEMS_MAX, type Db, type Tx } from '../../platform/persistence/index.ts';
import type { AccountsByUsername, StaffMatching } from './ports.ts';
import type { StaffTokenRow } from './staff.entity.ts';
import { countTokens, insertTokens, removeTokensOf } from './staff.repo.ts';
import {
  columnOf,
  invalidOf,
  STAFF_KINDS,
  STAFF_RULES,
  type StaffFault,
  type StaffFile,
  type StaffLine,
  type StaffNumbers,
} from './staff.rules.ts';

/** What the staff list needs. */
export interface StaffDeps {
  clock: Clock;
  ids: Ids;
  matching: StaffMatching;
  accountsByUsername: AccountsByUsername;
}

type Token = Pick<StaffTokenRow, 'accountId' | 'kind' | 'tokenBix'>;

/** A file as it would be taken over. */
export interface CheckedStaff {
  encoding: StaffFile['encoding'];
  accountIds: string[];
  tokens: Token[];
  faults: StaffFault[];
}

/** The staff list. What is entered is hashed at once; nobody, not even who entered it, can read it again. */
export class StaffService {
  readonly #deps: StaffDeps;

  constructor(deps: StaffDeps) {
    this.#deps = deps;
  }

  /** Looks at a file row by row; changes nothing, and tells nothing of customers. */
  async check(db: Db, file: StaffFile): Promise<CheckedStaff> {
    const known = await this.#accounts(db, file.lines);
    const faults: StaffFault[] = file.oddLines.map((line) => ({ line, column: null, code: 'cells' }));
    const accountIds = new Set<string>();
    const tokens: Token[] = [];
    for (const row of file.lines) {
      const accountId = known.get(row.username);
      const own = this.#faultsOf(row, accountId, accountIds);
      faults.push(...own);
      if (accountId === undefined || own.length > 0) continue;
      accountIds.add(accountId);
      tokens.push(...this.#tokensOf(accountId, row.numbers));
    }
    faults.sort((a, b) => a.line - b.line);
    return { encoding: file.encoding, accountIds: [...accountIds], tokens, faults };
  }

  /**
   * Takes a checked file over: the numbers of the accounts it names are those of the file, other accounts stay as they
   * are. Throws `import.has_faults` for a file with faults, and `staff.limit`.
   */
  async apply(tx: Tx, { accountIds, tokens, faults }: CheckedStaff): Promise<void> {
    if (faults.length > 0) throw new AppError('import.has_faults');
    await this.#replace(tx, accountIds, tokens);
    tx.record({
      ...{ action: 'staff-list.import', outcome: 'ok' },
      details: { accounts: accountIds.length, numbers: tokens.length },
    });
  }

  /** Takes an account from the list; throws `request.not_found` when it is not in it. */
  async remove(tx: Tx, accountId: string): Promise<void> {
    if ((await removeTokensOf(tx, [accountId])) === 0) throw new AppError('request.not_found');
    const target = { type: 'account', id: accountId };
    tx.record({ action: 'staff-list.remove', outcome: 'ok', target });
  }

  async #accounts(db: Db, lines: readonly StaffLine[]): Promise<Map<string, string>> {
    const names = [...new Set(lines.map(({ username }) => username))];
    const known = new Map<string, string>();
    for (let start = 0; start < names.length; start += LIST_ITEMS_MAX) {
      const page = names.slice(start, start + LIST_ITEMS_MAX);
      for (const [username, id] of await this.#deps.accountsByUsername(db, page)) known.set(username, id);
    }
    return known;
  }

  #faultsOf(row: StaffLine, accountId: string | undefined, seen: ReadonlySet<string>): StaffFault[] {
    const { line, numbers } = row;
    const faults: StaffFault[] = [];
    if (accountId === undefined) faults.push({ line, column: 'username', code: 'username_unknown' });
    else if (seen.has(accountId)) faults.push({ line, column: 'username', code: 'username_repeated' });
    const count = STAFF_KINDS.reduce((sum, kind) => sum + numbers[kind].length, 0);
    if (count === 0) faults.push({ line, column: null, code: 'no_number' });
    if (count > STAFF_RULES.perAccountMax) faults.push({ line, column: null, code: 'too_many' });
    for (const kind of STAFF_KINDS) {
      if (numbers[kind].some((value) => this.#deps.matching.tokenOf(kind, value) === undefined))
        faults.push({ line, column: columnOf(kind), code: invalidOf(kind) });
    }
    return faults;
  }

  /** Numbers that are written differently and mean the same are one. */
  #tokensOf(accountId: string, numbers: StaffNumbers): Token[] {
    const tokens = new Map<string, Token>();
    for (const kind of STAFF_KINDS) {
      for (const value of numbers[kind]) {
        const tokenBix = this.#deps.matching.tokenOf(kind, value);
        if (tokenBix !== undefined)
          tokens.set(`${kind} ${tokenBix.toString('hex')}`, { accountId, kind, tokenBix });
      }
    }
    return [...tokens.values()];
  }

  async #replace(tx: Tx, accountIds: readonly string[], tokens: readonly Token[]): Promise<void> {
    const { clock, ids, matching } = this.#deps;
    for (let start = 0; start < accountIds.length; start += LIST_ITEMS_MAX)
      await removeTokensOf(tx, accountIds.slice(start, start + LIST_ITEMS_MAX));
    const { numberCount } = await countTokens(tx, matching.indexVersion);
    if (numberCount + tokens.length > STAFF_RULES.tokensMax)
      throw new AppError('staff.limit', { details: { max: STAFF_RULES.tokensMax } });
    const added = { indexVersion: matching.indexVersion, addedBy: tx.context.actor.id, addedAt: clock.now() };
    await insertTokens(
      tx,
      tokens.map((token) => ({ id: ids.next(), ...token, ...added })),
    );
  }
}
