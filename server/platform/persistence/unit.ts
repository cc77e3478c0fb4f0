import type { AuditDraft } from '../../../audit/index.ts';
import type { Actor, EventDraft } from '../../kernel/index.ts';
import type { Statement } from './statements.ts';

/** Reads, outside or inside a unit of work. */
export interface Db {
  /** All rows of the answer; the statement or its `limit` bounds them. */
  all<P, R>(statement: Statement<P, R>, params: P): Promise<R[]>;
  /** The first row, if any. */
  one<P, R>(statement: Statement<P, R>, params: P): Promise<R | undefined>;
}

/** Who does it and within which request; copied into every audit entry of the unit. */
export interface UnitContext {
  actor: Actor;
  requestId?: string;
  route?: string;
}

/** An open unit of work: one database transaction with its audit entries and events. */
export interface Tx extends Db {
  readonly context: UnitContext;
  /** Runs a writing statement; gives the number of rows it changed. */
  run<P>(statement: Statement<P, never>, params: P): Promise<number>;
  /** Runs it once for each set of parameters; gives the rows changed in all. */
  runMany<P>(statement: Statement<P, never>, params: readonly P[]): Promise<number>;
  /**
   * Writes with the rest of the unit: before the next statement of it, or with its entries and the commit. For writes
   * whose count nobody asks for and whose refusal nobody catches; a unit of them alone takes one round trip.
   */
  later<P>(statement: Statement<P, never>, params: P): void;
  /** Adds an audit entry, written with the commit. A unit that writes without one is refused. */
  record(entry: AuditDraft): void;
  /** How many entries have been recorded so far. */
  readonly recordCount: number;
  /** Adds an event, delivered after the commit, at least once and in the order of its key. */
  emit(event: EventDraft): void;
  /** Runs `work` when all else is done, inside the transaction; a fault in it rolls everything back. */
  beforeCommit(work: () => Promise<void>): void;
  /** Calls `effect` after the commit; never after a rollback. For effects that may be lost, like pushes. */
  afterCommit(effect: () => void): void;
}

/** Opens units of work. Services never do: the edge (route, handler, job, frame) does. */
export interface UnitOfWork {
  run<T>(context: UnitContext, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Reads on one connection without a transaction; for what needs no audit entry. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>;
}
