/** The two databases we support. */
export type Dialect = 'postgres' | 'oracle';

/** A value bound to a statement: numbers, texts, and UTC instants are all the runner needs. */
export type Bind = string | number | Date;

/**
 * One database session, as the runner needs it. Statements carry `$1, $2 …` on PostgreSQL and `:1, :2 …` on Oracle.
 * Column names of the answer are lower case.
 */
export interface SchemaPort {
  readonly dialect: Dialect;
  query(
    sql: string,
    binds?: readonly Bind[],
  ): Promise<{ rows: Record<string, unknown>[]; changedCount: number }>;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** The part of `pg.Client` (or a checked-out pool client) that we use; one session, not a pool. */
export interface PostgresClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/** Serves the runner from a `pg` client. */
export function createPostgresPort(client: PostgresClient): SchemaPort {
  const run = async (sql: string) => {
    await client.query(sql);
  };
  return {
    dialect: 'postgres',
    async query(sql, binds = []) {
      const result = await client.query(sql, binds.map(toPostgres));
      return { rows: result.rows as Record<string, unknown>[], changedCount: result.rowCount ?? 0 };
    },
    begin: () => run('BEGIN'),
    commit: () => run('COMMIT'),
    rollback: () => run('ROLLBACK'),
  };
}

/** `pg` would write a Date in the process's own zone; our columns are UTC without a zone. */
function toPostgres(value: Bind): string | number {
  return value instanceof Date ? value.toISOString().replace('T', ' ').replace('Z', '') : value;
}

/** The part of an `oracledb` connection that we use. */
export interface OracleConnection {
  execute(
    sql: string,
    binds: unknown[],
    options: { outFormat: number; autoCommit: boolean },
  ): Promise<{ rows?: unknown[]; rowsAffected?: number }>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** `oracledb.OUT_FORMAT_OBJECT`. */
const OUT_FORMAT_OBJECT = 4002;

/**
 * Serves the runner from an `oracledb` connection whose session time zone is UTC. Oracle commits by itself around
 * every DDL statement, so `begin` has nothing to do and a failed step may be applied in part.
 */
export function createOraclePort(connection: OracleConnection): SchemaPort {
  return {
    dialect: 'oracle',
    async query(sql, binds = []) {
      const options = { outFormat: OUT_FORMAT_OBJECT, autoCommit: false };
      const result = await connection.execute(sql, [...binds], options);
      const rows = (result.rows ?? []).map((row) =>
        Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name.toLowerCase(), value])),
      );
      return { rows, changedCount: result.rowsAffected ?? 0 };
    },
    begin: () => Promise.resolve(),
    commit: () => connection.commit(),
    rollback: () => connection.rollback(),
  };
}
