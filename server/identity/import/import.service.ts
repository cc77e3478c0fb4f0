import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { looksLikeFormula } from '../../platform/documents/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import type { Db, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { findAccounts, rememberPassword, type Account } from '../account.repo.ts';
import { NO_PASSWORD } from '../account.rules.ts';
import { createTemporaryPassword, type AccountService, type TemporaryPassword } from '../account.service.ts';
import type { ApprovalLine } from '../approvals/approval.entity.ts';
import type { ApprovalService } from '../approvals/approval.service.ts';
import { holdUnit } from '../organisation/unit.repo.ts';
import { findCustomRoles } from '../roles/role.repo.ts';
import { isCustomRoleId } from '../roles/role.rules.ts';
import type { ImportFile } from './csv-reader.ts';
import { checkRows, type Checked } from './import.check.ts';
import type { ImportRecord } from './import.entity.ts';
import { findImport, insertImport, moveImport, removeChecked, setFirstPasswords } from './import.repo.ts';
import { countRoles, IMPORT_RULES, type ImportLine, type ImportOutcome } from './import.rules.ts';

/** What imports need. */
export interface ImportDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  accounts: AccountService;
  approvals: ApprovalService;
}

/** A file that was read, with the hash of its bytes. */
export interface ReadFile extends ImportFile {
  fileHash: string;
}

/** Passwords that are made but not set. */
export type MadePasswords = { account: Account; temporary: TemporaryPassword }[];

type ImportParams = { id: string };

/** Who has asked for an act and who approves it. */
type Who = { requestedById: string; approvedById: string };

/** Many accounts from one file: checked, approved by a second person, made all at once or not at all. */
export class ImportService {
  readonly #deps: ImportDeps;
  #isHashing = false;

  constructor(deps: ImportDeps) {
    this.#deps = deps;
    deps.approvals.register<ImportParams>({
      kind: 'account.import',
      title: { zh: '批量导入账号', en: 'Import accounts' },
      permission: 'account:approve',
      describe: async (db, { id }) => {
        const row = await submitted(db, id);
        await assertUnchanged(db, row);
        return describe(db, row);
      },
      apply: (tx, { id }, who) => this.#apply(tx, id, who),
      drop: (tx, { id }) => this.#drop(tx, id),
    });
  }

  /** Checks a file and keeps what came of it, in place of files the account had only checked. Changes no account. */
  async check(tx: Tx, file: ReadFile): Promise<ImportRecord> {
    const { lines, faults } = await checkRows(tx, file.rows);
    const odd = file.oddLines.map((line) => ({ line, column: null, code: 'cells' as const }));
    const all = [...odd, ...faults].sort((a, b) => a.line - b.line);
    const count = (outcome: ImportOutcome) => lines.filter((line) => line.outcome === outcome).length;
    const row: ImportRecord = {
      id: this.#deps.ids.next(),
      state: 'checked',
      encoding: file.encoding,
      fileHash: file.fileHash,
      newCount: count('new'),
      changedCount: count('changed'),
      unchangedCount: count('unchanged'),
      faultyCount: new Set(all.map(({ line }) => line)).size,
      faults: all.slice(0, IMPORT_RULES.faultsShownMax),
      rowLines: lines,
      waitingIds: [],
      createdById: tx.context.actor.id,
      createdAt: this.#deps.clock.now(),
      appliedAt: null,
      version: 1,
    };
    await removeChecked(tx, row.createdById);
    await insertImport(tx, row);
    record(tx, 'account-import.check', row);
    return row;
  }

  /** An import of the actor's own; those of others are not found. */
  async get(db: Db, id: string, actorId: string): Promise<ImportRecord> {
    const row = await findImport(db, id);
    if (row?.createdById !== actorId) throw new AppError('request.not_found');
    return row;
  }

  /** Asks for the whole file at once. Throws `import.has_faults`, `import.state_refused`, `import.outdated`. */
  async submit(tx: Tx, id: string, ask: { version: number; reason: string }): Promise<ImportRecord> {
    const row = await this.#getForChange(tx, id, ask.version);
    if (row.state !== 'checked') throw new AppError('import.state_refused');
    if (row.faultyCount > 0) throw new AppError('import.has_faults');
    if (row.newCount + row.changedCount === 0) throw new AppError('import.nothing_to_do');
    const changed = await move(tx, row, { state: 'submitted' });
    await this.#deps.approvals.ask(tx, 'account.import', { id }, { reason: ask.reason, key: id });
    record(tx, 'account-import.submit', row);
    return changed;
  }

  async #getForChange(tx: Tx, id: string, version: number): Promise<ImportRecord> {
    const row = await this.get(tx, id, tx.context.actor.id);
    if (row.version !== version) throw new AppError('request.version_stale');
    return row;
  }

  async #apply(tx: Tx, id: string, who: Who): Promise<void> {
    const row = await submitted(tx, id);
    const { accounts, units } = await assertUnchanged(tx, row);
    const unitIdOf = (code: string) => units.get(code)?.id ?? '';
    for (const unitId of [...new Set(row.rowLines.map(({ unit }) => unitIdOf(unit)))].sort()) {
      if (!(await holdUnit(tx, unitId))) throw new AppError('import.outdated');
    }
    const made = await this.#deps.accounts.createApproved(
      tx,
      of(row, 'new').map((line) => ({ ...line, unitId: unitIdOf(line.unit) })),
      who,
    );
    for (const { username, roles } of of(row, 'changed')) {
      await this.#deps.accounts.grantApproved(tx, accounts.get(username) as Account, { roles, who });
    }
    const appliedAt = this.#deps.clock.now();
    await move(tx, row, { state: 'applied', rowLines: [], waitingIds: made, appliedAt });
    record(tx, 'account-import.apply', row);
  }

  /** What was turned down, withdrawn, or forgotten can be asked for again. */
  async #drop(tx: Tx, id: string): Promise<void> {
    const row = await findImport(tx, id);
    if (row?.state === 'submitted') await move(tx, row, { state: 'checked' });
  }

  /**
   * Makes temporary passwords for the next accounts that have none. Writes nothing. Only one such piece of work runs at
   * a time, so that sign-ins go on; throws `server.busy` meanwhile, and `import.passwords_taken` when none is left.
   */
  async makePasswords(id: string, actorId: string, version: number): Promise<MadePasswords> {
    const waiting = await this.#deps.uow.read(async (db) => {
      const row = await this.get(db, id, actorId);
      if (row.version !== version) throw new AppError('request.version_stale');
      if (row.state !== 'applied') throw new AppError('import.state_refused');
      return waitingAccounts(db, row);
    });
    if (waiting.length === 0) throw new AppError('import.passwords_taken');
    if (this.#isHashing) throw new AppError('server.busy');
    this.#isHashing = true;
    try {
      return await hashAll(waiting.slice(0, IMPORT_RULES.passwordsPerFile));
    } finally {
      this.#isHashing = false;
    }
  }

  /** Sets passwords that were made; they have to be changed at the first sign-in. */
  async setPasswords(
    tx: Tx,
    id: string,
    { version, made }: { version: number; made: MadePasswords },
  ): Promise<void> {
    const row = await this.#getForChange(tx, id, version);
    const at = this.#deps.clock.now();
    const entries = made.map(({ account, temporary }) => ({ account, hash: temporary.hash }));
    if (!(await setFirstPasswords(tx, entries, at))) throw new AppError('request.version_stale');
    const given = new Set(made.map(({ account }) => account.id));
    await move(tx, row, { waitingIds: row.waitingIds.filter((each) => !given.has(each)) });
    for (const { account, hash } of entries) {
      const entry = { accountId: account.id, passwordHash: hash, createdAt: at };
      await rememberPassword(tx, { id: this.#deps.ids.next(), ...entry });
      const target = { type: 'account', id: account.id };
      tx.record({ action: 'account.password-reset', outcome: 'ok', target, reason: 'import' });
    }
    tx.record({
      action: 'account-import.passwords',
      outcome: 'ok',
      target: { type: 'account-import', id },
      details: { accounts: made.length },
    });
  }
}

/** Hash of a file's bytes, as the approver and the trail name it. */
export function hashOf(bytes: Buffer): string {
  return sha256(bytes).toString('hex');
}

function of(row: ImportRecord, outcome: ImportOutcome): ImportLine[] {
  return row.rowLines.filter((line) => line.outcome === outcome);
}

async function submitted(db: Db, id: string): Promise<ImportRecord> {
  const row = await findImport(db, id);
  if (row?.state !== 'submitted') throw new AppError('import.state_refused');
  return row;
}

/** Every row still does what the check said; throws `account.username_taken` and `import.outdated` otherwise. */
async function assertUnchanged(db: Db, row: ImportRecord): Promise<Checked> {
  const checked = await checkRows(db, row.rowLines);
  if (of(row, 'new').some(({ username }) => checked.accounts.has(username)))
    throw new AppError('account.username_taken');
  const isSame = row.rowLines.every((line, index) => checked.lines[index]?.outcome === line.outcome);
  if (checked.faults.length > 0 || !isSame) throw new AppError('import.outdated');
  return checked;
}

async function move(
  tx: Tx,
  row: ImportRecord,
  change: Parameters<typeof moveImport>[2],
): Promise<ImportRecord> {
  if (!(await moveImport(tx, row, change))) throw new AppError('request.version_stale');
  return { ...row, ...change, version: row.version + 1 };
}

/** Accounts made by the import that are active and still have no password; somebody may have reset one. */
async function waitingAccounts(db: Db, row: ImportRecord): Promise<Account[]> {
  const accounts = await findAccounts(db, row.waitingIds);
  return accounts
    .filter(({ state, passwordHash }) => state === 'active' && passwordHash === NO_PASSWORD)
    .sort((a, b) => (a.username < b.username ? -1 : 1));
}

async function hashAll(accounts: readonly Account[]): Promise<MadePasswords> {
  const made: MadePasswords = [];
  const rest = [...accounts];
  const work = async () => {
    for (let account = rest.shift(); account !== undefined; account = rest.shift()) {
      made.push({ account, temporary: await createWritablePassword() });
    }
  };
  await Promise.all(Array.from({ length: IMPORT_RULES.passwordsAtOnce }, work));
  return made.sort((a, b) => (a.account.username < b.account.username ? -1 : 1));
}

/** One that no spreadsheet takes for a formula: the file would show it with an apostrophe in front. */
async function createWritablePassword(): Promise<TemporaryPassword> {
  for (;;) {
    const temporary = await createTemporaryPassword();
    if (!looksLikeFormula(temporary.password)) return temporary;
  }
}

/** Counts, roles, and user names: what the approver decides about. */
async function describe(db: Db, row: ImportRecord): Promise<ApprovalLine[]> {
  const effective = row.rowLines.filter(({ outcome }) => outcome !== 'unchanged');
  const composed = await findCustomRoles(db, effective.flatMap(({ roles }) => roles).filter(isCustomRoleId));
  const nameOf = (role: string) => {
    const known = composed.find(({ id }) => id === role);
    return known === undefined ? `role.${role}` : `${known.nameZh} / ${known.nameEn}`;
  };
  return [
    { label: 'import.line.new', to: String(row.newCount) },
    { label: 'import.line.changed', to: String(row.changedCount) },
    { label: 'import.line.unchanged', to: String(row.unchangedCount) },
    { label: 'import.line.hash', to: row.fileHash },
    ...countRoles(effective).map(([role, accounts]) => ({ label: nameOf(role), to: String(accounts) })),
    ...nameLines('import.line.new_names', of(row, 'new')),
    ...nameLines('import.line.changed_names', of(row, 'changed')),
  ];
}

function nameLines(label: string, lines: readonly ImportLine[]): ApprovalLine[] {
  const names = lines.map(({ username }) => username);
  const made: ApprovalLine[] = [];
  for (let start = 0; start < names.length; start += IMPORT_RULES.namesPerLine) {
    made.push({ label, to: names.slice(start, start + IMPORT_RULES.namesPerLine).join(', ') });
  }
  return made;
}

type Act = 'account-import.check' | 'account-import.submit' | 'account-import.apply';

function record(tx: Tx, action: Act, row: ImportRecord): void {
  const { id, newCount, changedCount, unchangedCount, faultyCount, fileHash } = row;
  const details = { newCount, changedCount, unchangedCount, faultyCount, fileHash };
  tx.record({ action, outcome: 'ok', target: { type: 'account-import', id }, details });
}
