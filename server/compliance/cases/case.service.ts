import type { Approvals } from '../../identity/index.ts';
import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import { createSha256, type Crypto } from '../../platform/crypto/index.ts';
import type { AnyJobKind, JobContext, JobKind, JobQueue } from '../../platform/jobs/index.ts';
import type { Notifier } from '../../platform/notify/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { CaseArchive, type ArchiveDeps, type CaseFacts } from './case-archive.ts';
import type { CaseFileRow } from './case.entity.ts';
import { changeCase, countOpenCases, findCase, insertCase, listExpiredCases } from './case.repo.ts';
import { CASE_LIMITS, isThirdPerson, mayMoveCase, type CaseState } from './case.rules.ts';
import type { CaseStore } from './ports.ts';

/** What an officer asks for. */
export interface CaseInput extends CaseFacts {
  requesterId: string;
  fromAt: Date | null;
  toAt: Date | null;
  isUnmasked: boolean;
  keptDays: number;
}

/** What case files need. */
export interface CaseDeps extends ArchiveDeps {
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  approvals: Approvals;
  queue: JobQueue;
  store: CaseStore;
  notifier: Pick<Notifier, 'send'>;
}

/** The two agreements, one after the other. */
export const CASE_APPROVALS = { first: 'case.open', second: 'case.open-second' } as const;

const MAKE_JOB = 'compliance.case-file';
const EXPIRE_JOB = 'compliance.case-expiry';
const ATTEMPTS_MAX = 3;
const TIMEOUT_MS = 60 * 60_000;
const DAY_MS = 86_400_000;
const EXPIRED_AT_ONCE = 50;

type CaseParams = { caseId: string };

/** Case files: asked for by one officer, agreed to by two other people, made once, fetched for some days. */
export class CaseService {
  readonly #deps: CaseDeps;

  constructor(deps: CaseDeps) {
    this.#deps = deps;
    for (const step of ['first', 'second'] as const) {
      deps.approvals.register<CaseParams>({
        kind: CASE_APPROVALS[step],
        title:
          step === 'first'
            ? { zh: '调阅客户记录（第一人）', en: 'Case file for a regulator (first)' }
            : { zh: '调阅客户记录（第二人）', en: 'Case file for a regulator (second)' },
        permission: 'record:approve',
        describe: (db, { caseId }) => this.#describe(db, caseId, step),
        apply: (tx, { caseId }, { approvedById }) => this.#agree(tx, caseId, { step, by: approvedById }),
        drop: (tx, { caseId }) => this.#refuse(tx, caseId),
      });
    }
  }

  /**
   * Asks for a case file; two other people agree one after the other. Records `case.ask`. Throws `case.person_unknown`,
   * `case.period_invalid`, `case.limit`, and what approvals throw.
   */
  async ask(tx: Tx, input: CaseInput): Promise<CaseFileRow> {
    const { clock, ids, crypto, records, approvals } = this.#deps;
    const { requesterId, fromAt, toAt, isUnmasked, keptDays } = input;
    if (fromAt !== null && toAt !== null && fromAt >= toAt) throw new AppError('case.period_invalid');
    if ((await records.person(tx, requesterId)) === undefined) throw new AppError('case.person_unknown');
    if ((await countOpenCases(tx)) >= CASE_LIMITS.openMax)
      throw new AppError('case.limit', { details: { limit: CASE_LIMITS.openMax } });
    const id = ids.next();
    const seal = (column: CaseColumn, text: string) =>
      crypto.installation.seal(cellOf(id, column), text.trim());
    const row: CaseFileRow = {
      ...{ id, requesterId, fromAt, toAt, isUnmasked, keptDays },
      caseNumberEnc: seal('case_number_enc', input.caseNumber),
      authorityEnc: seal('authority_enc', input.authority),
      reasonEnc: seal('reason_enc', input.reason),
      ...{ state: 'asked', askedBy: tx.context.actor.id, askedAt: clock.now() },
      ...{ firstBy: null, firstAt: null, secondBy: null, secondAt: null, fileId: null, sizeBytes: null },
      ...{ digestHex: null, errorCode: null, endedAt: null, expiresAt: null, downloadCount: 0, version: 1 },
    };
    await insertCase(tx, row);
    tx.record({
      ...{ action: 'case.ask', outcome: 'ok', target: { type: 'case', id }, customer: requesterId },
      details: { values: isUnmasked ? 'plain' : 'masked', keptDays },
    });
    await approvals.ask(tx, CASE_APPROVALS.first, { caseId: id }, { reason: input.reason, key: id });
    return row;
  }

  /** The case file of an id; throws `request.not_found`. */
  async get(db: Db, id: string): Promise<CaseFileRow> {
    const row = await findCase(db, id);
    if (row === undefined) throw new AppError('request.not_found');
    return row;
  }

  /** Case number, authority, and reason in clear, for officers. */
  async open({ id, caseNumberEnc, authorityEnc, reasonEnc }: CaseFileRow): Promise<CaseFacts> {
    const { crypto } = this.#deps;
    return {
      caseNumber: await crypto.open(cellOf(id, 'case_number_enc'), caseNumberEnc),
      authority: await crypto.open(cellOf(id, 'authority_enc'), authorityEnc),
      reason: await crypto.open(cellOf(id, 'reason_enc'), reasonEnc),
    };
  }

  /** Counts and records a download of a file that is ready. Throws `case.expired`, `case.not_ready`. */
  async download(tx: Tx, id: string): Promise<CaseFileRow & { fileId: string }> {
    const row = await this.get(tx, id);
    const isOver = row.expiresAt !== null && row.expiresAt <= this.#deps.clock.now();
    if (row.state === 'expired' || isOver) throw new AppError('case.expired');
    if (row.state !== 'ready' || row.fileId === null) throw new AppError('case.not_ready');
    const changed = await changeCase(tx, row, { downloadCount: row.downloadCount + 1 });
    if (changed === undefined) throw new AppError('server.busy');
    tx.record({
      ...{ action: 'case.download', outcome: 'ok', target: { type: 'case', id }, customer: row.requesterId },
      details: { sha256: row.digestHex ?? '', count: changed.downloadCount },
    });
    return { ...changed, fileId: row.fileId };
  }

  /** The jobs: one makes a file, one ends what is over. */
  get jobs(): AnyJobKind[] {
    const make: JobKind<CaseParams> = {
      kind: MAKE_JOB,
      title: { zh: '生成调阅材料', en: 'Make a case file' },
      maxAttempts: ATTEMPTS_MAX,
      timeoutMs: TIMEOUT_MS,
      run: async (context, { caseId }) => ({ state: await this.#make(context, caseId) }),
    };
    const expire: JobKind<Record<string, never>> = {
      kind: EXPIRE_JOB,
      title: { zh: '清理到期的调阅材料', en: 'End case files whose time is over' },
      schedule: '*/15 * * * *',
      maxAttempts: ATTEMPTS_MAX,
      timeoutMs: TIMEOUT_MS,
      run: async () => ({ ended: await this.expireDue() }),
    };
    return [make, expire];
  }

  /** Throws files away whose days are over; gives how many. */
  async expireDue(): Promise<number> {
    const { uow, clock, store } = this.#deps;
    const due = await uow.read((db) => listExpiredCases(db, clock.now(), EXPIRED_AT_ONCE));
    for (const id of due) {
      await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        const row = await this.#move(tx, id, 'expired', {});
        if (row.fileId !== null) await store.remove(tx, [row.fileId]);
        tx.record({
          action: 'case.expire',
          outcome: 'ok',
          target: { type: 'case', id },
          customer: row.requesterId,
        });
      });
    }
    return due.length;
  }

  async #describe(db: Db, id: string, step: 'first' | 'second') {
    const row = await this.get(db, id);
    if (!mayMoveCase(row.state, step === 'first' ? 'first' : 'making'))
      throw new AppError('case.state_refused');
    const { caseNumber, authority } = await this.open(row);
    const period = [row.fromAt, row.toAt].map((at) => at?.toISOString().slice(0, 10) ?? '…').join(' – ');
    return [
      { label: 'case.number', to: caseNumber },
      { label: 'case.authority', to: authority },
      { label: 'case.requester', to: row.requesterId },
      { label: 'case.period', to: period },
      { label: 'case.values', to: row.isUnmasked ? '明文 · plain' : '脱敏 · masked' },
      { label: 'case.days', to: String(row.keptDays) },
    ];
  }

  async #agree(tx: Tx, id: string, { step, by }: { step: 'first' | 'second'; by: string }): Promise<void> {
    const { clock, approvals, queue } = this.#deps;
    const row = await this.get(tx, id);
    if (!isThirdPerson(by, row)) throw new AppError('case.third_person');
    const target = { type: 'case', id };
    tx.record({ action: 'case.agree', outcome: 'ok', target, customer: row.requesterId, reason: step });
    if (step === 'second') {
      await this.#move(tx, id, 'making', { secondBy: by, secondAt: clock.now() });
      await queue.enqueue(tx, MAKE_JOB, { caseId: id }, { key: id });
      return;
    }
    await this.#move(tx, id, 'first', { firstBy: by, firstAt: clock.now() });
    const { reason } = await this.open(row);
    await approvals.ask(tx, CASE_APPROVALS.second, { caseId: id }, { reason, key: id });
  }

  async #refuse(tx: Tx, id: string): Promise<void> {
    const row = await findCase(tx, id);
    if (row === undefined || !mayMoveCase(row.state, 'refused')) return;
    await this.#move(tx, id, 'refused', { endedAt: this.#deps.clock.now() });
    tx.record({
      action: 'case.refuse',
      outcome: 'ok',
      target: { type: 'case', id },
      customer: row.requesterId,
    });
  }

  async #move(tx: Tx, id: string, state: CaseState, change: Partial<CaseFileRow>): Promise<CaseFileRow> {
    const row = await this.get(tx, id);
    if (!mayMoveCase(row.state, state)) throw new AppError('case.state_refused');
    const changed = await changeCase(tx, row, { state, ...change });
    if (changed === undefined) throw new AppError('server.busy');
    return changed;
  }

  async #make(context: JobContext, id: string): Promise<string> {
    const row = await this.#deps.uow.read((db) => findCase(db, id));
    if (row?.state !== 'making') return row?.state ?? 'forgotten';
    try {
      await this.#write(context, row);
      return 'ready';
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'case.too_large') throw error;
      await this.#fail(row, error.code);
      return 'failed';
    }
  }

  async #write(context: JobContext, row: CaseFileRow): Promise<void> {
    const { uow, store, clock } = this.#deps;
    const by = { actor: context.actor };
    const owner = { type: 'case', id: row.id } as const;
    await this.#removeLeftovers(owner);
    const name = `case-${row.id}.zip`;
    const file = await store.create(by, {
      ...{ owner, requester: null, recordClass: 'export', name, type: 'application/zip' },
    });
    const digest = createSha256();
    const archive = new CaseArchive(this.#deps, row, async (bytes) => {
      digest.update(bytes);
      await file.write(bytes);
    });
    let counts: Awaited<ReturnType<CaseArchive['write']>>;
    try {
      counts = await archive.write(await this.open(row), (done, total) =>
        context.checkpoint({}, { done, total }),
      );
    } catch (error) {
      await file.abort();
      throw error;
    }
    const { id: fileId, sizeBytes } = await file.close();
    const digestHex = digest.digest().toString('hex');
    await uow.run(by, async (tx) => {
      const endedAt = clock.now();
      const expiresAt = new Date(endedAt.getTime() + row.keptDays * DAY_MS);
      await this.#move(tx, row.id, 'ready', { fileId, sizeBytes, digestHex, endedAt, expiresAt });
      tx.record({
        ...{ action: 'case.make', outcome: 'ok', target: owner, customer: row.requesterId },
        details: { ...counts, sizeBytes, sha256: digestHex },
      });
      await this.#tell(tx, row, 'case.ready');
    });
  }

  async #fail(row: CaseFileRow, errorCode: string): Promise<void> {
    const { uow, clock } = this.#deps;
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await this.#move(tx, row.id, 'failed', { errorCode, endedAt: clock.now() });
      const target = { type: 'case', id: row.id };
      tx.record({
        action: 'case.make',
        outcome: 'failed',
        target,
        customer: row.requesterId,
        reason: errorCode,
      });
      await this.#tell(tx, row, 'case.failed');
    });
  }

  #tell(tx: Tx, row: CaseFileRow, kind: string): Promise<void> {
    return this.#deps.notifier.send(tx, {
      ...{ kind, severity: kind === 'case.ready' ? 'info' : 'warning', link: '/audit/cases' },
      ...{ key: `${kind}/${row.id}`, to: { accountIds: [row.askedBy] }, params: { days: row.keptDays } },
    });
  }

  /** A run that died between closing its file and telling so leaves a file that nobody names. */
  async #removeLeftovers(owner: { type: 'case'; id: string }): Promise<void> {
    const { uow, store } = this.#deps;
    const left = await uow.read((db) => store.ofOwner(db, owner));
    if (left.length === 0) return;
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const ids = left.map(({ id }) => id);
      await store.remove(tx, ids);
      tx.record({ action: 'case.tidy', outcome: 'ok', target: owner, details: { count: ids.length } });
    });
  }
}

type CaseColumn = 'case_number_enc' | 'authority_enc' | 'reason_enc';

function cellOf(rowId: string, column: CaseColumn) {
  return { table: 'case_file', column, rowId };
}
