import type { PoolClient } from 'pg';
import type { Connection as OracleConnection } from 'oracledb';
import type { QueryRunner } from 'typeorm';
import { LIST_ITEMS_MAX, type Dialect, type Rendered } from './dialect/dialect.ts';
import { LIST_MARK } from './dialect/oracle.ts';
import { LARGE_BYTES_MIN, runBytes } from './dialect/postgres-bytes.ts';
import { runTogether } from './dialect/postgres-together.ts';
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

/** Rows come back as text and are read by the statement's own column kinds, not by the driver's guesses. */
const TEXT_TYPES = { getTypeParser: () => (value: string) => value };

/** Runs declared statements on one database connection of TypeORM's pool. */
export class Session implements Db {
  readonly #runner: QueryRunner;
  readonly #dialect: Dialect;

  constructor(runner: QueryRunner, dialect: Dialect) {
    this.#runner = runner;
    this.#dialect = dialect;
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
    let count = 0;
    for (const params of rows) count += await this.run(statement, params);
    return count;
  }

  /** Runs writing statements in order, in one round trip where the database knows how; the first fault ends them. */
  async runTogether(steps: readonly Step[]): Promise<void> {
    if (steps.length === 0) return;
    if (this.#dialect.name === 'oracle') {
      for (const { statement, params } of steps) await this.#execute(statement, params);
      return;
    }
    const calls = steps.map(({ statement, params }) => {
      const { rendered, binds } = this.#bind(statement, params);
      return { name: rendered.name, text: rendered.text, values: binds };
    });
    try {
      await runTogether((await this.#runner.connect()) as PoolClient, calls);
    } catch (error) {
      throw this.#dialect.translateError(error);
    }
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
        : await this.#executeOracle(rendered, binds);
    } catch (error) {
      throw this.#dialect.translateError(error);
    }
  }

  async #executePostgres(rendered: Rendered, values: unknown[]): Promise<Answer> {
    const client = (await this.#runner.connect()) as PoolClient;
    const { name, text } = rendered;
    const result = await client.query({ name, text, values, types: TEXT_TYPES });
    return { rows: result.rows as Record<string, unknown>[], count: result.rowCount ?? 0 };
  }

  async #executeBytes({ text }: Rendered, values: unknown[]) {
    try {
      const client = (await this.#runner.connect()) as PoolClient;
      return await runBytes(client, { text, values });
    } catch (error) {
      throw this.#dialect.translateError(error);
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

  async #executeMany(statement: Statement, rows: readonly unknown[]): Promise<number> {
    const rendered = rendering(this.#dialect, statement, 'first');
    const bindRows = rows.map((row) =>
      rendered.positions.map(({ param, kind }) =>
        this.#dialect.encode(kind, (row as Record<string, unknown>)[param]),
      ),
    ) as { val: unknown; type: number }[][];
    const connection = (await this.#runner.connect()) as OracleConnection;
    try {
      const result = await connection.executeMany(
        rendered.text,
        bindRows.map((row) => row.map((bind) => bind.val)) as never,
        { bindDefs: bindDefsOf(bindRows) as never },
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

/** executeMany needs sizes up front: the largest value of each column. */
function bindDefsOf(rows: { val: unknown; type: number }[][]): { type: number; maxSize?: number }[] {
  return (rows[0] ?? []).map(({ type }, index) => {
    const sizes = rows.map((row) => {
      const value = row[index]?.val;
      return Buffer.isBuffer(value) ? value.length : typeof value === 'string' ? Buffer.byteLength(value) : 0;
    });
    const maxSize = Math.max(...sizes);
    return maxSize > 0 ? { type, maxSize } : { type };
  });
}

const renderings = new WeakMap<Dialect, Map<string, Rendered>>();

function rendering(dialect: Dialect, statement: Statement, page: 'first' | 'next'): Rendered {
  const known = renderings.get(dialect) ?? new Map<string, Rendered>();
  renderings.set(dialect, known);
  const key = `${statement.name}|${page}`;
  const found = known.get(key) ?? dialect.render(statement, page);
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
