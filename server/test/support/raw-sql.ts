import oracledb from 'oracledb';
import type { Database } from '../../platform/persistence/index.ts';

/** A row as the driver gives it, names in lower case. */
export type RawRow = Record<string, unknown>;

/**
 * SQL behind the back of the product: `$1` stands for the first value on either database, an instant is a Date. For specs that
 * tamper, and for rows no service makes.
 */
export async function runRawSql(
  database: Database,
  sql: string,
  values: readonly unknown[] = [],
): Promise<RawRow[]> {
  const isOracle = database.dialect.name === 'oracle';
  const binds: unknown[] = isOracle ? [] : values.map(toPostgres);
  const text = isOracle
    ? sql.replace(/\$(\d+)/g, (_, number: string) => {
        binds.push(toOracle(values[Number(number) - 1]));
        return `:b${binds.length}`;
      })
    : sql;
  const rows = (await database.source.query(text, binds)) as RawRow[] | number | undefined;
  if (!Array.isArray(rows)) return [];
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, v]) => [key.toLowerCase(), v])));
}

function toPostgres(value: unknown): unknown {
  return value instanceof Date ? value.toISOString().slice(0, 23).replace('T', ' ') : value;
}

function toOracle(value: unknown): unknown {
  if (value instanceof Date) return { val: value, type: oracledb.DB_TYPE_TIMESTAMP };
  return Buffer.isBuffer(value) ? { val: value, type: oracledb.DB_TYPE_BLOB } : value;
}

/** Lets a spec change the trail: its triggers off. Only who owns the tables can do so. */
export async function unprotectTrail(database: Database): Promise<void> {
  const trigger = 'tr_audit_event_refuse';
  await runRawSql(
    database,
    database.dialect.name === 'oracle'
      ? `ALTER TRIGGER ${trigger} DISABLE`
      : `ALTER TABLE audit_event DISABLE TRIGGER ${trigger}`,
  );
}
