import { MigrationError } from './errors.ts';
import { LEDGER, pendingSteps, readApplied } from './ledger.ts';
import { withLock } from './lock.ts';
import type { Dialect, SchemaPort } from './port.ts';
import { splitStatements } from './split.ts';
import { readSteps, type Step } from './steps.ts';

/** What every command of the runner needs. */
export interface RunnerDeps {
  port: SchemaPort;
  /** The current instant. */
  now: () => Date;
  /** Default: the steps of this program. */
  steps?: readonly Step[];
  /** How long to wait for another runner; default a minute. */
  lockTimeoutMs?: number;
}

/** Where the schema stands. */
export interface SchemaStatus {
  dialect: Dialect;
  /** Names of the applied steps, oldest first. */
  applied: string[];
  pending: string[];
}

const LOCK_TIMEOUT_MS = 60_000;

/** Reports what is applied and what is pending; changes nothing. Throws what `pendingSteps` throws. */
export async function schemaStatus(deps: RunnerDeps): Promise<SchemaStatus> {
  const applied = await readApplied(deps.port);
  const pending = pendingSteps(applied, deps.steps ?? readSteps(), deps.port.dialect);
  return {
    dialect: deps.port.dialect,
    applied: applied.map((row) => row.name),
    pending: pending.map((step) => step.name),
  };
}

/** Passes when every step is applied unchanged and none is pending or unknown; else throws the MigrationError. */
export async function verifySchema(deps: RunnerDeps): Promise<void> {
  const { pending } = await schemaStatus(deps);
  if (pending.length === 0) return;
  throw new MigrationError(
    'migration.order',
    `Steps are pending: ${pending.join(', ')}. Run the migration first.`,
    {
      step: pending[0],
    },
  );
}

/**
 * Applies the pending steps, each in a transaction with its row in `schema_step` (on Oracle DDL commits by itself, so
 * only the row is atomic). Returns the names applied. With `kinds` it stops before the first step of another kind: an
 * upgrade with nodes of the version before leaves `contract` for later.
 */
export async function migrateUp(
  deps: RunnerDeps,
  options: { kinds?: readonly Step['kind'][] } = {},
): Promise<string[]> {
  const steps = deps.steps ?? readSteps();
  return withLock(deps.port, lockOptions(deps), async () => {
    const pending = pendingSteps(await readApplied(deps.port), steps, deps.port.dialect);
    const applied: string[] = [];
    for (const step of pending) {
      if (options.kinds !== undefined && !options.kinds.includes(step.kind)) break;
      await applyStep(deps, step);
      applied.push(step.name);
    }
    return applied;
  });
}

/** Undoes applied steps, newest first, down to and without `position` (0 undoes all). Returns the names undone. */
export async function migrateDown(deps: RunnerDeps, position: number): Promise<string[]> {
  const steps = deps.steps ?? readSteps();
  return withLock(deps.port, lockOptions(deps), async () => {
    const applied = await readApplied(deps.port);
    pendingSteps(applied, steps, deps.port.dialect);
    const undone: string[] = [];
    for (const step of steps.slice(position, applied.length).reverse()) {
      await undoStep(deps, step);
      undone.push(step.name);
    }
    return undone;
  });
}

/** The script of all steps after `position`, for a database administrator who wants to read it before it runs. */
export function migrationSql(dialect: Dialect, position = 0, steps: readonly Step[] = readSteps()): string {
  return steps
    .slice(position)
    .map(
      (step) =>
        `-- ${step.name} (${step.kind}): ${step.summary}\n-- sha256 ${step.sql[dialect].checksum}\n${step.sql[dialect].up}`,
    )
    .join('\n');
}

function lockOptions(deps: RunnerDeps) {
  return { now: deps.now, timeoutMs: deps.lockTimeoutMs ?? LOCK_TIMEOUT_MS };
}

async function applyStep(deps: RunnerDeps, step: Step): Promise<void> {
  const { port } = deps;
  const startedAt = deps.now();
  const { up, checksum } = step.sql[port.dialect];
  await inTransaction(port, step, up, async () => {
    const tookMs = Math.max(0, deps.now().getTime() - startedAt.getTime());
    const binds = [step.position, step.name, step.kind, checksum, startedAt, tookMs];
    await port.query(LEDGER[port.dialect].insert, binds);
  });
}

async function undoStep(deps: RunnerDeps, step: Step): Promise<void> {
  const { port } = deps;
  await inTransaction(port, step, step.sql[port.dialect].undo, async () => {
    await port.query(LEDGER[port.dialect].remove, [step.position]);
  });
}

async function inTransaction(
  port: SchemaPort,
  step: Step,
  script: string,
  record: () => Promise<void>,
): Promise<void> {
  await port.begin();
  try {
    const hasLedger = (await port.query(LEDGER[port.dialect].exists)).rows.length > 0;
    if (!hasLedger) for (const statement of LEDGER[port.dialect].create) await port.query(statement);
    for (const statement of splitStatements(script, port.dialect)) await port.query(statement);
    await record();
    await port.commit();
  } catch (cause) {
    await port.rollback();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError('migration.step_failed', `Step ${step.name} failed: ${why}`, {
      step: step.name,
      cause,
    });
  }
}
