import { MigrationError } from './errors.ts';
import type { Dialect, SchemaPort } from './port.ts';
import type { Step } from './steps.ts';

/** A row of `schema_step`: one applied step. */
export interface AppliedStep {
  position: number;
  name: string;
  checksum: string;
}

interface LedgerSql {
  exists: string;
  create: readonly string[];
  list: string;
  insert: string;
  remove: string;
}

/** The runner's own two tables: what was applied, and on Oracle who is applying (DDL there ends every other lock). */
export const LEDGER: Readonly<Record<Dialect, LedgerSql>> = {
  postgres: {
    exists: `SELECT 1 FROM pg_catalog.pg_class WHERE oid = to_regclass('schema_step')`,
    create: [
      `CREATE TABLE schema_step (
  position   integer      NOT NULL CONSTRAINT schema_step_pk PRIMARY KEY,
  name       varchar(64)  NOT NULL,
  kind       varchar(8)   NOT NULL,
  checksum   char(64)     NOT NULL,
  applied_at timestamp(3) NOT NULL,
  took_ms    integer      NOT NULL
)`,
      `COMMENT ON TABLE schema_step IS 'Applied schema steps with the SHA-256 of their script'`,
    ],
    list: 'SELECT position, name, checksum FROM schema_step ORDER BY position',
    insert:
      'INSERT INTO schema_step (position, name, kind, checksum, applied_at, took_ms) VALUES ($1, $2, $3, $4, $5, $6)',
    remove: 'DELETE FROM schema_step WHERE position = $1',
  },
  oracle: {
    exists: `SELECT 1 AS found FROM user_tables WHERE table_name = 'SCHEMA_STEP'`,
    create: [
      `CREATE TABLE schema_lock (
  id       NUMBER(1)         NOT NULL CONSTRAINT schema_lock_pk PRIMARY KEY CONSTRAINT schema_lock_ck CHECK (id = 1),
  is_held  NUMBER(1)         NOT NULL CONSTRAINT schema_lock_held_ck CHECK (is_held IN (0, 1)),
  until_at TIMESTAMP(3)      NOT NULL
)`,
      `INSERT INTO schema_lock (id, is_held, until_at) VALUES (1, 0, TIMESTAMP '1970-01-01 00:00:00')`,
      `CREATE TABLE schema_step (
  position   NUMBER(9)         NOT NULL CONSTRAINT schema_step_pk PRIMARY KEY,
  name       VARCHAR2(64 CHAR) NOT NULL,
  kind       VARCHAR2(8 CHAR)  NOT NULL,
  checksum   CHAR(64 CHAR)     NOT NULL,
  applied_at TIMESTAMP(3)      NOT NULL,
  took_ms    NUMBER(9)         NOT NULL
)`,
      `COMMENT ON TABLE schema_step IS 'Applied schema steps with the SHA-256 of their script'`,
    ],
    list: 'SELECT position, name, checksum FROM schema_step ORDER BY position',
    insert:
      'INSERT INTO schema_step (position, name, kind, checksum, applied_at, took_ms) VALUES (:1, :2, :3, :4, :5, :6)',
    remove: 'DELETE FROM schema_step WHERE position = :1',
  },
};

/** The lock row's two statements: taking it when it is free or its holder died, and giving it back. */
export const ORACLE_LOCK = {
  claim: 'UPDATE schema_lock SET is_held = 1, until_at = :1 WHERE id = 1 AND (is_held = 0 OR until_at < :2)',
  free: 'UPDATE schema_lock SET is_held = 0 WHERE id = 1',
} as const;

/** Every statement of the runner itself, for those who check SQL before it runs. */
export function runnerStatements(dialect: Dialect): string[] {
  const { exists, create, list, insert, remove } = LEDGER[dialect];
  const lock = dialect === 'oracle' ? Object.values(ORACLE_LOCK) : [];
  return [exists, ...create, list, insert, remove, ...lock];
}

/** Lists the applied steps in order; empty for a database we never touched. Changes nothing. */
export async function readApplied(port: SchemaPort): Promise<AppliedStep[]> {
  const sql = LEDGER[port.dialect];
  if ((await port.query(sql.exists)).rows.length === 0) return [];
  return (await port.query(sql.list)).rows.map((row) => ({
    position: Number(row.position),
    name: String(row.name),
    checksum: String(row.checksum),
  }));
}

/**
 * Compares what the database has with what the program knows and returns the steps still to be applied. Throws
 * `migration.schema_newer`, `migration.step_changed`, or `migration.order`; in each case nothing may be applied.
 */
export function pendingSteps(
  applied: readonly AppliedStep[],
  steps: readonly Step[],
  dialect: Dialect,
): Step[] {
  const newer = applied.find((row) => row.position > steps.length);
  if (newer !== undefined) {
    throw new MigrationError(
      'migration.schema_newer',
      `The database has step ${newer.name}, which this program does not know: a newer version made it. ` +
        'Start that version or a newer one.',
      { step: newer.name },
    );
  }
  for (const [index, row] of applied.entries()) requireSame(row, steps[index], dialect);
  return steps.slice(applied.length);
}

function requireSame(row: AppliedStep, step: Step | undefined, dialect: Dialect): void {
  if (step === undefined || row.position !== step.position || row.name !== step.name) {
    throw new MigrationError(
      'migration.order',
      `The database has step ${row.name} where this program has ${step?.name ?? 'none'}. ` +
        'It belongs to another program or branch; use its own program or another database.',
      { step: row.name },
    );
  }
  if (row.checksum.trim() === step.sql[dialect].checksum) return;
  throw new MigrationError(
    'migration.step_changed',
    `Step ${row.name} was changed after it was applied. Put the script back as it was; a change needs a new step.`,
    { step: row.name },
  );
}
