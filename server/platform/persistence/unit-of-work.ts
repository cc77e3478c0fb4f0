import { AuditEntryError, type AuditDraft, type SequencedEntry } from '../../../audit/index.ts';
import type { QueryRunner } from 'typeorm';
import { AppError, SYSTEM_ACTOR, type EventDraft } from '../../kernel/index.ts';
import { toAuditRow } from './audit.entity.ts';
import type { Database } from './data-source.ts';
import { outboxEventEntity, type OutboxRow } from './outbox.entity.ts';
import { Session, stepOf, type Step } from './session.ts';
import { insert, type Statement } from './statements.ts';
import { AUDIT_INSERT, type Trail } from './trail.ts';
import type { StorageGuard } from './storage-guard.ts';
import type { Tx, UnitContext, UnitOfWork } from './unit.ts';

export const OUTBOX_INSERT = insert(outboxEventEntity);

/** More events or entries in one unit than this is a loop without an end. */
const UNIT_RECORDS_MAX = 1_000;

/** A unit takes a connection with its first statement, so one that waits or only checks holds none. */
class OpenUnit implements Tx {
  readonly context: UnitContext;
  readonly drafts: AuditDraft[] = [];
  readonly events: EventDraft[] = [];
  readonly effects: (() => void)[] = [];
  readonly endings: (() => Promise<void>)[] = [];
  hasWritten = false;
  readonly #database: Database;
  readonly #guard: StorageGuard | undefined;
  #later: Step[] = [];
  #runner: QueryRunner | undefined;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;

  constructor(database: Database, guard: StorageGuard | undefined, context: UnitContext) {
    this.#database = database;
    this.#guard = guard;
    this.context = context;
  }

  get recordCount(): number {
    return this.drafts.length;
  }

  session(): Promise<Session> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<Session> {
    this.#runner = this.#database.source.createQueryRunner();
    this.#session = new Session(this.#runner, this.#database.dialect);
    await this.#session.begin();
    return this.#session;
  }

  /** True when the unit is certainly not stored, asked after a fault. */
  get isUndone(): boolean {
    return this.#session?.isOutcomeKnown ?? true;
  }

  async commit(steps: readonly Step[]): Promise<void> {
    await this.#session?.commit(steps);
  }

  async rollback(): Promise<void> {
    await this.#session?.rollback();
  }

  async release(): Promise<void> {
    await this.#runner?.release();
  }

  async all<P, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    const session = await this.session();
    return (await this.#afterLater(session, () => session.all(statement, params))) as R[];
  }

  async one<P, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return (await this.all(statement, params))[0];
  }

  later<P>(statement: Statement<P, never>, params: P): void {
    this.#guard?.assertWritable();
    this.hasWritten = true;
    this.#later.push(stepOf(statement, params));
  }

  /** What waits to be written; the caller writes it now. */
  takeLater(): Step[] {
    const steps = this.#later;
    this.#later = [];
    return steps;
  }

  /** A statement sees all that was written before it, and travels with it. */
  async #afterLater<T>(session: Session, ask: () => Promise<T>): Promise<T> {
    if (this.#later.length === 0) return ask();
    const [, answer] = await Promise.all([session.runTogether(this.takeLater()), ask()]);
    return answer;
  }

  async run<P>(statement: Statement<P, never>, params: P): Promise<number> {
    this.#guard?.assertWritable();
    this.hasWritten = true;
    const session = await this.session();
    return this.#afterLater(session, () => session.run(statement, params));
  }

  async runMany<P>(statement: Statement<P, never>, params: readonly P[]): Promise<number> {
    this.#guard?.assertWritable();
    this.hasWritten = true;
    const session = await this.session();
    return this.#afterLater(session, () => session.runMany(statement, params));
  }

  record(entry: AuditDraft): void {
    this.drafts.push(entry);
  }

  emit(event: EventDraft): void {
    this.events.push(event);
  }

  beforeCommit(work: () => Promise<void>): void {
    this.endings.push(work);
  }

  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }
}

/** Opens units of work on a database; `onCommit` is told when a unit left events behind. */
export function createUnitOfWork(deps: {
  database: Database;
  trail: Trail;
  toOutboxRow: (draft: EventDraft) => OutboxRow;
  onCommit: (hasEvents: boolean) => void;
  /** Refuses changes while the disk is full. Units that only record what was read still commit. */
  guard?: StorageGuard;
}): UnitOfWork {
  const uow: UnitOfWork = {
    read: (work) => deps.database.read(work),
    async run(context, work) {
      const unit = new OpenUnit(deps.database, deps.guard, context);
      const entries: SequencedEntry[] = [];
      let result;
      try {
        result = await work(unit);
        for (const ending of unit.endings) await ending();
        await commit(deps, unit, entries);
      } catch (error) {
        if (entries.length > 0) deps.trail.abandon(entries, unit.isUndone);
        await unit.rollback();
        if (error instanceof AuditEntryError) throw await refuseEntry(uow, context, error);
        const translated = deps.database.dialect.translateError(error);
        deps.guard?.note(translated);
        throw translated;
      } finally {
        await unit.release();
      }
      for (const effect of unit.effects) effect();
      deps.onCommit(unit.events.length > 0);
      return result;
    },
  };
  return uow;
}

/**
 * An entry that can't stand in the trail takes its act with it, and that is itself an entry. Of the actor only type and
 * id are taken, since the fault may be in the rest; both were looked at before.
 */
async function refuseEntry(
  uow: UnitOfWork,
  { actor, route }: UnitContext,
  cause: AuditEntryError,
): Promise<AppError> {
  const { code, field } = cause;
  const isActorWrong = code === 'actor_missing' || field.startsWith('actor');
  const who = isActorWrong ? SYSTEM_ACTOR : { type: actor.type, id: actor.id };
  const details = { field, ...(route === undefined ? {} : { route }) };
  await uow.run({ actor: who }, async (tx) =>
    tx.record({ action: 'audit.reject', outcome: 'refused', reason: code, details }),
  );
  return new AppError('audit.entry_invalid', { cause, details: { reason: code, field } });
}

/**
 * Writes what the unit recorded and emitted, and commits; refuses a unit that wrote without an audit entry. The numbered
 * entries are put into `entries` as they are drawn, for a fault may come after any of them.
 */
async function commit(
  deps: { trail: Trail; toOutboxRow: (draft: EventDraft) => OutboxRow },
  unit: OpenUnit,
  entries: SequencedEntry[],
): Promise<void> {
  if (unit.drafts.length === 0) {
    if (unit.hasWritten || unit.events.length > 0) throw new AppError('audit.not_recorded');
    return unit.commit([]);
  }
  if (unit.drafts.length > UNIT_RECORDS_MAX || unit.events.length > UNIT_RECORDS_MAX) {
    throw new Error(`A unit of work recorded more than ${UNIT_RECORDS_MAX} entries or events.`);
  }
  entries.push(...(await deps.trail.takeVoids(await unit.session())));
  for (const draft of unit.drafts) entries.push(deps.trail.draw(draft, unit.context));
  await unit.commit([
    ...unit.takeLater(),
    ...entries.map((entry) => stepOf(AUDIT_INSERT, toAuditRow(entry))),
    ...unit.events.map((event) => stepOf(OUTBOX_INSERT, deps.toOutboxRow(event))),
  ]);
}
