import process from 'node:process';
import type { PoolClient } from 'pg';
import type { Connection as OracleConnection } from 'oracledb';
import type { QueryRunner } from 'typeorm';
import { LIST_ITEMS_MAX, type Dialect, type Rendered, type TextPart } from './dialect/dialect.ts';
import { bindDefsOf, isKeyTaken, LIST_MARK, type TypedBind } from './dialect/oracle.ts';
import { BinaryArrays } from './dialect/postgres-arrays.ts';
import { LARGE_BYTES_MIN, runBytes } from './dialect/postgres-bytes.ts';
import { runTogether, type CallAnswer, type PreparedCall } from './dialect/postgres-together.ts';
import type { Statement } from './statements.ts';
import type { Db } from './unit.ts';

/** A writing statement with its parameters. */
export interface Step {
  statement: Statement;
  params: Record<string, unknown>;
}

/** One writing statement, ready to be run with others. */
export function stepOf<P>(statement: Statement<P, never>, params: P): Step {
  return { statement: statement as unknown as Statement, params: params as Record<string, unknown> };
}

interface Answer {
  rows: Record<string, unknown>[];
  count: number;
}

interface WaitingCall {
  call: PreparedCall;
  resolve(answer: CallAnswer): void;
  reject(error: unknown): void;
}

const BEGIN: PreparedCall = { name: 'transaction.begin', text: 'BEGIN', values: [] };
const BEGIN_SNAPSHOT: PreparedCall = {
  name: 'transaction.begin_snapshot',
  text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  values: [],
};
const COMMIT: PreparedCall = { name: 'transaction.commit', text: 'COMMIT', values: [] };
const ROLLBACK: PreparedCall = { name: 'transaction.rollback', text: 'ROLLBACK', values: [] };

/**
 * Runs declared statements on one database connection of TypeORM's pool. On PostgreSQL what is asked for at once, without
 * waiting for each other's answers, travels in one round trip, and a transaction's first statement takes its beginning
 * along.
 */
export class Session implements Db {
  readonly #runner: QueryRunner;
  readonly #dialect: Dialect;
  #waiting: WaitingCall[] = [];
  #transaction: 'none' | 'due' | 'open' = 'none';
  #begin = BEGIN;
  /** On Oracle: what was asked for last; the next statement waits for it. */
  #turn: Promise<unknown> = Promise.resolve();
  #isOutcomeKnown = true;

  constructor(runner: QueryRunner, dialect: Dialect) {
    this.#runner = runner;
    this.#dialect = dialect;
  }

  /** False when a commit was asked for, and the connection ended without saying what came of it. */
  get isOutcomeKnown(): boolean {
    return this.#isOutcomeKnown;
  }

  /** From here on a transaction, until `commit` or `rollback`; a snapshot sees nothing that is committed later. */
  async begin(kind: 'ordinary' | 'snapshot' = 'ordinary'): Promise<void> {
    const isSnapshot = kind === 'snapshot';
    this.#begin = isSnapshot ? BEGIN_SNAPSHOT : BEGIN;
    if (this.#dialect.name === 'oracle')
      await this.#runner.startTransaction(isSnapshot ? 'SERIALIZABLE' : 'READ COMMITTED');
    this.#transaction = this.#dialect.name === 'oracle' ? 'open' : 'due';
  }

  /** Runs the last writing statements and commits, on PostgreSQL in one round trip. */
  async commit(steps: readonly Step[]): Promise<void> {
    if (this.#dialect.name === 'oracle') {
      await this.runTogether(steps);
      this.#isOutcomeKnown = false;
      await this.#runner.commitTransaction();
      this.#isOutcomeKnown = true;
    } else if (this.#transaction === 'open' || steps.length > 0) {
      await this.#commitPostgres(steps);
    }
    this.#transaction = 'none';
  }

  async #commitPostgres(steps: readonly Step[]): Promise<void> {
    const calls = [...steps.map((step) => this.#callOf(step)), COMMIT];
    let answers: CallAnswer[];
    this.#isOutcomeKnown = false;
    try {
      answers = await Promise.all(calls.map((call) => this.#ask(call)));
    } catch (error) {
      // A statement that fails keeps the commit behind it from being run; what ends the session may come after it.
      this.#isOutcomeKnown = (error as { severity?: string }).severity === 'ERROR';
      throw this.#dialect.translateError(error);
    }
    this.#isOutcomeKnown = true;
    // PostgreSQL answers a commit of a transaction in which something failed before with a rollback, and no error.
    if (answers.at(-1)?.did !== COMMIT.text) throw new Error('The transaction had failed before its commit.');
  }

  /** Undoes the transaction, if there is one; a connection that has ended did that by itself. */
  async rollback(): Promise<void> {
    if (this.#transaction !== 'open') return;
    this.#transaction = 'none';
    if (this.#dialect.name === 'postgres') {
      await this.#ask(ROLLBACK).catch(() => undefined);
      return;
    }
    // What is still under way belongs to the transaction.
    await this.#turn;
    if (this.#runner.isTransactionActive) await this.#runner.rollbackTransaction().catch(() => undefined);
  }

  get dialectName(): Dialect['name'] {
    return this.#dialect.name;
  }

  async all<P, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    const answer = await this.#execute(statement as Statement, params as Record<string, unknown>);
    return answer.rows.map((row) => this.#decode(statement as Statement, row) as R);
  }

  async one<P, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return (await this.all(statement, params))[0];
  }

  /**
   * The one value of a statement that gives a column of bytes, in memory of its own: the caller may `release` it.
   * At most 2 MiB; much lighter than `one` when it is large.
   */
  async bytes<P, R>(statement: Statement<P, R>, params: P): Promise<Buffer | undefined> {
    if (this.#dialect.name === 'oracle') {
      const row = (await this.one(statement, params)) as Record<string, Buffer> | undefined;
      return row && Object.values(row)[0];
    }
    const { rendered, binds } = this.#bind(statement as Statement, params as Record<string, unknown>);
    return (await this.#executeBytes(rendered, binds)).bytes;
  }

  async run<P>(statement: Statement<P, never>, params: P): Promise<number> {
    return (await this.#execute(statement as Statement, params as Record<string, unknown>)).count;
  }

  async runMany<P>(statement: Statement<P, never>, rows: readonly P[]): Promise<number> {
    if (rows.length === 0) return 0;
    if (this.#dialect.name === 'oracle') return this.#executeMany(statement as Statement, rows);
    if (statement.manySql !== undefined) return this.#executeArrays(statement as Statement, rows);
    let count = 0;
    for (const params of rows) count += await this.run(statement, params);
    return count;
  }

  /** Runs writing statements in order, in one round trip where the database knows how; the first fault ends them. */
  async runTogether(steps: readonly Step[]): Promise<void> {
    if (steps.length === 0) return;
    try {
      if (this.#dialect.name === 'oracle') await this.#inTurn(() => this.#runInOrder(steps));
      else await Promise.all(steps.map((step) => this.#ask(this.#callOf(step))));
    } catch (error) {
      throw this.#dialect.translateError(error);
    }
  }

  /** On Oracle: one after the other; the first fault ends them. */
  async #runInOrder(steps: readonly Step[]): Promise<void> {
    for (const { statement, params } of steps) {
      const { rendered, binds } = this.#bind(statement, params);
      await this.#executeUpsert(rendered, binds);
    }
  }

  #callOf({ statement, params }: Step): PreparedCall {
    const { rendered, binds } = this.#bind(statement, params);
    return { name: rendered.name, text: rendered.text, values: binds };
  }

  /** Runs one after the other what is asked for at once, in the order asked; after a fault goes on with the next. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Sends the call with all others that are asked for before this turn of the event loop ends. */
  #ask(call: PreparedCall): Promise<CallAnswer> {
    return new Promise((resolve, reject) => {
      // A tick that is asked for by a microtask comes when no microtask is left: until then others may join.
      if (this.#waiting.length === 0) queueMicrotask(() => process.nextTick(() => void this.#sendWaiting()));
      this.#waiting.push({ call, resolve, reject });
    });
  }

  async #sendWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const first = this.#transaction === 'due' ? [this.#begin] : [];
    if (waiting.length + first.length === 0) return;
    if (first.length > 0) this.#transaction = 'open';
    try {
      const client = (await this.#runner.connect()) as PoolClient;
      const answers = await runTogether(client, [...first, ...waiting.map(({ call }) => call)]);
      waiting.forEach(({ resolve }, index) => resolve(answers[first.length + index] as CallAnswer));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  /** The connection, for a way of its own; everything asked for before goes ahead of it. */
  async #ownWay(): Promise<PoolClient> {
    await this.#sendWaiting();
    return (await this.#runner.connect()) as PoolClient;
  }

  #bind(statement: Statement, params: Record<string, unknown>): { rendered: Rendered; binds: unknown[] } {
    const values = spreadAfter(params);
    const rendered = rendering(this.#dialect, statement, 'after0' in values ? 'next' : 'first');
    const binds = rendered.positions.map(({ param, kind, isList }) =>
      isList
        ? this.#dialect.encodeList(kind, boundedList(statement, values[param]))
        : this.#dialect.encode(kind, values[param]),
    );
    return { rendered, binds };
  }

  async #execute(statement: Statement, params: Record<string, unknown>): Promise<Answer> {
    const { rendered, binds } = this.#bind(statement, params);
    const isLarge = (value: unknown) => Buffer.isBuffer(value) && value.length >= LARGE_BYTES_MIN;
    if (
      this.#dialect.name === 'postgres' &&
      Object.keys(statement.result).length === 0 &&
      binds.some(isLarge)
    ) {
      return { rows: [], count: (await this.#executeBytes(rendered, binds)).count };
    }
    try {
      return this.#dialect.name === 'postgres'
        ? await this.#executePostgres(rendered, binds)
        : await this.#inTurn(() => this.#executeUpsert(rendered, binds));
    } catch (error) {
      throw this.#dialect.translateError(error);
    }
  }

  async #executePostgres({ name, text }: Rendered, values: unknown[]): Promise<Answer> {
    return this.#ask({ name, text, values });
  }

  async #executeBytes({ text }: Rendered, values: unknown[]) {
    try {
      return await runBytes(await this.#ownWay(), { text, values });
    } catch (error) {
      throw this.#dialect.translateError(error);
    }
  }

  /**
   * Of two sessions that merge one new key at once, Oracle tells the second of the key when the first has committed, where
   * PostgreSQL finds the row. Looked at again, the row is there.
   */
  async #executeUpsert(rendered: Rendered, binds: unknown[]): Promise<Answer> {
    try {
      return await this.#executeOracle(rendered, binds);
    } catch (error) {
      if (!rendered.text.startsWith('MERGE ') || !isKeyTaken(error)) throw error;
      return this.#executeOracle(rendered, binds);
    }
  }

  async #executeOracle(rendered: Rendered, binds: unknown[]): Promise<Answer> {
    let position = 0;
    const flat = binds.flat();
    const lengths = binds.filter(Array.isArray).map((list: unknown[]) => list.length);
    const text = rendered.text.replaceAll(LIST_MARK, () => {
      const length = lengths.shift() ?? 1;
      return Array.from({ length }, () => `:L${(position += 1)}`).join(', ');
    });
    const result = (await this.#runner.query(text, flat, true)) as { records?: unknown[]; affected?: number };
    const rows = (result.records ?? []) as Record<string, unknown>[];
    return {
      rows: rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([key, v]) => [key.toLowerCase(), v])),
      ),
      count: result.affected ?? rows.length,
    };
  }

  async #executeArrays(statement: Statement, rows: readonly unknown[]): Promise<number> {
    const { name, text, positions } = rendering(this.#dialect, statement, 'many');
    try {
      const arrays = new BinaryArrays();
      const values = positions.map(({ param, kind }) =>
        arrays.take(kind, rows as Record<string, unknown>[], param),
      );
      return (await this.#ask({ name, text, values })).count;
    } catch (error) {
      throw this.#dialect.translateError(error);
    }
  }

  async #executeMany(statement: Statement, rows: readonly unknown[]): Promise<number> {
    const rendered = rendering(this.#dialect, statement, 'first');
    const bindRows = rows.map((row) =>
      rendered.positions.map(({ param, kind }) =>
        this.#dialect.encode(kind, (row as Record<string, unknown>)[param]),
      ),
    ) as TypedBind[][];
    const connection = (await this.#runner.connect()) as OracleConnection;
    try {
      const result = await this.#inTurn(() =>
        connection.executeMany(rendered.text, bindRows.map((row) => row.map((bind) => bind.val)) as never, {
          bindDefs: bindDefsOf(bindRows, statement.operation === 'insert') as never,
        }),
      );
      return result.rowsAffected ?? 0;
    } catch (error) {
      throw this.#dialect.translateError(error);
    }
  }

  #decode(statement: Statement, row: Record<string, unknown>): Record<string, unknown> {
    const decoded: Record<string, unknown> = {};
    for (const [property, column, kind] of resultOf(statement)) {
      decoded[property] = this.#dialect.decode(kind, row[column]);
    }
    return decoded;
  }
}

/** `after: [a, b]` becomes the parameters `after0` and `after1`; an absent or empty one stays away. */
function spreadAfter(params: Record<string, unknown>): Record<string, unknown> {
  const after = params.after as readonly unknown[] | undefined;
  if (!after?.length) return params;
  return { ...params, ...Object.fromEntries(after.map((value, index) => [`after${index}`, value])) };
}

function boundedList(statement: Statement, value: unknown): unknown[] {
  const list = value as unknown[];
  if (list.length > LIST_ITEMS_MAX)
    throw new Error(`Statement ${statement.name} got a list of ${list.length}.`);
  return list;
}

const renderings = new WeakMap<Dialect, Map<string, Rendered>>();

function rendering(dialect: Dialect, statement: Statement, part: TextPart): Rendered {
  const known = renderings.get(dialect) ?? new Map<string, Rendered>();
  renderings.set(dialect, known);
  const key = `${statement.name}|${part}`;
  const found = known.get(key) ?? dialect.render(statement, part);
  known.set(key, found);
  return found;
}

const results = new WeakMap<Statement, [string, string, Statement['result'][string]][]>();

function resultOf(statement: Statement): [string, string, Statement['result'][string]][] {
  const found =
    results.get(statement) ??
    Object.entries(statement.result).map(([property, kind]): [string, string, typeof kind] => [
      property,
      property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      kind,
    ]);
  results.set(statement, found);
  return found;
}
